/** Every figure of an animal, drawn once: its page sets them into text, its pictures onto a sheet. */
import { accuracyCurve } from '../figures/accuracy-curve.ts';
import { dPrimeCurve } from '../figures/dprime-curve.ts';
import type { Figure } from '../figures/draw.ts';
import { delayLickCurve, firstLickCurve } from '../figures/lick-curves.ts';
import { lickDensityFigure } from '../figures/lick-density.ts';
import { lightEffectFigure } from '../figures/light-effect.ts';
import { pairCurves } from '../figures/pair-curves.ts';
import { marksOf } from '../figures/session-axis.ts';
import { waterFigure, weightFigure } from '../figures/weight-water.ts';
import { fillsWindow, withinSession } from '../figures/within-session.ts';
import type { LatestSession } from '../summaries/latest-session.ts';
import type { SubjectSummary } from '../summaries/subject.ts';

export type FigureKey =
  | 'pairs'
  | 'accuracy'
  | 'dprime'
  | 'within-session'
  | 'licks'
  | 'light'
  | 'first-lick'
  | 'delay-licks'
  | 'weight'
  | 'water';

export interface SubjectFigure {
  readonly what: string;
  /** How to read it. */
  readonly how: string;
  readonly figure: Figure;
}

/** A figure for which there is nothing to draw is left out. */
export type SubjectFigures = Readonly<Partial<Record<FigureKey, SubjectFigure>>>;

const WIDTH = 1030;
const HALF = 500;

export function subjectFigures(summary: SubjectSummary, latest: LatestSession | null): SubjectFigures {
  const { animal, sessions, earlier, effects, careDays } = summary;
  const simulated = animal.simulated === 1;
  const wide = { width: WIDTH, simulated };
  const half = { width: HALF, simulated };
  const figures: Partial<Record<FigureKey, SubjectFigure>> = {};
  const set = (key: FigureKey, what: string, how: string, figure: Figure) => {
    figures[key] = { what, how, figure };
  };
  if (sessions.length > 0) {
    const marks = marksOf(sessions).map(({ symbol, words }) => `${symbol} ${words}`);
    const apart = marks.length > 0 ? ` (${marks.join(', ')})` : '';
    set(
      'pairs',
      'Correct by pair',
      `By session${earlier > 0 ? `, the last ${sessions.length} of ${earlier + sessions.length}` : ''}. Hollow: too few trials, or apart${apart}. Lines join the sessions that count.`,
      pairCurves(sessions, wide),
    );
    set(
      'accuracy',
      'Balanced accuracy',
      'Stages above, expert days below; grey: the whole session where the animal stopped before its end.',
      accuracyCurve(sessions, wide),
    );
    set(
      'dprime',
      'd\u2032',
      'Dashed: what a faultless animal could reach with so many trials.',
      dPrimeCurve(sessions, wide),
    );
  }
  if (latest !== null) {
    const { density, trials } = latest;
    const before = density.beforeNumber === null ? '' : `; grey: session ${density.beforeNumber}`;
    if (fillsWindow(trials)) {
      set(
        'within-session',
        'Within the session',
        'Hits and false alarms over the last 40 scored control trials, by trial.',
        withinSession(trials, wide),
      );
    }
    if (density.now.length > 0) {
      set(
        'licks',
        'Licks over the trial',
        `Onsets a second in engaged control trials, over the seconds of a trial${before}. Shaded: odours, choice period.`,
        lickDensityFigure(density, wide),
      );
    }
  }
  if (effects.length > 0) {
    const columns = effects.map((effect) => ({
      ...effect,
      values: effect.sessions.map(({ effect: value }) => value),
      interval: null,
    }));
    set(
      'light',
      'By epoch',
      'A dot a session, the line their mean. An interval needs several animals.',
      lightEffectFigure(columns, half),
    );
  }
  if (sessions.some(({ licks }) => licks.length > 0)) {
    const asked = 'From the start of the choice period, ms (medians of pairs that ask for a lick).';
    set('first-lick', 'First lick', asked, firstLickCurve(sessions, half));
    set('delay-licks', 'Delay licks', 'A trial, by what the pair asks.', delayLickCurve(sessions, half));
  }
  if (careDays.some(({ grams }) => grams !== null)) {
    set('weight', 'Weight', 'Dashed: warned below, case below.', weightFigure(careDays, half));
  }
  if (careDays.some(({ earnedUl, freeUl, byHandUl }) => earnedUl + freeUl + byHandUl > 0)) {
    set('water', 'Water', 'ul a day as commanded; the tick is the need.', waterFigure(careDays, half));
  }
  return figures;
}

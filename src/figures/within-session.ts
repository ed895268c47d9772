/** Performance within a session: over the last 40 scored control trials, hits and false alarms apart, sated tail shaded. */
import type { ScoredTrial } from '#data/rollups/trials.ts';
import { draw, type Figure, Plot, spread } from './draw.ts';
import { colour } from './theme.ts';

/** A window of 40 trials, as in the published criterion (Li lab, bioRxiv 2023.10.08.561458). */
const WINDOW = 40;
/** A window says nothing before it holds so many trials of a kind. */
const LEAST_OF_KIND = 8;

interface Point {
  readonly trial: number;
  readonly rate: number;
  readonly kind: 'hits' | 'false alarms' | 'correct';
}

export function withinSession(trials: readonly ScoredTrial[], frame: { width: number; simulated: boolean }): Figure {
  const points = rolling(trials);
  const ends = (['hits', 'false alarms', 'correct'] as const).flatMap((kind) => {
    const end = points.findLast((point) => point.kind === kind);
    return end === undefined ? [] : [{ ...end, value: end.rate }];
  });
  const stopped = trials.find(({ engaged }) => !engaged)?.trial;
  const last = trials.at(-1)?.trial ?? 1;
  const inkOf = ({ kind }: Point) => colour(kind === 'hits' ? 'go' : kind === 'false alarms' ? 'noGo' : 'side');
  return draw(
    { ...frame, height: 138, label: `Hits and false alarms over the last ${WINDOW} scored control trials` },
    {
      marginLeft: 36,
      marginRight: 74,
      marginBottom: 20,
      marginTop: 14,
      x: {
        domain: [1, Math.max(last, WINDOW)],
        tickSize: 0,
        label: null,
      },
      y: { domain: [0, 1], ticks: [0, 0.5, 1], tickFormat: '.0%', tickSize: 0, label: null },
      marks: [
        stopped === undefined
          ? null
          : Plot.rect([{ from: stopped, to: last }], { x1: 'from', x2: 'to', fill: colour('band') }),
        stopped === undefined
          ? null
          : Plot.text([stopped], {
              x: (at: number) => at,
              frameAnchor: 'top',
              text: () => 'stopped working',
              textAnchor: 'start',
              dx: 3,
              dy: 8,
              fontSize: 9.5,
            }),
        Plot.ruleY([0, 1], { stroke: colour('faint') }),
        Plot.ruleY([0.5], { stroke: colour('faint'), strokeDasharray: '2,3' }),
        Plot.line(points, { x: 'trial', y: 'rate', z: 'kind', stroke: inkOf, strokeWidth: 1.6 }),
        Plot.text(spread(ends, [0, 1], 104), {
          x: 'trial',
          y: 'at',
          text: 'kind',
          fill: inkOf,
          textAnchor: 'start',
          dx: 5,
        }),
      ],
    },
  );
}

/** Whether there is anything to draw: a window is full. */
export function fillsWindow(trials: readonly ScoredTrial[]): boolean {
  return scoredControl(trials).length >= WINDOW;
}

function scoredControl(trials: readonly ScoredTrial[]): ScoredTrial[] {
  return trials.filter(({ notScored, lit, outcome }) => notScored === null && !lit && outcome !== null);
}

/** Rates at each scored control trial, of the last WINDOW ones up to it. */
function rolling(trials: readonly ScoredTrial[]): Point[] {
  const scored = scoredControl(trials);
  return scored.flatMap(({ trial }, index) => {
    if (index + 1 < WINDOW) return [];
    const window = scored.slice(index + 1 - WINDOW, index + 1);
    const rate = (kind: Point['kind'], of: readonly ScoredTrial[], is: (outcome: string) => boolean): Point[] =>
      of.length < LEAST_OF_KIND
        ? []
        : [{ trial, kind, rate: of.filter(({ outcome }) => is(outcome!)).length / of.length }];
    const asked = window.filter(({ outcome }) => outcome !== 'early');
    return [
      ...rate(
        'hits',
        asked.filter(({ go }) => go === true),
        (outcome) => outcome === 'hit',
      ),
      ...rate(
        'false alarms',
        asked.filter(({ go }) => go === false),
        (outcome) => outcome === 'falseAlarm',
      ),
      ...rate(
        'correct',
        asked.filter(({ go }) => go === null),
        (outcome) => outcome === 'correct',
      ),
    ];
  });
}

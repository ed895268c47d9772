/**
 * How the animal did in a recorded session, over the span in which it worked and over all of it, with and without light;
 * and how even the session came out. One reading for all that show it. The main figure is that of control trials: stage
 * rules use no others.
 */
import type { RecordDatabase } from '#data/open.ts';
import { readTrials, type SessionRecord } from '#data/reads.ts';
import { type Cell, cellsOf } from '#data/rollups/cells.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { type AchievedBalance, achievedBalance } from '#protocols/achieved-balance.ts';
import { type Measures, measureTallies } from '#protocols/measures.ts';
import { matchedEffect } from '#protocols/opto-effect.ts';

/** Trials under light in one span of epochs. */
export interface LightFigures {
  readonly from: Epoch;
  /** Inclusive. */
  readonly to: Epoch;
  /** The fibre was not joined to the animal. */
  readonly sham: boolean;
  /** Of its engaged scored trials. */
  readonly measures: Measures;
  /** By matched pairs, against the session's control trials: -1 to 1, below 0 light impairs; null: too few trials. */
  readonly effect: number | null;
}

export interface SessionFigures {
  /** Of the engaged control trials: the main figure. */
  readonly control: Measures;
  /** Last trial of the engaged span; null: engaged to the end. */
  readonly lastEngagedTrial: number | null;
  /** Control trials of the whole session; null: it is the engaged span. */
  readonly whole: Measures | null;
  readonly light: readonly LightFigures[];
  /** Of trials with solvent in all vials, as if they were scored: chance is expected. Null: there are none. */
  readonly blank: Measures | null;
  /** Probes that were licked to, of so many; they earn nothing. */
  readonly probes: { readonly licked: number; readonly of: number };
}

export interface Performance extends SessionFigures {
  readonly balance: AchievedBalance;
}

export function sessionFigures(cells: readonly Cell[], lastEngagedTrial: number | null): SessionFigures {
  const isControl = ({ light }: Cell) => light === null;
  const engaged = cells.filter((cell) => cell.engaged);
  const blanks = cells.filter(({ notScored, outcome }) => notScored === 'blank' && outcome !== null);
  const probes = cells.filter(({ notScored }) => notScored === 'probe');
  return {
    control: measureTallies(engaged.filter(isControl)),
    lastEngagedTrial,
    whole: lastEngagedTrial === null ? null : measureTallies(cells.filter(isControl)),
    light: lightFigures(engaged),
    blank: blanks.length === 0 ? null : measureTallies(blanks.map((cell) => ({ ...cell, notScored: null }))),
    probes: {
      licked: trialsOf(probes.filter(({ outcome }) => outcome === 'falseAlarm')),
      of: trialsOf(probes),
    },
  };
}

export function readPerformance(db: RecordDatabase, { id, lastEngagedTrial }: SessionRecord): Performance {
  return {
    ...sessionFigures(cellsOf(db, id), lastEngagedTrial),
    balance: achievedBalance(
      readTrials(db, id).map(({ trialType, plan, light }) => ({
        trialType,
        rewarded: (plan as TrialPlan).rewarded,
        litIn: light !== null && light.sham === null ? light.from : null,
      })),
    ),
  };
}

/** By span of epochs, in the order of the trial. */
function lightFigures(engaged: readonly Cell[]): LightFigures[] {
  const forOpto = engaged.filter(({ optoExcluded }) => !optoExcluded);
  const control = measureTallies(forOpto.filter(({ light }) => light === null));
  const spans = new Map<string, Cell[]>();
  for (const cell of forOpto) {
    if (cell.light === null) continue;
    const key = JSON.stringify(cell.light);
    spans.set(key, [...(spans.get(key) ?? []), cell]);
  }
  return [...spans.values()].map((lit) => {
    const measures = measureTallies(lit);
    return { ...lit[0]!.light!, measures, effect: matchedEffect(control.pairs, measures.pairs) };
  });
}

function trialsOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { trials }) => sum + trials, 0);
}

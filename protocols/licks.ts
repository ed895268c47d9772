/**
 * What the tongue did in one trial, from the raw events. A lick is an onset: a lick line going on.
 *
 * First lick from odour 2 and from the choice period are kept apart, and a tongue already on the spout when the choice
 * period opens is told but is no lick of that period. Where an edge and an epoch's start bear nearly the same stamp, the
 * order in the log decides: the log is what the trial went by.
 */
import { ticksBetween } from '#machines/time.ts';
import type { Epoch, RawEvent } from '#machines/vocabulary.ts';
import { EventCode } from '#machines/vocabulary.ts';

export interface TrialLicks {
  /** Onsets in each epoch; those outside all epochs (a timeout) are in none. */
  readonly byEpoch: Readonly<Record<Epoch, number>>;
  /** Onsets in early and late delay. */
  readonly delay: number;
  /** From the onset of odour 2 to the first onset after it, in true milliseconds; null: none, or no odour 2. */
  readonly firstFromOdour2Ms: number | null;
  /** The same from the start of the choice period. */
  readonly firstFromChoiceMs: number | null;
  /** A tongue was on a spout when the choice period opened; null when the trial did not come so far. */
  readonly lickingAtChoice: boolean | null;
}

interface LickContext {
  /** By a state's index in the program. */
  readonly epochOfState: (state: number) => Epoch | null;
  /** Numbers of the lick sensors' input lines. */
  readonly lickLines: ReadonlySet<number>;
  /** Of the clock that stamped the events. */
  readonly ticksPerMs: number;
}

/** `events`: one trial's, from `start` to `end`, in order of `seq`; at most half a wrap (17.9 min) long. */
export function licksOf(events: readonly RawEvent[], context: LickContext): TrialLicks {
  const { epochOfState, lickLines, ticksPerMs } = context;
  const byEpoch = { baseline: 0, odour1: 0, earlyDelay: 0, lateDelay: 0, odour2: 0, choice: 0, consumption: 0 };
  const touching = touchingAtStart(events, lickLines);
  let epoch: Epoch | null = null;
  let odour2: Onset | null = null;
  let choice: Onset | null = null;
  let lickingAtChoice: boolean | null = null;

  for (const { code, value, ticks } of events) {
    if (code === EventCode.state) {
      epoch = epochOfState(value);
      if (epoch === 'odour2') odour2 ??= { ticks, firstLickMs: null };
      if (epoch === 'choice' && choice === null) {
        choice = { ticks, firstLickMs: null };
        lickingAtChoice = touching.size > 0;
      }
    } else if (code === EventCode.input && lickLines.has(value >> 1)) {
      const on = (value & 1) === 1;
      if (!on) {
        touching.delete(value >> 1);
        continue;
      }
      touching.add(value >> 1);
      if (epoch !== null) byEpoch[epoch]++;
      for (const onset of [odour2, choice]) {
        if (onset !== null) onset.firstLickMs ??= Math.max(0, ticksBetween(onset.ticks, ticks)) / ticksPerMs;
      }
    }
  }
  return {
    byEpoch,
    delay: byEpoch.earlyDelay + byEpoch.lateDelay,
    firstFromOdour2Ms: odour2?.firstLickMs ?? null,
    firstFromChoiceMs: choice?.firstLickMs ?? null,
    lickingAtChoice,
  };
}

interface Onset {
  readonly ticks: number;
  firstLickMs: number | null;
}

/** A line whose first edge is an off was on when the trial began. One without any edge is taken for off. */
function touchingAtStart(events: readonly RawEvent[], lickLines: ReadonlySet<number>): Set<number> {
  const seen = new Set<number>();
  const touching = new Set<number>();
  for (const { code, value } of events) {
    const line = value >> 1;
    if (code !== EventCode.input || !lickLines.has(line) || seen.has(line)) continue;
    seen.add(line);
    if ((value & 1) === 0) touching.add(line);
  }
  return touching;
}

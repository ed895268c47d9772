/** What the raw events of one trial say: when valves and light were commanded, and what the tongue did. Pure. */
import type { LineTable } from '#machines/program.ts';
import { ticksBetween } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { licksOf, type TrialLicks } from '#protocols/licks.ts';
import { type EpochOfState, lickLinesOf } from './epoch-reader.ts';

/** Times in milliseconds from the trial's start, by the clock that stamped it; null: it did not happen. */
export interface TrialFacts {
  readonly odour1Ms: number | null;
  readonly odour2Ms: number | null;
  readonly choiceMs: number | null;
  readonly waterMs: number | null;
  readonly optoOnMs: number | null;
  readonly optoOffMs: number | null;
  /** Null: nobody knows which states its events name. */
  readonly licks: TrialLicks | null;
  /** Every lick onset. */
  readonly lickMs: readonly number[];
}

export interface TrialContext {
  readonly lines: LineTable;
  readonly epochOfState: EpochOfState | null;
  readonly ticksPerMs: number;
  /** Whether its plan opens a valve for a first odour. */
  readonly firstOdour: boolean;
}

/** `events`: one trial's, from `start` to `end`, in order of `seq`. */
export function trialFacts(events: readonly RawEvent[], context: TrialContext): TrialFacts {
  const { lines, epochOfState, ticksPerMs, firstOdour } = context;
  const start = events[0]!.ticks;
  const ms = (ticks: number) => ticksBetween(start, ticks) / ticksPerMs;
  const lickLines = lickLinesOf(lines);
  const masks = { odour: maskOf(lines, 'odour'), water: maskOf(lines, 'water'), opto: maskOf(lines, 'opto') };
  const odours: number[] = [];
  const lickMs: number[] = [];
  let [choiceMs, waterMs, optoOnMs, optoOffMs]: (number | null)[] = [null, null, null, null];
  let levels = 0;
  for (const { code, value, ticks } of events) {
    if (code === EventCode.output) {
      const rose = value & ~levels;
      const fell = levels & ~value;
      levels = value;
      if ((rose & masks.odour) !== 0) odours.push(ms(ticks));
      if ((rose & masks.water) !== 0) waterMs ??= ms(ticks);
      if ((rose & masks.opto) !== 0) optoOnMs ??= ms(ticks);
      if ((fell & masks.opto) !== 0) optoOffMs = ms(ticks);
    } else if (code === EventCode.state) {
      if (epochOfState?.(value) === 'choice') choiceMs ??= ms(ticks);
    } else if (code === EventCode.input && (value & 1) === 1 && lickLines.has(value >> 1)) {
      lickMs.push(ms(ticks));
    }
  }
  return {
    odour1Ms: firstOdour ? (odours[0] ?? null) : null,
    odour2Ms: odours[firstOdour ? 1 : 0] ?? null,
    choiceMs: choiceMs!,
    waterMs: waterMs!,
    optoOnMs: optoOnMs!,
    optoOffMs: optoOffMs!,
    licks: epochOfState === null ? null : licksOf(events, { epochOfState, lickLines, ticksPerMs }),
    lickMs,
  };
}

/** Lines of a kind by the beginning of their name, as a word of output levels. */
function maskOf({ outputs }: LineTable, kind: string): number {
  return outputs.reduce((mask, name, bit) => (name.startsWith(kind) ? mask | (1 << bit) : mask), 0);
}

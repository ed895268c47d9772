/** Runs two-odour trials at one tick a millisecond and tells what happened in words: outcome, and when each line was on. */
import { bind } from '#machines/bind.ts';
import { type LightSpan, planLight } from '#machines/light.ts';
import type { LineTable } from '#machines/program.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import type { TrialPlan, TrialResult } from '#machines/trial-plan.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { type Input, interpreted, type Noted } from './run-both.ts';

export const rigLines: LineTable = {
  inputs: ['lick', 'lickLeft', 'lickRight'],
  outputs: [
    'odourA',
    'odourB',
    'odourC',
    'odourD',
    'water',
    'waterLeft',
    'waterRight',
    'opto',
    'trial',
    'maskingLight',
  ],
};

/** Choice opens at 500 ms and closes at 800; with no answer the trial ends at 1000. */
export const durations = {
  baselineMs: 100,
  odour1Ms: 100,
  earlyDelayMs: 100,
  lateDelayMs: 100,
  odour2Ms: 100,
  answerStartMs: 0,
  choiceMs: 300,
  rewardDelayMs: 40,
  waterMs: 50,
  consumptionMs: 200,
  timeoutMs: 150,
};

/** Light as asked; without `on: false` it is lit, and without `mask` not masked. */
export type AskedLight = Partial<LightSpan> & {
  readonly from: LightSpan['from'];
  readonly on?: boolean;
  readonly mask?: boolean;
};

export interface Changes extends Partial<Omit<TrialPlan, 'durations' | 'light'>> {
  readonly durations?: Partial<typeof durations>;
  readonly light?: AskedLight | null;
}

export function planOf({ durations: changed, light, ...rest }: Changes = {}): TrialPlan {
  const lasts = { ...durations, ...changed };
  const lighting = light
    ? planLight(
        { to: light.from, rampMs: 0, ramp: 'inside', ...light },
        { on: light.on ?? true, mask: light.mask ?? false },
        lasts,
      )
    : { light: null, durations: lasts };
  return {
    odour1: 'A',
    odour2: 'C',
    spouts: ['centre'],
    rewarded: 'centre',
    licksToAnswer: 1,
    rewardDelayed: false,
    abortOnEarlyLick: false,
    freeOnMiss: false,
    ...rest,
    ...lighting,
  };
}

export const cache = new ProgramCache(rigLines);

/** A lick of 10 ms on each onset; `line` by name. */
export function licks(onsets: readonly number[], line = 'lick'): Input[] {
  const index = rigLines.inputs.indexOf(line) * 2;
  return onsets.flatMap((at) => [
    { at, index: index + 1 },
    { at: at + 10, index },
  ]);
}

export interface Told extends TrialResult {
  readonly endsAt: number;
  /** From and to, by line. */
  readonly on: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

export function tell(changes: Changes, inputs: readonly Input[]): Told {
  const plan = planOf(changes);
  const { program } = cache.get(twoOdourTrial, plan);
  const events = interpreted(bind(program, { ...plan.durations }, 1), inputs);
  const on: Record<string, [number, number][]> = {};
  let word = 0;
  for (const [ticks, code, value] of events) {
    if (code !== EventCode.output) continue;
    for (const [bit, line] of rigLines.outputs.entries()) {
      const [was, is] = [word & (1 << bit), value & (1 << bit)];
      if (!was && is) on[line] = [...(on[line] ?? []), [ticks, Number.NaN]];
      if (was && !is) on[line]!.at(-1)![1] = ticks;
    }
    word = value;
  }
  const [endsAt, code, value] = events.at(-1)!;
  if (code !== EventCode.end || (value & 0xff) !== EndReason.completed) throw new Error('the trial did not complete');
  return { ...(program.results[value >> 8] as TrialResult), endsAt, on };
}

/** A trial's events as a rig records them: up to the end, numbered, stamps wrapped to 32 bits. */
export function recorded(events: readonly Noted[], firstSeq = 0): RawEvent[] {
  const end = events.findIndex(([, code]) => code === EventCode.end);
  return events
    .slice(0, end + 1)
    .map(([ticks, code, value], index) => ({ seq: firstSeq + index, ticks: ticks >>> 0, code, value }));
}

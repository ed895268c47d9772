/** Recorded two-odour trials for the replay tests, with a clock at an odd rate that wraps within the trial. */
import { bind } from '#machines/bind.ts';
import { replay } from '#machines/replay.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { type Input, interpreted } from './run-both.ts';
import { type Changes, cache, licks, planOf, recorded } from './trial-driver.ts';

const TICKS_PER_MS = 1990.3;
/** The counter wraps within the trial. */
export const START = 2 ** 32 - 500_000;

export function trial(changes: Changes, onsetsMs: readonly number[], abortMs = Number.POSITIVE_INFINITY) {
  const plan = planOf(changes);
  const bound = bind(cache.get(twoOdourTrial, plan).program, { ...plan.durations }, TICKS_PER_MS);
  const ticks = (ms: number) => START + Math.round(ms * TICKS_PER_MS);
  const inputs: Input[] = licks(onsetsMs).map(({ at, index }) => ({ at: ticks(at), index }));
  const record = (each: readonly Input[]) => recorded(interpreted(bound, each, ticks(abortMs), START), 7);
  return { plan, bound, inputs, record, events: record(inputs), abortAt: ticks(abortMs) };
}

export const hit = trial({ light: { from: 'choice' } }, [50, 600, 640]);
export const verdict = (events: readonly RawEvent[], of = hit) => replay(twoOdourTrial, of.plan, of.bound, events);
export const at = (find: (event: RawEvent) => boolean) => hit.events.findIndex(find);
export const edit = (index: number, change: Partial<RawEvent>, events = hit.events): RawEvent[] =>
  events.map((event, place) => (place === index ? { ...event, ...change } : event));
export const renumber = (events: readonly RawEvent[]) => events.map((event, place) => ({ ...event, seq: 7 + place }));
export const stateIs = (name: RegExp) => (event: RawEvent) =>
  event.code === EventCode.state && name.test(hit.bound.program.states[event.value]!);
export const flowing = at(stateIs(/water\.flowing/));
export const last = hit.events.length - 1;
export const lick = (ms: number, seq = 0): RawEvent => ({
  seq,
  ticks: (START + Math.round(ms * TICKS_PER_MS)) >>> 0,
  code: EventCode.input,
  value: 1,
});

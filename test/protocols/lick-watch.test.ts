import { describe, expect, it } from 'vitest';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { type LickAlarm, LickWatch } from '#protocols/lick-watch.ts';

const TICKS = 2000;
const ODOUR = 1;
const WATER = 2;

interface Made {
  /** Onsets, ms; each lasts 40 ms unless `holdMs` says otherwise. */
  readonly licks?: readonly number[];
  readonly holdMs?: number;
  /** Opening of the water valve, ms. */
  readonly water?: number;
  readonly rewarded?: boolean;
  readonly endMs?: number;
}

/** A trial of 20 s from shortly before the counter's wrap on, with an odour from 1 to 2 s. */
function trial({ licks = [], holdMs = 40, water, rewarded = water !== undefined, endMs = 20_000 }: Made) {
  const edges: [number, EventCode, number][] = [
    [0, EventCode.start, 1],
    [1000, EventCode.output, ODOUR],
    [2000, EventCode.output, 0],
    ...licks.flatMap((at): [number, EventCode, number][] => [
      [at, EventCode.input, 1],
      [at + holdMs, EventCode.input, 0],
    ]),
    ...(water === undefined
      ? []
      : ([
          [water, EventCode.output, WATER],
          [water + 40, EventCode.output, 0],
        ] as [number, EventCode, number][])),
    [endMs, EventCode.end, EndReason.completed],
  ];
  const origin = 2 ** 32 - 10_000_000;
  const tick = (ms: number) => (origin + ms * TICKS) >>> 0;
  const events = edges
    .filter(([ms]) => ms <= endMs)
    .sort(([a], [b]) => a - b)
    .map(([ms, code, value], seq): RawEvent => ({ seq, ticks: tick(ms), code, value }));
  return { events, rewarded, endTicks: tick(endMs), ticksPerMs: TICKS };
}

function watch() {
  const watched = new LickWatch({ licks: new Set([0]), water: WATER, loud: ODOUR | WATER });
  return (n: number, made: Made): LickAlarm[] => Array.from({ length: n }, () => watched.take(trial(made))).flat();
}

const drinking = { licks: [9900, 10_050, 10_200, 10_350, 10_500, 10_650, 10_800], water: 9901 };
const dry = { licks: [9900], water: 9901 };

describe('the lick watch', () => {
  it('raises nothing for an animal that licks and drinks', () => {
    expect(watch()(100, drinking)).toEqual([]);
  });

  it('tells water that is not drunk at the fifth drop, once, and anew when it was drunk in between', () => {
    const take = watch();
    expect(take(4, dry)).toEqual([]);
    expect(take(1, dry)).toEqual(['waterNotDrunk']);
    expect(take(20, dry)).toEqual([]);
    expect(take(5, drinking)).toEqual([]);
    expect(take(5, dry)).toEqual(['waterNotDrunk']);
  });

  it('does not judge drops that were not earned, nor trials cut off within the second', () => {
    const take = watch();
    expect(take(10, { ...dry, rewarded: false })).toEqual([]);
    expect(take(10, { ...dry, endMs: 10_500 })).toEqual([]);
  });

  it('counts licks up to a second after the drop, not later ones', () => {
    expect(watch()(5, { licks: [9900, 10_000, 10_200, 10_400, 10_600, 10_900], water: 9901 })).toEqual([]);
    expect(watch()(5, { licks: [9900, 10_000, 10_200, 10_400, 10_600, 10_902], water: 9901 })).toEqual([
      'waterNotDrunk',
    ]);
  });

  it('tells a sensor that never answered in 20 trials, but not an animal that licked before', () => {
    expect(watch()(19, {})).toEqual([]);
    expect(watch()(20, {})).toEqual(['noLicks']);
    const take = watch();
    take(1, drinking);
    expect(take(60, {})).toEqual([]);
  });

  it('tells a line that stays on, over its off edge or over the trial end', () => {
    expect(watch()(1, { licks: [5000], holdMs: 4999 })).toEqual([]);
    expect(watch()(1, { licks: [5000], holdMs: 5001 })).toEqual(['lickStuck']);
    expect(watch()(1, { licks: [5000], holdMs: 50_000 })).toEqual(['lickStuck']);
  });

  it('tells licks that follow the own outputs at once, in half of 20 trials', () => {
    const take = watch();
    take(10, { licks: [500] });
    expect(take(9, { licks: [1001] })).toEqual([]);
    expect(take(1, { licks: [1001] })).toEqual(['licksLocked']);
    // Shortly before the edge, or later than 3 ms after it, is an animal's own lick.
    expect(watch()(40, { licks: [999, 2004] })).toEqual([]);
  });
});

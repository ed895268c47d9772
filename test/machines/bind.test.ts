import { describe, expect, it } from 'vitest';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { chartOf } from './lamps.ts';
import { bench } from './run-both.ts';

const program = compile(
  chartOf({
    initial: 'one',
    states: {
      one: { after: { shortMs: 'two' } },
      two: { after: { longMs: 'three' } },
      three: { after: { 7: 'over' } },
      over: { type: 'final' },
    },
  }),
  undefined,
  bench,
);

/** `grownMs` waits longer for each press, so that it stands for several durations. */
const ambiguous = compile(
  chartOf({
    initial: 'one',
    states: {
      one: { on: { 'a.on': { actions: 'bump' } }, after: { 10: 'two' } },
      two: { after: { grownMs: 'over' } },
      over: { type: 'final' },
    },
  }),
  undefined,
  bench,
);

const byName = (durations: Record<string, number>, ticksPerMs: number) => {
  const { ticks } = bind(program, durations, ticksPerMs);
  return Object.fromEntries(program.slots.map(({ name }, index) => [name, ticks[index]]));
};

describe('bind', () => {
  it('fills slots by name and leaves the others as they were compiled', () => {
    expect(byName({ shortMs: 3, unknownMs: 9 }, 2000)).toEqual({ shortMs: 6000, longMs: 60000, 7: 14000 });
  });

  it('rounds once, to the nearest tick of the clock', () => {
    expect(byName({ shortMs: 2500, longMs: 0 }, 1990.3)).toEqual({ shortMs: 4975750, longMs: 0, 7: 13932 });
    expect(byName({ shortMs: 0.00025, longMs: 0.00024 }, 2000)).toMatchObject({ shortMs: 1, longMs: 0 });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 536_871])('refuses a duration of %d ms', (ms) => {
    expect(() => bind(program, { longMs: ms }, 2000)).toThrow(/"longMs" is .* between 0 and 536870 ms/);
  });

  it('takes the longest duration that the board takes: a quarter of a turn of its counter', () => {
    expect(byName({ longMs: 536_870 }, 2000).longMs).toBe(1_073_740_000);
  });

  it('refuses a name that stands for several durations, and keeps them when it is not named', () => {
    expect(() => bind(ambiguous, { grownMs: 5 }, 1)).toThrow(/"grownMs" depends on the chart's context/);
    expect([...bind(ambiguous, {}, 1).ticks].sort()).toEqual([10, 10, 20, 30]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancel, raise } from 'xstate';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { chartOf, lamps, lit, start } from './lamps.ts';
import { bench, enacted, expectSame, interpreted, trains } from './run-both.ts';

const done = { type: 'final' } as const;

describe('the timers of a compiled chart are those of the chart itself', () => {
  it('with reenter, which starts timers anew, and without, which does not', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'waiting',
      states: {
        waiting: {
          after: { 20: 'over' },
          on: { 'a.on': { target: 'waiting', reenter: true }, 'b.on': { target: 'waiting' } },
        },
        over: done,
      },
    });
    expectSame(chart, ['waiting', 'over']);
  });

  it('with delays and parameters that are functions of context and input', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'asked',
      states: {
        asked: { after: { askedMs: 'grown' }, on: { 'a.on': { actions: 'bump' } } },
        grown: {
          entry: { type: 'open', params: ({ context }) => ({ line: context.n === 0 ? 'red' : 'green' }) },
          after: { grownMs: 'over' },
        },
        over: done,
      },
    });
    const { slots } = expectSame(chart, ['grown', 'over'], { ms: 15 });
    expect(slots.filter(({ name }) => name === 'askedMs')).toEqual([{ name: 'askedMs', ms: 15 }]);
    expect(slots.filter(({ name }) => name === 'grownMs').map(({ ms }) => ms)).toEqual([10, 20, 30]);
  });

  it('with delayed raises and cancel; a raise without an id cannot be cancelled', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'waiting',
      states: {
        waiting: {
          entry: [raise({ type: 'ring' }, { id: 'bell', delay: 20 }), raise({ type: 'knock' }, { delay: 'longMs' })],
          on: {
            'a.on': { actions: cancel('bell') },
            'b.on': { actions: cancel('knock') },
            ring: 'rung',
            knock: 'over',
          },
        },
        rung: { ...lit('red'), on: { knock: 'over' } },
        over: done,
      },
    });
    expectSame(chart, ['waiting', 'rung', 'over']);
  });

  it('with a guarded timer whose guard fails: it is spent', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'waiting',
      states: {
        waiting: { on: { 'a.on': { actions: 'bump' } }, after: { 20: { guard: 'odd', target: 'lit' }, 60: 'over' } },
        lit: { ...lit('red'), after: { 20: 'over' } },
        over: done,
      },
    });
    const { nodes, states } = expectSame(chart, ['waiting', 'lit', 'over']);
    const spent = nodes.filter(({ state, running }) => states[state] === 'waiting' && running !== nodes[0]!.running);
    expect(spent).toHaveLength(1);
  });

  it('with an event raised on entry, timers of 0 ms, and two timers due at once in either order of start', () => {
    const chart = lamps.createMachine({
      ...start,
      type: 'parallel',
      states: {
        clock: {
          initial: 'first',
          states: {
            first: { entry: raise({ type: 'go' }), after: { 0: 'second' } },
            second: { ...lit('red'), after: { 20: 'third' } },
            third: done,
          },
        },
        hand: {
          initial: 'rest',
          states: {
            rest: { on: { go: 'up', 'a.on': 'up' } },
            up: { after: { 20: 'down' }, on: { 'b.on': 'rest' } },
            down: { ...lit('green'), after: { 0: 'end' } },
            end: done,
          },
        },
      },
    });
    expectSame(chart, ['clock.second hand.up', 'clock.second hand.down', 'clock.third hand.end']);
  });

  it('at odd clock rates, where both round a duration once', () => {
    const chart = chartOf({
      initial: 'one',
      states: {
        one: { after: { 3: 'two' } },
        two: { ...lit('red'), after: { shortMs: 'one' }, on: { 'a.on': 'one' } },
      },
    });
    const program = compile(chart, undefined, bench);
    fc.assert(
      fc.property(trains, fc.double({ min: 0.4, max: 1990.3, noNaN: true }), (inputs, ticksPerMs) => {
        const bound = bind(program, {}, ticksPerMs);
        const end = 60 * ticksPerMs;
        expect(interpreted(bound, inputs, end)).toEqual(enacted(chart, undefined, bound, inputs, end));
      }),
      { numRuns: 100 },
    );
  });
});

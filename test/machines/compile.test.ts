import { describe, expect, it } from 'vitest';
import { and, assign, cancel, enqueueActions, not, stateIn } from 'xstate';
import { chartOf, lamps, lit, start } from './lamps.ts';
import { expectSame } from './run-both.ts';

const done = { type: 'final' } as const;

describe('a compiled chart gives the events of the chart itself', () => {
  it('with nested states, and parent and child timers together', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'outer',
      states: {
        outer: {
          ...lit('red'),
          initial: 'one',
          after: { 40: 'over' },
          on: { 'b.on': 'over' },
          states: {
            one: { after: { shortMs: 'two' }, on: { 'a.on': 'two' } },
            two: { ...lit('green'), after: { longMs: 'one', shortMs: { guard: 'odd', target: 'one' } } },
          },
        },
        over: done,
      },
    });
    expectSame(chart, ['outer.one', 'outer.two', 'over']);
  });

  it('with parallel states and their onDone', () => {
    const region = (line: string, key: string) => ({
      initial: 'dark',
      states: {
        dark: { on: { [`${key}.on`]: 'light' }, after: { longMs: 'light' } },
        light: { ...lit(line), after: { shortMs: 'off' } },
        off: done,
      },
    });
    const chart = chartOf({
      initial: 'both',
      states: {
        both: { type: 'parallel', onDone: 'over', states: { left: region('red', 'a'), right: region('green', 'b') } },
        over: done,
      },
    });
    expectSame(chart, ['both.left.light both.right.light', 'both.left.off both.right.dark', 'over']);
  });

  it('with always, guards on context, counters and final output', () => {
    const chart = lamps.createMachine({
      ...start,
      output: ({ context }) => ({ presses: context.n }),
      initial: 'counting',
      states: {
        counting: {
          on: { 'a.on': { actions: assign({ n: ({ context }) => context.n + 1 }) }, 'b.on': 'over' },
          always: { guard: ({ context }) => context.n >= 3, target: 'enough' },
        },
        enough: { always: [{ guard: 'zero', target: 'counting' }, { target: 'lit' }] },
        lit: { ...lit('red'), after: { 10: 'over' } },
        over: done,
      },
    });
    const { results } = expectSame(chart, ['lit', 'over']);
    expect(results).toEqual(expect.arrayContaining([{ presses: 0 }, { presses: 1 }, { presses: 2 }, { presses: 3 }]));
  });

  it.each(['shallow', 'deep'] as const)('with %s history', (history) => {
    const chart = chartOf({
      initial: 'work',
      states: {
        work: {
          initial: 'one',
          on: { 'b.on': 'pause' },
          after: { 120: 'over' },
          states: {
            one: { on: { 'a.on': 'two' } },
            two: { initial: 'x', states: { x: { after: { 10: 'y' } }, y: lit('red') } },
            back: { type: 'history', history },
          },
        },
        pause: { on: { 'b.off': 'work.back' }, after: { 30: 'work.back' } },
        over: done,
      },
    });
    expectSame(chart, ['pause', 'work.one', 'work.two.y']);
  });

  it('with wildcards, combined guards and enqueueActions', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'idle',
      states: {
        idle: { on: { 'a.*': 'busy', '*': { actions: 'bump' } }, after: { 100: 'over' } },
        busy: {
          entry: enqueueActions(({ context, enqueue, check }) => {
            if (check('odd')) enqueue({ type: 'open', params: { line: 'red' } });
            if (context.n === 2) enqueue.raise({ type: 'late' }, { delay: 15, id: 'late' });
            enqueue('bump');
          }),
          exit: [{ type: 'close', params: { line: 'red' } }, cancel('late')],
          on: { late: 'over', 'b.on': { guard: and([not('zero'), stateIn('busy')]), target: 'idle' } },
          after: { 25: 'idle' },
        },
        over: done,
      },
    });
    expectSame(chart, ['idle', 'busy', 'over']);
  });
});

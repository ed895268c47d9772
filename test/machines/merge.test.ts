import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign } from 'xstate';
import { compile } from '#machines/compile.ts';
import { chartOf, lamps, lit, start } from './lamps.ts';
import { bench, expectSame } from './run-both.ts';

const counting = (presses: number, cares: boolean) =>
  lamps.createMachine({
    ...start,
    initial: 'counting',
    states: {
      counting: {
        after: { 100: 'over' },
        on: {
          'a.on': [
            { guard: ({ context }) => cares && context.n + 1 >= presses, target: 'over' },
            { actions: assign({ n: ({ context }) => Math.min(context.n + 1, presses) }) },
          ],
        },
      },
      over: { type: 'final' },
    },
  });

describe('merging', () => {
  it('forgets which of 20 presses it was, when nothing comes of it', () => {
    expect(compile(counting(20, false), undefined, bench).nodes).toHaveLength(2);
  });

  it('keeps one node a press where the count matters: 60 presses take 61 nodes', () => {
    expect(compile(counting(60, true), undefined, bench).nodes).toHaveLength(61);
  });

  it('tells apart nodes that differ only in what a timer will do', () => {
    const chart = lamps.createMachine({
      ...start,
      initial: 'wait',
      states: {
        wait: {
          on: { 'a.on': { actions: assign({ n: 1 }) } },
          after: { 20: [{ guard: 'odd', target: 'lit' }, { target: 'over' }] },
        },
        lit: { ...lit('red'), after: { 10: 'over' } },
        over: { type: 'final' },
      },
    });
    expect(expectSame(chart, ['lit', 'over']).nodes).toHaveLength(4);
  });

  const names = ['s0', 's1', 's2', 's3'] as const;
  const target = fc.constantFrom(...names);
  const guard = fc.constantFrom(undefined, 'odd', 'zero');
  const move = fc.record({
    target: fc.option(target, { nil: undefined }),
    guard,
    reenter: fc.boolean(),
    actions: fc.constantFrom([], ['bump']),
  });
  const leaf = fc.record({
    on: fc.dictionary(fc.constantFrom('a.on', 'a.off', 'b.on', '*'), move, { maxKeys: 2 }),
    after: fc.dictionary(fc.constantFrom('10', '20', 'shortMs', 'grownMs'), move, { maxKeys: 2 }),
    lamp: fc.constantFrom({}, lit('red'), lit('green')),
  });
  const region = fc.tuple(leaf, leaf, leaf, leaf, fc.boolean()).map(([s0, s1, s2, s3, ends]) => ({
    initial: 's0',
    states: Object.fromEntries(
      [s0, s1, s2, s3].map(({ on, after, lamp }, index) => [
        names[index],
        ends && index === 3 ? { type: 'final', ...lamp } : { on, after, ...lamp },
      ]),
    ),
  }));
  const nested = fc.tuple(region, region, move).map(([outer, inner, out]) => ({
    ...outer,
    states: { ...outer.states, s1: { ...outer.states.s1, type: undefined, ...inner, on: { 'b.on': out } } },
  }));
  const parallel = fc.tuple(region, region).map(([x, y]) => ({ type: 'parallel', states: { x, y } }));

  it.each([
    ['flat', region, 60],
    ['nested', nested, 50],
    ['parallel', parallel, 25],
  ] as const)('never changes what random %s charts do', (_, charts, numRuns) => {
    fc.assert(
      fc.property(charts as fc.Arbitrary<object>, (config) => {
        expectSame(chartOf(config), [], undefined, 15);
      }),
      { numRuns },
    );
  });
});

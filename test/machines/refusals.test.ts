import { describe, expect, it } from 'vitest';
import { assign, cancel, emit, enqueueActions, fromPromise, log, raise, sendTo, spawnChild } from 'xstate';
import { ChartRefused } from '#machines/chart-refused.ts';
import { compile } from '#machines/compile.ts';
import { assertEnds } from '#machines/program-cache.ts';
import { chartOf } from './lamps.ts';
import { bench } from './run-both.ts';

/** The chart whose state `bad` has this in it. */
const withBad = (bad: object, more: object = {}) =>
  chartOf({ initial: 'good', states: { good: { after: { 10: 'bad' } }, bad, over: { type: 'final' }, ...more } });

const refusalOf = (work: () => unknown): ChartRefused => {
  try {
    work();
  } catch (error) {
    if (error instanceof ChartRefused) return error;
    throw error;
  }
  throw new Error('was not refused');
};

const fails = () => {
  throw new Error('broken on purpose');
};
class Vial {}
const actor = fromPromise(async () => 1);
const keeps = (value: unknown) => ({ entry: assign(() => ({ n: value }) as never) });

const cases: readonly [what: string, bad: object, state: RegExp, words: RegExp][] = [
  ['invoke', { invoke: { src: actor } }, /bad/, /invokes an actor.*session/],
  ['spawnChild', { entry: spawnChild(actor) }, /bad/, /spawns an actor.*parallel/],
  [
    'spawn in assign',
    { entry: assign(({ spawn }) => ({ n: spawn(actor) }) as never) },
    /bad/,
    /spawns an actor.*parallel/,
  ],
  ['sendTo', { entry: sendTo(({ self }) => self, { type: 'y' }) }, /bad/, /action "xstate.sendTo".*outside the trial/],
  ['emit', { entry: emit({ type: 'y' }) }, /bad/, /action "xstate.emit"/],
  ['log', { exit: log('y'), after: { 10: 'over' } }, /bad/, /action "xstate.log"/],
  ['a custom action', { entry: 'celebrate' }, /bad/, /action "celebrate"/],
  ['an inline function', { entry: function dance() {} }, /bad/, /action "dance"/],
  ['an anonymous function', { on: { 'a.on': { actions: () => {} } } }, /bad/, /may only open and close lines/],
  ['open without a line', { entry: { type: 'open' } }, /bad/, /without a line.*params/],
  ['a misspelt delay', { after: { shotrMs: 'over' } }, /bad/, /"shotrMs".*spelling/],
  [
    'a misspelt delay of a raise',
    { entry: raise({ type: 'y' }, { delay: 'shotrMs' as never }) },
    /bad/,
    /"shotrMs".*spelling/,
  ],
  ['a negative delay', { after: { '-5': 'over' } }, /bad/, /-5 ms.*0 ms or more/],
  ['a delay of NaN', { entry: raise({ type: 'y' }, { delay: () => Number.NaN }) }, /bad/, /NaN ms.*finite/],
  [
    'a timer restarted while it runs',
    { entry: raise({ type: 'y' }, { id: 'y', delay: 10 }), on: { 'a.on': { target: 'bad', reenter: true } } },
    /bad/,
    /"y" while it is still running.*Cancel/,
  ],
  ['an always loop', { always: { actions: 'bump' }, on: {} }, /good/, /never comes to rest.*Guard/],
  [
    'a raise that answers itself',
    { entry: raise({ type: 'y' }), on: { y: { actions: raise({ type: 'y' }) } } },
    /good/,
    /never comes to rest.*Guard/,
  ],
  ['a Date in context', keeps(new Date(0)), /bad/, /n is a Date.*plain objects/],
  ['a Map in context', keeps(new Map()), /bad/, /n is a Map/],
  ['a function in context', keeps(() => 1), /bad/, /n is a function/],
  ['a class instance in context', keeps(new Vial()), /bad/, /n is a Vial/],
  ['NaN in context', keeps([Number.NaN]), /bad/, /n\[0\] is NaN/],
  ['a guard that throws', { on: { 'a.on': { guard: fails, target: 'over' } } }, /bad/, /broken on purpose/],
  ['an assign that throws', { on: { 'a.on': { actions: assign(fails) } } }, /bad/, /broken on purpose/],
  ['a delay that throws', { entry: raise({ type: 'y' }, { delay: fails }) }, /good/, /broken on purpose/],
  [
    'a params function that throws',
    { on: { 'a.on': { actions: { type: 'open', params: fails } } } },
    /bad/,
    /broken on purpose/,
  ],
  ['an enqueueActions that throws', { on: { 'a.on': { actions: enqueueActions(fails) } } }, /bad/, /broken on purpose/],
  ['an unknown line', { entry: { type: 'open', params: { line: 'blue' } } }, /bad/, /"blue".*lines here: red, green/],
];

describe('compile refuses, naming state and remedy', () => {
  it.each(cases)('%s', (_, bad, state, words) => {
    const refusal = refusalOf(() => compile(withBad(bad), undefined, bench));
    expect(refusal.state).toMatch(state);
    expect(refusal.message.replaceAll('\n', ' ')).toMatch(words);
  });

  it('a context that never closes, within a second', () => {
    const counter = { on: { 'a.on': { actions: assign({ n: ({ context }) => context.n + 1 }) } } };
    const began = performance.now();
    const refusal = refusalOf(() => compile(withBad(counter), undefined, bench));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(refusal.state).toBe('bad');
    expect(refusal.message).toMatch(/never closes.*Stop counting/);
  });

  it('more timers at once than a mask holds', () => {
    const after = Object.fromEntries(Array.from({ length: 32 }, (_, index) => [100 + index, 'over']));
    // Explored only so far as the timers' first node: each timer leads straight to the end.
    expect(refusalOf(() => compile(withBad({ after }), undefined, bench)).message).toMatch(/more than 31 timers/);
  });

  it('nothing else: a cancel of what does not run is allowed', () => {
    expect(compile(withBad({ entry: cancel('nothing') }), undefined, bench).nodes).toHaveLength(2);
  });
});

describe('assertEnds', () => {
  it('refuses a chart that waits for the animal for ever', () => {
    const program = compile(withBad({ on: { 'a.on': 'over' } }), undefined, bench);
    expect(refusalOf(() => assertEnds(program)).message).toMatch(/"bad".*for ever.*after/);
  });

  it('refuses a chart whose timers only lead round', () => {
    const program = compile(withBad({ after: { 10: 'good' }, on: { 'a.on': 'over' } }), undefined, bench);
    expect(() => assertEnds(program)).toThrow(ChartRefused);
  });

  it('accepts a chart that ends on its own', () => {
    expect(() => assertEnds(compile(withBad({ after: { 10: 'over' } }), undefined, bench))).not.toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import { assign, raise, setup } from 'xstate';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { epochsOfStates } from '#machines/epochs.ts';
import { freeLicking } from '#machines/free-licking.ts';
import { provePaths, type TrialExpectation } from '#machines/path-proof.ts';
import { Zone } from '#machines/path-zone.ts';
import { singleOdourTrial } from '#machines/single-odour-trial.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { type Changes, planOf, rigLines } from './trial-driver.ts';

const TICKS_PER_MS = 2000;

const expected: TrialExpectation = {
  longestMs: 1000,
  exclusive: [['odourA', 'odourB', 'odourC', 'odourD']],
  water: { line: 'water', lick: 'lick.on', free: false, longestMs: 50 },
  light: null,
};

function proofOf(chart: Parameters<typeof compile>[0], input: unknown, wanted: TrialExpectation) {
  const program = compile(chart, input, rigLines);
  const durations = (input as { durations?: Record<string, number> } | null)?.durations ?? {};
  return provePaths(bind(program, durations, TICKS_PER_MS), wanted, epochsOfStates(chart, program));
}

const proofOfTrial = (changes: Changes, wanted: Partial<TrialExpectation> = {}, chart = twoOdourTrial as never) =>
  proofOf(chart, planOf(changes), { ...expected, ...wanted });

describe('the path proof', () => {
  it('finds nothing wrong with a go trial, and how long it lasts exactly', () => {
    const { violation, longestMs, situations } = proofOfTrial({});
    expect(violation).toBeNull();
    expect(longestMs).toBe(1000);
    expect(situations).toBeGreaterThan(8);
  });

  it('reckons how long a trial can last by its times: a late answer, a drop that outlasts it, an early lick', () => {
    const late = { rewardDelayed: true, durations: { waterMs: 300, rewardDelayMs: 100, consumptionMs: 200 } };
    const limits = { longestMs: 1200, water: { ...expected.water!, longestMs: 300 } };
    expect(proofOfTrial(late, limits)).toMatchObject({ violation: null, longestMs: 1200 });
    const early = { abortOnEarlyLick: true, durations: { timeoutMs: 900 } };
    expect(proofOfTrial(early, { longestMs: 1400 })).toMatchObject({ violation: null, longestMs: 1400 });
  });

  it('knows that the single-odour trial and free licking hold too', () => {
    expect(proofOfTrial({ odour1: null }, {}, singleOdourTrial as never)).toMatchObject({
      violation: null,
      longestMs: 700,
    });
    // A drop after the latest lick, then the time to drink.
    expect(proofOfTrial({ odour1: null, odour2: null }, {}, freeLicking as never)).toMatchObject({
      violation: null,
      longestMs: 550,
    });
  });

  /** Plans that are other than what was promised. */
  const broken: [string, Changes, Partial<TrialExpectation>, string, RegExp][] = [
    ['water in a no-go trial', {}, { water: null }, 'water', /no water/],
    ['water at the other spout', {}, { water: { ...expected.water!, line: 'waterLeft' } }, 'water', /waterLeft/],
    [
      'water for a lick on the wrong spout',
      {},
      { water: { ...expected.water!, lick: 'lickLeft.on' } },
      'water',
      /lickLeft.on has not come/,
    ],
    ['free water where none is on offer', { freeOnMiss: true }, {}, 'water', /lick.on has not come/],
    ['a drop that is too long', { durations: { waterMs: 80 } }, {}, 'on-time', /water may be on for 80 ms/],
    ['a trial that is too long', { durations: { baselineMs: 101 } }, {}, 'ends in time', /1001 ms/],
    [
      'a timeout that is too long',
      { abortOnEarlyLick: true, durations: { timeoutMs: 600 } },
      {},
      'ends in time',
      /1100/,
    ],
    ['light that was not asked for', { light: { from: 'choice' } }, {}, 'light', /opto is on in a trial without it/],
    [
      'light in another epoch',
      { light: { from: 'lateDelay' } },
      { light: { from: 'choice', to: 'choice', lines: { opto: 300 } } },
      'light',
      /opto is on in lateDelay/,
    ],
    [
      'light for too long',
      { light: { from: 'earlyDelay', to: 'lateDelay' } },
      { light: { from: 'earlyDelay', to: 'lateDelay', lines: { opto: 150 } } },
      'on-time',
      /opto may be on for 200 ms/,
    ],
    [
      'a masking flash in a trial without one',
      { light: { from: 'choice', mask: true } },
      { light: { from: 'choice', to: 'choice', lines: { opto: 300 } } },
      'light',
      /maskingLight/,
    ],
    [
      'two lines that exclude each other',
      {},
      { exclusive: [['trial', 'odourC']] },
      'excludes',
      /odourC and trial|trial and odourC/,
    ],
  ];

  it.each(broken)('finds %s, and prints the path to it', (_, changes, wanted, rule, problem) => {
    const { violation } = proofOfTrial(changes, wanted);
    expect(violation?.rule).toBe(rule);
    expect(violation?.problem).toMatch(problem);
    expect(violation?.path[0]).toMatch(/^0 ms: the trial starts > /);
    expect(violation?.path.length).toBeGreaterThan(1);
  });

  it('prints the shortest path, with times, causes, states and what is on', () => {
    expect(proofOfTrial({}, { water: null }).violation?.path).toEqual([
      '0 ms: the trial starts > running.epoch.baseline running.water.closed (trial on)',
      '100 ms: baselineMs passed > running.epoch.odour1 running.water.closed (odourA, trial on)',
      '200 ms: odour1Ms passed > running.epoch.delay.early running.water.closed (trial on)',
      '300 ms: earlyDelayMs passed > running.epoch.delay.late running.water.closed (trial on)',
      '400 ms: lateDelayMs passed > running.epoch.odour2 running.water.closed (odourC, trial on)',
      '500 ms: odour2Ms passed > running.epoch.choice running.water.opening (trial on)',
      '500 ms: answerStartMs passed > running.epoch.choice running.water.armed (trial on)',
      '500 to 800 ms: lick.on > running.epoch.choice running.water.flowing (water, trial on)',
    ]);
  });
});

describe('a chart that is wrong', () => {
  const parts = setup({
    types: { context: {} as { licks: number }, tags: {} as 'choice' | 'consumption' },
    actions: { open: (_, _params: { line: string }) => {}, close: (_, _params: { line: string }) => {} },
  });
  const open = (line: string) => ({ type: 'open', params: { line } }) as const;
  const close = (line: string) => ({ type: 'close', params: { line } }) as const;
  type States = NonNullable<Parameters<typeof parts.createMachine>[0]['states']>;
  const chartOf = (states: States, initial = 'first') =>
    parts.createMachine({ context: { licks: 0 }, initial, states: { ...states, over: { type: 'final' } } });

  const wrong: [string, States, string, RegExp][] = [
    [
      'opens two odours at once',
      {
        first: {
          entry: [open('odourA'), open('odourB')],
          exit: [close('odourA'), close('odourB')],
          after: { 10: 'over' },
        },
      },
      'excludes',
      /odourA and odourB/,
    ],
    [
      'opens the second odour before the first one closes, on one path only',
      {
        first: { entry: open('odourA'), after: { 10: 'second' }, on: { 'lick.on': 'third' } },
        second: { entry: close('odourA'), after: { 10: 'third' } },
        third: { entry: open('odourB'), exit: [close('odourA'), close('odourB')], after: { 10: 'over' } },
      },
      'excludes',
      /odourA and odourB/,
    ],
    [
      'gives water twice',
      {
        first: { tags: 'choice', on: { 'lick.on': 'drop' }, after: { 100: 'over' } },
        drop: { entry: open('water'), exit: close('water'), after: { 20: 'more' } },
        more: { on: { 'lick.on': 'again' }, after: { 100: 'over' } },
        again: { entry: open('water'), exit: close('water'), after: { 20: 'over' } },
      },
      'water',
      /a second time/,
    ],
    [
      'gives water for a lick before the choice period',
      {
        first: { on: { 'lick.on': 'drop' }, after: { 100: 'asks' } },
        asks: { tags: 'choice', on: { 'lick.on': 'drop' }, after: { 100: 'over' } },
        drop: { entry: open('water'), exit: close('water'), after: { 20: 'over' } },
      },
      'water',
      /has not come in the choice epoch/,
    ],
    [
      'leaves water open as long as the mouse licks',
      {
        first: { tags: 'choice', on: { 'lick.on': 'drop' }, after: { 100: 'over' } },
        drop: { entry: open('water'), on: { 'lick.on': { target: 'drop', reenter: true } }, after: { 50: 'shut' } },
        shut: { entry: close('water'), after: { 1: 'over' } },
      },
      'on-time',
      /water may be on for/,
    ],
    [
      'starts anew at every lick',
      { first: { on: { 'lick.on': { target: 'first', reenter: true } }, after: { 300: 'over' } } },
      'ends in time',
      /may still run/,
    ],
    [
      'lasts too long on one path of many',
      {
        first: { after: { 400: 'over' }, on: { 'lick.on': 'second' } },
        second: { after: { 400: 'over' }, on: { 'lick.on': 'third' } },
        third: { after: { 400: 'over' } },
      },
      'ends in time',
      /1200 ms/,
    ],
    ['ends with a line on', { first: { entry: open('trial'), after: { 10: 'over' } } }, 'safe end', /trial on/],
    [
      'lights what it should not',
      { first: { entry: open('opto'), exit: close('opto'), after: { 10: 'over' } } },
      'light',
      /opto is on in a trial without it/,
    ],
  ];

  it.each(wrong)('%s', (_, states, rule, problem) => {
    const { violation } = proofOf(chartOf(states), null, expected);
    expect(violation?.rule).toBe(rule);
    expect(violation?.problem).toMatch(problem);
  });

  it('is not found where times forbid its path: the light is out before the other line opens', () => {
    // Side by side; the table has a path on which both are on, and no durations ever take it.
    const side = (line: string, fromMs: number, toMs: number) => ({
      initial: 'before',
      states: {
        before: { after: { [fromMs]: 'on' } },
        on: { entry: open(line), exit: close(line), after: { [toMs - fromMs]: 'done' } },
        done: { type: 'final' as const },
      },
    });
    const both = (otherFromMs: number) =>
      chartOf({
        first: {
          type: 'parallel',
          onDone: 'over',
          states: { one: side('odourA', 10, 50), other: side('odourB', otherFromMs, 90) },
        },
      });
    expect(proofOf(both(51), null, expected).violation).toBeNull();
    expect(proofOf(both(49), null, expected).violation?.rule).toBe('excludes');
  });

  it('waits for a lick that need not come', () => {
    const chart = parts.createMachine({
      context: { licks: 0 },
      initial: 'first',
      states: {
        first: { after: { 10: 'waits' }, on: { 'lick.on': 'over' } },
        waits: { on: { 'lick.on': 'over' } },
        over: { type: 'final' },
      },
    });
    const program = compile(chart, null, rigLines);
    // bind refuses it too; here it is told with its path.
    const bound = { program, ticks: program.slots.map(({ ms }) => ms * TICKS_PER_MS), ticksPerMs: TICKS_PER_MS };
    const { violation } = provePaths(bound, expected, epochsOfStates(chart, program));
    expect(violation).toMatchObject({
      rule: 'ends',
      path: [/first/, /waits/].map((state) => expect.stringMatching(state)),
    });
  });

  it('counts licks only as far as it must: no more situations than needed', () => {
    const chart = parts.createMachine({
      context: { licks: 0 },
      initial: 'first',
      entry: raise({ type: 'over' }, { delay: 500, id: 'end' }),
      on: { over: '.over' },
      states: {
        first: {
          on: {
            'lick.on': {
              guard: ({ context }) => context.licks < 5,
              actions: assign({ licks: ({ context }) => context.licks + 1 }),
            },
          },
        },
        over: { type: 'final' },
      },
    });
    const { violation, situations, longestMs } = proofOf(chart, null, expected);
    expect(violation).toBeNull();
    expect(longestMs).toBe(500);
    expect(situations).toBeLessThan(20);
  });
});

describe('a zone', () => {
  it('knows by how much one instant may follow another', () => {
    const zone = Zone.at('a').with('b', 'a', 100).withAnyAfter('c', 'a');
    expect([zone.most('b', 'a'), zone.most('a', 'b')]).toEqual([100, -100]);
    expect([zone.most('c', 'a'), zone.most('a', 'c')]).toEqual([Number.POSITIVE_INFINITY, 0]);
    const before = zone.when('c', 'b', -30)!;
    expect(before.most('c', 'a')).toBe(70);
    expect(before.most('b', 'c')).toBe(100);
    expect(before.when('b', 'c', 29)).toBeNull();
    expect(before.when('b', 'c', 30)!.most('a', 'c')).toBe(-70);
  });

  it('is the same set whatever the order in which its instants came', () => {
    const one = Zone.at('a').with('b', 'a', 5).with('c', 'a', 9);
    const other = Zone.at('a').with('c', 'a', 9).with('b', 'c', -4);
    expect(one.key).toBe(other.key);
    expect(one.without(['b']).key).toBe(Zone.at('a').with('c', 'a', 9).key);
    expect(() => one.most('d', 'a')).toThrow(/no instant "d"/);
  });
});

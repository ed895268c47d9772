import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { programHash } from '#machines/program-cache.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { epochs } from '#machines/vocabulary.ts';
import { enacted, type Input, interpreted } from './run-both.ts';
import { type AskedLight, type Changes, durations, licks, planOf, rigLines, tell } from './trial-driver.ts';

const noGo = { rewarded: null };
const twoSpouts = { spouts: ['left', 'right'], rewarded: 'left' } as const;
const aborts = { abortOnEarlyLick: true };

type Case = [
  fact: string,
  changes: Changes,
  inputs: Input[],
  outcome: string,
  water: [number, number] | null,
  endsAt: number,
];

const free = { freeOnMiss: true };

const cases: Case[] = [
  ['go, a lick in the choice period: hit, with water at once', {}, licks([600]), 'hit', [600, 650], 1000],
  ['go, no lick: miss', {}, [], 'miss', null, 1000],
  ['go, licks before and after the choice period: miss', {}, licks([50, 150, 300, 499, 900]), 'miss', null, 1000],
  ['no-go, a lick: false alarm, no water', noGo, licks([600]), 'falseAlarm', null, 1000],
  ['no-go, no lick: correct rejection', noGo, [], 'correctRejection', null, 1000],
  [
    'three licks to answer: the third earns',
    { licksToAnswer: 3 },
    licks([510, 540, 570, 600]),
    'hit',
    [570, 620],
    1000,
  ],
  ['three licks to answer: two are a miss', { licksToAnswer: 3 }, licks([510, 540]), 'miss', null, 1000],
  ['licks count from answer start', { durations: { answerStartMs: 100 } }, licks([550, 620]), 'hit', [620, 670], 1000],
  ['a lick before answer start is none', { durations: { answerStartMs: 100 } }, licks([550]), 'miss', null, 1000],
  [
    'an answer start after the choice period: miss',
    { durations: { answerStartMs: 500 } },
    licks([600]),
    'miss',
    null,
    1000,
  ],
  ['a delayed reward comes after its delay', { rewardDelayed: true }, licks([600]), 'hit', [640, 690], 1000],
  ['one drop a trial', {}, licks([510, 600, 700]), 'hit', [510, 560], 1000],
  ['an early lick aborts, with timeout', aborts, licks([310]), 'early', null, 460],
  ['an early lick in odour 2 aborts', aborts, licks([450]), 'early', null, 600],
  ['licks in baseline and odour 1 do not abort', aborts, licks([50, 150, 600]), 'hit', [600, 650], 1000],
  ['an early lick on a spout that does not count', aborts, licks([310], 'lickLeft'), 'miss', null, 1000],
  ['a miss where water is free then: still a miss, and water at the end of choice', free, [], 'miss', [800, 850], 1000],
  [
    'an answer where water would be free on a miss: one drop, at the answer',
    free,
    licks([600]),
    'hit',
    [600, 650],
    1000,
  ],
  ['no answer on a no-go trial is never free water', { ...free, ...noGo }, [], 'correctRejection', null, 1000],
  ['two spouts, the rewarded one: correct', twoSpouts, licks([600], 'lickLeft'), 'correct', [600, 650], 1000],
  ['two spouts, the other one: error', twoSpouts, licks([600], 'lickRight'), 'error', null, 1000],
  ['two spouts, none: no response', twoSpouts, licks([600], 'lick'), 'noResponse', null, 1000],
  [
    'two spouts, two licks to answer are two on one side',
    { ...twoSpouts, licksToAnswer: 2 },
    [...licks([510], 'lickRight'), ...licks([540, 570], 'lickLeft')],
    'correct',
    [570, 620],
    1000,
  ],
  [
    'a lick already on when choice opens is no answer',
    {},
    [
      { at: 490, index: 1 },
      { at: 560, index: 0 },
    ],
    'miss',
    null,
    1000,
  ],
  ['an answer in the last tick of choice gets its whole drop', {}, licks([799]), 'hit', [799, 849], 1000],
  ['a lick at the deadline of choice comes after it: miss', {}, licks([800]), 'miss', null, 1000],
  [
    'a drop longer than consumption still flows whole',
    { durations: { waterMs: 600, consumptionMs: 10 } },
    licks([700]),
    'hit',
    [700, 1300],
    1300,
  ],
];

describe('a two-odour trial', () => {
  it.each(cases)('%s', (_, changes, inputs, outcome, water, endsAt) => {
    const told = tell(changes, inputs);
    expect(told.outcome).toBe(outcome);
    const valve = changes.spouts ? 'waterLeft' : 'water';
    const valves = Object.entries(told.on).filter(([line]) => line.startsWith('water'));
    expect(valves).toEqual(water ? [[valve, [water]]] : []);
    expect(told.endsAt).toBe(endsAt);
    expect(told.on.trial![0]![0]).toBe(0);
  });

  it('smells of odour 1, then of odour 2, for their epochs', () => {
    const { on } = tell({ odour1: 'B', odour2: 'D' }, licks([600]));
    expect([on.odourA, on.odourB, on.odourC, on.odourD]).toEqual([undefined, [[100, 200]], undefined, [[400, 500]]]);
  });

  const bounds = [0, 100, 200, 300, 400, 500, 800, 1000];
  it.each(epochs.map((epoch, index) => [epoch, bounds[index]!, bounds[index + 1]!] as const))(
    'lights %s from %i to %i ms, also while water flows',
    (epoch, from, to) => {
      for (const inputs of [[], licks([770, 799])]) {
        expect(tell({ light: { from: epoch }, rewardDelayed: true }, inputs).on.opto).toEqual([[from, to]]);
      }
    },
  );

  /** Shares of the span, so that light fits whatever the durations are. */
  const lights = fc.option(
    fc.record({
      ends: fc.tuple(fc.nat(epochs.length - 1), fc.nat(epochs.length - 1)),
      late: fc.constantFrom(0, 0.2, 0.4),
      early: fc.constantFrom(0, 0.2, 0.4),
      ramp: fc.constantFrom(0, 0.5, 0.9),
      side: fc.constantFrom('inside' as const, 'outside' as const),
      on: fc.boolean(),
      mask: fc.boolean(),
    }),
  );
  const lightIn = (light: Sampled<typeof lights>, lasts: typeof durations): AskedLight | null => {
    if (light === null) return null;
    const [first, last] = light.ends.toSorted((a, b) => a - b);
    const span = epochs.slice(first, last! + 1);
    const wholeMs = span.reduce((sum, epoch) => sum + lasts[`${epoch}Ms`], 0);
    if (wholeMs === 0) return null;
    const [startsAfterMs, endsBeforeMs] = [light.late * wholeMs, light.early * wholeMs];
    const rampMs = light.ramp * (wholeMs - startsAfterMs - endsBeforeMs);
    const { side: ramp, on, mask } = light;
    return { from: span[0]!, to: span.at(-1)!, startsAfterMs, endsBeforeMs, rampMs, ramp, on, mask };
  };
  type Sampled<A> = A extends fc.Arbitrary<infer T> ? T : never;

  const plans: fc.Arbitrary<Omit<TrialPlan, 'durations' | 'light'>> = fc.record({
    odour1: fc.constantFrom('A', 'B'),
    odour2: fc.constantFrom('C', 'D'),
    spouts: fc.constantFrom(['centre'], ['left', 'right']),
    rewarded: fc.constantFrom('centre', 'left', null),
    licksToAnswer: fc.integer({ min: 1, max: 3 }),
    rewardDelayed: fc.boolean(),
    abortOnEarlyLick: fc.boolean(),
    freeOnMiss: fc.boolean(),
  });
  const someDurations = fc
    .array(fc.nat(40), { minLength: 11, maxLength: 11 })
    .map(
      (all) =>
        Object.fromEntries(Object.keys(durations).map((name, index) => [name, all[index]! * 5])) as typeof durations,
    );

  it('has one program whatever its durations', () => {
    const hash = (plan: TrialPlan) => programHash(compile(twoOdourTrial, plan, rigLines));
    fc.assert(
      fc.property(
        plans,
        lights,
        someDurations,
        fc.array(fc.nat(99), { minLength: 3, maxLength: 3 }),
        (asked, light, drawn, ms) => {
          const plan = planOf({ ...asked, light: lightIn(light, durations) });
          const lightMs = Object.fromEntries(
            ['lightOpensMs', 'lightClosesMs', 'maskClosesMs']
              .filter((name) => name in plan.durations)
              .map((name, index) => [name, ms[index]!]),
          );
          expect(hash({ ...plan, durations: { ...drawn, ...lightMs } })).toBe(hash(plan));
        },
      ),
      { numRuns: 20 },
    );
  });

  const train = fc
    .array(fc.tuple(fc.nat(40), fc.nat(rigLines.inputs.length * 2 - 1)), { maxLength: 30 })
    .map((steps) => {
      let at = 0;
      return steps.map(([gap, index]) => {
        at += gap * 5;
        return { at, index };
      });
    });

  it('is the same by interpreter and by XState, with ties', () => {
    fc.assert(
      fc.property(plans, lights, someDurations, train, (plan, light, drawn, inputs) => {
        const input = planOf({ ...plan, durations: drawn, light: lightIn(light, drawn) });
        const bound = bind(compile(twoOdourTrial, input, rigLines), { ...input.durations }, 1);
        expect(interpreted(bound, inputs)).toEqual(enacted(twoOdourTrial, input, bound, inputs));
      }),
      { numRuns: 100 },
    );
  });

  it('never opens two odours, and water only for an answer, on any path of its program', () => {
    const bit = (line: string) => 1 << rigLines.outputs.indexOf(line);
    const smells = ['odourA', 'odourB', 'odourC', 'odourD'].map(bit);
    const waters = ['water', 'waterLeft', 'waterRight'].map(bit).reduce((all, each) => all | each);
    fc.assert(
      fc.property(plans, lights, (plan, light) => {
        const lit = planOf({ ...plan, light: lightIn(light, durations) });
        const { nodes, states, lines } = compile(twoOdourTrial, lit, rigLines);
        for (const { outputs, state } of nodes) {
          expect(smells.filter((each) => outputs & each).length).toBeLessThanOrEqual(1);
          expect((outputs & waters) !== 0).toBe(/water\.(flowing|free)/.test(states[state]!));
        }
        // Water opens by a lick in the armed state, by the reward delay that follows one, or at the end of a choice
        // period without an answer where it is free then.
        for (const { onInput, onTimer, outputs, state } of nodes) {
          const opens = (to: number) => (nodes[to]!.outputs & waters & ~outputs) !== 0;
          const cause = states[state]!;
          const free = plan.freeOnMiss && plan.rewarded !== null;
          const waits = free ? /water\.toCome|epoch\.choice .*water\.(armed|opening)/ : /water\.toCome/;
          if (onTimer.some((edge) => edge && opens(edge.to))) expect(cause).toMatch(waits);
          for (const [index, edge] of onInput.entries()) {
            if (!edge || !opens(edge.to)) continue;
            expect(cause).toMatch(/epoch\.choice .*water\.armed/);
            const spout = plan.rewarded === 'centre' ? 'lick' : 'lickLeft';
            expect(index).toBe(lines.inputs.indexOf(spout) * 2 + 1);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('needs 60 licks in no more nodes than one byte numbers', () => {
    expect(compile(twoOdourTrial, planOf({ licksToAnswer: 60 }), rigLines).nodes.length).toBeLessThan(256);
  });
});

/**
 * The building blocks of a trial's chart: its typed orders, guards and delays, an odour, an epoch with its light, and the
 * region that gives water for an answer.
 *
 *   water   closed .............................. > armed > toCome > flowing > done
 *                                (choice opens)  (answer)       (no answer: done, or free, where water then comes by itself)
 *
 * The water's region runs beside the epochs', so that the clock of the epochs never depends on the animal: a lick in the
 * last millisecond of the choice period still gets its whole drop, and light (light.ts) keeps to its epochs.
 * A lick is an onset; a tongue that is already on the spout when the window opens is no answer.
 */
import { assign, setup } from 'xstate';
import type { LightDelay, LightOrder, LightPlan } from './light.ts';
import { lightOrders, lightOrdersAtBreak, lightOrdersAtEnd } from './light.ts';
import type { TrialPlan, TrialResult } from './trial-plan.ts';
import type { Epoch, Outcome, Spout } from './vocabulary.ts';
import { odourLine, spoutLines } from './vocabulary.ts';

interface Context {
  readonly plan: TrialPlan;
  /** Licks in the window so far, by spout; an answer is `licksToAnswer` on one spout. */
  readonly licks: Partial<Record<Spout, number>>;
  readonly answer: Spout | null;
  readonly early: boolean;
  readonly free: boolean;
}

const lightEvents = {
  lightOpensMs: 'light.opens',
  lightClosesMs: 'light.closes',
  maskClosesMs: 'mask.closes',
} as const satisfies Record<LightDelay, string>;

type Event = {
  type:
    | ('lick.on' | 'lickLeft.on' | 'lickRight.on' | 'choice.opens' | 'choice.closes')
    | (typeof lightEvents)[LightDelay];
};

function outcomeOf(plan: TrialPlan, answer: Spout | null, early: boolean): Outcome {
  if (early) return 'early';
  if (plan.spouts.length > 1) {
    if (answer === null) return 'noResponse';
    return answer === plan.rewarded ? 'correct' : 'error';
  }
  if (plan.rewarded === null) return answer === null ? 'correctRejection' : 'falseAlarm';
  return answer === null ? 'miss' : 'hit';
}

/** The spout this lick was on, if licks there count as answers. */
function countingSpout(context: Context, event: { type: string }): Spout | undefined {
  return context.plan.spouts.find((spout) => event.type === `${spoutLines[spout].lick}.on`);
}

/** The valve of the spout that earns water. Only asked for once an answer has earned it. */
function rewardLine({ context }: { context: Context }): { line: string } {
  return { line: spoutLines[context.plan.rewarded ?? 'centre'].water };
}

/** A delay that only a plan's light asks for. */
function lightDelay(name: LightDelay) {
  return ({ context }: { context: Context }): number => {
    const ms = context.plan.durations[name];
    if (ms !== undefined) return ms;
    throw new TypeError(
      `The light of this trial waits for ${name}, which its durations lack: take both from planLight.`,
    );
  };
}

export const trialParts = setup({
  types: {
    context: {} as Context,
    input: {} as TrialPlan,
    events: {} as Event,
    output: {} as TrialResult,
    tags: {} as Epoch,
  },
  actions: {
    // Orders to the rig: on the board they are one write to the ports, in the simulation one line of the trace.
    open: (_, _params: { line: string }) => {},
    close: (_, _params: { line: string }) => {},
    count: assign(({ context, event }) => {
      const spout = countingSpout(context, event);
      return spout === undefined ? {} : { licks: { ...context.licks, [spout]: (context.licks[spout] ?? 0) + 1 } };
    }),
    answer: assign(({ context, event }) => ({ answer: countingSpout(context, event) ?? null })),
    markEarly: assign({ early: true }),
    markFree: assign({ free: true }),
  },
  delays: {
    baselineMs: ({ context }) => context.plan.durations.baselineMs,
    odour1Ms: ({ context }) => context.plan.durations.odour1Ms,
    earlyDelayMs: ({ context }) => context.plan.durations.earlyDelayMs,
    lateDelayMs: ({ context }) => context.plan.durations.lateDelayMs,
    odour2Ms: ({ context }) => context.plan.durations.odour2Ms,
    answerStartMs: ({ context }) => context.plan.durations.answerStartMs,
    choiceMs: ({ context }) => context.plan.durations.choiceMs,
    rewardDelayMs: ({ context }) => context.plan.durations.rewardDelayMs,
    waterMs: ({ context }) => context.plan.durations.waterMs,
    consumptionMs: ({ context }) => context.plan.durations.consumptionMs,
    timeoutMs: ({ context }) => context.plan.durations.timeoutMs,
    lightOpensMs: lightDelay('lightOpensMs'),
    lightClosesMs: lightDelay('lightClosesMs'),
    maskClosesMs: lightDelay('maskClosesMs'),
  },
  guards: {
    abortsOnEarlyLick: ({ context, event }) =>
      context.plan.abortOnEarlyLick && countingSpout(context, event) !== undefined,
    completesAnswer: ({ context, event }) => {
      const spout = countingSpout(context, event);
      return spout !== undefined && (context.licks[spout] ?? 0) + 1 >= context.plan.licksToAnswer;
    },
    counts: ({ context, event }) => countingSpout(context, event) !== undefined,
    earnsWater: ({ context }) => context.answer !== null && context.answer === context.plan.rewarded,
    earnsWaterLater: ({ context }) =>
      context.plan.rewardDelayed && context.answer !== null && context.answer === context.plan.rewarded,
    freeOnMiss: ({ context }) => context.plan.freeOnMiss && context.plan.rewarded !== null,
  },
});

export const trialContext = ({ input }: { input: TrialPlan }): Context => ({
  plan: input,
  licks: {},
  answer: null,
  early: false,
  free: false,
});

export const trialResult = ({ context: { plan, answer, early, free } }: { context: Context }): TrialResult => {
  const result = { outcome: outcomeOf(plan, answer, early), answer };
  return free ? { ...result, free } : result;
};

/** The trial's TTL, for recorders and microscopes: up from first to last instant. */
export const trialBegins = { type: 'open', params: { line: 'trial' } } as const;
export const trialEnds = { type: 'close', params: { line: 'trial' } } as const;

/** `lick.on`, `lickLeft.on` and `lickRight.on` all lead to the same transitions. */
export function onAnyLick<const T>(transitions: T) {
  return { 'lick.on': transitions, 'lickLeft.on': transitions, 'lickRight.on': transitions };
}

/** Light switches as its plan says, by delayed events of the epochs' region; a trial without light starts no timer. */
const orderLight = (ordersOf: (light: LightPlan | null) => LightOrder[]) =>
  trialParts.enqueueActions(({ context, enqueue }) => {
    for (const order of ordersOf(context.plan.light)) {
      if ('line' in order) enqueue({ type: order.type, params: { line: order.line } });
      else if (order.type === 'forget') enqueue.cancel(order.delay);
      else enqueue.raise({ type: lightEvents[order.delay] }, { id: order.delay, delay: order.delay });
    }
  });

const afterLight = (delay: LightDelay) => ({ actions: orderLight((plan) => lightOrders(plan, delay)) });

/** For the region of the epochs: its light switches within epochs too, and goes off where an early lick breaks them off. */
export const lightOfEpochs = {
  on: {
    'light.opens': afterLight('lightOpensMs'),
    'light.closes': afterLight('lightClosesMs'),
    'mask.closes': afterLight('maskClosesMs'),
  },
  exit: orderLight(lightOrdersAtBreak),
};

/** An epoch by name, with what light does in it. */
export const inEpoch = (epoch: Epoch) => ({
  tags: epoch,
  entry: orderLight((plan) => lightOrders(plan, epoch)),
  exit: orderLight((plan) => lightOrdersAtEnd(plan, epoch)),
});

/** An epoch with its odour, or with none where the plan has none. */
export const smell = (which: 'odour1' | 'odour2') => {
  const { tags, entry, exit } = inEpoch(which);
  const valve = (type: 'open' | 'close') =>
    trialParts.enqueueActions(({ context, enqueue }) => {
      const odour = context.plan[which];
      if (odour !== null) enqueue({ type, params: { line: odourLine(odour) } });
    });
  return { tags, entry: [valve('open'), entry], exit: [valve('close'), exit] };
};

/** The choice period: while it lasts, the region of the water takes answers. */
export const choice = {
  tags: 'choice',
  entry: [trialParts.raise({ type: 'choice.opens' }), inEpoch('choice').entry],
  exit: [trialParts.raise({ type: 'choice.closes' }), inEpoch('choice').exit],
} as const;

const choiceCloses = [{ guard: 'freeOnMiss', target: 'free' }, { target: 'done' }] as const;

/** The valve of the rewarded spout is open. */
export const rewardFlow = {
  entry: { type: 'open', params: rewardLine },
  exit: { type: 'close', params: rewardLine },
} as const;

/** Water for an answer in the choice period, and for none where it is free on a miss. */
export const water = {
  initial: 'closed',
  states: {
    closed: { on: { 'choice.opens': 'opening' } },
    opening: { on: { 'choice.closes': choiceCloses }, after: { answerStartMs: 'armed' } },
    armed: {
      on: {
        'choice.closes': choiceCloses,
        ...onAnyLick([
          { guard: 'completesAnswer', target: 'answered', actions: 'answer' },
          { guard: 'counts', actions: 'count' },
        ] as const),
      },
    },
    answered: {
      always: [
        { guard: 'earnsWaterLater', target: 'toCome' },
        { guard: 'earnsWater', target: 'flowing' },
        { target: 'done' },
      ],
    },
    toCome: { after: { rewardDelayMs: 'flowing' } },
    flowing: { ...rewardFlow, after: { waterMs: 'done' } },
    free: { ...rewardFlow, entry: ['markFree', rewardFlow.entry], after: { waterMs: 'done' } },
    done: { type: 'final' },
  },
} as const;

/**
 * The two-odour trial: baseline, odour 1, delay, odour 2, choice, consumption; water for an answer in the choice period.
 *
 *   epoch   baseline > odour1 > earlyDelay > lateDelay > odour2 > choice > consumption > end
 *                                   |  early lick, where the task aborts on it: timeout, then over
 *   water   closed ............................................ > armed > toCome > flowing > done
 *                                                       (choice opens)  (answer)          (no answer: done)
 *
 * Two regions run side by side, so that the clock of the epochs never depends on the animal: a lick in the last
 * millisecond of the choice period still gets its whole drop, and light (light.ts) keeps to its epochs.
 * A lick is an onset; a tongue that is already on the spout when the window opens is no answer.
 */
import { assign, raise, setup } from 'xstate';
import type { LightDelay, LightDurations, LightOrder, LightPlan } from './light.ts';
import { lightOrders, lightOrdersAtBreak, lightOrdersAtEnd } from './light.ts';
import type { Epoch, Odour, Outcome, Spout } from './vocabulary.ts';
import { odourLine, spoutLines } from './vocabulary.ts';

export interface TwoOdourDurations extends LightDurations {
  readonly baselineMs: number;
  readonly odour1Ms: number;
  readonly earlyDelayMs: number;
  readonly lateDelayMs: number;
  readonly odour2Ms: number;
  /** From choice onset until licks count. */
  readonly answerStartMs: number;
  /** From choice onset. */
  readonly choiceMs: number;
  readonly rewardDelayMs: number;
  /** How long the water valve stays open. */
  readonly waterMs: number;
  readonly consumptionMs: number;
  readonly timeoutMs: number;
}

/** What one trial asks. All but `durations` shapes the program; durations only fill its slots. */
export interface TwoOdourPlan {
  readonly odour1: Odour;
  readonly odour2: Odour;
  /** Spouts whose licks count as answers. */
  readonly spouts: readonly Spout[];
  /** The spout where an answer earns water; null on a no-go trial. */
  readonly rewarded: Spout | null;
  readonly licksToAnswer: number;
  /** False: water follows the answer in the same instant and `rewardDelayMs` is not used. */
  readonly rewardDelayed: boolean;
  readonly abortOnEarlyLick: boolean;
  /** Made by `planLight`, with its durations; null in a session without light. */
  readonly light: LightPlan | null;
  readonly durations: TwoOdourDurations;
}

export interface TwoOdourResult {
  readonly outcome: Outcome;
  /** Where the animal answered. */
  readonly answer: Spout | null;
}

interface Context {
  readonly plan: TwoOdourPlan;
  /** Licks in the window so far, by spout; an answer is `licksToAnswer` on one spout. */
  readonly licks: Partial<Record<Spout, number>>;
  readonly answer: Spout | null;
  readonly early: boolean;
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

function outcomeOf(plan: TwoOdourPlan, answer: Spout | null, early: boolean): Outcome {
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

const chart = setup({
  types: {
    context: {} as Context,
    input: {} as TwoOdourPlan,
    events: {} as Event,
    output: {} as TwoOdourResult,
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
  },
});

/** `lick.on`, `lickLeft.on` and `lickRight.on` all lead to the same transitions. */
function onAnyLick<const T>(transitions: T) {
  return { 'lick.on': transitions, 'lickLeft.on': transitions, 'lickRight.on': transitions };
}

/** Light switches as its plan says, by delayed events of the epochs' region; a trial without light starts no timer. */
const orderLight = (ordersOf: (light: LightPlan | null) => LightOrder[]) =>
  chart.enqueueActions(({ context, enqueue }) => {
    for (const order of ordersOf(context.plan.light)) {
      if ('line' in order) enqueue({ type: order.type, params: { line: order.line } });
      else if (order.type === 'forget') enqueue.cancel(order.delay);
      else enqueue.raise({ type: lightEvents[order.delay] }, { id: order.delay, delay: order.delay });
    }
  });

/** An epoch by name, with what light does in it. */
const light = (epoch: Epoch) => ({
  tags: epoch,
  entry: orderLight((plan) => lightOrders(plan, epoch)),
  exit: orderLight((plan) => lightOrdersAtEnd(plan, epoch)),
});

const afterLight = (delay: LightDelay) => ({ actions: orderLight((plan) => lightOrders(plan, delay)) });

const smell = (which: 'odour1' | 'odour2') => {
  const params = ({ context }: { context: Context }) => ({ line: odourLine(context.plan[which]) });
  const { tags, entry, exit } = light(which);
  return {
    tags,
    entry: [{ type: 'open', params } as const, entry],
    exit: [{ type: 'close', params } as const, exit],
  };
};

const abortOnEarlyLick = onAnyLick({ guard: 'abortsOnEarlyLick', target: '#early' } as const);

export const twoOdourTrial = chart.createMachine({
  id: 'twoOdourTrial',
  context: ({ input }) => ({ plan: input, licks: {}, answer: null, early: false }),
  output: ({ context }) => ({
    outcome: outcomeOf(context.plan, context.answer, context.early),
    answer: context.answer,
  }),
  // The trial's TTL, for recorders and microscopes: up from first to last instant.
  entry: { type: 'open', params: { line: 'trial' } },
  initial: 'running',
  states: {
    running: {
      type: 'parallel',
      onDone: 'over',
      states: {
        epoch: {
          initial: 'baseline',
          on: {
            'light.opens': afterLight('lightOpensMs'),
            'light.closes': afterLight('lightClosesMs'),
            'mask.closes': afterLight('maskClosesMs'),
          },
          // An early lick may end the epochs within the light's span.
          exit: orderLight(lightOrdersAtBreak),
          states: {
            baseline: { ...light('baseline'), after: { baselineMs: 'odour1' } },
            odour1: { ...smell('odour1'), after: { odour1Ms: 'delay' } },
            delay: {
              initial: 'early',
              on: abortOnEarlyLick,
              states: {
                early: { ...light('earlyDelay'), after: { earlyDelayMs: 'late' } },
                late: { ...light('lateDelay'), after: { lateDelayMs: '#odour2' } },
              },
            },
            odour2: { id: 'odour2', ...smell('odour2'), on: abortOnEarlyLick, after: { odour2Ms: 'choice' } },
            choice: {
              tags: 'choice',
              entry: [raise({ type: 'choice.opens' }), light('choice').entry],
              exit: [raise({ type: 'choice.closes' }), light('choice').exit],
              after: { choiceMs: 'consumption' },
            },
            consumption: { ...light('consumption'), after: { consumptionMs: 'end' } },
            end: { type: 'final' },
          },
        },
        water: {
          initial: 'closed',
          states: {
            closed: { on: { 'choice.opens': 'opening' } },
            opening: { on: { 'choice.closes': 'done' }, after: { answerStartMs: 'armed' } },
            armed: {
              on: {
                'choice.closes': 'done',
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
            flowing: {
              entry: { type: 'open', params: rewardLine },
              exit: { type: 'close', params: rewardLine },
              after: { waterMs: 'done' },
            },
            done: { type: 'final' },
          },
        },
      },
    },
    timeout: { id: 'early', entry: 'markEarly', after: { timeoutMs: 'over' } },
    over: { type: 'final', entry: { type: 'close', params: { line: 'trial' } } },
  },
});

/**
 * From what a task file says (pairs, parameters) to a task: every task with odours and a choice is made here, so that order,
 * light, free water, probes and limits mean the same in all of them.
 */
import type { AnyStateMachine } from 'xstate';
import { z } from 'zod';
import { RandomStream } from '#machines/random.ts';
import type { TrialDurations, TrialPlan } from '#machines/trial-plan.ts';
import type { Epoch, Odour, Spout } from '#machines/vocabulary.ts';
import { type LightSettings, lightConflicts, lightOf, type TrialLight } from './light-parameters.ts';
import { dealt, shuffled, spread } from './order.ts';
import type { OrderSettings } from './order-parameters.ts';
import { ParameterError } from './parameters.ts';
import type { SessionKind } from './session-kind.ts';
import type { Stage } from './stages.ts';
import type { DrawnTrial, Planner, RigFacts, Task } from './task.ts';
import { expectationOf } from './trial-expectation.ts';
import { type Place, TrialOrder } from './trial-order.ts';
import type { DelaySettings, TrialSettings } from './trial-parameters.ts';

/** What a trial type shows and asks: a lick or none at one spout, or a side at two. */
export interface Asked {
  readonly trialType: string;
  /** Null: no first odour. */
  readonly odour1: Odour | null;
  readonly odour2: Odour;
  readonly asks: 'go' | 'noGo' | 'left' | 'right';
}

export interface OdourTaskSpec<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly prose: string;
  readonly kind: SessionKind;
  readonly chart: AnyStateMachine;
  /** With those of order and light among them. */
  readonly parameters: Shape;
  readonly contingency: (set: z.output<z.ZodObject<Shape>>) => readonly Asked[];
  /** Delays that trials of a type have in turn, in milliseconds; left out: all have `delayMs`. */
  readonly delays?: (set: z.output<z.ZodObject<Shape>>) => readonly number[];
  /** All vials hold solvent: nothing is scored. */
  readonly blank?: boolean;
  readonly stages?: readonly Stage[];
}

type Settings = TrialSettings & OrderSettings & LightSettings & Partial<DelaySettings>;

/** Under the 60 s that a rig file allows any output (hardware/rig-file-schema.ts), the trial line too. */
const LONGEST_TRIAL_MS = 59_000;

/** What a probe is called; it has no pair. */
export const PROBE = 'probe';

export function odourTask<const Shape extends z.ZodRawShape>(spec: OdourTaskSpec<Shape>): Task<Shape> {
  const { name, title, prose, kind, chart, contingency, stages = [], blank = false } = spec;
  const longestDelay = (set: z.output<z.ZodObject<Shape>>) =>
    Math.max(...(spec.delays?.(set) ?? [(set as Settings).delayMs ?? 0]));
  const parameters = z.object(spec.parameters).superRefine((set, context) => {
    for (const [conflicting, message] of conflicts(set as unknown as Settings, contingency(set), longestDelay(set))) {
      if (conflicting) context.addIssue({ code: 'custom', message });
    }
  });
  return {
    name,
    title,
    prose,
    kind,
    chart,
    blank,
    stages,
    parameters,
    trialTypes: contingency(parameters.parse({})).map(({ trialType }) => trialType),
    expectation: (input) => expectationOf(input as TrialPlan),
    warnings: (set) => {
      const { optoShare } = set as unknown as Settings;
      if (optoShare <= 0.25) return [];
      return [
        `optoShare is ${optoShare}: over a quarter of the trials under light, animals may learn to work around it.`,
      ];
    },
    planner: (set, seed, rig) =>
      new OdourPlanner({
        set: set as unknown as Settings,
        asked: contingency(set),
        delays: spec.delays?.(set) ?? [(set as unknown as Settings).delayMs ?? 0],
        blank,
        seed,
        rig,
      }),
  };
}

function conflicts(set: Settings, asked: readonly Asked[], delayMs: number): [boolean, string][] {
  const lasts = epochDurations(set, delayMs);
  const { timeoutMs = 0, blockLength, goShare } = set;
  const trialMs = Object.values(lasts).reduce((sum, ms) => sum + ms, 0) + timeoutMs;
  const twoSpouts = spoutsOf(asked).length > 1;
  const kinds = new Set(asked.map(isFirst)).size;
  const first = blockLength * goShare;
  return [
    [
      trialMs > LONGEST_TRIAL_MS,
      `The trial would last up to ${trialMs} ms; rigs end whatever is on for a minute, and the trial line is on throughout. Shorten its parts to ${LONGEST_TRIAL_MS} ms in all.`,
    ],
    [
      set.answerStartMs >= set.choiceMs,
      `answerStartMs (${set.answerStartMs} ms) leaves no time to answer in choiceMs (${set.choiceMs} ms): lower the first or raise the second.`,
    ],
    [
      set.rewardDelayMs >= set.consumptionMs,
      `An answer at the very end of the choice period must still get its drop before the trial ends: rewardDelayMs (${set.rewardDelayMs} ms) must be less than consumptionMs (${set.consumptionMs} ms).`,
    ],
    [
      twoSpouts && set.licksToAnswer > 3,
      `licksToAnswer (${set.licksToAnswer}) with two spouts is more than a board can hold, which counts each spout by itself: choose at most 3.`,
    ],
    [
      timeoutMs > 0 && !set.abortOnEarlyLick,
      `timeoutMs (${timeoutMs} ms) does nothing without early aborts: set abortOnEarlyLick=true, or timeoutMs=0.`,
    ],
    [
      kinds > 1 && Math.abs(first - Math.round(first)) > 1e-9,
      `A block of ${blockLength} trials cannot hold a share of ${goShare} go trials: choose goShare and blockLength so that their product is a whole number.`,
    ],
    [
      set.sideOrder === 'antiBias' && !twoSpouts,
      'sideOrder=antiBias is for two spouts, and this task has one: set sideOrder=blocks.',
    ],
    ...lightConflicts(set, lasts),
  ];
}

interface Asking {
  readonly set: Settings;
  readonly asked: readonly Asked[];
  readonly delays: readonly number[];
  readonly blank: boolean;
  readonly seed: number;
  readonly rig: RigFacts;
}

class OdourPlanner implements Planner {
  readonly #asking: Asking;
  readonly #order: TrialOrder;
  readonly #spouts: readonly Spout[];
  readonly #waterMs: ReadonlyMap<Spout, number>;
  /** By what they differ in; the same value each time, so that whoever keeps what follows from it finds it again. */
  readonly #inputs = new Map<string, TrialPlan>();
  /** Indices of the types that ask for an answer. */
  readonly #answered: readonly number[];

  constructor(asking: Asking) {
    this.#asking = asking;
    const { set, asked, seed, rig } = asking;
    this.#spouts = spoutsOf(asked);
    this.#waterMs = new Map(this.#spouts.map((spout) => [spout, dropMs(set, rig, spout)]));
    this.#answered = asked.flatMap(({ asks }, type) => (asks === 'noGo' ? [] : [type]));
    this.#order = new TrialOrder({
      types: asked.map((each) => ({ name: each.trialType, first: isFirst(each) })),
      seed,
      blockLength: set.blockLength,
      firstShare: set.goShare,
      probeShare: set.probeShare,
      replaceAborted: set.replaceAborted,
      corrections: set.corrections,
      correctionsAtMost: set.correctionsAtMost,
      antiBias: set.sideOrder === 'antiBias',
    });
  }

  next(history: Parameters<Planner['next']>[0]): DrawnTrial {
    const { set, asked, seed, blank } = this.#asking;
    const place = this.#order.after(history);
    const { type, correction } = place;
    const number = history.length;
    const jitterMs =
      set.intervalJitterMs === 0 ? 0 : new RandomStream(seed, 'interval', number).below(set.intervalJitterMs + 1);
    const free = this.#isFree(place);
    return {
      trial: number + 1,
      trialType: type === null ? PROBE : asked[type]!.trialType,
      input: this.#input(type, this.#light(place), free, this.#delay(place)),
      intervalMs: set.intervalMs + jitterMs,
      assisted: free,
      correction,
      probe: blank || type === null,
    };
  }

  structures(): TrialPlan[] {
    const { set, asked, delays } = this.#asking;
    const { optoEpoch, optoShare, lightMask, freeWaterShare, probeShare } = set;
    const unlit = lightMask ? optoEpoch : optoEpoch.slice(0, 1);
    const dark: (TrialLight | null)[] = unlit.length === 0 ? [null] : unlit.map((epoch) => ({ epoch, on: false }));
    const lit: TrialLight[] = optoShare > 0 ? optoEpoch.map((epoch) => ({ epoch, on: true })) : [];
    const types = asked.flatMap((_, type) =>
      delays.flatMap((delayMs) =>
        [...dark, ...lit].flatMap((light) =>
          [false, true]
            .filter((free) => (free ? freeWaterShare > 0 && this.#answered.includes(type) : !this.#alwaysFree(type)))
            .map((free) => this.#input(type, light, free, delayMs)),
        ),
      ),
    );
    const probes = probeShare > 0 ? dark.map((light) => this.#input(null, light, false, delays[0]!)) : [];
    return [...types, ...probes];
  }

  #alwaysFree(type: number): boolean {
    const { freeWaterShare, corrections } = this.#asking.set;
    return freeWaterShare === 1 && corrections === 'none' && this.#answered.includes(type);
  }

  #input(type: number | null, light: TrialLight | null, freeOnMiss: boolean, delayMs: number): TrialPlan {
    const key = `${type} ${light?.epoch} ${light?.on} ${freeOnMiss} ${delayMs}`;
    const input = this.#inputs.get(key) ?? this.#makeInput(type, light, freeOnMiss, delayMs);
    this.#inputs.set(key, input);
    return input;
  }

  #makeInput(type: number | null, asked: TrialLight | null, freeOnMiss: boolean, delayMs: number): TrialPlan {
    const { set, rig } = this.#asking;
    const { odour1, odour2, asks } = type === null ? odourless : this.#asking.asked[type]!;
    const rewarded = asks === 'noGo' ? null : asks === 'go' ? 'centre' : asks;
    const waterMs = this.#waterMs.get(rewarded ?? this.#spouts[0]!)!;
    const { light, durations } = lightOf(set, asked, durationsOf(set, delayMs, waterMs));
    return {
      odour1: odour1 && rig.valveOf(odour1),
      odour2: odour2 && rig.valveOf(odour2),
      spouts: this.#spouts,
      rewarded,
      freeOnMiss,
      licksToAnswer: set.licksToAnswer,
      rewardDelayed: set.rewardDelayMs > 0,
      abortOnEarlyLick: set.abortOnEarlyLick ?? false,
      light,
      durations,
    };
  }

  #isFree({ type, nth, correction }: Place): boolean {
    const { set, seed } = this.#asking;
    const place = type === null ? -1 : this.#answered.indexOf(type);
    if (place < 0 || correction) return false;
    const types = this.#answered.length;
    return spread({ seed, name: 'free water', share: set.freeWaterShare, types, type: place, nth }) !== null;
  }

  #delay({ type, nth }: Place): number {
    const { delays, seed } = this.#asking;
    return delays.length === 1 || type === null ? delays[0]! : dealt(delays, seed, `delay ${type}`, nth);
  }

  /** Lit trials of a type have the epochs in turn, and so have masked ones; types begin at different epochs. */
  #light({ type, nth, correction }: Place): TrialLight | null {
    const { set, seed, asked } = this.#asking;
    const { optoEpoch, optoShare: share, lightMask } = set;
    if (optoEpoch.length === 0) return null;
    const lit =
      type === null || correction ? null : spread({ seed, name: 'light', share, types: asked.length, type, nth });
    const on = lit !== null;
    if (!on && !lightMask) return { epoch: optoEpoch[0]!, on };
    const turn = lit ?? nth;
    const round = Math.floor(turn / optoEpoch.length);
    const order = shuffled(optoEpoch, seed, on ? 'light epochs' : 'mask epochs', round);
    return { epoch: order[(turn + (type ?? 0)) % order.length]!, on };
  }
}

const odourless = { odour1: null, odour2: null, asks: 'noGo' } as const;

function isFirst({ asks }: Asked): boolean {
  return asks === 'go' || asks === 'left';
}

function spoutsOf(asked: readonly Asked[]): readonly Spout[] {
  return asked.some(({ asks }) => asks === 'left' || asks === 'right') ? ['left', 'right'] : ['centre'];
}

/** Early and late delay add up to the delay exactly, in whole milliseconds. */
function epochDurations(set: Settings, delayMs: number): Record<Epoch, number> {
  const lateDelayMs = Math.round(delayMs * (set.lateDelayShare ?? 0));
  return {
    baseline: set.baselineMs,
    odour1: set.odour1Ms ?? 0,
    earlyDelay: delayMs - lateDelayMs,
    lateDelay: lateDelayMs,
    odour2: set.odour2Ms,
    choice: set.choiceMs,
    consumption: set.consumptionMs,
  };
}

function durationsOf(set: Settings, delayMs: number, waterMs: number): TrialDurations {
  const lasts = epochDurations(set, delayMs);
  return {
    baselineMs: lasts.baseline,
    odour1Ms: lasts.odour1,
    earlyDelayMs: lasts.earlyDelay,
    lateDelayMs: lasts.lateDelay,
    odour2Ms: lasts.odour2,
    answerStartMs: set.answerStartMs,
    choiceMs: lasts.choice,
    rewardDelayMs: set.rewardDelayMs,
    waterMs,
    consumptionMs: lasts.consumption,
    timeoutMs: set.timeoutMs ?? 0,
  };
}

/** The drop's valve time at one spout, or a ParameterError where it would outlast the trial. */
function dropMs(set: Settings, rig: RigFacts, spout: Spout): number {
  const waterMs = rig.waterMs(set.rewardUl, spout);
  if (!(waterMs > 0 && Number.isFinite(waterMs))) {
    throw new RangeError(`The rig gives ${waterMs} ms for a drop of ${set.rewardUl} ul at the ${spout} spout.`);
  }
  if (set.rewardDelayMs + waterMs > set.consumptionMs) {
    throw new ParameterError(
      'conflict',
      `An answer at the very end of the choice period must still get its whole drop: rewardDelayMs (${set.rewardDelayMs} ms) and ${set.rewardUl} ul (${waterMs} ms at the ${spout} spout of this rig) do not fit into consumptionMs (${set.consumptionMs} ms). Raise consumptionMs or lower the others.`,
    );
  }
  return waterMs;
}

/**
 * The olfactory delayed-association task of Bellafard et al., Nature 629:1109 (2024), doi 10.1038/s41586-024-07425-w.
 * Read top to bottom: what the animal lives through, which pairs earn water, what may be set, how a trial is drawn.
 * The trial itself is the chart in machines/two-odour-trial.ts.
 */
import { z } from 'zod';
import type { TwoOdourDurations, TwoOdourPlan } from '#machines/two-odour-trial.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import type { Epoch, Odour, Spout } from '#machines/vocabulary.ts';
import { lightConflicts, lightOf, lightParameters } from './light-parameters.ts';
import { isLit, shuffledBlock } from './order.ts';
import { ParameterError, parameterFacts } from './parameters.ts';
import type { Planner, RigFacts, Task } from './task.ts';

const prose = `\
A thirsty, head-fixed mouse smells a first odour (A or B) for one second, waits through a delay of five seconds with
clean air, smells a second odour (C or D) for one second, and may then lick in a choice period of three seconds.
Which second odour means water depends on the first: A then C, and B then D, are go pairs, and a lick in the choice
period earns one drop; A then D, and B then C, are no-go pairs, and a lick there earns nothing. Neither odour alone
tells what to do, so the mouse must hold the first one in mind through the delay.
Nothing is punished: neither a lick on a no-go pair nor a lick before the choice period. Pairs come in shuffled blocks of
four, each pair once.
With two spouts, A-C and B-D mean lick left, A-D and B-C lick right; the first spout licked is the answer.
A trial lasts 20 s as in the paper: 5 s baseline, 1 s odour 1, 5 s delay, 1 s odour 2, 3 s choice, 5 s to drink.`;

/** What each pair asks for: a lick or none at one spout, or a side at two. */
const contingency = [
  { pair: 'A-C', odour1: 'A', odour2: 'C', oneSpout: 'go', twoSpouts: 'left' },
  { pair: 'A-D', odour1: 'A', odour2: 'D', oneSpout: 'noGo', twoSpouts: 'right' },
  { pair: 'B-C', odour1: 'B', odour2: 'C', oneSpout: 'noGo', twoSpouts: 'right' },
  { pair: 'B-D', odour1: 'B', odour2: 'D', oneSpout: 'go', twoSpouts: 'left' },
] as const satisfies readonly {
  pair: string;
  odour1: Odour;
  odour2: Odour;
  oneSpout: 'go' | 'noGo';
  twoSpouts: Spout;
}[];

const paper = 'Bellafard 2024';

/** Under the 60 s that a rig file allows any output (hardware/rig-file-schema.ts), the trial line too. */
const LONGEST_TRIAL_MS = 59_000;

const parameters = z
  .object({
    responseMode: z.enum(['go-no-go', 'two-spout']).default('go-no-go').register(parameterFacts, {
      unit: 'none',
      source: paper,
      description: 'One spout, lick or do not (go-no-go), or two spouts, lick left or right (two-spout).',
    }),
    baselineMs: z.int().min(0).max(30_000).default(5000).register(parameterFacts, {
      unit: 'ms',
      source: 'open (only the 20 s trial is published); 5 s before and 5 s after',
      description: 'Quiet time from the start of the trial to odour 1.',
    }),
    odour1Ms: z.int().min(50).max(10_000).default(1000).register(parameterFacts, {
      unit: 'ms',
      source: paper,
      description: 'How long the valve of odour 1 is open.',
    }),
    delayMs: z.int().min(0).max(60_000).default(5000).register(parameterFacts, {
      unit: 'ms',
      source: paper,
      description:
        'Clean air from the end of odour 1 to odour 2. Shorter than the line takes to clear, it tests smell.',
    }),
    lateDelayShare: z.number().min(0).max(1).default(0.5).register(parameterFacts, {
      unit: 'share of the delay',
      source: 'open (early and late delay are analysed, their lengths not given); half and half',
      description:
        'The part of the delay that counts as late delay, for light and analysis; the animal notices nothing.',
    }),
    odour2Ms: z.int().min(50).max(10_000).default(1000).register(parameterFacts, {
      unit: 'ms',
      source: paper,
      description: 'How long the valve of odour 2 is open.',
    }),
    choiceMs: z.int().min(100).max(30_000).default(3000).register(parameterFacts, {
      unit: 'ms',
      source: paper,
      description: 'The choice period, from the end of odour 2.',
    }),
    answerStartMs: z.int().min(0).max(10_000).default(0).register(parameterFacts, {
      unit: 'ms',
      source: 'open; licks count at once',
      description: 'From the start of the choice period until licks count as answers.',
    }),
    licksToAnswer: z.int().min(1).max(5).default(1).register(parameterFacts, {
      unit: 'licks',
      source: 'open; the first lick answers',
      description: 'Lick onsets on one spout that make an answer.',
    }),
    rewardDelayMs: z.int().min(0).max(5000).default(0).register(parameterFacts, {
      unit: 'ms',
      source: 'open; water at the answer',
      description: 'From the answer to the opening of the water valve.',
    }),
    rewardUl: z.number().min(0.5).max(10).default(4).register(parameterFacts, {
      unit: 'ul',
      source: 'open; within the 1.5 to 4 ul usual for mice',
      description: 'The drop for a right answer, one a trial.',
    }),
    consumptionMs: z.int().min(0).max(30_000).default(5000).register(parameterFacts, {
      unit: 'ms',
      source: 'open (only the 20 s trial is published); 5 s before and 5 s after',
      description: 'Time to drink, from the end of the choice period to the end of the trial.',
    }),
    // 20 s are the trial itself. The board has one program slot, loaded between trials: 250 ms is the least it needs.
    intervalMs: z.int().min(250).max(60_000).default(500).register(parameterFacts, {
      unit: 'ms',
      source: 'open; twice the 250 ms the board needs to load a trial, so trials follow each other every 20.5 s',
      description: 'From the end of a trial to the start of the next.',
    }),
    abortOnEarlyLick: z
      .boolean()
      .default(false)
      .register(parameterFacts, {
        unit: 'none',
        source: `${paper} (licks in the delay are not punished)`,
        description:
          'Whether a lick in the delay or during odour 2 ends the trial (outcome early) and starts the timeout.',
      }),
    timeoutMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(0)
      .register(parameterFacts, {
        unit: 'ms',
        source: `${paper} (no punishment)`,
        description: 'Pause after a trial that an early lick ended.',
      }),
    ...lightParameters,
  })
  .superRefine((set, context) => {
    const lengthMs: Partial<Record<string, number>> = { ...epochDurations(set), choice: set.choiceMs };
    const trialMs = Object.values(epochDurations(set)).reduce((sum, ms) => sum + ms, 0) + set.timeoutMs;
    const conflicts: [boolean, string][] = [
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
        set.responseMode === 'two-spout' && set.licksToAnswer > 3,
        `licksToAnswer (${set.licksToAnswer}) with two spouts is more than a board can hold, which counts each spout by itself: choose at most 3.`,
      ],
      [
        set.timeoutMs > 0 && !set.abortOnEarlyLick,
        `timeoutMs (${set.timeoutMs} ms) does nothing without early aborts: set abortOnEarlyLick=true, or timeoutMs=0.`,
      ],
      ...lightConflicts(set, lengthMs),
    ];
    for (const [conflicting, message] of conflicts) {
      if (conflicting) context.addIssue({ code: 'custom', message });
    }
  });

type Parameters = z.output<typeof parameters>;

/** Early and late delay add up to the delay exactly, in whole milliseconds. */
function epochDurations(set: Pick<Parameters, Extract<keyof Parameters, `${string}Ms`> | 'lateDelayShare'>) {
  const lateDelayMs = Math.round(set.delayMs * set.lateDelayShare);
  return {
    baseline: set.baselineMs,
    odour1: set.odour1Ms,
    earlyDelay: set.delayMs - lateDelayMs,
    lateDelay: lateDelayMs,
    odour2: set.odour2Ms,
    choice: set.choiceMs,
    consumption: set.consumptionMs,
  } satisfies Record<Epoch, number>;
}

function durationsOf(set: Parameters, waterMs: number): TwoOdourDurations {
  const lasts = epochDurations(set);
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
    timeoutMs: set.timeoutMs,
  };
}

/** The drop's valve time at one spout, or a ParameterError where it would outlast the trial. */
function dropMs(set: Parameters, rig: RigFacts, spout: Spout): number {
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

function planner(set: Parameters, seed: number, rig: RigFacts): Planner {
  const twoSpouts = set.responseMode === 'two-spout';
  const spouts: Spout[] = twoSpouts ? ['left', 'right'] : ['centre'];
  const durations = new Map(spouts.map((spout) => [spout, durationsOf(set, dropMs(set, rig, spout))]));

  const inputOf = (asked: (typeof contingency)[number], lit: boolean): TwoOdourPlan => {
    const rewarded = twoSpouts ? asked.twoSpouts : asked.oneSpout === 'go' ? 'centre' : null;
    return {
      odour1: asked.odour1,
      odour2: asked.odour2,
      spouts,
      rewarded,
      licksToAnswer: set.licksToAnswer,
      rewardDelayed: set.rewardDelayMs > 0,
      abortOnEarlyLick: set.abortOnEarlyLick,
      ...lightOf(set, lit, durations.get(rewarded ?? 'centre')!),
    };
  };
  const lightings = set.optoShare > 0 ? [false, true] : [false];

  return {
    next(history) {
      const place = history.length;
      const block = Math.floor(place / contingency.length);
      const asked = shuffledBlock(contingency, seed, block)[place % contingency.length]!;
      const type = contingency.indexOf(asked);
      const lit = isLit({ seed, share: set.optoShare, types: contingency.length, type, block });
      return { trial: place + 1, trialType: asked.pair, input: inputOf(asked, lit), intervalMs: set.intervalMs };
    },
    structures: () => contingency.flatMap((asked) => lightings.map((lit) => inputOf(asked, lit))),
  };
}

export const delayedAssociation: Task<typeof parameters.shape> = {
  name: 'delayed-association',
  title: 'Olfactory delayed association',
  prose,
  parameters,
  trialTypes: contingency.map(({ pair }) => pair),
  chart: twoOdourTrial,
  warnings: (set) =>
    set.optoShare > 0.25
      ? [
          `optoShare is ${set.optoShare}: over a quarter of the trials under light, animals may learn to work around it.`,
        ]
      : [],
  planner,
};

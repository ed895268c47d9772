/**
 * Habituation: water for each lick, before any odour. The mouse gets used to being head-fixed and finds the spout
 * (Li lab, bioRxiv 2023.10.08.561458: two days).
 */
import { z } from 'zod';
import { freeLicking } from '#machines/free-licking.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import type { Spout } from '#machines/vocabulary.ts';
import { shuffled } from './order.ts';
import { ParameterError, parameterFacts } from './parameters.ts';
import type { Planner, Task } from './task.ts';
import { expectationOf } from './trial-expectation.ts';

const prose = `\
No odour, no delay: whenever the mouse licks, it gets a drop, then has a short pause to drink before the next lick counts.
A mouse that does not lick is asked nothing; after a while without a lick the trial ends by itself and a new one begins.
Run it until the mouse licks freely. There is nothing to be right or wrong about, so no trial is scored.
With two spouts only one of them gives water in a trial, left and right in turn in shuffled pairs.`;

const parameters = z
  .object({
    spouts: z
      .enum(['one', 'two'])
      .default('one')
      .register(parameterFacts, { unit: 'none', source: 'ours', description: 'One spout in front, or two.' }),
    waitMs: z.int().min(1000).max(55_000).default(30_000).register(parameterFacts, {
      unit: 'ms',
      source: 'open; ours',
      description: 'How long a trial waits for a lick.',
    }),
    rewardUl: z.number().min(0.5).max(10).default(4).register(parameterFacts, {
      unit: 'ul',
      source: 'open; within the 1.5 to 4 ul usual for mice',
      description: 'The drop for a lick.',
    }),
    pauseMs: z.int().min(100).max(30_000).default(2000).register(parameterFacts, {
      unit: 'ms',
      source: 'open; time to drink a drop',
      description: 'From the end of the drop until the trial ends.',
    }),
    intervalMs: z.int().min(250).max(60_000).default(500).register(parameterFacts, {
      unit: 'ms',
      source: 'open; twice the 250 ms the board needs to load a trial',
      description: 'From the end of a trial to the start of the next.',
    }),
  })
  .superRefine(({ waitMs, pauseMs }, context) => {
    if (waitMs + pauseMs <= 58_000) return;
    context.addIssue({
      code: 'custom',
      message: `waitMs (${waitMs} ms) and pauseMs (${pauseMs} ms) make a trial of over 58 s; rigs end whatever is on for a minute, and the trial line is on throughout. Shorten one of them.`,
    });
  });

type Settings = z.output<typeof parameters>;

const trialTypeOf: Record<Spout, string> = { centre: 'lick', left: 'lick left', right: 'lick right' };

function planOf(set: Settings, spouts: readonly Spout[], rewarded: Spout, waterMs: number): TrialPlan {
  return {
    odour1: null,
    odour2: null,
    spouts,
    rewarded,
    freeOnMiss: false,
    licksToAnswer: 1,
    rewardDelayed: false,
    abortOnEarlyLick: false,
    light: null,
    durations: {
      baselineMs: 0,
      odour1Ms: 0,
      earlyDelayMs: 0,
      lateDelayMs: 0,
      odour2Ms: 0,
      answerStartMs: 0,
      choiceMs: set.waitMs,
      rewardDelayMs: 0,
      waterMs,
      consumptionMs: set.pauseMs,
      timeoutMs: 0,
    },
  };
}

export const habituation: Task<typeof parameters.shape> = {
  name: 'habituation',
  title: 'Habituation: water for each lick',
  prose,
  kind: 'habituation',
  parameters,
  trialTypes: [trialTypeOf.centre],
  chart: freeLicking,
  blank: false,
  stages: [],
  expectation: (input) => expectationOf(input as TrialPlan, { drinksAfterDrop: true }),
  warnings: () => [],
  planner(set, seed, rig): Planner {
    const spouts: readonly Spout[] = set.spouts === 'one' ? ['centre'] : ['left', 'right'];
    const inputs = new Map(
      spouts.map((spout) => {
        const waterMs = rig.waterMs(set.rewardUl, spout);
        if (!(waterMs > 0 && waterMs <= 1000)) {
          throw new ParameterError(
            'conflict',
            `rewardUl (${set.rewardUl} ul) would open the valve at the ${spout} spout of this rig for ${waterMs} ms; a drop takes at most a second. Lower rewardUl.`,
          );
        }
        return [spout, planOf(set, spouts, spout, waterMs)];
      }),
    );
    return {
      next(history) {
        const n = history.length;
        const spout = shuffled(spouts, seed, 'order', Math.floor(n / spouts.length))[n % spouts.length]!;
        return {
          trial: n + 1,
          trialType: trialTypeOf[spout],
          input: inputs.get(spout)!,
          intervalMs: set.intervalMs,
          assisted: true,
          correction: false,
          probe: false,
        };
      },
      structures: () => [...inputs.values()],
    };
  },
};

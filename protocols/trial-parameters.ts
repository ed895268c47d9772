/**
 * What may be set of a trial with odours: how long its parts last, what counts as an answer, what an answer earns. Defaults
 * are those of Bellafard et al. 2024 where it says them; a task changes what it needs to (`withDefaults`).
 */
import { z } from 'zod';
import { parameterFacts } from './parameters.ts';

const paper = 'Bellafard 2024';

export const trialParameters = {
  baselineMs: z.int().min(0).max(30_000).default(5000).register(parameterFacts, {
    unit: 'ms',
    source: 'open (only the 20 s trial is published); 5 s before and 5 s after',
    description: 'Quiet time from the start of the trial to the first odour.',
  }),
  odour2Ms: z.int().min(50).max(10_000).default(1000).register(parameterFacts, {
    unit: 'ms',
    source: paper,
    description: 'How long the valve of odour 2 (the only one in a single-odour trial) is open.',
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
};

/** With a delay between two odours. */
export const delayParameters = {
  odour1Ms: z.int().min(50).max(10_000).default(1000).register(parameterFacts, {
    unit: 'ms',
    source: paper,
    description: 'How long the valve of odour 1 is open.',
  }),
  delayMs: z.int().min(0).max(60_000).default(5000).register(parameterFacts, {
    unit: 'ms',
    source: paper,
    description: 'Clean air from the end of odour 1 to odour 2. Shorter than the line takes to clear, it tests smell.',
  }),
  lateDelayShare: z.number().min(0).max(1).default(0.5).register(parameterFacts, {
    unit: 'share of the delay',
    source: 'open (early and late delay are analysed, their lengths not given); half and half',
    description: 'The part of the delay that counts as late delay, for light and analysis; the animal notices nothing.',
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
};

export const responseModeParameter = {
  responseMode: z.enum(['go-no-go', 'two-spout']).default('go-no-go').register(parameterFacts, {
    unit: 'none',
    source: paper,
    description: 'One spout, lick or do not (go-no-go), or two spouts, lick left or right (two-spout).',
  }),
};

export type TrialSettings = z.output<z.ZodObject<typeof trialParameters>>;
export type DelaySettings = z.output<z.ZodObject<typeof delayParameters>>;

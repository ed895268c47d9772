/**
 * What may be set of the trial order, the interval and the water that helps: parameters that tasks with odours share.
 */
import { z } from 'zod';
import { parameterFacts } from './parameters.ts';

const li = 'Li lab, bioRxiv 2023.10.08.561458';

export const orderParameters = {
  blockLength: z.int().min(2).max(40).default(4).register(parameterFacts, {
    unit: 'trials',
    source: li,
    description: 'Trials of a block, in which the mix is exact and the order shuffled; 4, 8 and 20 are usual.',
  }),
  goShare: z
    .number()
    .min(0.25)
    .max(0.75)
    .default(0.5)
    .register(parameterFacts, {
      unit: 'share of trials',
      source: `${li} (even)`,
      description:
        'Go trials in the mix, with two spouts those that ask for left; above 0.5 helps a mouse that gives up.',
    }),
  sideOrder: z.enum(['blocks', 'antiBias']).default('blocks').register(parameterFacts, {
    unit: 'none',
    source: 'blocks as with one spout; antiBias as in the Autocage two-spout task',
    description:
      'Two spouts: blocks, or each side drawn against the side bias of the last 30 answers, at most 3 in a row.',
  }),
  replaceAborted: z.enum(['skip', 'again', 'later']).default('skip').register(parameterFacts, {
    unit: 'none',
    source: 'open; nothing is replaced',
    description: 'An aborted or early trial is lost (skip), comes again at once, or later in its block.',
  }),
  corrections: z.enum(['none', 'wrongAnswers', 'allErrors']).default('none').register(parameterFacts, {
    unit: 'none',
    source: 'none in Bellafard 2024; usual elsewhere, never scored',
    description: 'Repeats the same pair after a wrong answer (wrongAnswers), or after a miss too (allErrors).',
  }),
  correctionsAtMost: z.int().min(1).max(20).default(3).register(parameterFacts, {
    unit: 'trials',
    source: 'ours; an animal that is stuck goes on with other pairs',
    description: 'Correction trials in a row.',
  }),
  freeWaterShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .register(parameterFacts, {
      unit: 'share of go trials',
      source: `open; none (${li} gives free water on a third of misses while shaping)`,
      description: 'Go trials in which water comes by itself if the animal misses; they are assisted and not scored.',
    }),
  probeShare: z.number().min(0).max(0.2).default(0).register(parameterFacts, {
    unit: 'share of trials',
    source: 'open; none',
    description: 'Extra trials without any odour and without water, against other cues; they are not scored.',
  }),
  intervalMs: z.int().min(250).max(60_000).default(500).register(parameterFacts, {
    unit: 'ms',
    source: 'open; twice the 250 ms the board needs to load a trial, so trials follow each other every 20.5 s',
    description: 'From the end of a trial to the start of the next.',
  }),
  intervalJitterMs: z.int().min(0).max(60_000).default(0).register(parameterFacts, {
    unit: 'ms',
    source: 'open; none',
    description: 'A random time up to this, each equally likely, that the interval is longer.',
  }),
};

export type OrderSettings = z.output<z.ZodObject<typeof orderParameters>>;

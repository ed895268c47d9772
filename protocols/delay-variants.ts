/**
 * The delay control of Bellafard et al. 2024: the same association over delays of several lengths within a session. The
 * lengths are not published; ours lie on either side of the usual five seconds.
 */
import { z } from 'zod';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationPairs, associationParameters, bySpouts } from './delayed-association.ts';
import { odourTask } from './odour-task.ts';
import { parameterFacts } from './parameters.ts';

const { delayMs: usualDelayMs, ...others } = associationParameters;

const otherDelay = (which: string, ms: number) =>
  z
    .int()
    .min(0)
    .max(60_000)
    .default(ms)
    .register(parameterFacts, {
      unit: 'ms',
      source: 'open; on either side of the usual 5 s',
      description: `The ${which} delay of the three.`,
    });

const prose = `\
As the delayed-association task, but the delay between the two odours has one of three lengths: shorter, as usual, or
longer. Each pair has the three in turn, in shuffled order, so that the mouse cannot know how long it will have to wait.
If it holds the first odour in mind rather than the time, it does as well at any delay, or a little worse at the long one.`;

export const delayVariants = odourTask({
  name: 'delay-variants',
  title: 'Delayed association with three delays',
  prose,
  kind: 'control',
  chart: twoOdourTrial,
  parameters: {
    ...others,
    shortDelayMs: otherDelay('shortest', 2500),
    delayMs: usualDelayMs,
    longDelayMs: otherDelay('longest', 10_000),
  },
  contingency: (set) => bySpouts(associationPairs, set),
  delays: ({ shortDelayMs, delayMs, longDelayMs }) => [...new Set([shortDelayMs, delayMs, longDelayMs])],
});

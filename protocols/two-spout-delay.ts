/**
 * Two-spout delayed response: the sample says which side, the side may only be licked after the delay. Sides are drawn
 * against a bias as in the Autocage task, from which the run of at most three and the last 30 answers come.
 */
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationParameters } from './delayed-association.ts';
import { odourTask } from './odour-task.ts';
import { withDefaults } from './parameters.ts';

const { responseMode: _, ...parameters } = associationParameters;

const prose = `\
The mouse smells odour A or B, waits through the delay, and then smells odour C, which only says that the choice period
begins. After A a lick at the left spout earns one drop, after B one at the right; the first spout licked is the answer.
The side is known from the first odour on, so the mouse may plan its movement through the delay rather than remember an
odour. A side comes at most three times in a row, and the side that the mouse has been choosing more often comes less
often.`;

export const twoSpoutDelay = odourTask({
  name: 'two-spout-delay',
  title: 'Two-spout delayed response',
  prose,
  kind: 'training',
  chart: twoOdourTrial,
  parameters: withDefaults(parameters, {
    delayMs: [1300, 'Autocage: 0.3 s at first, 1.3 s when trained'],
    sideOrder: ['antiBias', 'Autocage'],
  }),
  contingency: () => [
    { trialType: 'A-C', odour1: 'A', odour2: 'C', asks: 'left' },
    { trialType: 'B-C', odour1: 'B', odour2: 'C', asks: 'right' },
  ],
});

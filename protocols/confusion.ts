/**
 * The "confusion" control of Bellafard et al. 2024: the same odours and times, but which pair earns water is random, so
 * that there is nothing to learn. Codes that also form here are not of the association.
 */
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationPairs, associationParameters } from './delayed-association.ts';
import { odourTask } from './odour-task.ts';
import { withDefaults } from './parameters.ts';

const { responseMode: _, ...parameters } = associationParameters;

const prose = `\
Trials look and smell like those of the delayed-association task, but no odour and no pair tells whether a lick earns
water: each of the four pairs is go in half of its trials and no-go in the other half, in random order. A mouse can do no
better than chance, whatever it remembers. In each block of eight trials every pair comes twice, once as go and once as
no-go.`;

export const confusion = odourTask({
  name: 'confusion',
  title: 'Confusion: random contingency',
  prose,
  kind: 'control',
  chart: twoOdourTrial,
  parameters: withDefaults(parameters, { blockLength: [8, 'ours; each pair once as go and once as no-go'] }),
  contingency: () =>
    associationPairs.flatMap((pair) => [
      { ...pair, trialType: `${pair.trialType} go`, asks: 'go' as const },
      { ...pair, trialType: `${pair.trialType} no-go`, asks: 'noGo' as const },
    ]),
});

/**
 * Shaping before the delayed-association task: only its go pairs, so that licking after odour 2 always pays. As in the
 * nearest published task (Li lab, bioRxiv 2023.10.08.561458), which also gives free water on a third of the misses.
 */
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationPairs, associationParameters, bySpouts } from './delayed-association.ts';
import { odourTask } from './odour-task.ts';
import { withDefaults } from './parameters.ts';

const prose = `\
The mouse smells odour A and, after the delay, odour C, or B and then D: only the pairs that earn water. A lick in the
choice period earns one drop. In a third of the trials water comes by itself at the end of a choice period without a
lick, so that the mouse learns where water comes from and when; those trials are assisted and are not scored, whatever
the mouse did. No pair is wrong yet, so these sessions show whether the mouse licks, not whether it can tell odours.
With two spouts both pairs ask for left, and only that side gives water: set responseMode with care.`;

export const goPairs = odourTask({
  name: 'go-pairs',
  title: 'Go-pairs shaping',
  prose,
  kind: 'training',
  chart: twoOdourTrial,
  parameters: withDefaults(associationParameters, {
    delayMs: [1000, 'ours; the shortest delay of the stages that follow'],
    freeWaterShare: [1 / 3, 'Li lab, bioRxiv 2023.10.08.561458'],
  }),
  contingency: (set) => bySpouts(associationPairs, set).filter(({ asks }) => asks === 'go' || asks === 'left'),
});

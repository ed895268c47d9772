/**
 * The olfactory delayed-association task of Bellafard et al., Nature 629:1109 (2024), doi 10.1038/s41586-024-07425-w.
 * Read top to bottom: what the animal lives through, which pairs earn water, what may be set. The trial itself is the
 * chart in machines/two-odour-trial.ts; the stages from naive to expert are in delayed-association-stages.ts.
 */
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { delayedAssociationStages } from './delayed-association-stages.ts';
import { lightParameters } from './light-parameters.ts';
import { type Asked, odourTask } from './odour-task.ts';
import { orderParameters } from './order-parameters.ts';
import { delayParameters, responseModeParameter, trialParameters } from './trial-parameters.ts';

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

/** The pairs of the paper; tasks that vary one thing about it have the same. */
export const associationPairs: readonly Asked[] = [
  { trialType: 'A-C', odour1: 'A', odour2: 'C', asks: 'go' },
  { trialType: 'A-D', odour1: 'A', odour2: 'D', asks: 'noGo' },
  { trialType: 'B-C', odour1: 'B', odour2: 'C', asks: 'noGo' },
  { trialType: 'B-D', odour1: 'B', odour2: 'D', asks: 'go' },
];

export const associationParameters = {
  ...responseModeParameter,
  ...trialParameters,
  ...delayParameters,
  ...orderParameters,
  ...lightParameters,
};

/** The same pairs for one spout or for two. */
export function bySpouts(pairs: readonly Asked[], { responseMode }: { responseMode: string }): readonly Asked[] {
  if (responseMode === 'go-no-go') return pairs;
  return pairs.map((pair) => ({ ...pair, asks: pair.asks === 'go' ? 'left' : 'right' }));
}

export const delayedAssociation = odourTask({
  name: 'delayed-association',
  title: 'Olfactory delayed association',
  prose,
  kind: 'training',
  chart: twoOdourTrial,
  parameters: associationParameters,
  contingency: (set) => bySpouts(associationPairs, set),
  stages: delayedAssociationStages,
});

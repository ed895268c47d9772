/**
 * Delayed match and non-match to sample with two odours, the field's usual tests of working memory: only the comparison
 * tells what to do. Two tasks that differ in which comparison pays.
 */
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationParameters, bySpouts } from './delayed-association.ts';
import { type Asked, odourTask } from './odour-task.ts';

const pairs = (['A', 'B'] as const).flatMap((odour1) => (['A', 'B'] as const).map((odour2) => ({ odour1, odour2 })));

function asking(pays: (same: boolean) => boolean): Asked[] {
  return pairs.map(({ odour1, odour2 }) => ({
    trialType: `${odour1}-${odour2}`,
    odour1,
    odour2,
    asks: pays(odour1 === odour2) ? 'go' : 'noGo',
  }));
}

export const delayedMatch = odourTask({
  name: 'delayed-match',
  title: 'Delayed match to sample',
  prose: `\
The mouse smells a sample odour, A or B, waits through the delay, and smells a test odour, again A or B. If the test is
the same as the sample, a lick in the choice period earns one drop (go); if it is the other one, a lick earns nothing
(no-go). Both odours come as sample and as test equally often, so only the comparison tells what to do. Nothing is
punished. With two spouts, the same odour means lick left and the other one lick right.`,
  kind: 'training',
  chart: twoOdourTrial,
  parameters: associationParameters,
  contingency: (set) =>
    bySpouts(
      asking((same) => same),
      set,
    ),
});

export const delayedNonMatch = odourTask({
  name: 'delayed-non-match',
  title: 'Delayed non-match to sample',
  prose: `\
The mouse smells a sample odour, A or B, waits through the delay, and smells a test odour, again A or B. If the test is
the other odour, a lick in the choice period earns one drop (go); if it is the same as the sample, a lick earns nothing
(no-go). Mice take to something new more easily than to something known, so this is learned faster than the match.
Nothing is punished. With two spouts, the other odour means lick left and the same one lick right.`,
  kind: 'training',
  chart: twoOdourTrial,
  parameters: associationParameters,
  contingency: (set) =>
    bySpouts(
      asking((same) => !same),
      set,
    ),
});

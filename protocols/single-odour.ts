/**
 * The control without memory of Bellafard et al. 2024: one odour, go or no-go. What light or a drug does here, it does not
 * do to working memory.
 */
import { singleOdourTrial } from '#machines/single-odour-trial.ts';
import { lightParameters } from './light-parameters.ts';
import { odourTask } from './odour-task.ts';
import { orderParameters } from './order-parameters.ts';
import { trialParameters } from './trial-parameters.ts';

const prose = `\
The mouse smells one odour for one second and may then lick in a choice period of three seconds. After odour C a lick
earns one drop (go); after odour D it earns nothing (no-go). The odour says all there is to know and the choice follows
at once, so nothing has to be held in mind. Nothing is punished. In each block of four trials either odour comes twice,
in shuffled order.`;

export const singleOdour = odourTask({
  name: 'single-odour',
  title: 'Single-odour go/no-go, without memory',
  prose,
  kind: 'control',
  chart: singleOdourTrial,
  parameters: { ...trialParameters, ...orderParameters, ...lightParameters },
  contingency: () => [
    { trialType: 'C', odour1: null, odour2: 'C', asks: 'go' },
    { trialType: 'D', odour1: null, odour2: 'D', asks: 'noGo' },
  ],
});

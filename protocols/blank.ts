/**
 * Blank session: all vials hold solvent. An animal that still does better than chance goes by something else than odours,
 * such as the sound of a valve.
 */
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationPairs, associationParameters, bySpouts } from './delayed-association.ts';
import { odourTask } from './odour-task.ts';

const prose = `\
The delayed-association task with nothing but solvent in the vials: valves click, air flows and water is earned as ever,
but there is no odour to go by. Load solvent in all four vials before the session. The mouse should do no better than
chance; if it does, look for what tells it which valve has opened. No trial of a blank session is scored, and what the
animal did is told apart from its performance.`;

export const blank = odourTask({
  name: 'blank',
  title: 'Blank session: solvent in all vials',
  prose,
  kind: 'control',
  chart: twoOdourTrial,
  parameters: associationParameters,
  contingency: (set) => bySpouts(associationPairs, set),
  blank: true,
});

/**
 * The odour controls of Bellafard et al. 2024: the same association with other concentrations or another air flow, to rule
 * out that the mouse goes by strength or wind. The values are not published. The rig cannot change either by itself: the
 * person who sets the vials and the flow says here what they are.
 */
import { z } from 'zod';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { associationPairs, associationParameters, bySpouts } from './delayed-association.ts';
import { odourTask } from './odour-task.ts';
import { parameterFacts } from './parameters.ts';

const factor = (of: string, value: number) =>
  z
    .number()
    .min(0.001)
    .max(100)
    .default(value)
    .register(parameterFacts, {
      unit: 'times the usual',
      source: 'open; set by hand at the rig and recorded here',
      description: `${of} of this session as a multiple of the usual one.`,
    });

const prose = `\
As the delayed-association task in every way that the rig controls, with vials of another concentration or another flow
of air. A mouse that has learned which odour it is, and not how strong, does as well as before. Load the vials or set the
flow before the session, and set concentrationFactor and airFlowFactor to what they are: they change nothing by
themselves, they stand in the record.`;

export const odourVariants = odourTask({
  name: 'odour-variants',
  title: 'Delayed association with other concentrations or air flow',
  prose,
  kind: 'control',
  chart: twoOdourTrial,
  parameters: {
    ...associationParameters,
    concentrationFactor: factor('Concentration of the odours', 0.1),
    airFlowFactor: factor('Flow of air', 1),
  },
  contingency: (set) => bySpouts(associationPairs, set),
});

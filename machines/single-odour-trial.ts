/**
 * The single-odour trial: one odour, then choice; nothing is to be remembered. The odour counts as odour 2, so that light,
 * licks and first-lick times mean the same as in a two-odour trial.
 *
 *   epoch   baseline > odour > choice > consumption > end
 *   water   (trial-parts.ts) beside it
 */
import {
  choice,
  inEpoch,
  lightOfEpochs,
  smell,
  trialBegins,
  trialContext,
  trialEnds,
  trialParts,
  trialResult,
  water,
} from './trial-parts.ts';

export const singleOdourTrial = trialParts.createMachine({
  id: 'singleOdourTrial',
  context: trialContext,
  output: trialResult,
  entry: trialBegins,
  initial: 'running',
  states: {
    running: {
      type: 'parallel',
      onDone: 'over',
      states: {
        epoch: {
          initial: 'baseline',
          ...lightOfEpochs,
          states: {
            baseline: { ...inEpoch('baseline'), after: { baselineMs: 'odour' } },
            odour: { ...smell('odour2'), after: { odour2Ms: 'choice' } },
            choice: { ...choice, after: { choiceMs: 'consumption' } },
            consumption: { ...inEpoch('consumption'), after: { consumptionMs: 'end' } },
            end: { type: 'final' },
          },
        },
        water,
      },
    },
    over: { type: 'final', entry: trialEnds },
  },
});

/**
 * The two-odour trial: baseline, odour 1, delay, odour 2, choice, consumption; water for an answer in the choice period.
 *
 *   epoch   baseline > odour1 > earlyDelay > lateDelay > odour2 > choice > consumption > end
 *                                   |  early lick, where the task aborts on it: timeout, then over
 *   water   (trial-parts.ts) beside it
 */
import {
  choice,
  inEpoch,
  lightOfEpochs,
  onAnyLick,
  smell,
  trialBegins,
  trialContext,
  trialEnds,
  trialParts,
  trialResult,
  water,
} from './trial-parts.ts';

const abortOnEarlyLick = onAnyLick({ guard: 'abortsOnEarlyLick', target: '#early' } as const);

export const twoOdourTrial = trialParts.createMachine({
  id: 'twoOdourTrial',
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
            baseline: { ...inEpoch('baseline'), after: { baselineMs: 'odour1' } },
            odour1: { ...smell('odour1'), after: { odour1Ms: 'delay' } },
            delay: {
              initial: 'early',
              on: abortOnEarlyLick,
              states: {
                early: { ...inEpoch('earlyDelay'), after: { earlyDelayMs: 'late' } },
                late: { ...inEpoch('lateDelay'), after: { lateDelayMs: '#odour2' } },
              },
            },
            odour2: { id: 'odour2', ...smell('odour2'), on: abortOnEarlyLick, after: { odour2Ms: 'choice' } },
            choice: { ...choice, after: { choiceMs: 'consumption' } },
            consumption: { ...inEpoch('consumption'), after: { consumptionMs: 'end' } },
            end: { type: 'final' },
          },
        },
        water,
      },
    },
    timeout: { id: 'early', entry: 'markEarly', after: { timeoutMs: 'over' } },
    over: { type: 'final', entry: trialEnds },
  },
});

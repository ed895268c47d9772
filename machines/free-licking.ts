/**
 * Free licking: the first lick earns a drop, then a pause to drink; without a lick the trial ends by itself.
 *
 *   waiting > (answer) > flowing > drinking > over
 *      `------- (no answer) ------------------^
 *
 * Waiting counts as the choice epoch, and what follows the answer as consumption.
 */
import {
  inEpoch,
  onAnyLick,
  rewardFlow,
  trialBegins,
  trialContext,
  trialEnds,
  trialParts,
  trialResult,
} from './trial-parts.ts';

export const freeLicking = trialParts.createMachine({
  id: 'freeLicking',
  context: trialContext,
  output: trialResult,
  entry: trialBegins,
  initial: 'waiting',
  states: {
    waiting: {
      tags: 'choice',
      on: onAnyLick([
        { guard: 'completesAnswer', target: 'answered', actions: 'answer' },
        { guard: 'counts', actions: 'count' },
      ] as const),
      after: { choiceMs: 'over' },
    },
    answered: { tags: 'consumption', always: [{ guard: 'earnsWater', target: 'flowing' }, { target: 'drinking' }] },
    flowing: { tags: 'consumption', ...rewardFlow, after: { waterMs: 'drinking' } },
    drinking: { ...inEpoch('consumption'), after: { consumptionMs: 'over' } },
    over: { type: 'final', entry: trialEnds },
  },
});

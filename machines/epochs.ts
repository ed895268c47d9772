/**
 * Which epoch a recorded state belongs to: charts tag their states with the names of epochs (machines/vocabulary.ts).
 */
import type { AnyStateMachine } from 'xstate';
import type { TrialProgram } from './program.ts';
import { type Epoch, epochs } from './vocabulary.ts';

type StateNode = AnyStateMachine['root'];

/** By index in the program's states; null where the chart names no epoch. */
export function epochsOfStates(chart: AnyStateMachine, program: TrialProgram): (Epoch | null)[] {
  return program.states.map((label) => {
    for (const leaf of label.split(' ')) {
      let node: StateNode | undefined = chart.root;
      for (const key of leaf.split('.')) {
        node = node?.states[key] as StateNode | undefined;
        const tagged = epochs.find((epoch) => node?.tags.includes(epoch));
        if (tagged !== undefined) return tagged;
      }
    }
    return null;
  });
}

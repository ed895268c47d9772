/**
 * The touch test of a lick line: a person touches the spout, and the line must feel it. The board tells edges, not levels:
 * a dead sensor, and one that is on all the time, are as quiet as a sound one, and only a touch tells them apart. Nothing
 * is opened meanwhile.
 */
import { ticksBetween } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { Finding } from './finding.ts';
import type { Rig } from './rig.ts';
import { restsOf } from './self-test.ts';

/** Time to put a tool down and reach into the rig. */
export const TOUCH_WITHIN_MS = 20_000;
/** Soon enough after a touch for a person to see the answer as theirs. */
const LOOK_MS = 250;

const reversed =
  'was on until it was touched: licks would be counted where there are none, and none where there are. If nothing lay on the spout, the polarity is wrong: change activeLow of this line in the rig file. Then check again.';

/** Waits until `line` has changed and changed back. @throws RigError when the rig is lost or closed. */
export async function touchTest(rig: Rig, line: string, withinMs = TOUCH_WITHIN_MS): Promise<Finding> {
  const input = rig.lines.inputs.indexOf(line);
  const edges: RawEvent[] = [];
  const listening = rig.events$.subscribe({
    next: (event) => {
      if (event.code === EventCode.input && event.value >> 1 === input) edges.push(event);
      rig.acknowledge(event.seq);
    },
    // Whoever waits for the rest hears of it.
    error: () => {},
  });
  try {
    const pause = restsOf(rig);
    for (let waitedMs = 0; waitedMs < withinMs; waitedMs += LOOK_MS) {
      await pause(LOOK_MS);
      const [first, second] = edges;
      if (first === undefined || second === undefined) continue;
      if ((first.value & 1) === 0) return { what: line, grade: 'FAIL', text: reversed };
      const ms = ticksBetween(first.ticks, second.ticks) / rig.ticksPerMs;
      return { what: line, grade: 'PASS', text: `felt a touch of ${ms.toFixed(0)} ms.` };
    }
    const seconds = Math.round(withinMs / 1000);
    const text =
      edges.length === 0
        ? `felt no touch in ${seconds} s: it is dead, or on all the time. No lick would be seen, and the animal would get no water for its answers. Look at the sensor's supply, its cable, its pin, and what may block the beam; then check again.`
        : `changed once in ${seconds} s and stayed so. Take away what touches the spout or blocks the beam, look at the sensor's cable; then check again.`;
    return { what: line, grade: 'FAIL', text };
  } finally {
    listening.unsubscribe();
  }
}

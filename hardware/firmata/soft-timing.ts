/**
 * What a rig on stock firmware cannot do, said before it is used: which rig files are refused, and the words that stand
 * on screen and in the record of each session.
 */
import { RigError } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';

/**
 * A write later than this after its deadline is not made: the trial ends instead. A garbage collection takes some
 * milliseconds; the shortest odour of a task lasts half a second, and a tenth of that would be seen in the licks.
 */
export const LATEST_WRITE_MS = 50;

/** One sentence or two for screen and record. */
export function softTimingWords({ name }: RigFile): string {
  return (
    `Rig ${name} has soft timing and no dead-man's switch: this computer times the trial, so valves follow their stamps by some milliseconds (a trial in which one would be more than ${LATEST_WRITE_MS} ms late is ended), ` +
    'and if this computer or its cable fails, the board leaves every valve as it is until its power is cut.'
  );
}

/** @throws RigError rigFile */
export function checkFirmataFile(file: RigFile): void {
  const { name, simulated, acceptsSoftTiming, outputs, find } = file;
  const refuse = (why: string, remedy: string): never => {
    throw new RigError(
      'rigFile',
      `The rig ${name} runs on stock Firmata, and ${why}. No port was opened and no line was driven. ${remedy}`,
    );
  };
  if (!simulated && !acceptsSoftTiming) {
    refuse(
      'its file does not say that this is accepted for live animals: this computer times the trials, and if it or its cable fails, the board leaves an open valve open',
      'Use a board with our firmware; or mark the rig "simulated": true for bench work without an animal; or write "accept": "soft timing and no dead-man\'s switch" into the file.',
    );
  }
  if (find.boardId !== undefined) {
    refuse('stock firmware has no board id to check', 'Take find.boardId out and give the USB serialNumber.');
  }
  for (const { name: line, activeLow, kind, random } of outputs) {
    if (activeLow) {
      refuse(
        `stock firmware drives every digital pin low from its start, which would switch "${line}" on before any program runs`,
        `Wire "${line}" so that high is on, and take its activeLow out.`,
      );
    }
    if (kind === 'lamp') {
      refuse(
        `"${line}" is a fault lamp, which such a board cannot light when this computer fails`,
        'Take the line out of the file.',
      );
    }
    if (random !== null) {
      refuse(`"${line}" is to pulse at random by itself, which needs our firmware`, 'Take the line\'s "random" out.');
    }
  }
}

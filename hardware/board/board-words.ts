/** What a technician is told about a board that is gone, and the errors that say so. */
import { RigError } from '../rig.ts';

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;

function minutes(ms: number): string {
  const count = Math.round(ms / 60_000);
  return count === 1 ? 'a minute' : `${count} minutes`;
}

const goesOn = (silenceMs: number) =>
  `a trial that ran ends safe by itself within ${seconds(silenceMs)}, and the session goes on as soon as the board is back; check its cable and its power.`;

export function boardGone(port: string, reason: string, silenceMs: number): string {
  return `The board at ${port} is gone (${reason}): ${goesOn(silenceMs)}`;
}

export function boardSilent(port: string, silenceMs: number): string {
  return `The board at ${port} has stopped answering: ${goesOn(silenceMs)}`;
}

export function boardRestarted(port: string): string {
  return `The board at ${port} has restarted by itself, with all outputs off: the trial that ran is over, and the session goes on as soon as the board is set up again; if this comes again, check its power supply.`;
}

export function noBoard(port: string): RigError {
  return new RigError(
    'noAnswer',
    `Nothing that speaks our link answers at ${port}. No session was started and no output was touched. Check that this is the rig's port, that the board has power, and that the Rehearsal firmware is on it.`,
  );
}

export function boardTaken(port: string): RigError {
  return new RigError(
    'portBusy',
    `While its line was broken, another session has taken the board at ${port} and drives its outputs now. This session ends here; all its trials are in the record. See which program has the board, and look after the animal, before the next session.`,
  );
}

export function gaveUp(port: string | null, searchMs: number, last: RigError): RigError {
  return new RigError(
    'linkLost',
    `The board${port === null ? '' : ` at ${port}`} has not come back for ${minutes(searchMs)}. It has shut all outputs by itself; all trials before are in the record. Take the animal out, check the cable and the power, and start a new session. (Last: ${last.message})`,
    { cause: last },
  );
}

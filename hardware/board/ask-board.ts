/**
 * Asks whatever hangs on a port whether it is a board of ours, who it is, and whether a session holds it. Changes nothing.
 */
import { randomBytes } from 'node:crypto';
import type { BytePort } from '../link/byte-port.ts';
import { commands, linkVersion } from '../link/declaration.ts';
import { type HostClock, sleep } from '../link/host-clock.ts';
import { HostLink } from '../link/host-link.ts';
import { RigError } from '../rig.ts';

export interface BoardFacts {
  readonly firmware: string;
  readonly link: string;
  /** This program understands it. */
  readonly linkFits: boolean;
  /** Eight hexadecimal digits; null: never set. */
  readonly boardId: string | null;
  /** A session holds it. */
  readonly armed: boolean;
}

/** A board that opening the port has reset starts within this; it says so, and then is asked at once. */
const START_MS = 2500;
/** A few frames each way. */
const ANSWER_MS = 1500;
/** EEPROM that was never written. */
const NO_BOARD_ID = 0xffffffff;

/**
 * Null: nothing here speaks our link. Silent until the board has started: a Mega's boot loader takes any byte for the
 * beginning of an installation, and waits for the rest. @throws RigError linkLost.
 */
export async function askBoard(port: BytePort, clock: HostClock): Promise<BoardFacts | null> {
  const { link, started } = listen(port, clock);
  await started;
  const until = clock.nowMs() + ANSWER_MS;
  for (;;) {
    try {
      const { values } = await link.command('hello', {}, 1);
      // Another link's hello may be shorter; that it answered at all says what it is.
      const { firmwareMajor, firmwareMinor, linkMajor, linkMinor, boardId } = values;
      return {
        firmware: `${firmwareMajor ?? '?'}.${firmwareMinor ?? '?'}`,
        link: `${linkMajor ?? '?'}.${linkMinor ?? '?'}`,
        linkFits: linkMajor === linkVersion.major,
        boardId: boardId === undefined || boardId === NO_BOARD_ID ? null : idText(boardId),
        armed: values.armed === 1,
      };
    } catch (error) {
      if (!(error instanceof RigError) || error.code !== 'noAnswer') throw error;
      if (clock.nowMs() >= until) return null;
    }
  }
}

/** Whether boards can be given an id: this link has the command for it. */
export const canName = commands.some(({ name }) => name === 'name');

/** Gives the board a random id, which stays in its EEPROM. @throws RigError when it refuses, as an armed board does. */
export async function nameBoard(port: BytePort, clock: HostClock): Promise<string> {
  let boardId = NO_BOARD_ID;
  while (boardId === NO_BOARD_ID) boardId = randomBytes(4).readUInt32LE();
  await new HostLink(port, clock, deaf).order('name', { boardId });
  return idText(boardId);
}

const deaf = { event: () => {}, booted: () => {} };

function listen(port: BytePort, clock: HostClock): { link: HostLink; started: Promise<void> } {
  let booted = () => {};
  const said = new Promise<void>((resolve) => {
    booted = resolve;
  });
  let lost = () => {};
  const gone = new Promise<void>((resolve) => {
    lost = resolve;
  });
  port.onLost(() => lost());
  const link = new HostLink(port, clock, { ...deaf, booted: () => booted() });
  return { link, started: Promise.race([said, gone, sleep(clock, START_MS)]) };
}

function idText(boardId: number): string {
  return boardId.toString(16).padStart(8, '0');
}

/** Is this the board that the session means? Its own words about itself (`hello`), against the rig file. */
import { linkVersion } from '../link/declaration.ts';
import { RigError, type RigIdentity } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';

export type Hello = Readonly<Record<string, number>>;

/** EEPROM that was never written. */
const NO_BOARD_ID = 0xffffffff;

/** Eight hexadecimal digits; null: never set. */
function boardIdOf({ boardId }: Hello): string | null {
  return boardId === NO_BOARD_ID ? null : boardId!.toString(16).padStart(8, '0');
}

/** @throws RigError wrongBoard. `expected`: the id that must answer, where the session already knows it. */
export function checkBoard(hello: Hello, { name, find }: RigFile, port: string, expected?: string | null): void {
  if (hello.linkMajor !== linkVersion.major) {
    throw new RigError(
      'wrongBoard',
      `The board at ${port} speaks link ${hello.linkMajor}.${hello.linkMinor}, this program ${linkVersion.major}.${linkVersion.minor}. No session was started. Install the firmware that came with this program.`,
    );
  }
  const boardId = boardIdOf(hello);
  const wanted = expected === undefined ? find.boardId : expected;
  if (wanted === undefined || wanted === boardId) return;
  throw new RigError(
    'wrongBoard',
    `The board at ${port} has the id ${boardId ?? '(none set)'}, but the rig ${name} is the board ${wanted ?? 'without an id'}: another rig's valves hang on this one. No session was started. Check the cable, or the board's id in the rig file.`,
  );
}

export function identityOf(hello: Hello, file: RigFile, kind: RigIdentity['kind']): RigIdentity {
  return {
    kind,
    rigName: file.name,
    simulated: file.simulated,
    boardId: boardIdOf(hello),
    bootId: hello.bootId!,
    firmware: `${hello.firmwareMajor}.${hello.firmwareMinor}`,
    linkVersion: `${hello.linkMajor}.${hello.linkMinor}`,
    engine: 'firmware',
    timing: 'device',
    deadMansSwitch: true,
  };
}

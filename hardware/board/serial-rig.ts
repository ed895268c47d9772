/** The lab's rig: the board rig over a real serial port. */

import { machineClock } from '../link/host-clock.ts';
import type { Rig } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { BoardRig } from './board-rig.ts';
import { findPort } from './find-port.ts';
import { openSerialPort } from './serial-port.ts';

export function createBoardRig({ file }: { file: RigFile }): Rig {
  const connect = async () => openSerialPort(await findPort(file));
  return new BoardRig({ file, kind: 'board', clock: machineClock, connect });
}

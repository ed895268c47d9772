/** The firmata rig over a real serial port. */
import { findPort } from '../board/find-port.ts';
import { openSerialPort } from '../board/serial-port.ts';
import { machineClock } from '../link/host-clock.ts';
import type { Rig } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { FirmataRig } from './firmata-rig.ts';

/** @throws RigError rigFile, for what stock firmware cannot do or the file has not accepted. */
export function createFirmataRig({ file }: { readonly file: RigFile }): Rig {
  const connect = async () => openSerialPort(await findPort(file), file.baud);
  return new FirmataRig({ file, clock: machineClock, connect });
}

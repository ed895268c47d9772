/**
 * Which port is the rig's? By USB serial number where the file gives one, else by the port's name; the board's own id is
 * checked after opening. Never by port name alone, unless the rig file says so (rig-file-schema.ts).
 */
import { RigError } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { listPorts } from './list-ports.ts';

/** @throws RigError portNotFound */
export async function findPort({ name, find }: RigFile): Promise<string> {
  if (find.serialNumber === undefined) {
    if (find.port !== undefined) return find.port;
    throw new RigError(
      'portNotFound',
      `The rig ${name} is found by the board's id alone, and its file names no port to try. No session was started. Add "port" or "serialNumber" under "find" in the rig file.`,
    );
  }
  const { ports, problem } = await listPorts();
  const port = ports.find(({ serialNumber }) => serialNumber === find.serialNumber);
  if (port !== undefined) return port.path;
  const seen = ports.map(({ path, serialNumber }) => `${path} (${serialNumber ?? 'no serial number'})`).join(', ');
  throw new RigError(
    'portNotFound',
    `No board with the USB serial number ${find.serialNumber} is plugged in, as the rig ${name} asks. No session was started and no output was touched. Ports seen: ${seen || 'none'}${problem === null ? '' : ` (the system gives no list of its ports: ${problem})`}. Check the cable and the rig file.`,
  );
}

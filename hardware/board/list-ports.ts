/**
 * The serial ports of this machine, as the operating system lists them. On Linux the list comes from the program `udevadm`,
 * which containers lack; a list that cannot be had is a fact to tell, not an error.
 */
import { SerialPort } from 'serialport';
import { type HostClock, machineClock } from '../link/host-clock.ts';

export interface PortInfo {
  readonly path: string;
  readonly serialNumber?: string | undefined;
  readonly manufacturer?: string | undefined;
  /** USB ids, four hexadecimal digits each; none: a port that is not on USB. */
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

export interface PortList {
  readonly ports: readonly PortInfo[];
  /** Why there is no list; null when there is one, even an empty one. */
  readonly problem: string | null;
}

/** The list takes some 50 ms; one that hangs must not hold the command. */
const LIST_MS = 5000;

/** Never rejects. `list`: the system's own. */
export function listPorts(
  list: () => Promise<readonly PortInfo[]> = () => SerialPort.list(),
  clock: HostClock = machineClock,
): Promise<PortList> {
  return new Promise((resolve) => {
    const cancel = clock.after(LIST_MS, () => resolve(without('it does not come')));
    const settle = (found: PortList) => {
      cancel();
      resolve(found);
    };
    // Started inside the chain: what it throws at once and what it rejects with later are the same.
    Promise.resolve()
      .then(list)
      .then(
        (ports) => settle({ ports, problem: null }),
        (error: Error) => settle(without(error.message)),
      );
  });
}

function without(problem: string): PortList {
  return { ports: [], problem };
}

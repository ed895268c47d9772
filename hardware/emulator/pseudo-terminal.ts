/**
 * A pseudo-terminal that stays open with nobody at its other end, so that a session may open, close and open it again.
 * Linux and macOS; uses private parts of node-pty (the version is pinned, and a test opens one).
 */
import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { RigError } from '../rig.ts';

export interface PseudoTerminal {
  /** What a session opens, e.g. /dev/pts/3. */
  readonly path: string;
  /** Whether a program has the port open and locked, as `serialport` does; null where the system does not tell (not Linux). */
  held(): boolean | null;
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  close(): void;
}

interface OpenedTerminal {
  readonly ptsName: string;
  readonly _master: ReadStream & { write(bytes: Uint8Array): boolean };
  readonly _slave: ReadStream;
}

/** @throws RigError where the system has no pseudo-terminals. */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  if (process.platform === 'win32') throw unavailable('Windows has none');
  let terminal: OpenedTerminal;
  try {
    const pty = (await import('@lydell/node-pty')) as unknown as { open(options: object): OpenedTerminal };
    terminal = pty.open({ encoding: null });
  } catch (error) {
    throw unavailable((error as Error).message);
  }
  // Raw: what the board says before a session opens the port must not be echoed back to it.
  terminal._slave.setRawMode(true);
  // Held open and not read: without any holder the master would hang up, and node-pty's own holder would eat the bytes.
  const holder = openSync(terminal.ptsName, constants.O_RDWR | constants.O_NOCTTY);
  terminal._slave.destroy();
  const master = terminal._master;
  return {
    path: terminal.ptsName,
    held: () => isLocked(terminal.ptsName),
    write: (bytes) => void master.write(bytes),
    onBytes: (listener) => void master.on('data', listener),
    close: () => {
      master.on('error', () => {});
      master.destroy();
      closeSync(holder);
    },
  };
}

/** Looks for a lock on the file in the kernel's list, which names it by device and inode (proc(5), /proc/locks). */
function isLocked(path: string): boolean | null {
  if (process.platform !== 'linux') return null;
  try {
    const { dev, ino } = statSync(path);
    const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
    const device = [major, minor].map((part) => part.toString(16).padStart(2, '0')).join(':');
    return readFileSync('/proc/locks', 'utf8').includes(` ${device}:${ino} `);
  } catch {
    return null;
  }
}

function unavailable(reason: string): RigError {
  return new RigError(
    'portNotFound',
    `This system gives no pseudo-terminal (${reason}). Nothing is emulated on a port. Use the emulated board in memory instead: --rig emulated.`,
  );
}

/**
 * Puts our firmware on a board through its boot loader.
 *
 * While it is being written the board must not run half of it, whatever breaks. So the page with the reset vector is first
 * overwritten with jumps to themselves: a board reset in between does nothing, with all pins inputs. Then all other
 * pages are written and read back; only then, after a reset (stk500v2.ts), comes the true first page.
 */
import type { HostClock } from '../link/host-clock.ts';
import { RigError } from '../rig.ts';
import type { BoardKind } from './board-kinds.ts';
import { BootFault, type BootLine, type BootLoader, hex } from './boot-loader.ts';
import { survivesWatchdog, type WatchdogVerdict } from './boot-watchdog.ts';

export interface InstallOptions {
  readonly line: BootLine;
  readonly clock: HostClock;
  readonly board: BoardKind;
  /** Flash from address 0. */
  readonly image: Uint8Array;
  /** How many bytes of how many are written and read back. */
  readonly progress?: (done: number, of: number) => void;
}

export interface Installed {
  /** At which the boot loader answered. */
  readonly baud: number;
  readonly watchdog: WatchdogVerdict;
}

/** Each tries for a second and a half; a Nano's two speeds take turns. */
const RESETS = 4;
/** `rjmp .-2`, low byte first. */
const STOP = [0xff, 0xcf] as const;

const knownChips: Readonly<Record<string, string>> = {
  '1e 95 0f': 'an ATmega328P (Uno, Nano)',
  '1e 95 14': 'an ATmega328 without P',
  '1e 98 01': 'an ATmega2560 (Mega)',
  '1e 94 06': 'an ATmega168 (an old Nano)',
  '1e 95 87': 'an ATmega32U4 (Leonardo, Micro)',
};

/** What the board would run now. */
type OnBoard = 'asBefore' | 'nothing' | 'unclear';

const consequences: Readonly<Record<OnBoard, string>> = {
  asBefore: 'Nothing on the board was changed.',
  nothing:
    'The firmware is half written, and the board is kept from running it: its outputs stay inputs. Do not connect an animal. Run the same command again; the boot loader is still there.',
  unclear:
    'It is not certain what the board runs now. Switch the supply of the valves and the light off, do not connect an animal, and run the same command again; the boot loader is still there.',
};

/** Writes, reads back, starts. @throws RigError; its message says what is on the board now. */
export async function installFirmware(options: InstallOptions): Promise<Installed> {
  const { line, clock, board, image, progress } = options;
  const { pageBytes } = board;
  const pages = Math.ceil(image.length / pageBytes);
  if (image.length === 0 || pages * pageBytes > board.bootStart) {
    throw new RigError(
      'programRefused',
      `The firmware has ${image.length} bytes, and the ${board.title} has room for ${board.bootStart}. ${consequences.asBefore} Install this program again.`,
    );
  }
  const page = (index: number) => {
    const bytes = new Uint8Array(pageBytes).fill(0xff);
    bytes.set(image.subarray(index * pageBytes, (index + 1) * pageBytes));
    return bytes;
  };
  const stop = Uint8Array.from({ length: pageBytes }, (_, at) => STOP[at % 2]!);
  const loader = board.loader(line, clock);
  let onBoard: OnBoard = 'asBefore';
  try {
    const baud = await enter(loader, options);
    await checkChip(loader, options);
    const watchdog = survivesWatchdog(await readFrom(loader, board));
    onBoard = 'unclear';
    await loader.writePage(0, stop);
    await verify(loader, 0, stop);
    onBoard = 'nothing';
    const steps = 2 * pages;
    const tell = (step: number) => progress?.(Math.round((image.length * step) / steps), image.length);
    for (let index = 1; index < pages; index++) {
      await loader.writePage(index * pageBytes, page(index));
      tell(index);
    }
    for (let index = 1; index < pages; index++) {
      await verify(loader, index * pageBytes, page(index));
      tell(pages + index);
    }
    await enter(loader, options);
    onBoard = 'unclear';
    await loader.writePage(0, page(0));
    await verify(loader, 0, page(0));
    tell(steps);
    await loader.leave().catch(ignoreFault);
    return { baud, watchdog };
  } catch (error) {
    if (!(error instanceof BootFault)) throw error;
    const said = `${error.message[0]!.toUpperCase()}${error.message.slice(1)}`;
    throw new RigError('noAnswer', `At ${line.name}: ${said}. ${consequences[onBoard]}`, { cause: error });
  }
}

/** The speed at which the boot loader answered. @throws BootFault when it does not. */
async function enter(loader: BootLoader, { line, board }: InstallOptions): Promise<number> {
  let last: BootFault | null = null;
  for (let reset = 0; reset < RESETS; reset++) {
    const baud = board.bauds[reset % board.bauds.length]!;
    await line.setBaud(baud);
    try {
      if (await loader.enter()) return baud;
    } catch (error) {
      if (!(error instanceof BootFault)) throw error;
      last = error;
    }
  }
  if (last !== null) throw last;
  throw new BootFault(
    `no ${board.title} boot loader answers (${board.bauds.join(' and ')} baud). Check that it is the right port ("rig ports"), say with --board which board it is, and press its reset button as the command starts if its cable cannot reset it`,
  );
}

async function checkChip(loader: BootLoader, { line, board }: InstallOptions): Promise<void> {
  const found = hex(await loader.signature());
  const wanted = hex(board.signature);
  if (found === wanted) return;
  throw new RigError(
    'wrongBoard',
    `The board at ${line.name} has another chip: ${knownChips[found] ?? 'one that this program does not know'} (signature ${found}), and the ${board.title} has an ${board.chip} (${wanted}). ${consequences.asBefore} Choose the board with --board, or use one of the boards that it names.`,
  );
}

/** The boot loader's own section. */
async function readFrom(loader: BootLoader, { bootStart, flashBytes, pageBytes }: BoardKind): Promise<Uint8Array> {
  const code = new Uint8Array(flashBytes - bootStart);
  for (let at = 0; at < code.length; at += pageBytes) {
    code.set(await loader.readPage(bootStart + at, pageBytes), at);
  }
  return code;
}

async function verify(loader: BootLoader, address: number, wanted: Uint8Array): Promise<void> {
  const found = await loader.readPage(address, wanted.length);
  const at = found.findIndex((byte, index) => byte !== wanted[index]);
  if (at < 0) return;
  throw new BootFault(
    `what was written at address ${address + at} reads back otherwise (${hex([found[at]!])} instead of ${hex([wanted[at]!])}); if it happens again, the chip is worn out or damaged`,
  );
}

/** The firmware is whole by now; opening the port resets the board in any case. */
function ignoreFault(error: unknown): void {
  if (!(error instanceof BootFault)) throw error;
}

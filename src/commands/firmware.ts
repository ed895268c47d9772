/** `rig firmware install`: puts the firmware that came with this program on a board, and gives the board an id. */
import { type Command, Option } from 'commander';
import { askBoard, type BoardFacts, canName, nameBoard } from '#hardware/board/ask-board.ts';
import { type BoardKindName, boardKindNames, boardKinds, readImage } from '#hardware/board/board-kinds.ts';
import { type BootLine, resetBoard } from '#hardware/board/boot-loader.ts';
import type { WatchdogVerdict } from '#hardware/board/boot-watchdog.ts';
import { installFirmware } from '#hardware/board/install.ts';
import { openBootLine } from '#hardware/board/serial-boot-line.ts';
import { limits } from '#hardware/link/declaration.ts';
import { type HostClock, machineClock } from '#hardware/link/host-clock.ts';
import { RigError } from '#hardware/rig.ts';
import type { Io } from '../io.ts';
import { count, paint } from '../table.ts';

/** What the command needs of the machine; tests bring their own. */
export interface FirmwareWorld {
  readonly open: (path: string, baud: number) => Promise<BootLine>;
  readonly clock: HostClock;
}

const machine: FirmwareWorld = { open: openBootLine, clock: machineClock };

export function addFirmwareCommand(program: Command, io: Io, world: FirmwareWorld = machine): void {
  program
    .command('firmware')
    .description("The boards' firmware.")
    .command('install')
    .summary('put the firmware on a board')
    .description(
      'Writes the firmware that came with this program to a board through its boot loader, reads it back, starts it, and gives the board an id if it has none. Take the animal out and switch the supply of the valves off first. Takes about 20 seconds.',
    )
    .argument('<port>', 'as "rig ports" shows it, e.g. /dev/ttyACM0 or COM3')
    .addOption(new Option('--board <board>', 'which board it is').choices(boardKindNames).default('uno'))
    .action(async (path: string, { board: name }: { board: BoardKindName }) => {
      const board = boardKinds[name];
      const image = readImage(board);
      const line = await world.open(path, board.bauds[0]!);
      const interrupts = io.interrupts$.subscribe(() =>
        io.err('\nStopping now would leave the board half written; this ends by itself within a minute.\n'),
      );
      try {
        io.out(`Installing ${count(image.length, 'byte')} on the ${board.title} at ${path}\n`);
        const progress = progressOf(io);
        const { baud, watchdog } = await installFirmware({ line, clock: world.clock, board, image, progress });
        io.out(`Written and read back, every page (boot loader at ${baud} baud).\n`);
        const facts = await greet(line, world.clock);
        io.out(`The board runs firmware ${facts.firmware}, link ${facts.link}.\n`);
        io.out(await idOf(facts, line, world.clock));
        if (watchdog !== 'survives') io.out(paint(io, 'yellow', warnings[watchdog]));
      } finally {
        interrupts.unsubscribe();
        await line.close();
      }
    });
}

/** What the firmware's watchdog means on a board whose boot loader does not expect one. */
const warnings: Readonly<Record<Exclude<WatchdogVerdict, 'survives'>, string>> = {
  loops:
    'WARNING: this board\'s boot loader does not survive a watchdog reset. Should the firmware ever hang, the board shuts all outputs and then restarts for ever: the session is lost, and the board comes back only when its power is switched off and on. Outputs stay off meanwhile, except pin 13, on which the boot loader blinks. Put a newer boot loader on it (Arduino IDE, "Burn Bootloader": Optiboot on a Nano, that of 2012 or later on a Mega), or use another board.\n',
  unknown:
    'WARNING: this board does not show its boot loader, so it is not known whether it survives a watchdog reset. If not, a firmware that hangs shuts all outputs and the board then restarts for ever, until its power is switched off and on. An Uno with its own boot loader does survive.\n',
};

function progressOf(io: Io): (done: number, of: number) => void {
  let shown = 0;
  return (done, of) => {
    const now = Math.floor((100 * done) / of);
    if (io.tty) io.out(`\r${now} %${done === of ? '\n' : ''}`);
    else if (now >= shown + 25 || done === of) io.out(`${now} %\n`);
    else return;
    shown = now;
  };
}

/** Restarts the board: from here on it is what a session will meet. */
async function greet(line: BootLine, clock: HostClock): Promise<BoardFacts> {
  await line.setBaud(limits.BAUD.value);
  await resetBoard(line, clock);
  const facts = await askBoard(line, clock);
  if (facts?.linkFits) return facts;
  throw new RigError(
    'noAnswer',
    `The firmware is on the board at ${line.name}, every page read back as written, but the board does not answer as it should. Do not connect an animal. Unplug the board, plug it in again and see whether "rig ports" finds it; if not, install again.`,
  );
}

async function idOf({ boardId }: BoardFacts, line: BootLine, clock: HostClock): Promise<string> {
  const inFile = (id: string) => `In its rig file, under "find": "boardId": "${id}"\n`;
  if (boardId !== null) return `Its id is ${boardId}. ${inFile(boardId)}`;
  if (!canName) return 'It has no id; find it by its USB serial number.\n';
  const id = await nameBoard(line, clock);
  return `It had no id and now has ${id}, which stays with it. ${inFile(id)}`;
}

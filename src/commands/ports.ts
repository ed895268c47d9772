/** `rig ports`: which serial ports there are, and which of them is a board of ours. */
import type { Command } from 'commander';
import { askBoard, type BoardFacts } from '#hardware/board/ask-board.ts';
import { listPorts, type PortInfo, type PortList } from '#hardware/board/list-ports.ts';
import { openSerialPort } from '#hardware/board/serial-port.ts';
import type { BytePort } from '#hardware/link/byte-port.ts';
import { type HostClock, machineClock } from '#hardware/link/host-clock.ts';
import { RigError } from '#hardware/rig.ts';
import { commandName, type Io } from '../io.ts';
import { table } from '../table.ts';

/** What the command needs of the machine; tests bring their own. */
export interface PortWorld {
  readonly list: () => Promise<PortList>;
  readonly open: (path: string) => Promise<BytePort>;
  readonly clock: HostClock;
}

interface Seen extends PortInfo {
  readonly answer: string;
  readonly facts: BoardFacts | null;
}

const machine: PortWorld = { list: () => listPorts(), open: openSerialPort, clock: machineClock };

export function addPortsCommand(program: Command, io: Io, world: PortWorld = machine): void {
  program
    .command('ports')
    .summary('list serial ports and the boards on them')
    .description(
      'Lists the serial ports, opens each and asks whether a Rehearsal board answers. Opening a port resets an Uno, and sends a few bytes to whatever else hangs there. Ports that are not on USB are opened only when they are named.',
    )
    .argument('[paths...]', 'these ports only, e.g. /dev/ttyACM0 or COM3')
    .option('--no-open', 'only list; open nothing, reset nothing')
    .action(async (paths: string[], { open }: { open: boolean }) => {
      const { ports, problem } = await world.list();
      const wanted: readonly PortInfo[] =
        paths.length === 0 ? ports : paths.map((path) => ports.find((port) => port.path === path) ?? { path });
      if (wanted.length === 0) {
        io.out(nonePlugged(problem, io));
        return;
      }
      const toOpen = wanted.filter((port) => open && (paths.length > 0 || port.vendorId !== undefined));
      if (toOpen.length > 0) io.out('Asking each port who is there, which resets an Uno; takes some seconds.\n');
      const seen = await Promise.all(
        wanted.map((port) =>
          toOpen.includes(port)
            ? look(port, world)
            : { ...port, answer: open ? 'not on USB; not opened' : 'not opened', facts: null },
        ),
      );
      io.out(portTable(seen));
      io.out(advice(seen, io));
    });
}

/** Whatever is there, or hinders, is told in words. */
async function look(port: PortInfo, { open, clock }: PortWorld): Promise<Seen> {
  let line: BytePort;
  try {
    line = await open(port.path);
  } catch (error) {
    return { ...port, answer: inShort(error), facts: null };
  }
  try {
    const facts = await askBoard(line, clock);
    return { ...port, answer: facts === null ? 'nothing of ours answers' : 'a Rehearsal board', facts };
  } catch (error) {
    return { ...port, answer: inShort(error), facts: null };
  } finally {
    await line.close();
  }
}

/** What happened, without what it means for a session: there is none. */
function inShort(error: unknown): string {
  if (!(error instanceof RigError)) throw error;
  return error.message.split('. ')[0]!;
}

function portTable(seen: readonly Seen[]): string {
  return table(
    [
      { head: 'port', cell: ({ path }) => path },
      { head: 'USB id', cell: ({ vendorId, productId }) => (vendorId ? `${vendorId}:${productId ?? '?'}` : null) },
      { head: 'serial number', cell: ({ serialNumber }) => serialNumber ?? null },
      { head: 'maker', cell: ({ manufacturer }) => manufacturer ?? null },
      { head: 'firmware', cell: ({ facts }) => facts?.firmware ?? null },
      { head: 'link', cell: ({ facts }) => facts?.link ?? null },
      { head: 'board id', cell: ({ facts }) => facts && (facts.boardId ?? 'none set') },
      { head: 'session', cell: ({ facts }) => facts && (facts.armed ? 'armed' : 'none') },
      { head: 'what answers', cell: ({ answer }) => answer },
    ],
    seen,
  );
}

function advice(seen: readonly Seen[], io: Io): string {
  return seen
    .flatMap(({ path, facts }) => {
      if (facts === null) return [];
      const install = `${commandName(io)} firmware install ${path}`;
      if (!facts.linkFits)
        return [`The firmware on ${path} is not this program's; no session can run with it. Type: ${install}\n`];
      if (facts.boardId === null)
        return [`The board on ${path} has no id yet, and could be taken for another. Type: ${install}\n`];
      return [];
    })
    .join('');
}

function nonePlugged(problem: string | null, io: Io): string {
  const name = `name the port yourself: ${commandName(io)} ports /dev/ttyACM0`;
  if (problem !== null) return `The system gives no list of its serial ports (${problem}). You can ${name}\n`;
  return `There is no serial port. Check that the board is plugged in and its lamp is on, and that the cable carries data: many only charge. If you know better, ${name}\n`;
}

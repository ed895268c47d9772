/** `rig ports` and `rig firmware install`, as a person sees them. */
import { Command } from 'commander';
import { NEVER } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canName } from '#hardware/board/ask-board.ts';
import { listPorts, type PortInfo } from '#hardware/board/list-ports.ts';
import { openSerialPort } from '#hardware/board/serial-port.ts';
import { openPseudoTerminal } from '#hardware/emulator/pseudo-terminal.ts';
import { serveBoard } from '#hardware/emulator/serve.ts';
import { machineClock } from '#hardware/link/host-clock.ts';
import { HostLink } from '#hardware/link/host-link.ts';
import { RigError } from '#hardware/rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { addFirmwareCommand } from '#src/commands/firmware.ts';
import { addPortsCommand, type PortWorld } from '#src/commands/ports.ts';
import type { Io } from '#src/io.ts';
import { type BoardOptions, FakeBoard } from '../hardware/boot-double.ts';
import { SteppedClock } from '../hardware/stepped-clock.ts';
import { place } from './driver.ts';

const onPty = it.skipIf(process.platform === 'win32');

function screen(): { io: Io; text: () => string } {
  let shown = '';
  const print = (text: string) => {
    shown += text;
  };
  const io: Io = {
    out: print,
    err: print,
    tty: false,
    columns: 100,
    env: {},
    platform: 'linux',
    home: '/nowhere',
    cwd: '/nowhere',
    now: () => new Date('2026-03-02T09:00:00Z'),
    interrupts$: NEVER,
    keys$: NEVER,
  };
  return { io, text: () => shown };
}

const uno = {
  path: '/dev/ttyACM0',
  serialNumber: '7573',
  manufacturer: 'Arduino',
  vendorId: '2341',
  productId: '0043',
};
const builtIn: PortInfo = { path: '/dev/ttyS0' };

async function ports(line: string, world: Partial<PortWorld>): Promise<string> {
  const { io, text } = screen();
  const program = new Command().exitOverride();
  const clock = new SteppedClock();
  const open = async (path: string) => {
    throw new RigError('portBusy', `Another program holds ${path}. No session was started.`);
  };
  addPortsCommand(program, io, { list: async () => ({ ports: [], problem: null }), open, clock, ...world });
  await program.parseAsync(['ports', ...line.split(' ').filter(Boolean)], { from: 'user' });
  return text();
}

const listOf =
  (...found: PortInfo[]) =>
  async () => ({ ports: found, problem: null });

describe('rig ports', () => {
  it('says what to check when there is no port', async () => {
    expect(await ports('', {})).toMatch(/no serial port\. Check that the board is plugged in.*cable carries data/);
  });

  it('says that the system gives no list, and how to go on', async () => {
    const { ports: none, problem } = await listPorts(() => Promise.reject(new Error('spawn udevadm ENOENT')));
    expect(none).toEqual([]);
    expect(await ports('', { list: async () => ({ ports: none, problem }) })).toMatch(
      /gives no list .*udevadm ENOENT.*rig ports \/dev\/ttyACM0/,
    );
  });

  it('takes a list that throws at once, and one that never comes, for no list', async () => {
    const thrown = await listPorts(() => {
      throw new TypeError('stdout is undefined');
    });
    expect(thrown).toEqual({ ports: [], problem: 'stdout is undefined' });
    const clock = new SteppedClock();
    const hung = await clock.run(listPorts(() => new Promise(() => {}), clock));
    expect(hung.problem).toMatch(/does not come/);
  });

  it('shows who holds a port instead of failing', async () => {
    const text = await ports('', { list: listOf(uno) });
    expect(text).toMatch(/\/dev\/ttyACM0 +2341:0043 +7573 +Arduino +Another program holds \/dev\/ttyACM0\n/);
  });

  it('opens nothing with --no-open, and a port that is not on USB only when it is named', async () => {
    const opened: string[] = [];
    const open = async (path: string): Promise<never> => {
      opened.push(path);
      throw new RigError('portNotFound', `There is no port ${path}. No session was started.`);
    };
    const world = { list: listOf(uno, builtIn), open };
    expect(await ports('--no-open', world)).toMatch(/ttyACM0 .*not opened\n.*ttyS0 .*not opened\n/);
    expect(opened).toEqual([]);
    expect(await ports('', world)).toMatch(/ttyS0 .*not on USB; not opened\n/);
    expect(opened).toEqual(['/dev/ttyACM0']);
    expect(await ports('/dev/ttyS0 COM9', world)).not.toMatch(/ttyACM0/);
    expect(opened.slice(1)).toEqual(['/dev/ttyS0', 'COM9']);
  });

  onPty('tells a board of ours, one that a session holds, a port in use and a silent one apart', async () => {
    const file = findRigFile('emulated');
    const free = await serveBoard({ file, mouse: null });
    const held = await serveBoard({ file, mouse: null });
    const silent = await openPseudoTerminal();
    const busy = await openPseudoTerminal();
    onTestFinished(async () => {
      for (const each of [free, held, silent, busy]) await each.close();
    });
    const session = await openSerialPort(held.path);
    const link = new HostLink(session, machineClock, { event: () => {}, booted: () => {} });
    await link.order('arm', { token: 1, silenceMs: 2000 });
    await session.close();
    const user = await openSerialPort(busy.path);
    const { code, out } = await place().rig(`ports ${free.path} ${held.path} ${silent.path} ${busy.path}`);
    await user.close();
    expect(code).toBe(0);
    const row = (path: string) => out.split('\n').find((line) => line.startsWith(`${path} `));
    expect(row(free.path)).toMatch(/ \d+\.\d+ +\d+\.\d+ +none set +none +a Rehearsal board$/);
    expect(row(held.path)).toMatch(/ armed +a Rehearsal board$/);
    expect(row(silent.path)).toMatch(/nothing of ours answers$/);
    expect(row(busy.path)).toMatch(/Another program holds/);
    expect(out).toContain(`The board on ${free.path} has no id yet`);
  });
});

async function install(line: string, options: Omit<BoardOptions, 'clock'>): Promise<string> {
  const { io, text } = screen();
  const program = new Command().exitOverride();
  const clock = new SteppedClock();
  const board = new FakeBoard({ ...options, clock });
  addFirmwareCommand(program, io, { open: async () => board, clock });
  await clock.run(program.parseAsync(['firmware', 'install', '/dev/ttyACM0', ...line.split(' ')], { from: 'user' }));
  expect(board.complaints).toEqual([]);
  return text();
}

describe('rig firmware install', () => {
  it('installs what boots on the chip, tells its version, and sees to its id', async () => {
    const text = await install('--board uno', { version: 1, alive: true });
    expect(text).toMatch(/Installing \d+ bytes on the Uno at \/dev\/ttyACM0\n/);
    expect(text).toMatch(/25 %\n.*50 %\n.*100 %\nWritten and read back, every page \(boot loader at 115200 baud\)/s);
    expect(text).toMatch(/The board runs firmware \d+\.\d+, link \d+\.\d+\.\n/);
    const named = /It had no id and now has ([0-9a-f]{8}), .* "boardId": "\1"\n$/;
    expect(text).toMatch(canName ? named : /It has no id; find it by its USB serial number\.\n$/);
  });

  it('warns in words of a boot loader that a watchdog reset would hang', async () => {
    const text = await install('--board nano', { version: 1, baud: 57_600, code: [0x0c, 0x94, 0, 0x7e], alive: true });
    expect(text).toMatch(/boot loader at 57600 baud.*WARNING: this board's boot loader does not survive/s);
  });

  it('says so when the board has the firmware and does not answer', async () => {
    await expect(install('--board uno', { version: 1 })).rejects.toThrow(
      /every page read back as written, but .*Do not connect an animal/,
    );
  });

  it('tells of a port that cannot be opened, in words and with exit code 1', async () => {
    const { code, err } = await place().rig('firmware install /dev/no-such-port');
    expect(code).toBe(1);
    expect(err).toMatch(/no-such-port cannot be opened: .*Nothing on the board was changed.*rig ports/);
  });

  it('knows only the boards it has firmware for', async () => {
    const { code, err } = await place().rig('firmware install /dev/ttyACM0 --board due');
    expect([code, err]).toEqual([2, expect.stringContaining('uno, nano, mega')]);
  });
});

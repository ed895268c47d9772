/** Installing firmware through a boot loader: what is on the board afterwards, whatever happens on the way. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { askBoard } from '#hardware/board/ask-board.ts';
import { type BoardKind, boardKinds, readImage } from '#hardware/board/board-kinds.ts';
import { resetBoard } from '#hardware/board/boot-loader.ts';
import { survivesWatchdog } from '#hardware/board/boot-watchdog.ts';
import { installFirmware } from '#hardware/board/install.ts';
import { openBootLine } from '#hardware/board/serial-boot-line.ts';
import { openPseudoTerminal } from '#hardware/emulator/pseudo-terminal.ts';
import { machineClock } from '#hardware/link/host-clock.ts';
import { type BoardOptions, FakeBoard, STOPS_WATCHDOG } from './boot-double.ts';
import { SteppedClock } from './stepped-clock.ts';

const onPty = it.skipIf(process.platform === 'win32');

/** `pages` pages and a bit, none like another. */
function imageOf(pages: number, pageBytes: number): Uint8Array {
  return Uint8Array.from({ length: pages * pageBytes + 10 }, (_, at) => (at * 31 + (at >> 7)) & 0xff);
}

function bench(options: Omit<BoardOptions, 'clock'>, kind: BoardKind, pages = 3) {
  const clock = new SteppedClock();
  const board = new FakeBoard({ ...options, clock });
  const before = board.flash.slice();
  const image = imageOf(pages, board.pageBytes);
  const told: number[] = [];
  const install = () =>
    clock.run(installFirmware({ line: board, clock, board: kind, image, progress: (done) => void told.push(done) }));
  return { board, before, image, install, told };
}

/** What a board would run: the image, what it ran before, nothing, or a mixture. */
function content({ board, before, image }: ReturnType<typeof bench>): 'new' | 'old' | 'stopped' | 'mixture' {
  const { flash, pageBytes } = board;
  const isNew = image.every((byte, at) => flash[at] === byte);
  if (isNew) return 'new';
  if (before.every((byte, at) => flash[at] === byte)) return 'old';
  const stopped = flash.subarray(0, pageBytes).every((byte, at) => byte === [0xff, 0xcf][at % 2]);
  return stopped ? 'stopped' : 'mixture';
}

const versions = [
  { title: 'STK500 version 1', version: 1, kind: boardKinds.uno },
  { title: 'STK500 version 2', version: 2, kind: boardKinds.mega },
] as const;

describe.each(versions)('$title', ({ version, kind }) => {
  it('puts every page on the board, breaks no rule of the protocol, and starts the firmware', async () => {
    const one = bench({ version }, kind);
    await expect(one.install()).resolves.toEqual({ baud: 115200, watchdog: 'survives' });
    expect(one.board.complaints).toEqual([]);
    expect(content(one)).toBe('new');
    expect(one.board.running).toBe('firmware');
    // The last page is filled up with ones, and the old firmware beyond it stays.
    const end = one.image.length;
    expect([one.board.flash[end], one.board.flash[4 * one.board.pageBytes]]).toEqual([
      0xff,
      one.before[4 * one.board.pageBytes],
    ]);
    expect(one.told.at(-1)).toBe(one.image.length);
  });

  it('counts past 255 messages', async () => {
    const one = bench({ version }, kind, 80);
    await one.install();
    expect(one.board.answers).toBeGreaterThan(300);
    expect([one.board.complaints, content(one)]).toEqual([[], 'new']);
  });

  it('finds a boot loader that misses the first resets', async () => {
    const one = bench({ version, fate: (answer) => (answer < 4 ? 'silent' : 'answered') }, kind);
    await one.install();
    expect(one.board.resets).toBeGreaterThan(2);
    expect([one.board.complaints, content(one)]).toEqual([[], 'new']);
  });

  it('asks again when the answer to its first question is garbage', async () => {
    const one = bench({ version, fate: (answer) => (answer < 2 ? 'garbled' : 'answered') }, kind);
    await one.install();
    expect([one.board.complaints, content(one)]).toEqual([[], 'new']);
  });

  it('does not take a late answer to one question for the answer to the next', async () => {
    const one = bench({ version, fate: (answer) => (answer === 0 ? 'late' : 'answered') }, kind);
    await one.install();
    // One for each of the two times it enters the loader.
    expect([one.board.resets, one.board.complaints, content(one)]).toEqual([2, [], 'new']);
  });

  it.each(['silent', 'garbled', 'cut', 'vanished'] as const)(
    'says truly what is on the board when any one answer is %s, and the next installation heals it',
    async (fate) => {
      const good = bench({ version }, kind);
      await good.install();
      const states = new Set<string>();
      for (let at = 0; at < good.board.answers; at++) {
        let bad = at;
        const one = bench({ version, fate: (answer) => (answer === bad ? fate : 'answered') }, kind);
        const message = await one.install().then(
          () => 'installed',
          (error: Error) => error.message,
        );
        const now = content(one);
        states.add(now);
        if (message === 'installed') expect(now, `answer ${at}`).toBe('new');
        else if (/Nothing on the board was changed/.test(message)) expect(now, `answer ${at}`).toBe('old');
        else if (/half written/.test(message)) expect(now, `answer ${at}`).toBe('stopped');
        else expect(message).toMatch(/not certain what the board runs/);
        // No order of events leaves a start of one firmware with the rest of another.
        expect(now, `answer ${at}`).not.toBe('mixture');
        expect(one.board.complaints).toEqual([]);
        bad = -1;
        if (fate === 'vanished') continue;
        await one.install();
        expect([content(one), one.board.complaints]).toEqual(['new', []]);
      }
      expect([...states].sort()).toEqual(['new', 'old', 'stopped']);
    },
  );

  it('refuses another chip by its name and writes nothing', async () => {
    const one = bench({ version, signature: [0x1e, 0x95, 0x87] }, kind);
    await expect(one.install()).rejects.toMatchObject({
      code: 'wrongBoard',
      message: expect.stringMatching(/ATmega32U4 .*1e 95 87.*Nothing on the board was changed/),
    });
    expect([content(one), one.board.complaints]).toEqual(['old', []]);
  });

  it('finds a page that was not written as sent, and leaves the board stopped', async () => {
    const wornAt = version === 1 ? 300 : 600;
    const one = bench({ version, wornAt }, kind);
    await expect(one.install()).rejects.toThrow(
      new RegExp(`written at address ${wornAt} reads back otherwise .* Do not connect an animal`),
    );
    expect(content(one)).toBe('stopped');
  });

  it('finds a first page that was not written as sent, and does not call that safe', async () => {
    const one = bench({ version, wornAt: 4 }, kind);
    await expect(one.install()).rejects.toThrow(/address 4 reads back otherwise .*not certain.* supply of the valves/);
  });

  it('says so when nothing answers at all', async () => {
    const one = bench({ version, fate: () => 'silent' }, kind);
    await expect(one.install()).rejects.toThrow(/no .* boot loader.*--board.*Nothing on the board was changed/i);
  });

  it('has no firmware that would reach into the boot loader', async () => {
    const one = bench({ version }, kind, kind.bootStart / kind.pageBytes);
    await expect(one.install()).rejects.toMatchObject({ code: 'programRefused' });
    expect([one.board.answers, content(one)]).toEqual([0, 'old']);
  });
});

it.each([
  ['new', 115200],
  ['old', 57600],
])('speaks to a Nano with the %s boot loader at %i baud, and tells which', async (_, baud) => {
  const one = bench({ version: 1, baud }, boardKinds.nano);
  await expect(one.install()).resolves.toMatchObject({ baud });
  expect([one.board.complaints, content(one)]).toEqual([[], 'new']);
});

it('does not take a board with the other protocol for its own', async () => {
  const one = bench({ version: 2 }, boardKinds.uno);
  await expect(one.install()).rejects.toThrow(/Nothing on the board was changed/);
  expect(content(one)).toBe('old');
});

it('asks a board who it is only after its boot loader has given up waiting', async () => {
  const clock = new SteppedClock();
  const board = new FakeBoard({ version: 2, clock });
  await board.setBaud(250_000);
  await clock.run(resetBoard(board, clock));
  expect(await clock.run(askBoard(board, clock))).toBe(null);
  expect([board.complaints, board.running]).toEqual([[], 'firmware']);
});

describe('the watchdog in the boot loader', () => {
  const nops = (count: number) => new Array<number>(2 * count).fill(0);
  // `sts 0x60, r24`, `sts 0x60, r1`
  const [first, second] = [
    [0x80, 0x93, 0x60, 0x00],
    [0x10, 0x92, 0x60, 0x00],
  ] as const;
  const cases: [string, number[], string][] = [
    ['stopped through the pointer', [...nops(9), ...STOPS_WATCHDOG, ...nops(9)], 'survives'],
    ['stopped directly', [...nops(9), ...first!, ...second!, ...nops(9)], 'survives'],
    ['never written', [0x0c, 0x94, ...nops(50)], 'loops'],
    ['written once, which only starts it', [...nops(9), ...first!, ...nops(9)], 'loops'],
    ['written twice, but too far apart', [...first!, ...nops(9), ...second!, ...nops(9)], 'loops'],
    ['another register written twice', [0x80, 0x93, 0xc0, 0x00, 0x10, 0x92, 0xc0, 0x00], 'loops'],
    ['not to be read', new Array(64).fill(0xff), 'unknown'],
  ];
  it.each(cases)('%s', (_, code, verdict) => {
    expect(survivesWatchdog(Uint8Array.from(code))).toBe(verdict);
  });

  it('is looked at in the board itself', async () => {
    const one = bench({ version: 1, code: [0x0c, 0x94, 0x00, 0x7e] }, boardKinds.uno);
    await expect(one.install()).resolves.toMatchObject({ watchdog: 'loops' });
  });
});

onPty('installs the real firmware over a serial port that cannot reset the board', async () => {
  const terminal = await openPseudoTerminal();
  onTestFinished(() => terminal.close());
  const board = new FakeBoard({ version: 1, clock: machineClock, patient: true });
  terminal.onBytes((bytes) => board.write(bytes));
  board.onBytes((bytes) => terminal.write(bytes));
  const line = await openBootLine(terminal.path, 115200);
  const image = readImage(boardKinds.uno);
  await installFirmware({ line, clock: machineClock, board: boardKinds.uno, image });
  await line.close();
  expect(board.complaints).toEqual([]);
  expect(Buffer.compare(board.flash.subarray(0, image.length), image)).toBe(0);
});

/** The Mega's firmware, run on a simulated ATmega2560: what the chip's other ports, vectors and timers could have broken. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoardRig } from '#hardware/board/board-rig.ts';
import { boards } from '#hardware/boards.ts';
import { limits, statuses, waveShapes } from '#hardware/link/declaration.ts';
import { HostLink } from '#hardware/link/host-link.ts';
import { parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { replay } from '#machines/replay.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason } from '#machines/vocabulary.ts';
import { MegaBoard, megaSkip } from '../firmware/mega/mega-board.ts';
import { choiceMs, durations, plans } from './rig-driver.ts';

/** Port and bit of the pins from 2 on, as printed on the board's pinout. */
const places =
  `E4 E5 G5 E3 H3 H4 H5 H6 B4 B5 B6 B7 J1 J0 H1 H0 D3 D2 D1 D0 A0 A1 A2 A3 A4 A5 A6 A7 C7 C6 C5 C4 C3 C2 C1 C0 D7 G2 G1 G0
   L7 L6 L5 L4 L3 L2 L1 L0 B3 B2 B1 B0 F0 F1 F2 F3 F4 F5 F6 F7 K0 K1 K2 K3 K4 K5 K6 K7`.split(/\s+/);
const pins = places.map((place, index) => ({ number: index + 2, port: place[0]!, mask: 1 << Number(place[1]) }));

const CYCLES_PER_MS = 16_000;

interface Wiring {
  readonly lick?: number | string;
  readonly water?: number;
  readonly opto?: number;
}

/** Odours on PORTA, water and trial line on PORTL, light on PORTH: as many ports as a prepared answer can write. */
function rigFile({ lick = 'A8', water = 49, opto = 9 }: Wiring = {}): RigFile {
  const odour = (pin: number) => ({ kind: 'odour', pin, longestOnMs: 5000 });
  const text = JSON.stringify({
    name: 'mega',
    kind: 'emulated',
    board: 'mega',
    lines: {
      odourA: odour(22),
      odourB: odour(23),
      odourC: odour(24),
      odourD: odour(25),
      water: { kind: 'water', pin: water, longestOnMs: 1000, flowUlPerS: 100 },
      opto: { kind: 'opto', pin: opto, longestOnMs: 5000 },
      trial: { kind: 'sync', pin: 48, longestOnMs: 60_000 },
      lick: { kind: 'lick', pin: lick },
    },
    exclusive: [['odourA', 'odourB', 'odourC', 'odourD']],
  });
  return parseRigFile(text, 'mega.json');
}

describe.skipIf(megaSkip !== '')(`the firmware of the Mega${megaSkip}`, () => {
  let board: MegaBoard;
  beforeEach(() => {
    board = new MegaBoard();
  });
  afterEach(() => board.end());

  function linked(): HostLink {
    return new HostLink(board.port, board, { event: () => {}, booted: () => {} });
  }

  function rigOn(file: RigFile): BoardRig {
    const rig = new BoardRig({ file, kind: 'emulated', clock: board, connect: async () => board.port });
    rig.events$.subscribe({ next: ({ seq }) => rig.acknowledge(seq), error: () => {} });
    return rig;
  }

  /** A go trial with one lick in its choice period: the trace, its verdict, and when the water pin rose and fell. */
  async function goTrial(file: RigFile, lickPin: string, waterPort: string, waterMask: number) {
    const rig = rigOn(file);
    await board.wait(rig.open());
    const bound = bind(compile(twoOdourTrial, plans.go, rig.lines), { ...durations }, rig.ticksPerMs);
    const running = rig.runTrial(1, bound, null);
    const trialBegins = () => board.changes.find(({ port, levels }) => port === 'L' && levels & 2);
    while (trialBegins() === undefined) await board.runMs(1);
    const lickAt = trialBegins()!.cycle + (choiceMs.from + 50) * CYCLES_PER_MS;
    board.setPin(lickPin, true, lickAt);
    board.setPin(lickPin, false, lickAt + 10 * CYCLES_PER_MS);
    const trace = await board.wait(running);
    const water = board.changes
      .filter(({ port }) => port === waterPort)
      .map(({ cycle, levels }) => ({ cycle, on: (levels & waterMask) !== 0 }))
      .filter(({ on }, index, all) => on !== (all[index - 1]?.on ?? false));
    await board.wait(rig.close());
    return { trace, bound, lickAt, water, verdict: replay(twoOdourTrial, plans.go, bound, trace.events) };
  }

  it('says that it is a Mega, with the capacities the host counts on, and memory to spare', async () => {
    const { values } = await board.wait(linked().command('hello'));
    expect(values).toMatchObject({
      kind: 2,
      programBytes: limits.PROGRAM_BYTES.value,
      outputs: limits.MAX_OUTPUTS.value,
      inputs: limits.MAX_INPUTS.value,
      timers: limits.MAX_TIMERS.value,
      armed: 0,
    });
    expect(values.stackFree).toBeGreaterThan(4096);
  });

  it('runs a go trial: a lick on A8 opens the water within 5 us, for as long as it was told', async () => {
    const { trace, verdict, lickAt, water } = await goTrial(rigFile(), 'K0', 'L', 1);
    expect(trace.reason).toBe(EndReason.completed);
    expect(verdict.consistent).toBe(true);
    const [opened, shut] = water;
    expect(opened!.cycle - lickAt).toBeLessThan(5 * 16);
    expect(Math.abs(shut!.cycle - opened!.cycle - durations.waterMs * CYCLES_PER_MS)).toBeLessThan(100 * 16);
    expect(water).toHaveLength(2);
  });

  it('answers by the engine, a little later, when outputs are on more ports than an answer can write', async () => {
    const { trace, verdict, lickAt, water } = await goTrial(rigFile({ water: 30 }), 'K0', 'C', 1 << 7);
    expect(verdict.consistent).toBe(true);
    expect(trace.reason).toBe(EndReason.completed);
    expect(water[0]!.cycle - lickAt).toBeLessThan(100 * 16);
    expect(water).toHaveLength(2);
  });

  it('stamps licks on pin 50 too', async () => {
    const { verdict, water } = await goTrial(rigFile({ lick: 50 }), 'B3', 'L', 1);
    expect(verdict.consistent).toBe(true);
    expect(water).toHaveLength(2);
  });

  it('takes input lines on just the pins that the host knows can stamp edges', async () => {
    const link = linked();
    const taken = await board.wait(
      (async () => {
        const ok: number[] = [];
        for (let pin = 0; pin < 72; pin++) {
          await link.order('reset');
          const { status } = await link.command('input', { index: 0, pin, flags: 0, refractoryMs: 0 });
          if (status === statuses.ok.value) ok.push(pin);
        }
        return ok;
      })(),
    );
    expect(taken).toEqual(pins.map(({ number }) => number).filter((pin) => boards.mega.canInput(pin)));
  });

  it('drives each pin from 2 to A15 by its Arduino number, in bench mode', async () => {
    await board.runMs(20);
    for (const { number, port, mask } of pins) {
      board.port.write(Uint8Array.of(0xf4, number, 1, 0xf5, number, 1));
      await board.runMs(3);
      expect([number, board.levels(port) & mask]).toEqual([number, mask]);
      board.port.write(Uint8Array.of(0xf5, number, 0, 0xf4, number, 0));
      await board.runMs(3);
      expect([number, board.levels(port)]).toEqual([number, 0]);
    }
  });

  it('converts the analogue inputs A0 to A15 by their own channels in bench mode', async () => {
    await board.runMs(20);
    const asked = Array.from({ length: 16 }, (_, channel) => channel);
    for (const channel of asked) {
      board.port.write(Uint8Array.of(0xf4, 54 + channel, 2, 0xc0 | channel, 1));
      await board.runMs(40);
      expect(board.converted.at(-1)).toBe(channel);
      board.port.write(Uint8Array.of(0xc0 | channel, 0));
      await board.runMs(5);
    }
    expect([...new Set(board.converted)]).toEqual(asked);
  });

  it('gives waves to pins 9 and 10 and to no other', async () => {
    const link = linked();
    const shape = { shape: waveShapes.constant, amplitude: 255, duty: 0, step: 0, up: 0xffff, down: 0xffff };
    const given = await board.wait(
      (async () => {
        for (const [index, pin] of [9, 10, 11, 3, 6].entries())
          await link.order('output', { index, pin, flags: 0, groups: 0, longestOnMs: 500, cost: 0, allowance: 255 });
        link.beginSession(7);
        await link.order('arm', { token: 7, silenceMs: 2000 });
        const statusOf: number[] = [];
        for (let line = 0; line < 5; line++) statusOf.push((await link.command('wave', { line, ...shape })).status);
        return statusOf.map((status) => status === statuses.ok.value);
      })(),
    );
    expect(given).toEqual([true, true, false, false, false]);
  });

  it.each([
    [9, 'H', 1 << 6],
    [10, 'B', 1 << 4],
  ] as const)('shows light on pin %i as pulses, and dark after', async (opto, port, mask) => {
    const rig = rigOn(rigFile({ opto }));
    await board.wait(rig.open());
    const half = {
      shape: 'constant',
      amplitude: 0.5,
      frequencyHz: 1,
      dutyFraction: 1,
      rampUpMs: 0,
      rampDownMs: 0,
    } as const;
    await board.wait(rig.shape('opto', half));
    await board.wait(rig.pulse('opto', 10_000));
    const rises = board.changes.filter((change) => change.port === port && change.levels & mask);
    const periods = rises.slice(1).map(({ cycle }, index) => cycle - rises[index]!.cycle);
    // 7.8 kHz. How long each pulse is, simavr gets wrong on this chip; the emulated Uno's tests look at that.
    expect(periods.length).toBeGreaterThan(75);
    for (const period of periods) expect(Math.abs(period - 2048)).toBeLessThan(16);
    expect(board.levels(port)).toBe(0);
  });

  it('shuts everything by its watchdog when the main loop hangs, and stays shut', async () => {
    const rig = rigOn(rigFile());
    await board.wait(rig.open());
    const long = bind(compile(twoOdourTrial, plans.go, rig.lines), { ...durations, baselineMs: 4000 }, rig.ticksPerMs);
    rig.runTrial(1, long, null).catch(() => {});
    await board.runMs(200);
    expect(board.levels('L')).toBe(2);
    board.hang();
    await board.runMs(limits.WATCHDOG_MS.value + 50);
    expect(board.levels('L')).toBe(0);
    await board.runMs(1000);
    expect(board.levels('L')).toBe(0);
  });
});

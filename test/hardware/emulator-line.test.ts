/** What can befall the cable and the board while a session runs. */
import { describe, expect, it } from 'vitest';
import { Bench } from '#hardware/emulator/bench.ts';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { LockStep } from '#hardware/emulator/lock-step.ts';
import { AtMega328p, type McuOptions } from '#hardware/emulator/mcu.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason } from '#machines/vocabulary.ts';
import { durations, plans } from './rig-driver.ts';

/** Echoes every byte at 250000 baud: LDI, STS (UBRR0L, UCSR0B), then poll RXC0, LDS UDR0, STS UDR0. */
const ECHO = [
  ...[0xe003, 0x9300, 0xc4],
  ...[0xe108, 0x9300, 0xc1],
  ...[0x9100, 0xc0, 0xff07, 0xcffc],
  ...[0x9100, 0xc6, 0x9300, 0xc6, 0xcff7],
];

/** A board that echoes, and a host that keeps what comes back. */
function echoing(options?: McuOptions) {
  const flash = new Uint16Array(16384);
  flash.set(ECHO);
  const bench = new Bench(new AtMega328p(flash, options), findRigFile('emulated'), null);
  const lockStep = new LockStep(bench);
  const received: number[] = [];
  const lost: string[] = [];
  const connect = () => {
    const port = lockStep.port();
    port.onBytes((bytes) => received.push(...bytes));
    port.onLost((reason) => lost.push(reason));
    return port;
  };
  const runMs = (ms: number) => lockStep.wait(new Promise<void>((resolve) => lockStep.after(ms, resolve)));
  return { bench, lockStep, line: lockStep.line, received, lost, connect, runMs };
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('the line', () => {
  it('carries bytes both ways, to the host that has the port open', async () => {
    const { connect, received, lost, runMs } = echoing();
    const port = connect();
    await runMs(1);
    port.write(bytes(1, 2, 3));
    await runMs(1);
    expect(received).toEqual([1, 2, 3]);
    await port.close();
    port.write(bytes(4));
    await runMs(1);
    expect([received, lost]).toEqual([[1, 2, 3], []]);
  });

  it('is lost at once when it is pulled, with the bytes under way in both directions', async () => {
    const { connect, line, received, lost, runMs } = echoing();
    const port = connect();
    await runMs(1);
    port.write(bytes(1, 2, 3, 4, 5, 6));
    // A byte takes 40 us: three are at the board by now, and two of them back.
    await runMs(0.13);
    const before = [...received];
    expect(before).toEqual([1, 2]);
    line.unplug();
    expect(lost).toHaveLength(1);
    port.write(bytes(7));
    await runMs(1);
    expect(received).toEqual(before);
    line.plug();
    line.unplug();
    expect(lost).toHaveLength(1);
  });

  it('is opened afresh after it was plugged in again, and what was under way does not come late', async () => {
    const { bench, connect, line, received, runMs } = echoing();
    const old = connect();
    await runMs(1);
    old.write(bytes(1, 2, 3, 4, 5, 6));
    await runMs(0.01);
    line.unplug();
    expect(() => connect()).toThrow(expect.objectContaining({ code: 'portNotFound' }));
    line.plug();
    const resets: string[] = [];
    bench.mcu.onReset((kind) => resets.push(kind));
    const port = connect();
    old.write(bytes(8));
    port.write(bytes(9));
    await runMs(1);
    expect(received).toEqual([9]);
    await old.close();
    port.write(bytes(10));
    await runMs(1);
    expect(received).toEqual([9, 10]);
    expect(resets).toEqual([]);
  });

  it('resets the board when its port is opened, if told so, and the boot loader is deaf for its time', async () => {
    const { bench, connect, line, received, runMs } = echoing({ bootloaderMs: 500 });
    line.resetOnOpen = true;
    const resets: string[] = [];
    bench.mcu.onReset((kind) => resets.push(kind));
    const port = connect();
    expect(resets).toEqual(['external']);
    port.write(bytes(1));
    await runMs(499);
    expect(received).toEqual([]);
    expect(bench.mcu.unheard).toBe(1);
    await runMs(2);
    port.write(bytes(2));
    await runMs(1);
    expect(received).toEqual([2]);
  });

  it('is held by one host at a time', async () => {
    const { connect } = echoing();
    const port = connect();
    expect(() => connect()).toThrow(expect.objectContaining({ code: 'portBusy' }));
    await port.close();
    connect();
  });

  it('loses everything while it is silent, and tells nobody', async () => {
    const { connect, line, received, lost, runMs } = echoing();
    const port = connect();
    await runMs(1);
    port.write(bytes(1));
    await runMs(0.05);
    line.silent = true;
    port.write(bytes(2));
    await runMs(1);
    line.silent = false;
    port.write(bytes(3));
    await runMs(1);
    expect([received, lost]).toEqual([[3], []]);
  });

  it('damages, drops and doubles bytes as it is told, in either direction', async () => {
    const { connect, line, received, runMs } = echoing();
    const port = connect();
    await runMs(1);
    line.toBoard = (byte) => (byte === 1 ? [] : byte === 2 ? [2, 2] : [byte]);
    port.write(bytes(1, 2, 3));
    await runMs(1);
    expect(received).toEqual([2, 2, 3]);
    line.toBoard = null;
    line.toHost = (byte) => (byte === 5 ? [] : [byte ^ 0x80, byte]);
    port.write(bytes(4, 5));
    await runMs(1);
    expect(received).toEqual([2, 2, 3, 0x84, 4]);
  });
});

describe('an emulated rig in mid-trial', () => {
  /** Runs a trial; `fault` befalls it some way into its baseline. How the trial ended, and what the technician was told. */
  async function faulted(fault: (rig: ReturnType<typeof createEmulatedRig>) => void) {
    const rig = createEmulatedRig({ file: findRigFile('emulated'), mouse: null });
    rig.events$.subscribe({ next: ({ seq }) => rig.acknowledge(seq), error: () => {} });
    await rig.open();
    const long = bind(compile(twoOdourTrial, plans.go, rig.lines), { ...durations, baselineMs: 20_000 }, 2000);
    rig.lockStep.after(300, () => fault(rig));
    const said: string[] = [];
    rig.status$.subscribe((status) => status.kind === 'reconnecting' && said.push(status.message));
    const ended = await rig.runTrial(1, long, null).then(
      ({ reason }) => reason,
      (reason: unknown) => reason,
    );
    return { rig, said, ended };
  }

  it('knows at once that its cable was pulled, and its board runs on', async () => {
    const { rig, said, ended } = await faulted(({ line }) => line.unplug());
    expect(said).toHaveLength(1);
    expect(ended).toMatchObject({ code: 'linkLost' });
    const { mcu } = rig.bench;
    const resets: string[] = [];
    mcu.onReset((kind) => resets.push(kind));
    mcu.runUntil(mcu.cycles + 16_000_000);
    expect(resets).toEqual([]);
    await rig.close();
  });

  it.each(['watchdog', 'brownOut', 'powerOn'] as const)('is told of a reset of its board (%s)', async (kind) => {
    const { rig, said, ended } = await faulted(({ bench }) => bench.mcu.reset(kind));
    expect(said).toEqual([expect.stringContaining('restarted')]);
    expect(ended).toBe(EndReason.boardReset);
    await rig.close();
  });
});

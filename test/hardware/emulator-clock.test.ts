import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bench } from '#hardware/emulator/bench.ts';
import { BoardClock } from '#hardware/emulator/board-clock.ts';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { LockStep } from '#hardware/emulator/lock-step.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { durations, plans } from './rig-driver.ts';
import { ScriptedMouse } from './scripted-mouse.ts';

const HOUR_US = 3600e6;

describe("the board's clock", () => {
  it('counts 16 cycles a true microsecond when it is exact, and as many more as it runs fast', () => {
    expect(new BoardClock().cycleAt(HOUR_US)).toBe(16 * HOUR_US);
    expect(new BoardClock({ ppm: 5000 }).cycleAt(HOUR_US)).toBe(57_888_000_000);
    expect(new BoardClock({ ppm: -5000 }).cycleAt(1_000_000)).toBe(15_920_000);
  });

  it('gains by the square of the time when it drifts', () => {
    const clock = new BoardClock({ ppm: 0, driftPpmPerMin: 1 });
    // 60 ppm fast after an hour, 30 ppm on the average.
    expect(clock.cycleAt(HOUR_US) / (16 * HOUR_US) - 1).toBeCloseTo(30e-6, 10);
  });

  it('is inverted to the cycle, whatever the error, over a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -20_000, max: 20_000 }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.integer({ min: 0, max: 24 * HOUR_US }),
        (ppm, driftPpmPerMin, us) => {
          const clock = new BoardClock({ ppm, driftPpmPerMin });
          const cycle = clock.cycleAt(us);
          // The first whole cycle at or after: less than one cycle late, and early by rounding at the most.
          expect(clock.usAt(cycle) - us).toBeLessThan(1 / 14);
          expect(clock.usAt(cycle) - us).toBeGreaterThan(-1e-3);
          expect(Math.abs(clock.cycleAt(clock.usAt(cycle)) - cycle)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('refuses errors that no board has', () => {
    expect(() => new BoardClock({ ppm: 50_000 })).toThrow(/ppm/);
    expect(() => new BoardClock({ ppm: Number.NaN })).toThrow(/ppm/);
    expect(() => new BoardClock({ ppm: 0, driftPpmPerMin: 1000 })).toThrow(/drift/);
  });
});

describe('a board whose clock is off', () => {
  /** Asleep for ever: SE in SMCR, SLEEP. */
  const sleeper = () =>
    new AtMega328p(new Uint16Array(16384).fill(0xcfff).fill(0xe001, 0, 1).fill(0xbf03, 1, 2).fill(0x9588, 2, 3));

  it('has the host called, and its time told, by true time', async () => {
    const bench = new Bench(sleeper(), findRigFile('emulated'), null, { ppm: -4000, driftPpmPerMin: 5 });
    const lockStep = new LockStep(bench);
    const called: number[] = [];
    await lockStep.wait(
      new Promise<void>((resolve) => {
        const again = () => {
          called.push(lockStep.nowMs());
          if (called.length === 20) resolve();
          else lockStep.after(500, again);
        };
        lockStep.after(500, again);
      }),
    );
    // Each call comes at the first cycle after its time: never before, and at most one cycle (63 ns) later.
    for (const [index, ms] of called.entries()) {
      const lateMs = ms - 500 * (index + 1);
      expect(lateMs).toBeGreaterThan(-1e-6);
      expect(lateMs).toBeLessThan(70e-6 * (index + 1));
    }
  });

  it('has an edge of the mouse at its true time', () => {
    const edges: number[] = [];
    const mouse = {
      sense: () => {},
      next: () => (edges.length === 0 ? { atUs: 2_000_000, line: 'lick', on: true } : null),
      made: () => void edges.push(bench.mcu.cycles),
    };
    const bench: Bench = new Bench(sleeper(), findRigFile('emulated'), mouse, { ppm: 5000 });
    bench.advance(40_000_000);
    expect(edges).toEqual([32_160_000]);
  });

  it('runs a trial that is too short in true time by as much as its clock runs fast', async () => {
    const odourUs: number[] = [];
    const mouse = new ScriptedMouse();
    const sense = mouse.sense.bind(mouse);
    mouse.sense = (atUs, line, on) => {
      if (line === 'odourA') odourUs.push(atUs);
      sense(atUs, line, on);
    };
    const rig = createEmulatedRig({ file: findRigFile('emulated'), mouse, clock: { ppm: 5000 } });
    rig.events$.subscribe({ next: ({ seq }) => rig.acknowledge(seq), error: () => {} });
    await rig.open();
    const bound = bind(compile(twoOdourTrial, plans.go, rig.lines), { ...durations, odour1Ms: 1000 }, 2000);
    await rig.runTrial(1, bound, null);
    await rig.close();
    expect(odourUs).toHaveLength(2);
    expect(Math.abs(odourUs[1]! - odourUs[0]! - 1e6 / 1.005)).toBeLessThan(20);
  });
});

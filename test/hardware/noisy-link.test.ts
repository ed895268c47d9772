/** A line that damages one byte in a hundred, both ways: flipped, dropped or doubled. What the pins did stands in the record. */
import { expect, it } from 'vitest';
import { createEmulatedRig, type EmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { digestOf } from '#machines/digest.ts';
import { RandomStream } from '#machines/random.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { PinWatch } from './pin-watch.ts';
import { plans, RigDriver } from './rig-driver.ts';
import { licks, type ScriptedEdge } from './scripted-mouse.ts';

const SHARE = 100;
const CYCLES_PER_TICK = 8;
/** An edge at a pin and its stamp: 0.1 ms. */
const SAME_EDGE_TICKS = 200;

function damage(seed: number, direction: string, counted: { damaged: number }) {
  const random = new RandomStream(seed, direction);
  return (byte: number): number[] => {
    if (random.below(SHARE) !== 0) return [byte];
    counted.damaged++;
    return [[byte ^ (1 << random.below(8))], [], [byte, byte]][random.below(3)]!;
  };
}

/** The line is noisy from before the first byte on. */
async function noisy(seed: number) {
  let rig!: EmulatedRig;
  const counted = { damaged: 0 };
  const driver = await RigDriver.open((mouse) => {
    rig = createEmulatedRig({ file: findRigFile('emulated'), mouse });
    rig.line.toBoard = damage(seed, 'to the board', counted);
    rig.line.toHost = damage(seed, 'to the host', counted);
    return rig;
  });
  const watches = {
    odourA: new PinWatch(rig.bench.mcu, 'D', 4),
    odourC: new PinWatch(rig.bench.mcu, 'D', 6),
    odourD: new PinWatch(rig.bench.mcu, 'D', 7),
    water: new PinWatch(rig.bench.mcu, 'B', 0),
    trial: new PinWatch(rig.bench.mcu, 'B', 1),
  };
  return { rig, driver, watches, counted };
}

it.each([1, 2, 3])(
  'brings every event once and in order, as the pins made it (seed %i)',
  async (seed) => {
    const { rig, driver, watches, counted } = await noisy(seed);
    const script = licks('lick', 20, 80, 140, 200, 260, 330, 470, 530, 590, 650, 710, 790);
    for (let trial = 1; trial <= 12; trial++) {
      const { trace, verdict, outcome } = await driver.run(trial % 3 ? plans.go : plans.noGo, script);
      expect(verdict).toMatchObject({ consistent: true });
      expect(outcome).toBe(trial % 3 ? 'hit' : 'falseAlarm');
      expect(trace.digest).toEqual(digestOf(trace.events));
      const onsets = driver.onsets('lick', trace.events);
      expect(onsets).toHaveLength(12);
      for (const [lick, ticks] of onsets.entries()) {
        expect(Math.abs(ticks - driver.ticks(script[2 * lick]!.ms))).toBeLessThan(SAME_EDGE_TICKS);
      }
    }
    expect(driver.events.map(({ seq }) => seq)).toEqual(driver.events.map((_, index) => index));
    expect(driver.events.some(({ code }) => code === EventCode.lost)).toBe(false);
    for (const [line, { changes }] of Object.entries(watches)) {
      const stamps = driver.spans(line, driver.events).flatMap(({ on, off }) => [on, off]);
      expect(stamps, line).toHaveLength(changes.length);
      for (let edge = 1; edge < stamps.length; edge++) {
        const atPins = (changes[edge]! - changes[0]!) / CYCLES_PER_TICK;
        expect(Math.abs(stamps[edge]! - stamps[0]! - atPins), `${line} ${edge}`).toBeLessThan(SAME_EDGE_TICKS);
      }
    }
    const timing = (await rig.timing())!;
    expect(counted.damaged).toBeGreaterThan(100);
    expect(timing.resent).toBeGreaterThan(20);
    expect(timing.badFramesHere).toBeGreaterThan(20);
    expect(timing.badFramesThere).toBeGreaterThan(5);
    await rig.close();
  },
  60_000,
);

it.each([4, 5, 6])(
  'counts 400 edges at 1 kHz: those recorded and those lost are all of them (seed %i)',
  async (seed) => {
    const { rig, driver } = await noisy(seed);
    const burst: ScriptedEdge[] = Array.from({ length: 400 }, (_, edge) => ({
      ms: 20 + edge,
      line: 'lick',
      on: edge % 2 === 0,
    }));
    const { trace } = await driver.run(plans.noGo, burst);
    // The next trial's start comes after whatever is still counted.
    await driver.run(plans.noGo, []);
    const inputs = driver.events.filter(({ code }) => code === EventCode.input);
    const lost = driver.events.filter(({ code }) => code === EventCode.lost).reduce((sum, { value }) => sum + value, 0);
    expect(inputs.length + lost).toBe(400);
    expect(lost).toBeGreaterThan(0);
    expect(trace.digest).toEqual(digestOf(trace.events));
    for (const code of [EventCode.start, EventCode.end]) {
      expect(driver.events.filter((event) => event.code === code)).toHaveLength(2);
    }
    expect(driver.events.map(({ seq }) => seq)).toEqual(driver.events.map((_, index) => index));
    await rig.close();
  },
  60_000,
);

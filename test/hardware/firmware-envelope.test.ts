import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { MOST_RAM_BYTES, memoryUse } from '#hardware/firmware/memory-use.ts';
import { limits } from '#hardware/link/declaration.ts';
import { crc32 } from '#machines/digest.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { CYCLES_PER_MS, imageOf, RawHost, TOKEN } from './raw-host.ts';
import { durations, plans } from './rig-driver.ts';

const WATER = 1 << 4;

/** A board in mid-choice of a go trial: the next lick would open the water. */
function inChoice(silenceMs = 2000): RawHost {
  const host = new RawHost();
  host.arm(silenceMs);
  host.begin();
  host.runMs(500);
  expect(host.pins).toBe(1 << 6);
  return host;
}

it('drives no pin before lines are declared, and none but off levels before a trial starts', () => {
  const host = new RawHost();
  expect(host.ask('hello')).toBe('ok');
  host.runMs(500);
  host.arm();
  host.runMs(100);
  expect([...host.seen].filter((pins) => pins !== 0)).toEqual([]);
});

it('proves the exclusive groups itself: a program that opens two odours does not pass, whatever its CRC', () => {
  const host = new RawHost();
  host.arm();
  const { bytes } = imageOf(plans.go);
  // Node 0's outputs: behind header, slots and node offsets, where the first offset points.
  const slots = bytes[3]!;
  const node = bytes[4 + 4 * slots]! | (bytes[5 + 4 * slots]! << 8);
  const mixed = Uint8Array.from(bytes);
  mixed[node] = 0b0011;
  const image = { bytes: mixed, crc: crc32(mixed) };
  host.load(image);
  expect(host.commit(image)).toBe('unsafe');
  expect(host.start(image.crc)).toBe('stale');
  host.runMs(1000);
  expect(host.seen.size).toBeLessThanOrEqual(1);
});

it('runs no program that is damaged, stale, or not committed', () => {
  const host = new RawHost();
  host.arm();
  const image = imageOf(plans.go);
  host.load(image);
  expect(host.start(image.crc)).toBe('stale');
  expect(host.commit({ ...image, crc: image.crc ^ 1 })).toBe('damaged');
  expect(host.start(image.crc)).toBe('stale');
  expect(host.commit(image)).toBe('ok');
  expect(host.start(image.crc ^ 1)).toBe('stale');
  host.ask('load', { offset: 0, data: image.bytes.subarray(0, 1) });
  expect(host.start(image.crc)).toBe('stale');
  expect(host.pins).toBe(0);
});

it('survives any program whose CRC is right: never two odours, never a hang', () => {
  const { bytes } = imageOf(plans.go);
  const host = new RawHost();
  host.arm(10_000);
  const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const broken = Uint8Array.from(bytes);
      for (const { at, to } of changes) broken[at] = to;
      const image = { bytes: broken, crc: crc32(broken) };
      host.load(image);
      if (host.commit(image) === 'ok') {
        host.start(image.crc);
        host.mcu.setPin('D2', true);
        host.runMs(30);
        host.mcu.setPin('D2', false);
        host.runMs(30);
      }
      expect(host.ask('abort')).toBe('ok');
      expect(host.pins).toBe(0);
      expect(host.mixedOdours).toBe(false);
      expect(host.boots).toHaveLength(1);
    }),
    { numRuns: 150, seed: 3 },
  );
});

it('obeys only the session that armed it', () => {
  const host = inChoice();
  for (const name of ['abort', 'disarm', 'ping']) expect(host.ask(name, {}, TOKEN ^ 1)).toBe('badToken');
  expect(host.ask('start', { trial: 2, crc: 0, now: 1, at: 0 }, TOKEN ^ 1)).toBe('badToken');
  expect(host.ask('arm', { token: TOKEN ^ 1, silenceMs: 100 })).toBe('badToken');
  expect(host.ask('reset')).toBe('wrongMode');
  expect(host.ask('output', { index: 7, pin: 11, flags: 0, groups: 0, longestOnMs: 9, cost: 0 })).toBe('wrongMode');
  expect(host.pins).toBe(1 << 6);
});

it('ends the trial safe when the host falls silent, and lets another host take over', () => {
  const host = new RawHost();
  host.arm(200);
  host.begin({ ...plans.go, durations: { ...durations, odour1Ms: 3000 } });
  host.runMs(100);
  expect(host.pins).toBe((1 << 6) | 1);
  // Acknowledgements would be words from the host.
  host.send = () => 0;
  host.runMs(300);
  expect(host.pins).toBe(0);
  delete (host as { send?: unknown }).send;
  expect(host.ask('reset')).toBe('ok');
  expect(host.reply('hello')?.values?.armed).toBe(0);
});

it('ends the trial when an output is on for longer than its limit', () => {
  const host = new RawHost();
  host.arm(2000, 80);
  host.begin({ ...plans.go, durations: { ...durations, baselineMs: 500 } });
  expect(host.end()).toBe(EndReason.onTimeLimit);
  expect(host.pins).toBe(0);
  const [start, end] = [EventCode.start, EventCode.end].map((code) => host.events.find((e) => e.code === code)!);
  // The trial line rises with the start; the limit counts units of 1.024 ms.
  expect((end!.ticks - start!.ticks) / 2000).toBeGreaterThan(79);
  expect((end!.ticks - start!.ticks) / 2000).toBeLessThan(83);
});

it('keeps a line shut that was on too long, until a session is armed anew', () => {
  const host = new RawHost();
  host.arm(2000, 80);
  const image = host.begin({ ...plans.go, durations: { ...durations, baselineMs: 500 } });
  expect(host.end()).toBe(EndReason.onTimeLimit);
  host.seen.clear();
  host.start(image.crc, 2);
  host.runMs(700);
  // The trial line, which was on too long, stays barred; the odours still come.
  expect([...host.seen]).toContain(1);
  expect([...host.seen].some((pins) => pins & (1 << 6))).toBe(false);
  host.ask('disarm');
  host.ask('arm', { token: TOKEN, silenceMs: 2000 });
  // Bench mode has had the program's memory meanwhile.
  expect(host.start(image.crc, 3)).toBe('stale');
  host.load(image);
  host.commit(image);
  host.start(image.crc, 3);
  host.runMs(50);
  expect(host.pins).toBe(1 << 6);
});

it('never opens the water pin for a lick that the closing of the choice period beats, not even for an instant', () => {
  const host = new RawHost();
  host.arm(10_000);
  const image = imageOf({
    ...plans.go,
    durations: {
      ...durations,
      baselineMs: 5,
      odour1Ms: 5,
      earlyDelayMs: 5,
      lateDelayMs: 5,
      odour2Ms: 5,
      choiceMs: 20,
      consumptionMs: 30,
    },
  });
  host.load(image);
  host.commit(image);
  const tally = { answered: 0, beaten: 0 };
  for (let shift = 0; shift < 200; shift++) {
    host.events.length = 0;
    host.seen.clear();
    let lickAt = 0;
    const off = host.mcu.onPin((port, levels, cycle) => {
      if (port !== 'B' || !(levels & 4) || lickAt) return;
      // Choice closes 45 ms after the start's stamp, which the rise of the trial line follows by some 50 us.
      lickAt = cycle + 45 * CYCLES_PER_MS - 1500 + 6 * shift;
      host.mcu.setPin('D2', true, lickAt);
      host.mcu.setPin('D2', false, lickAt + 10 * CYCLES_PER_MS);
    });
    host.start(image.crc, shift);
    expect(host.end()).toBe(EndReason.completed);
    off();
    const opened = host.events.some(({ code, value }) => code === EventCode.output && value & WATER);
    expect([...host.seen].some((pins) => pins & WATER)).toBe(opened);
    tally[opened ? 'answered' : 'beaten']++;
  }
  expect(tally.answered).toBeGreaterThan(10);
  expect(tally.beaten).toBeGreaterThan(10);
});

it('shuts everything by its watchdog when the main loop hangs, and stays shut', () => {
  const host = new RawHost();
  host.arm();
  host.begin({ ...plans.go, durations: { ...durations, odour1Ms: 4000 } });
  host.runMs(100);
  expect(host.pins).toBe((1 << 6) | 1);
  const WDR = 0x95a8;
  const JUMP_TO_ITSELF = 0xcfff;
  for (const [at, word] of host.flash.entries()) if (word === WDR) host.flash[at] = JUMP_TO_ITSELF;
  host.runMs(limits.WATCHDOG_MS.value + 50);
  expect(host.pins).toBe(0);
  host.runMs(1000);
  expect(host.pins).toBe(0);
});

it('comes up disarmed and shut after a reset in mid-trial, with a new boot id', () => {
  const host = new RawHost();
  host.arm();
  host.begin({ ...plans.go, durations: { ...durations, odour1Ms: 4000 } });
  host.runMs(100);
  const before = host.boots.at(-1)!;
  host.mcu.reset('external');
  expect(host.pins).toBe(0);
  host.runMs(100);
  expect(host.boots.at(-1)).toBe(before + 1);
  expect(host.reply('hello')?.values).toMatchObject({ armed: 0, resetCause: 2 });
  expect(host.ask('start', { trial: 1, crc: 0, now: 1, at: 0 })).toBe('wrongMode');
});

it('gives no water for a lick that comes after the abort, nor for one that comes with it', () => {
  for (let shift = -200; shift <= 200; shift += 20) {
    const host = inChoice();
    host.send('abort');
    // The frame takes 17 bytes of 40 us; licks fall around the moment it is obeyed.
    const obeyed = host.mcu.cycles + 17 * 640 + 2000;
    host.mcu.setPin('D2', true, obeyed + shift * 16);
    host.runMs(50);
    expect(host.pins).toBe(0);
    const ended = host.events.findIndex(({ code }) => code === EventCode.end);
    expect(ended).toBeGreaterThan(0);
    expect(host.events.slice(ended).some(({ code }) => code === EventCode.output)).toBe(false);
  }
});

it('gives water for the lick that it would have given none after the abort (the test above can fail)', () => {
  const host = inChoice();
  host.mcu.setPin('D2', true);
  host.runMs(1);
  expect(host.pins & WATER).toBe(WATER);
});

it('needs at most 1,792 of 2,048 bytes of memory, stack included, under load', async () => {
  const { staticBytes, stackBytes } = await memoryUse(firmwareImage());
  expect(stackBytes).toBeGreaterThan(100);
  expect(staticBytes + stackBytes).toBeLessThanOrEqual(MOST_RAM_BYTES);
});

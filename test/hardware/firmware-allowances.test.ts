import { expect, it } from 'vitest';
import { limits } from '#hardware/link/declaration.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { PinWatch } from './pin-watch.ts';
import { CYCLES_PER_MS, RawHost, TOKEN } from './raw-host.ts';
import { plans } from './rig-driver.ts';

const WATER = 4;
const OPTO = 5;
/** Of one unit of 1.024 ms. */
const COST = 1000;
const draws = (allowance: number) => 8 | (allowance << 4);

function board(waterUnits: number | null) {
  const host = new RawHost();
  const water = new PinWatch(host.mcu, 'B', 0);
  host.arm(10_000, 5000, { water: { flags: draws(0), cost: COST } });
  if (waterUnits !== null) fill(host, waterUnits);
  return { host, water };
}

function fill(host: RawHost, units: number, index = 0): void {
  const left = units * COST;
  expect(host.ask('allow', { index, left, capacity: left, refill: 0 })).toBe('ok');
}

const opened = (watch: PinWatch) => watch.changes.filter((_, i) => i % 2 === 0).length;
const waterMs = (watch: PinWatch, cycle: number) => watch.brightness(0, cycle) * (cycle / CYCLES_PER_MS);

it('keeps the water shut until an allowance is loaded', () => {
  const { host, water } = board(null);
  host.pulse('water', 50);
  host.runMs(60);
  expect(opened(water)).toBe(0);
  fill(host, 100);
  host.pulse('water', 50);
  host.runMs(60);
  expect(opened(water)).toBe(1);
});

it('gives what was allowed over many drops, then shuts in mid-drop, says so, and opens no more', () => {
  const { host, water } = board(200);
  for (let drop = 0; drop < 12; drop++) {
    host.events.length = 0;
    host.pulse('water', 20.3);
    host.runMs(30);
  }
  // 200 units of 1.024 ms; each drop is counted in whole units, up or down by its phase.
  expect(waterMs(water, host.mcu.cycles)).toBeGreaterThan(198);
  expect(waterMs(water, host.mcu.cycles)).toBeLessThan(212);
  expect(host.events.find(({ code }) => code === EventCode.output)).toBeUndefined();
  const before = opened(water);
  host.pulse('water', 20);
  host.runMs(30);
  expect(opened(water)).toBe(before);
});

it('ends the trial in which the allowance runs out, with the line and the reason as an event', () => {
  const { host, water } = board(10);
  host.pulse('water', 50);
  host.runMs(60);
  expect(host.end()).toBe(EndReason.allowanceSpent);
  const fault = host.events.find(({ code }) => code === EventCode.fault);
  expect(fault?.value).toBe(WATER * 256 + EndReason.allowanceSpent);
  expect(waterMs(water, host.mcu.cycles)).toBeLessThan(11.5);
});

it('counts water given in trials as it counts pulses', () => {
  const { host, water } = board(30);
  for (let trial = 0; trial < 3; trial++) {
    host.events.length = 0;
    host.begin(plans.go);
    host.runMs(500);
    host.mcu.setPin('D2', true);
    host.runMs(40);
    host.mcu.setPin('D2', false);
    host.end();
    host.runMs(10);
  }
  // Drops of 20 ms: one whole, a part of the second, none in the third.
  expect(waterMs(water, host.mcu.cycles)).toBeLessThan(32);
  expect(opened(water)).toBe(2);
});

it.each(['external', 'watchdog'] as const)('remembers across a reset (%s) what was left', (kind) => {
  const { host } = board(500);
  host.pulse('water', 102.4);
  host.runMs(50);
  host.mcu.reset(kind);
  host.runMs(300);
  const { lastToken, waterLeft } = host.reply('hello')!.values!;
  expect(lastToken).toBe(TOKEN);
  expect(waterLeft! / COST).toBeGreaterThan(440);
  expect(waterLeft! / COST).toBeLessThan(456);
});

it('gives back light allowance with time, so that the light is on for its share at the most', () => {
  const host = new RawHost();
  const light = new PinWatch(host.mcu, 'B', 1);
  host.arm(10_000, 60_000, { opto: { flags: draws(1), cost: COST } });
  // A quarter of the time, reckoned over 400 units.
  expect(host.ask('allow', { index: 1, left: 100_000, capacity: 100_000, refill: 250 })).toBe('ok');
  host.pulse('opto', 100);
  host.runMs(200);
  expect(host.end()).toBe(EndReason.completed);
  host.events.length = 0;
  // 100 - 76 + 25 units are left, and 0.75 go in each: dark after about 70.
  host.pulse('opto', 400);
  host.runMs(410);
  expect(host.end()).toBe(EndReason.allowanceSpent);
  const [rise, fall] = light.changes.slice(2);
  expect((fall! - rise!) / CYCLES_PER_MS).toBeGreaterThan(50);
  expect((fall! - rise!) / CYCLES_PER_MS).toBeLessThan(90);
  expect(host.events.find(({ code }) => code === EventCode.fault)?.value).toBe(OPTO * 256 + EndReason.allowanceSpent);
});

it('takes no allowance it cannot hold', () => {
  const { host } = board(null);
  expect(host.ask('allow', { index: limits.MAX_ALLOWANCES.value, left: 1, capacity: 1, refill: 0 })).toBe(
    'badArgument',
  );
  expect(host.ask('allow', { index: 0, left: 2, capacity: 1, refill: 0 })).toBe('badArgument');
  expect(host.ask('allow', { index: 0, left: 1, capacity: 1, refill: 0 }, TOKEN ^ 1)).toBe('badToken');
});

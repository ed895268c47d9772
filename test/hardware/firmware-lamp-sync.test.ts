import { expect, it } from 'vitest';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { PinWatch } from './pin-watch.ts';
import { CYCLES_PER_MS, RawHost, TOKEN } from './raw-host.ts';
import { durations, plans } from './rig-driver.ts';

const LAMP = 4;
const ACTIVE_LOW = 1;
const SYNC = 3;

/** A board whose line "opto" (pin 9, PB1) is the fault lamp. */
function withLamp(flags = LAMP, silenceMs = 200, longestOnMs = 5000) {
  const host = new RawHost();
  const lamp = new PinWatch(host.mcu, 'B', 1);
  host.arm(silenceMs, longestOnMs, { opto: { flags } });
  return { host, lamp };
}

const lit = (lamp: PinWatch) => lamp.changes.length % 2 === 1;

it('lights the fault lamp when the host of a session falls silent, between trials too, and puts it out when it is back', () => {
  const { host, lamp } = withLamp();
  host.runMs(100);
  expect(lit(lamp)).toBe(false);
  const from = host.mcu.cycles;
  host.runMs(300);
  expect(lit(lamp)).toBe(true);
  expect((lamp.changes[0]! - from) / CYCLES_PER_MS).toBeGreaterThan(80);
  expect((lamp.changes[0]! - from) / CYCLES_PER_MS).toBeLessThan(120);
  host.ask('ping');
  expect(lit(lamp)).toBe(false);
});

it('keeps the lamp lit while a line is barred, until a session is armed anew', () => {
  const { host, lamp } = withLamp(LAMP, 10_000, 80);
  host.pulse('water', 200);
  host.runMs(250);
  expect(host.end()).toBe(EndReason.onTimeLimit);
  expect(lit(lamp)).toBe(true);
  host.ask('disarm');
  host.runMs(50);
  expect(lit(lamp)).toBe(true);
  host.ask('arm', { token: TOKEN, silenceMs: 10_000 });
  host.runMs(5);
  expect(lit(lamp)).toBe(false);
});

it('lights the lamp after its own watchdog has reset it, though nobody has declared a line since', () => {
  const { host, lamp } = withLamp(LAMP, 10_000);
  host.mcu.reset('watchdog');
  host.runMs(100);
  expect(lit(lamp)).toBe(true);
  host.mcu.reset('external');
  host.runMs(100);
  expect(lit(lamp)).toBe(false);
});

it('lights an active-low lamp by a low pin', () => {
  const { host, lamp } = withLamp(LAMP | ACTIVE_LOW);
  expect(lit(lamp)).toBe(true);
  host.runMs(400);
  expect(lit(lamp)).toBe(false);
});

it('lets no program have the lamp', () => {
  const { host, lamp } = withLamp(LAMP, 10_000);
  const image = host.pulse('opto', 100);
  expect(host.commit(image)).toBe('unsafe');
  host.runMs(150);
  expect(lamp.changes).toEqual([]);
});

function withSync(seed = 77) {
  const host = new RawHost();
  const pulses = new PinWatch(host.mcu, 'D', 7);
  host.arm(10_000);
  expect(host.ask('sync', { line: SYNC, leastMs: 100, spreadMs: 100, widthMs: 10, seed })).toBe('ok');
  return { host, pulses };
}

it('pulses a sync line at random intervals between the bounds, every edge an event that bears its time', () => {
  const { host, pulses } = withSync();
  host.runMs(10_000);
  host.ask('ping');
  const events = host.events.filter(({ code }) => code === EventCode.sync);
  expect(events).toHaveLength(pulses.changes.length);
  expect(events.map(({ value }) => value)).toEqual(pulses.changes.map((_, i) => SYNC * 2 + (i % 2 === 0 ? 1 : 0)));
  const offset = pulses.changes[0]! - events[0]!.ticks * 8;
  for (const [i, { ticks }] of events.entries()) {
    expect(Math.abs(pulses.changes[i]! - ticks * 8 - offset)).toBeLessThan(2 * 16);
  }
  const onsets = pulses.changes.filter((_, i) => i % 2 === 0).map((cycle) => cycle / CYCLES_PER_MS);
  const intervals = onsets.slice(1).map((ms, i) => ms - onsets[i]!);
  expect(intervals.length).toBeGreaterThan(55);
  expect(Math.min(...intervals)).toBeGreaterThan(97);
  expect(Math.max(...intervals)).toBeLessThan(203);
  expect(new Set(intervals.map(Math.round)).size).toBeGreaterThan(30);
  const mean = intervals.reduce((sum, each) => sum + each, 0) / intervals.length;
  expect(mean).toBeGreaterThan(135);
  expect(mean).toBeLessThan(165);
});

it('makes the same intervals of the same seed, and others of another', () => {
  const intervals = (seed: number) => {
    const { host, pulses } = withSync(seed);
    host.runMs(2000);
    return pulses.changes.slice(1).map((cycle, i) => Math.round((cycle - pulses.changes[i]!) / CYCLES_PER_MS));
  };
  expect(intervals(5)).toEqual(intervals(5));
  expect(intervals(5)).not.toEqual(intervals(6));
});

it('pulses on through a trial, whose answers it does not disturb, and stops with the session', () => {
  const { host, pulses } = withSync();
  host.begin({ ...plans.go, durations: { ...durations, baselineMs: 1000 } });
  host.runMs(1480);
  host.mcu.setPin('D2', true);
  host.runMs(5);
  expect(host.pins & (1 << 4)).toBe(1 << 4);
  host.mcu.setPin('D2', false);
  expect(host.end()).toBe(EndReason.completed);
  expect(pulses.changes.length).toBeGreaterThan(10);
  host.ask('disarm');
  const count = pulses.changes.length;
  expect(count % 2).toBe(0);
  host.runMs(1000);
  expect(pulses.changes).toHaveLength(count);
});

it('refuses pulses that are none, and a line that a program drives', () => {
  const { host } = withSync();
  const asked = { line: SYNC, leastMs: 100, spreadMs: 0, widthMs: 10, seed: 1 };
  expect(host.ask('sync', { ...asked, widthMs: 100 })).toBe('badArgument');
  expect(host.ask('sync', { ...asked, seed: 0 })).toBe('badArgument');
  expect(host.ask('sync', { ...asked, line: 11 })).toBe('badArgument');
  expect(host.ask('sync', asked)).toBe('ok');
  const image = host.pulse('odourD', 100);
  expect(host.commit(image)).toBe('unsafe');
});

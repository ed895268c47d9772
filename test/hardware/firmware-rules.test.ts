/** Rules of the firmware that no usual session would show broken: orders, instants and repetitions. */
import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { type ProgramImage, programImage } from '#hardware/link/program-image.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { crc32 } from '#machines/digest.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { CYCLES_PER_MS, imageOf, lines, RawHost } from './raw-host.ts';
import { durations, plans } from './rig-driver.ts';

const ODOUR_A = 1 << 0;
const WATER = 1 << 4;

/** From the water, on PORTB, to odour A, on PORTD, which is written first. */
const swaps = setup({
  types: { events: {} as { type: 'lick.on' } },
  actions: { open: (_, _params: { line: string }) => {}, close: (_, _params: { line: string }) => {} },
});
const toOdour = [
  { type: 'close', params: { line: 'water' } },
  { type: 'open', params: { line: 'odourA' } },
] as const;
const inWater = { type: 'open', params: { line: 'water' } } as const;
const atDeadline = swaps.createMachine({
  id: 'swap',
  initial: 'water',
  states: {
    water: { entry: inWater, after: { 10: 'odour' } },
    odour: { entry: toOdour, after: { 10: 'over' } },
    over: { type: 'final' },
  },
});
const atLick = swaps.createMachine({
  id: 'swap',
  initial: 'water',
  states: {
    water: { entry: inWater, on: { 'lick.on': 'odour' }, after: { 50: 'odour' } },
    odour: { entry: toOdour, after: { 10: 'over' } },
    over: { type: 'final' },
  },
});

function imageOfChart(chart: typeof atDeadline): ProgramImage {
  return programImage(bind(compile(chart, undefined, lines), {}, 2000));
}

function run(host: RawHost, image: ProgramImage): void {
  host.load(image);
  expect(host.commit(image)).toBe('ok');
  expect(host.start(image.crc)).toBe('ok');
}

it.each([
  ['at a deadline', atDeadline],
  ['at a lick', atLick],
])('never has two valves of a group open where one valve follows another %s, on two ports', (_, chart) => {
  const host = new RawHost();
  host.arm(2000, 5000, { water: { groups: 1 } });
  const { mcu } = host;
  run(host, imageOfChart(chart));
  mcu.setPin('D2', true, mcu.cycles + 5 * CYCLES_PER_MS);
  host.runMs(100);
  expect(host.seen).toContain(WATER);
  expect(host.seen).toContain(ODOUR_A);
  expect(host.seen).not.toContain(WATER | ODOUR_A);
});

it('takes no program that has a line that was not declared', () => {
  const host = new RawHost();
  host.arm();
  const { bytes } = imageOf(plans.go);
  const slots = bytes[3]!;
  const node = bytes[4 + 4 * slots]! | (bytes[5 + 4 * slots]! << 8);
  const strange = Uint8Array.from(bytes);
  strange[node + 1] = 0b100;
  const image = { bytes: strange, crc: crc32(strange) };
  host.load(image);
  expect(host.commit(image)).toBe('unsafe');
});

it('declares no line while a session is armed', () => {
  const host = new RawHost();
  host.arm();
  expect(host.ask('output', { index: 7, pin: 11, flags: 0, groups: 0, longestOnMs: 5000, cost: 0 })).toBe('wrongMode');
  expect(host.ask('input', { index: 1, pin: 3, flags: 0, refractoryMs: 0 })).toBe('wrongMode');
});

it('does a command once that is sent again because its reply was lost', () => {
  const host = new RawHost();
  host.arm();
  const { mcu } = host;
  const image = imageOf(plans.noGo);
  host.load(image);
  host.commit(image);
  const start = host.frame('start', { trial: 1, crc: image.crc, now: 1, at: 0 });
  for (let times = 0; times < 2; times++) {
    for (const byte of start) mcu.receive(byte);
    host.runMs(1500);
  }
  expect(host.events.filter(({ code }) => code === EventCode.start)).toHaveLength(1);
  expect(host.events.filter(({ code }) => code === EventCode.end)).toHaveLength(1);
});

it('is not taken from a session whose host is alive', () => {
  const host = new RawHost();
  host.arm();
  expect(host.ask('reset')).toBe('wrongMode');
  expect(host.ask('ping')).toBe('ok');
});

/** What the pins have shown since, of the lines. */
function shown(host: RawHost): number {
  return [...host.seen].reduce((all, pins) => all | pins, 0);
}

it('opens nothing at a deadline that the abort has come before, not even for an instant', () => {
  const host = new RawHost();
  host.arm();
  host.begin({ ...plans.go, durations: { ...durations, baselineMs: 50 } });
  host.runMs(30);
  expect(host.ask('abort')).toBe('ok');
  host.seen.clear();
  host.runMs(500);
  expect(shown(host)).toBe(0);
});

it('opens nothing for a lick that comes after the abort, not even for an instant', () => {
  const host = new RawHost();
  host.arm();
  const { mcu } = host;
  host.begin();
  host.runMs(500);
  expect(host.ask('abort')).toBe('ok');
  host.seen.clear();
  mcu.setPin('D2', true, mcu.cycles + CYCLES_PER_MS);
  host.runMs(100);
  expect(shown(host)).toBe(0);
});

it.each(['water', 'odourA'])(
  'opens a barred line (%s) neither for a lick nor at a deadline, not even for an instant',
  (line) => {
    const host = new RawHost();
    host.arm(2000, 5000, { [line]: { longestOnMs: 20 } });
    const { mcu } = host;
    host.pulse(line, 100);
    host.runMs(200);
    host.seen.clear();
    const open = imageOf(plans.go);
    host.load(open);
    host.commit(open);
    host.start(open.crc);
    mcu.setPin('D2', true, mcu.cycles + 520 * CYCLES_PER_MS);
    host.runMs(1000);
    const barred = 1 << lines.outputs.indexOf(line);
    expect(shown(host) & barred).toBe(0);
    expect(shown(host)).not.toBe(0);
  },
);

it('does not take a line for on too long that goes on between two looks of the main loop at the time', () => {
  const host = new RawHost();
  host.arm();
  const { mcu } = host;
  const image = imageOf(plans.noGo);
  host.load(image);
  host.commit(image);
  for (let trial = 1; trial <= 30; trial++) {
    host.events.length = 0;
    expect(host.start(image.crc, trial)).toBe('ok');
    // Edges so close that the main loop hardly comes to its turn, while odour 1 goes on.
    const from = mcu.cycles + 46 * CYCLES_PER_MS + trial * 700;
    for (let edge = 0; edge < 80; edge++) mcu.setPin('D2', edge % 2 === 0, from + edge * 1200);
    expect(host.end()).toBe(EndReason.completed);
  }
});

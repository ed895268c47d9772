import { expect, it } from 'vitest';
import { waveShapes } from '#hardware/link/declaration.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { PinWatch } from './pin-watch.ts';
import { CYCLES_PER_MS, RawHost } from './raw-host.ts';

const OPTO = 5;
const AT_ONCE = 0xffff;
const steady = { line: OPTO, shape: waveShapes.constant, amplitude: 255, duty: 0, step: 0, up: AT_ONCE, down: AT_ONCE };
const FORTY_HZ = Math.round(65.536 * 40);
/** Gain in a millisecond for a ramp of so many. */
const ramp = (ms: number) => Math.round(65_536 / ms);

/** A board with its light on pin 11 (PB3), or 3 (PD3). */
function board(wave: object, { pin = 11, flags = 0 } = {}) {
  const host = new RawHost();
  const watch = pin === 11 ? new PinWatch(host.mcu, 'B', 3) : new PinWatch(host.mcu, 'D', 3);
  host.arm(10_000, 5000, { opto: { pin, flags } });
  expect(host.ask('wave', { ...steady, ...wave })).toBe('ok');
  return { host, watch };
}

function pulseEdges(host: RawHost, line: string, ms: number): readonly number[] {
  host.events.length = 0;
  host.pulse(line, ms);
  host.runMs(ms + 5);
  return host.events.filter(({ code }) => code === EventCode.output).map(({ ticks }) => ticks * 8);
}

/** Shows the light for so long; the cycles at which a plain line would have gone on and off. */
function shine(host: RawHost, ms: number) {
  const plain = new PinWatch(host.mcu, 'B', 2);
  const [stamp] = pulseEdges(host, 'trial', 10);
  const offset = plain.changes[0]! - stamp!;
  const [on, off] = pulseEdges(host, 'opto', ms);
  return { on: on! + offset, off: off! + offset };
}

it.each([11, 3])(
  'shows a steady full light on pin %i from its stamp to its end, within 20 us of a plain line',
  (pin) => {
    const { host, watch } = board({}, { pin });
    const { on, off } = shine(host, 50);
    expect(watch.changes).toHaveLength(2);
    expect(Math.abs(watch.changes[0]! - on)).toBeLessThan(20 * 16);
    expect(Math.abs(watch.changes[1]! - off)).toBeLessThan(20 * 16);
  },
);

it.each([
  [64, 65 / 256],
  [128, 129 / 256],
  [191, 192 / 256],
])('dims by amplitude %i of 255', (amplitude, share) => {
  const { host, watch } = board({ amplitude });
  const { on, off } = shine(host, 100);
  expect(watch.brightness(on + CYCLES_PER_MS, off)).toBeCloseTo(share, 1.9);
});

it('flashes a 40 Hz square of a quarter duty: forty pulses of 6 ms in a second', () => {
  const { host, watch } = board({ shape: waveShapes.square, duty: 64, step: FORTY_HZ });
  const { on } = shine(host, 1000);
  const lit = watch.perMs(on, 1000).map((share) => share > 0.5);
  expect(lit.filter((is, ms) => is && !lit[ms - 1])).toHaveLength(40);
  expect(lit.filter(Boolean).length / 1000).toBeCloseTo(0.25, 1.7);
});

it('shows a 40 Hz sine from dark to full and back, forty times in a second', () => {
  const { host, watch } = board({ shape: waveShapes.sine, step: FORTY_HZ });
  const { on } = shine(host, 1000);
  const shown = watch.perMs(on, 1000);
  // The level stands for a millisecond, and that millisecond begins at the wave's own turn.
  const errors = shown.map((share, ms) => Math.abs(share - (1 - Math.cos(2 * Math.PI * 0.04 * ms)) / 2));
  const sorted = errors.toSorted((a, b) => a - b);
  expect(sorted[500]).toBeLessThan(0.06);
  expect(sorted[999]).toBeLessThan(0.2);
  const peaks = shown.filter((share, ms) => share > 0.8 && share >= shown[ms - 1]! && share > shown[ms + 1]!);
  expect(peaks).toHaveLength(40);
});

it('ramps up and down in a straight line, down from the instant the line goes off and beyond the end of the trial', () => {
  const { host, watch } = board({ up: ramp(50), down: ramp(200) });
  const { on, off } = shine(host, 100);
  expect(host.events.some(({ code }) => code === EventCode.end)).toBe(true);
  host.runMs(250);
  for (const [ms, share] of [
    [10, 0.2],
    [25, 0.5],
    [40, 0.8],
  ] as const)
    expect(watch.perMs(on, 50)[ms]).toBeCloseTo(share, 1);
  expect(watch.brightness(on + 55 * CYCLES_PER_MS, off)).toBe(1);
  const falling = watch.perMs(off, 220);
  for (const ms of [20, 100, 180]) expect(Math.abs(falling[ms]! - (1 - ms / 200))).toBeLessThan(0.03);
  expect(falling.slice(203).every((share) => share === 0)).toBe(true);
});

it('is dark at once, without ramp, when the trial is aborted, and stays dark', () => {
  const { host, watch } = board({ down: ramp(500) });
  host.pulse('opto', 1000);
  host.runMs(100);
  host.ask('abort');
  const last = watch.changes.at(-1)!;
  host.runMs(600);
  expect(watch.changes.at(-1)).toBe(last);
  expect(watch.changes).toHaveLength(2);
});

it('is dark after a reset in mid-wave', () => {
  const { host, watch } = board({ shape: waveShapes.sine, step: FORTY_HZ });
  host.pulse('opto', 1000);
  host.runMs(100);
  host.mcu.reset('external');
  const count = watch.changes.length;
  host.runMs(500);
  expect(watch.changes).toHaveLength(count + (count % 2));
});

it('is cut when it has been on for too long, ramp or not', () => {
  const host = new RawHost();
  host.arm(10_000, 80, { opto: { pin: 11 } });
  const watch = new PinWatch(host.mcu, 'B', 3);
  host.ask('wave', { ...steady, down: ramp(500) });
  const { on } = shine(host, 400);
  expect(watch.changes).toHaveLength(2);
  expect((watch.changes[1]! - on) / CYCLES_PER_MS).toBeGreaterThan(79);
  expect((watch.changes[1]! - on) / CYCLES_PER_MS).toBeLessThan(83);
});

it('holds an active-low light high while it is dark', () => {
  const { host, watch } = board({ amplitude: 128 }, { flags: 1 });
  host.runMs(10);
  const { on, off } = shine(host, 100);
  host.runMs(20);
  expect(watch.brightness(on - CYCLES_PER_MS, on)).toBe(1);
  expect(watch.brightness(on + CYCLES_PER_MS, off)).toBeCloseTo(1 - 129 / 256, 1.9);
  expect(watch.brightness(off + CYCLES_PER_MS, off + 10 * CYCLES_PER_MS)).toBe(1);
});

it('gives a wave only to a declared line on a PWM pin, and not during a trial', () => {
  const { host } = board({});
  expect(host.ask('wave', { ...steady, line: 4 })).toBe('badArgument');
  expect(host.ask('wave', { ...steady, line: 11 })).toBe('badArgument');
  expect(host.ask('wave', { ...steady, shape: 3 })).toBe('badArgument');
  host.pulse('water', 500);
  expect(host.ask('wave', steady)).toBe('busy');
});

it('keeps the stamps of its trial exact beside a wave', () => {
  const { host } = board({ shape: waveShapes.sine, step: FORTY_HZ });
  const { on, off } = shine(host, 30);
  expect(off - on).toBe(30 * CYCLES_PER_MS);
});

import { expect, it } from 'vitest';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import { limits } from '#hardware/link/declaration.ts';
import type { FieldValues } from '#hardware/link/messages.ts';
import { RandomStream } from '#machines/random.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { ANALOG, FirmataClient, INPUT, OUTPUT, PULL_UP, PWM, RESET, text } from './firmata-client.ts';
import { PinWatch } from './pin-watch.ts';
import { CYCLES_PER_MS, imageOf, RawHost, TOKEN } from './raw-host.ts';
import { plans } from './rig-driver.ts';

/** Lines of RawHost: odours on pins 4 to 7, one group; water, opto and trial on 8 to 10; the lick sensor on 2. */
const [ODOUR_A, ODOUR_B, WATER, LICK] = [4, 5, 8, 2];
const WATER_BIT = 1 << 4;
const DDRB = 0x24;
const DDRD = 0x2a;
const PORTB = 0x25;
const PORTD = 0x2b;
const ACTIVE_LOW = 1;
const LAMP = 4;
const DRAWS = 8;

/** A board without lines, and a client that has seen it start. */
function bench() {
  const host = new RawHost();
  const client = new FirmataClient(host.mcu);
  const run = (ms = 10) => host.runMs(ms);
  return { host, client, run };
}

/** The same with lines declared, nothing armed. */
function benchWithLines(longestOnMs = 5000, change: Record<string, FieldValues> = {}) {
  const all = bench();
  all.host.declare(longestOnMs, change);
  return all;
}

const register = (host: RawHost, address: number) => host.mcu.data[address]!;

it('says protocol 2.5 and its own name and version when it starts, behind the link’s own word', () => {
  const mcu = new AtMega328p(firmwareImage());
  const client = new FirmataClient(mcu);
  mcu.runUntil(30 * CYCLES_PER_MS);
  expect(client.heard[0]?.bytes).toEqual([0xf9, 2, 5]);
  const firmware = client.heard[1]!.bytes;
  expect(firmware[0]).toBe(0x79);
  expect(text(firmware.slice(3))).toBe('Rehearsal');
  const host = new RawHost();
  const { firmwareMajor, firmwareMinor } = host.reply('hello')!.values!;
  expect(firmware.slice(1, 3)).toEqual([firmwareMajor, firmwareMinor]);
});

it('tells the modes of every pin: none for the serial line’s, PWM on 3 and 11, analogue on A0 to A5', () => {
  const { client, run } = bench();
  client.sysex(0x6b);
  run(20);
  const [capabilities] = client.all(0x6c);
  const pins = capabilities!.bytes
    .slice(1)
    .join(' ')
    .split('127')
    .map((pin) => pin.trim());
  const digital = '0 1 1 1 11 1';
  const expected = Array.from({ length: 20 }, (_, pin) => {
    if (pin < 2) return '';
    if (pin === 3 || pin === 11) return `${digital} 3 8`;
    return pin < 14 ? digital : `${digital} 2 10`;
  });
  expect(pins).toEqual([...expected, '']);
  client.sysex(0x69);
  run();
  expect(client.all(0x6a)[0]?.bytes.slice(1)).toEqual([...Array(14).fill(127), 0, 1, 2, 3, 4, 5]);
});

it('answers in the order of the questions, the long answer among them, and loses none', () => {
  const { client, run } = bench();
  client.send(0xf9);
  client.sysex(0x6b);
  client.sysex(0x6d, 13);
  client.sysex(0x6b);
  client.send(0xd1, 1);
  client.sysex(0x69);
  client.sysex(0x79);
  run(40);
  expect(client.heard.map(({ bytes }) => bytes[0])).toEqual([0xf9, 0x6c, 0x6e, 0x6c, 0x91, 0x6a, 0x79]);
  expect(client.stray).toEqual([]);
});

it('breaks off no answer for the link: neither for a question of its own, nor for events that it sends again', () => {
  const { host, client, run } = benchWithLines(20);
  client.sysex(0x6b);
  expect(host.ask('hello')).toBe('ok');
  expect(client.all(0x6c)).toHaveLength(1);
  client.mode(WATER, OUTPUT);
  client.write(WATER, 1);
  for (let asked = 0; asked < 50; asked++) {
    client.sysex(0x6b);
    run(7);
  }
  expect(host.events.some(({ code }) => code === EventCode.fault)).toBe(true);
  expect(new Set(client.all(0x6c).map(({ bytes }) => bytes.length))).toEqual(new Set([145]));
  expect(client.all(0x6c)).toHaveLength(51);
  expect(client.stray).toEqual([]);
});

it('drives a pin that is no line: by pin, and by port without touching its neighbours', () => {
  const { host, client, run } = bench();
  client.write(12, 1);
  run();
  expect(register(host, DDRB)).toBe(0);
  client.mode(12, OUTPUT);
  run();
  expect([register(host, DDRB), register(host, PORTB)]).toEqual([0b10000, 0]);
  client.write(12, 1);
  run();
  expect(register(host, PORTB)).toBe(0b10000);
  client.mode(13, OUTPUT);
  client.writePort(1, 0b110000);
  run();
  expect(register(host, PORTB)).toBe(0b110000);
  client.writePort(1, 0b100000);
  run();
  expect([register(host, DDRB), register(host, PORTB)]).toEqual([0b110000, 0b100000]);
  client.mode(13, INPUT);
  run();
  expect([register(host, DDRB), register(host, PORTB)]).toEqual([0b10000, 0]);
});

it('reports the input pins of a port: at once when asked, then each change within 2 ms, until told to stop', () => {
  const { host, client, run } = bench();
  client.mode(2, INPUT);
  client.mode(7, PULL_UP);
  client.mode(6, OUTPUT);
  client.write(6, 1);
  client.reportPort(0);
  run();
  expect(client.values(0x90)).toEqual([0b10000000]);
  const pressed = host.mcu.cycles;
  host.mcu.setPin('D7', false);
  run();
  host.mcu.setPin('D2', true);
  run();
  expect(client.values(0x90)).toEqual([0b10000000, 0, 0b100]);
  expect((client.all(0x90)[1]!.cycle - pressed) / CYCLES_PER_MS).toBeLessThan(2);
  client.reportPort(0, false);
  run();
  host.mcu.setPin('D2', false);
  run(50);
  expect(client.values(0x90)).toHaveLength(3);
});

it('numbers ports by eight pins: A0 and A1 are the end of port 1, A2 to A5 port 2', () => {
  const { host, client, run } = bench();
  for (const pin of [14, 15, 16, 19]) client.mode(pin, INPUT);
  client.reportPort(1);
  client.reportPort(2);
  run();
  for (const pin of ['C1', 'C2', 'C5']) host.mcu.setPin(pin, true);
  run();
  expect(client.values(0x91).at(-1)).toBe(0b10000000);
  expect(client.values(0x92).at(-1)).toBe(0b1001);
});

it('takes a high level written to an input port for its pull-up, as older clients mean it', () => {
  const { host, client, run } = bench();
  client.mode(12, INPUT);
  client.writePort(1, 0b10000);
  run();
  expect([register(host, DDRB), register(host, PORTB)]).toEqual([0, 0b10000]);
});

it('shows a PWM value as a share of brightness, dark and full included', () => {
  const { host, client, run } = bench();
  const [three, eleven] = [new PinWatch(host.mcu, 'D', 3), new PinWatch(host.mcu, 'B', 3)];
  for (const pin of [3, 11]) client.mode(pin, PWM);
  client.duty(3, 64);
  client.duty(11, 191);
  run();
  const from = host.mcu.cycles;
  run(50);
  expect(three.brightness(from, host.mcu.cycles)).toBeCloseTo(65 / 256, 2);
  expect(eleven.brightness(from, host.mcu.cycles)).toBeCloseTo(192 / 256, 2);
  client.sysex(0x6f, 3, 0x7f, 0x01);
  client.duty(11, 0);
  run();
  const after = host.mcu.cycles;
  run(20);
  expect(three.brightness(after, host.mcu.cycles)).toBe(1);
  expect(eleven.brightness(after, host.mcu.cycles)).toBe(0);
  client.mode(3, OUTPUT);
  run();
  expect(register(host, PORTD) & 8).toBe(0);
  const low = host.mcu.cycles;
  run();
  expect(three.brightness(low, host.mcu.cycles)).toBe(0);
});

it('keeps a PWM level on one pin while a line’s light on the other goes on and off', () => {
  const { host, client, run } = bench();
  host.arm(2000, 5000, { opto: { pin: 3 } });
  const light = { line: 5, shape: 0, amplitude: 255, duty: 0, step: 0, up: 0xffff, down: 0xffff };
  expect(host.ask('wave', light)).toBe('ok');
  host.ask('disarm');
  const held = new PinWatch(host.mcu, 'B', 3);
  client.mode(11, PWM);
  client.duty(11, 127);
  client.mode(3, OUTPUT);
  client.write(3, 1);
  run(20);
  client.write(3, 0);
  run(20);
  const from = host.mcu.cycles;
  run(20);
  expect(held.brightness(from, host.mcu.cycles)).toBeCloseTo(0.5, 2);
});

it('tells mode and state of a pin', () => {
  const { host, client, run } = benchWithLines();
  client.mode(12, OUTPUT);
  client.write(12, 1);
  client.mode(13, PULL_UP);
  client.mode(11, PWM);
  client.duty(11, 200);
  client.mode(WATER, OUTPUT);
  client.write(WATER, 1);
  for (const pin of [0, 11, 12, 13, 14, WATER, LICK]) client.sysex(0x6d, pin);
  client.sysex(0x6d, 20);
  run(20);
  expect(client.state(0)).toEqual([0x7f, 0, 0]);
  expect(client.state(11)).toEqual([PWM, 200 & 0x7f, 1]);
  expect(client.state(12)).toEqual([OUTPUT, 1, 0]);
  expect(client.state(13)).toEqual([PULL_UP, 1, 0]);
  expect(client.state(14)).toEqual([ANALOG, 0, 0]);
  expect(client.state(WATER)).toEqual([OUTPUT, 1, 0]);
  expect(client.state(LICK)).toEqual([INPUT, 0, 0]);
  expect(client.state(20)).toBeUndefined();
  expect(host.pins).toBe(WATER_BIT);
});

it('reports analogue channels in 10 bits, each every 19 ms or as told', () => {
  const { host, client, run } = bench();
  host.mcu.setAnalog('A0', 2.5);
  host.mcu.setAnalog('A5', 5);
  client.reportAnalog(0);
  client.reportAnalog(5);
  run(200);
  expect(new Set(client.values(0xe0))).toEqual(new Set([512]));
  expect(new Set(client.values(0xe5))).toEqual(new Set([1023]));
  const times = client.all(0xe0).map(({ cycle }) => cycle / CYCLES_PER_MS);
  const gapMs = (times.at(-1)! - times[1]!) / (times.length - 2);
  expect(Math.abs(gapMs - 19)).toBeLessThan(1);
  client.sysex(0x7a, 100, 0);
  client.reportAnalog(5, false);
  run(30);
  client.heard = [];
  host.mcu.setAnalog('A0', 1);
  run(1000);
  expect(client.values(0xe0).length).toBeGreaterThanOrEqual(9);
  expect(client.values(0xe0).length).toBeLessThanOrEqual(11);
  expect(client.values(0xe0).at(-1)).toBe(204);
  expect(client.all(0xe5)).toHaveLength(0);
});

it('begins anew on a system reset: lines off and let go, other pins inputs, no reports', () => {
  const { host, client, run } = benchWithLines();
  for (const pin of [ODOUR_A, WATER, 11, 12]) client.mode(pin, OUTPUT);
  client.write(ODOUR_A, 1);
  client.write(WATER, 1);
  client.write(12, 1);
  client.mode(11, PWM);
  client.duty(11, 99);
  client.reportPort(0);
  client.reportAnalog(0);
  run(20);
  expect(host.pins).toBe(WATER_BIT | 1);
  client.send(RESET);
  run();
  expect(host.pins).toBe(0);
  expect(register(host, DDRD) & 0xfc).toBe(0);
  expect([register(host, DDRB), register(host, PORTB)]).toEqual([0, 0]);
  client.heard = [];
  host.mcu.setPin('D2', true);
  run(100);
  expect(client.heard).toEqual([]);
  client.mode(ODOUR_B, OUTPUT);
  client.write(ODOUR_B, 1);
  run();
  expect(host.pins).toBe(2);
});

it('ignores what it does not offer, says so for a mode, and counts what is no Firmata', () => {
  const { host, client, run } = benchWithLines();
  client.sysex(0x78, 1, 2);
  client.sysex(0x71, 1, 0);
  client.mode(12, 4);
  client.mode(12, PWM);
  client.mode(12, ANALOG);
  client.mode(1, OUTPUT);
  run(20);
  expect(client.texts).toEqual([
    'pin 12: no such mode',
    'pin 12: no such mode',
    'pin 12: no such mode',
    'pin 1: no such mode',
  ]);
  client.send(5, 0xf1, 0xf7, 0xf8);
  host.ask('arm', { token: TOKEN, silenceMs: 2000 });
  expect(host.reply('ping')?.values?.badFrames).toBe(4);
});

it('never opens two odours: not by pin, not by port, and refuses the whole of such a write', () => {
  const { host, client, run } = benchWithLines();
  for (const pin of [3, ODOUR_A, ODOUR_B, 6, 7]) client.mode(pin, OUTPUT);
  client.writePort(0, 0b00111000);
  run();
  expect(host.pins).toBe(0);
  expect(register(host, PORTD) & 8).toBe(0);
  expect(client.texts).toEqual(['pin 4: excluded by its group', 'pin 5: excluded by its group']);
  client.write(ODOUR_A, 1);
  client.write(ODOUR_B, 1);
  run();
  expect(host.pins).toBe(1);
  expect(client.texts.at(-1)).toBe('pin 5: excluded by its group');
  client.writePort(0, 0b11111000);
  run();
  expect(host.pins).toBe(1);
  client.writePort(0, 0b00101000);
  run();
  expect(host.pins).toBe(2);
  expect(register(host, PORTD) & 8).toBe(8);
  expect(host.mixedOdours).toBe(false);
});

it('drives a line by on and off, whatever its polarity, and shows the off level first', () => {
  const { host, client, run } = benchWithLines(5000, { water: { flags: ACTIVE_LOW } });
  host.seen.clear();
  client.mode(WATER, INPUT);
  run();
  expect(register(host, DDRB) & 1).toBe(0);
  client.mode(WATER, OUTPUT);
  run();
  client.writePort(1, 0);
  run();
  expect([...host.seen].filter((pins) => pins !== 0)).toEqual([WATER_BIT]);
  expect(host.pins).toBe(WATER_BIT);
  client.writePort(1, 1);
  run();
  expect(host.pins).toBe(0);
});

it('closes a line before it lets go of its pin, and gives no pull-up to a line', () => {
  for (const mode of [INPUT, PULL_UP]) {
    const { host, client, run } = benchWithLines();
    client.mode(WATER, OUTPUT);
    client.write(WATER, 1);
    run();
    expect(host.pins).toBe(WATER_BIT);
    client.mode(WATER, mode);
    run();
    expect(register(host, DDRB) & 1).toBe(0);
    expect(register(host, PORTB) & 1).toBe(0);
    client.write(WATER, 1);
    client.writePort(1, 1);
    run();
    expect(register(host, PORTB) & 1).toBe(0);
    client.mode(WATER, OUTPUT);
    run();
    expect(host.pins).toBe(0);
    expect(client.texts).toEqual(mode === PULL_UP ? ['pin 8: a line: no pull-up'] : []);
  }
});

it('shuts a line at its longest on-time, says so, and keeps it shut until a session is armed', () => {
  const { host, client, run } = benchWithLines(5000, { water: { longestOnMs: 20 } });
  const water = new PinWatch(host.mcu, 'B', 0);
  client.mode(WATER, OUTPUT);
  client.mode(ODOUR_A, OUTPUT);
  client.write(WATER, 1);
  run(100);
  const [on, off] = water.changes;
  expect((off! - on!) / CYCLES_PER_MS).toBeGreaterThan(19);
  expect((off! - on!) / CYCLES_PER_MS).toBeLessThan(23);
  expect(client.texts).toEqual(['pin 8: shut by the envelope']);
  client.write(WATER, 1);
  client.send(RESET);
  client.mode(WATER, OUTPUT);
  client.write(WATER, 1);
  client.mode(ODOUR_A, OUTPUT);
  client.write(ODOUR_A, 1);
  run(100);
  expect(client.texts.slice(1)).toEqual(['pin 8: shut until armed', 'pin 8: shut until armed']);
  expect(host.pins).toBe(1);
  expect(water.changes).toHaveLength(2);
  host.ask('arm', { token: TOKEN, silenceMs: 2000 });
  host.ask('disarm');
  client.mode(WATER, OUTPUT);
  client.write(WATER, 1);
  run(5);
  expect(host.pins).toBe(WATER_BIT);
});

it('draws on the allowance that the last session left, and shuts the water when it is spent', () => {
  const { host, client, run } = bench();
  host.arm(2000, 5000, { water: { flags: DRAWS, cost: 100 } });
  expect(host.ask('allow', { index: 0, left: 5000, capacity: 5000, refill: 0 })).toBe('ok');
  host.ask('disarm');
  const water = new PinWatch(host.mcu, 'B', 0);
  client.mode(WATER, OUTPUT);
  for (let drop = 0; drop < 4; drop++) {
    client.write(WATER, 1);
    run(20);
    client.write(WATER, 0);
    run(20);
  }
  const openMs = water.changes.reduce((sum, cycle, at) => sum + (at % 2 ? cycle : -cycle), 0) / CYCLES_PER_MS;
  expect(openMs).toBeGreaterThan(48);
  expect(openMs).toBeLessThan(54);
  expect(client.texts).toContain('pin 8: shut by the envelope');
});

it('never drives the fault lamp, nor a line of sync pulses', () => {
  const { host, client, run } = bench();
  host.arm(2000, 5000, { opto: { flags: LAMP } });
  host.ask('sync', { line: 6, leastMs: 50, spreadMs: 0, widthMs: 10, seed: 1 });
  host.ask('disarm');
  host.runMs(20);
  host.seen.clear();
  for (const pin of [9, 10]) {
    for (const mode of [OUTPUT, INPUT, PULL_UP]) client.mode(pin, mode);
    client.write(pin, 1);
    client.writePort(1, 0b110);
    client.duty(pin, 255);
  }
  client.send(RESET);
  run(50);
  expect([...host.seen].filter((pins) => pins !== 0)).toEqual([]);
  expect(register(host, DDRB) & 0b110).toBe(0b110);
  expect(new Set(client.texts)).toEqual(new Set(["pin 9: the board's own line", "pin 10: the board's own line"]));
});

it('takes PWM above 0 on a line’s pin for on, within its group', () => {
  const { host, client, run } = benchWithLines(5000, { odourA: { pin: 3 }, odourB: { pin: 11 } });
  const [a, b] = [new PinWatch(host.mcu, 'D', 3), new PinWatch(host.mcu, 'B', 3)];
  for (const pin of [3, 11]) client.mode(pin, PWM);
  client.duty(3, 1);
  client.duty(11, 200);
  run();
  expect([a.changes.length, b.changes.length]).toEqual([1, 0]);
  expect(client.texts).toEqual(['pin 11: excluded by its group']);
  client.duty(3, 0);
  client.duty(11, 200);
  run();
  expect([a.changes.length, b.changes.length]).toEqual([2, 1]);
});

it('reads a declared input, and neither drives it nor changes its pull-up', () => {
  for (const flags of [0, 2]) {
    const { host, client, run } = benchWithLines(5000, { lick: { flags } });
    client.mode(LICK, OUTPUT);
    client.writePort(0, 0b100);
    client.write(LICK, 1);
    if (!flags) client.mode(LICK, PULL_UP);
    client.mode(LICK, INPUT);
    client.writePort(0, 0b100);
    client.send(RESET);
    client.reportPort(0);
    run(20);
    expect(register(host, DDRD) & 4).toBe(0);
    expect(register(host, PORTD) & 4).toBe(flags * 2);
    expect(new Set(client.texts)).toEqual(new Set(['pin 2: an input line']));
    host.mcu.setPin('D2', !flags);
    run();
    expect(client.values(0x90).at(-1)).toBe(flags ? 0 : 4);
  }
});

it('keeps pins that a client had before they were declared: no level of its own is left on them', () => {
  const { host, client, run } = bench();
  client.mode(11, PWM);
  client.duty(11, 128);
  client.mode(WATER, OUTPUT);
  client.write(WATER, 1);
  client.mode(LICK, OUTPUT);
  client.write(LICK, 1);
  run();
  host.declare(5000, { opto: { pin: 11 } });
  const light = new PinWatch(host.mcu, 'B', 3);
  client.duty(11, 128);
  client.writePort(0, 0b100);
  run(2);
  expect(host.pins).toBe(0);
  expect(register(host, DDRD) & 4).toBe(0);
  client.duty(11, 0);
  run();
  const from = host.mcu.cycles;
  run();
  expect(light.brightness(from, host.mcu.cycles)).toBe(0);
});

it('knows its lines again after a power-up: drives none by itself, and holds group and limit once one is asked for', () => {
  const { host, client, run } = bench();
  host.arm(2000, 40);
  host.mcu.reset('external');
  host.seen.clear();
  run(100);
  expect(register(host, DDRD) | register(host, DDRB)).toBe(0);
  client.writePort(0, 0xff);
  run();
  expect(register(host, DDRD)).toBe(0);
  client.mode(ODOUR_A, OUTPUT);
  client.mode(ODOUR_B, OUTPUT);
  client.write(ODOUR_A, 1);
  client.write(ODOUR_B, 1);
  run(20);
  expect(host.pins).toBe(1);
  run(50);
  expect(host.pins).toBe(0);
  expect(host.mixedOdours).toBe(false);
});

it('is deaf while a session is armed: nothing moves, nothing is said, and what came is counted', () => {
  const { host, client, run } = bench();
  host.arm(10_000);
  const before = host.reply('ping')!.values!.badFrames as number;
  client.heard = [];
  host.seen.clear();
  client.mode(ODOUR_A, OUTPUT);
  client.write(ODOUR_A, 1);
  client.writePort(0, 0xff);
  client.send(RESET);
  client.sysex(0x6b);
  client.reportPort(0);
  run(50);
  expect(client.heard).toEqual([]);
  expect(host.seen.size).toBe(0);
  expect(register(host, DDRD)).toBe(0xf0);
  // A sysex is one frame and, its end being outside of any, one byte; the rest are bytes.
  expect((host.reply('ping')!.values!.badFrames as number) - before).toBe(3 + 3 + 3 + 1 + 2 + 2);
});

it('hands clean pins to a session, and takes them back afterwards', () => {
  const { host, client, run } = benchWithLines();
  const light = new PinWatch(host.mcu, 'B', 3);
  for (const pin of [3, ODOUR_A, 12, 14]) client.mode(pin, OUTPUT);
  client.mode(ODOUR_B, INPUT);
  client.mode(13, PULL_UP);
  client.mode(11, PWM);
  client.duty(11, 128);
  for (const pin of [3, ODOUR_A, 12, 14]) client.write(pin, 1);
  client.reportPort(0);
  client.reportAnalog(2);
  run(20);
  expect(host.pins).toBe(1);
  expect(light.changes.length).toBeGreaterThan(10);
  expect(host.ask('arm', { token: TOKEN, silenceMs: 10_000 })).toBe('ok');
  expect(host.pins).toBe(0);
  expect([register(host, DDRD), register(host, DDRB)]).toEqual([0xf0, 0b111]);
  expect([register(host, PORTD), register(host, PORTB)]).toEqual([0, 0]);
  expect([register(host, 0x27), register(host, 0x28)]).toEqual([0, 0]);
  client.heard = [];
  const changes = light.changes.length;
  host.begin(plans.go);
  host.runMs(550);
  host.mcu.setPin('D2', true);
  host.runMs(50);
  host.mcu.setPin('D2', false);
  expect(host.end()).toBe(0);
  expect(host.events.some(({ code }) => code === EventCode.output)).toBe(true);
  expect(client.heard).toEqual([]);
  expect(light.changes.length).toBe(changes);
  expect(host.ask('disarm')).toBe('ok');
  client.mode(ODOUR_B, OUTPUT);
  client.write(ODOUR_B, 1);
  client.sysex(0x6d, 11);
  run();
  expect(host.pins).toBe(2);
  expect(client.state(11)).toEqual([INPUT, 0, 0]);
});

it('leaves no program behind that could be started: the slot was bench mode’s', () => {
  const { host } = bench();
  host.arm();
  const image = imageOf(plans.go);
  host.load(image);
  expect(host.commit(image)).toBe('ok');
  host.ask('disarm');
  host.ask('arm', { token: TOKEN, silenceMs: 2000 });
  expect(host.start(image.crc)).toBe('stale');
  expect(host.commit(image)).toBe('damaged');
});

it('survives 20,000 bytes of nonsense: never two odours, no reset, and it still answers', () => {
  const { host, client, run } = benchWithLines(60);
  const random = new RandomStream(7, 'firmata');
  const pick = (n: number) => random.below(n);
  const bytes: number[] = [];
  while (bytes.length < 20_000) {
    const low = pick(128);
    const kinds = [
      () => [0xf4, 2 + pick(10), pick(3) ? OUTPUT : pick(13)],
      () => [0xf5, 2 + pick(10), pick(2)],
      () => [0x90 | pick(4), low, pick(2)],
      () => [0xe0 | pick(16), low, pick(3)],
      () => [0xf0, 0x60 + pick(32), ...Array.from({ length: pick(60) }, () => pick(128)), 0xf7],
      () => [0xc0 | pick(32), pick(2)],
      () => [pick(256)],
      () => [0xf0, limits.LINK_SYSEX.value, ...Array.from({ length: pick(20) }, () => pick(128)), 0xf7],
      () => [pick(40) ? 0xf9 : RESET],
    ];
    bytes.push(...kinds[pick(kinds.length)]!());
  }
  client.send(...bytes);
  run((bytes.length * 40) / 1000 + 100);
  expect(host.mixedOdours).toBe(false);
  for (const odour of [1, 2, 4, 8]) expect([...host.seen].some((pins) => (pins & 0b1111) === odour)).toBe(true);
  expect(host.boots).toHaveLength(1);
  client.send(RESET, 0xf9);
  client.heard = [];
  run(100);
  expect(client.all(0xf9)).toHaveLength(1);
  expect(host.pins).toBe(0);
  const free = host.reply('hello')!.values!.stackFree as number;
  expect(free).toBeGreaterThanOrEqual(2048 - 1792);
});

/**
 * 20,000 hostile frames to the real firmware on the emulated board, armed, with licks meanwhile: damaged ones, foreign
 * tokens, commands of the session with fields by chance, programs with bytes changed and a matching CRC, Firmata, noise.
 * Judged at the pins alone. The same kind of frames, a million of them, go to the firmware's sources in test/firmware/.
 */
import { expect, it } from 'vitest';
import { commands, limits, lineFlags } from '#hardware/link/declaration.ts';
import { hostFrame } from '#hardware/link/frame.ts';
import { encodeCommand, type FieldValues } from '#hardware/link/messages.ts';
import { crc32 } from '#machines/digest.ts';
import { RandomStream } from '#machines/random.ts';
import { CYCLES_PER_MS, imageOf, RawHost, TOKEN } from './raw-host.ts';
import { durations, plans } from './rig-driver.ts';

const FRAMES = 20_000;
const BYTE_MS = 0.04;
const SILENCE_MS = 300;
const LONGEST_ON_MS = 400;
/** Coarse units of 1.024 ms that a line may be on beyond its limit: the board looks once in one. */
const SLACK_MS = 5;
/** In those units, with a cost of 1 each. */
const WATER_UNITS = 2000;
const WATER = 4;
const OUTPUTS = 7;
/** What would rightly change the limits, or end the session (`reset` does, once its host has been silent). */
const spared = new Set(['allow', 'arm', 'disarm', 'name', 'reset']);

/** Of each output line: how long it was on at the longest, and in all. */
class Witness {
  readonly longestMs = new Array<number>(OUTPUTS).fill(0);
  readonly totalMs = new Array<number>(OUTPUTS).fill(0);
  readonly #sinceCycle = new Array<number | null>(OUTPUTS).fill(null);

  constructor(host: RawHost) {
    host.mcu.onPin((_port, _levels, cycle) => {
      const now = host.pins;
      for (let line = 0; line < OUTPUTS; line++) {
        const since = this.#sinceCycle[line]!;
        if (((now >> line) & 1) === (since === null ? 0 : 1)) continue;
        this.#sinceCycle[line] = since === null ? cycle : null;
        if (since === null) continue;
        const ms = (cycle - since) / CYCLES_PER_MS;
        this.totalMs[line]! += ms;
        this.longestMs[line] = Math.max(this.longestMs[line]!, ms);
      }
    });
  }
}

class Foe {
  readonly host = new RawHost();
  readonly witness: Witness;
  readonly #random: RandomStream;
  #id = 0;
  #boots = 0;
  sent = 0;
  started = 0;

  constructor(seed: number) {
    this.#random = new RandomStream(seed, 'foe');
    this.witness = new Witness(this.host);
    this.#arm(WATER_UNITS);
  }

  #arm(left: number): void {
    this.host.arm(SILENCE_MS, LONGEST_ON_MS, { water: { flags: lineFlags.LINE_DRAWS.value, cost: 1 } });
    this.host.ask('allow', { index: 0, left, capacity: WATER_UNITS, refill: 0 });
    this.#boots = this.host.boots.length;
  }

  /** A program of timers that are due at once starves the main loop until the watchdog resets the board. */
  rearm(): void {
    if (this.host.boots.length === this.#boots) return;
    const told = this.host.reply('hello');
    this.#arm(Math.min(WATER_UNITS, told!.values!.waterLeft!));
  }

  get #chance() {
    return this.#random.float();
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }

  attack(): void {
    const kind = this.#chance;
    if (kind < 0.02) this.#program();
    else if (kind < 0.3) this.#put(this.#frame(this.#anyCommand(), TOKEN));
    else if (kind < 0.65) this.#put(this.#damaged(this.#frame(this.#anyCommand(), TOKEN)));
    else if (kind < 0.8) this.#put(this.#frame(this.#anyCommand(), this.#below(2 ** 32)));
    else if (kind < 0.95) this.#put(this.#firmata());
    else this.#put(Array.from({ length: 1 + this.#below(60) }, () => this.#below(256)));
    const { mcu } = this.host;
    if (this.#chance < 0.5) mcu.setPin('D2', this.#chance < 0.5, mcu.cycles + this.#below(CYCLES_PER_MS));
  }

  #put(bytes: readonly number[] | Uint8Array): void {
    for (const byte of bytes) this.host.mcu.receive(byte);
    this.sent++;
    this.host.runMs(bytes.length * BYTE_MS + this.#chance);
  }

  #anyCommand(): [string, FieldValues] {
    // Most trials live to see water.
    const able = commands.filter(({ name }) => !spared.has(name) && (name !== 'abort' || this.#chance < 0.1));
    const { name, fields } = able[this.#below(able.length)]!;
    const value = (type: string) => {
      if (type === 'bytes')
        return Uint8Array.from({ length: this.#below(limits.CHUNK_BYTES.value + 1) }, () => this.#below(256));
      return this.#below(this.#chance < 0.5 ? 12 : { u8: 2 ** 8, u16: 2 ** 16, u32: 2 ** 32 }[type]!);
    };
    return [name, Object.fromEntries(fields.map((field) => [field.name, value(field.type)]))];
  }

  #frame([name, values]: [string, FieldValues], token: number): Uint8Array {
    this.#id = (this.#id + 1) & 0xff;
    return hostFrame(encodeCommand(name, this.#id, token, values));
  }

  #damaged(frame: Uint8Array): number[] {
    const bytes = [...frame];
    for (let times = 1 + this.#below(3); times > 0; times--) {
      const at = this.#below(bytes.length);
      const how = this.#below(3);
      if (how === 0) bytes[at]! ^= 1 << this.#below(8);
      else if (how === 1) bytes.splice(at, 1);
      else bytes.splice(at, 0, bytes[at] ?? 0);
      if (bytes.length === 0) break;
    }
    return bytes;
  }

  #firmata(): number[] {
    const pin = this.#below(20);
    const messages = [
      [0xf4, pin, this.#below(12)],
      [0xf5, pin, 1],
      [0x90 | this.#below(3), 0x7f, 1],
      [0xe0 | this.#below(16), 0x7f, 1],
      [0xff],
      [0xf0, 0x6f, pin, 0x7f, 1, 0xf7],
      [0xd0 | this.#below(3), 1],
    ];
    return messages[this.#below(messages.length)]!;
  }

  /** A trial as it should be, or with a few bytes changed and a CRC that fits, started. */
  #program(): void {
    const odourMs = this.#chance < 0.2 ? 2 * LONGEST_ON_MS : 20;
    const short = { baselineMs: 5, odour1Ms: odourMs, earlyDelayMs: 5, lateDelayMs: 5, odour2Ms: 20, choiceMs: 100 };
    const bytes = Uint8Array.from(imageOf({ ...plans.go, durations: { ...durations, ...short } }).bytes);
    for (let changes = this.#below(4); changes > 0; changes--) bytes[this.#below(bytes.length)] = this.#below(256);
    const crc = crc32(bytes);
    for (let offset = 0; offset < bytes.length; offset += limits.CHUNK_BYTES.value) {
      this.#put(
        this.#frame(['load', { offset, data: bytes.subarray(offset, offset + limits.CHUNK_BYTES.value) }], TOKEN),
      );
    }
    this.#put(this.#frame(['commit', { length: bytes.length, crc }], TOKEN));
    this.#put(this.#frame(['start', { trial: 1, crc, now: 1, at: 0 }], TOKEN));
    this.started++;
  }
}

it('keeps every limit through 20,000 hostile frames, and answers afterwards', () => {
  const foe = new Foe(1);
  const { host, witness } = foe;
  for (let silences = 1; foe.sent < FRAMES; ) {
    foe.attack();
    foe.rearm();
    if (foe.sent < silences * 1000) continue;
    silences++;
    host.runMs(SILENCE_MS + SLACK_MS);
    expect(host.pins).toBe(0);
  }
  host.runMs(LONGEST_ON_MS + SILENCE_MS);
  expect(host.mixedOdours).toBe(false);
  expect(foe.started).toBeGreaterThan(200);
  // It was a fight: valves did open, and long enough for their limits.
  for (const line of [0, 2, WATER]) expect(witness.totalMs[line]).toBeGreaterThan(100);
  for (const longest of witness.longestMs) expect(longest).toBeLessThan(LONGEST_ON_MS + SLACK_MS);
  expect(witness.totalMs[WATER]).toBeLessThan(WATER_UNITS * 1.024 + SLACK_MS);
  expect(host.ask('hello')).toBe('ok');
  expect(host.pins).toBe(0);
});

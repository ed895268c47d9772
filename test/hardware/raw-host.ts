/** A host without manners: speaks the link to an emulated board frame by frame, so that a test can do what no rig would. */
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import { statuses } from '#hardware/link/declaration.ts';
import { FrameParser, hostFrame } from '#hardware/link/frame.ts';
import { decodeReply, decodeReport, encodeCommand, type FieldValues } from '#hardware/link/messages.ts';
import { type ProgramImage, programImage } from '#hardware/link/program-image.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import type { LineTable } from '#machines/program.ts';
import { PULSE_TRIAL, pulse } from '#machines/pulse.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { plans } from './rig-driver.ts';

export const CYCLES_PER_MS = 16_000;
export const TOKEN = 0x1234abcd;

/** Output lines on Uno pins 4 to 10: PORTD 4-7, PORTB 0-2. */
export const lines: LineTable = {
  inputs: ['lick'],
  outputs: ['odourA', 'odourB', 'odourC', 'odourD', 'water', 'opto', 'trial'],
};
const FIRST_PIN = 4;
const ODOURS = 0b1111;

export interface BoardEvent {
  readonly ticks: number;
  readonly code: number;
  readonly value: number;
}

export class RawHost {
  readonly flash = firmwareImage();
  readonly mcu = new AtMega328p(this.flash);
  /** Since arming, as sent first. */
  readonly events: BoardEvent[] = [];
  readonly boots: number[] = [];
  /** Bits in the order of `lines.outputs`, as the pins show it. */
  pins = 0;
  /** Every level the pins have shown. */
  readonly seen = new Set<number>();
  #id = 0;
  #replies: { id: number; status: number; body: Uint8Array }[] = [];
  #next = 0;
  readonly #levels = { B: 0, C: 0, D: 0 };

  constructor() {
    const parser = new FrameParser((payload) => this.#take(payload));
    this.mcu.onByte((byte) => parser.take(Uint8Array.of(byte)));
    this.mcu.onPin((port, levels) => {
      this.#levels[port] = levels;
      this.pins = ((this.#levels.D >> FIRST_PIN) & 0b1111) | ((this.#levels.B & 0b111) << 4);
      this.seen.add(this.pins);
    });
    this.runMs(20);
  }

  /** Two odour valves open together, ever? */
  get mixedOdours(): boolean {
    return [...this.seen].some((pins) => (pins & ODOURS & ((pins & ODOURS) - 1)) !== 0);
  }

  runMs(ms: number): void {
    this.mcu.runUntil(this.mcu.cycles + ms * CYCLES_PER_MS);
  }

  send(name: string, values: FieldValues = {}, token = TOKEN): number {
    this.#id = (this.#id + 1) & 0xff;
    for (const byte of hostFrame(encodeCommand(name, this.#id, token, values))) this.mcu.receive(byte);
    return this.#id;
  }

  /** The reply's status by name, after at most 30 ms (1 s for `arm`, which may write its EEPROM); null: no reply. */
  ask(name: string, values: FieldValues = {}, token = TOKEN): string | null {
    return this.reply(name, values, token)?.status ?? null;
  }

  reply(name: string, values: FieldValues = {}, token = TOKEN) {
    this.#replies = [];
    const id = this.send(name, values, token);
    for (let waitedMs = 0; waitedMs < (name === 'arm' ? 1000 : 30); waitedMs++) {
      this.runMs(1);
      const reply = this.#replies.find((each) => each.id === id);
      if (reply === undefined) continue;
      const status = Object.entries(statuses).find(([, { value }]) => value === reply.status)?.[0] ?? '?';
      return { status, values: decodeReply(name, reply.body) };
    }
    return null;
  }

  /** `change`: fields of single lines that are to differ from the usual, by line name. */
  declare(longestOnMs = 5000, change: Record<string, FieldValues> = {}): void {
    for (const [index, name] of lines.outputs.entries()) {
      const usual = { pin: FIRST_PIN + index, flags: 0, groups: index < 4 ? 1 : 0, longestOnMs, cost: 0 };
      this.ask('output', { index, ...usual, ...change[name] });
    }
    this.ask('input', { index: 0, pin: 2, flags: 0, refractoryMs: 0, ...change.lick });
  }

  arm(silenceMs = 2000, longestOnMs = 5000, change: Record<string, FieldValues> = {}): void {
    this.declare(longestOnMs, change);
    this.ask('arm', { token: TOKEN, silenceMs });
  }

  /** Starts a pulse of a line. */
  pulse(line: string, ms: number): ProgramImage {
    const input = { line, durations: { pulseMs: ms } };
    const image = programImage(bind(compile(pulse, input, lines), { ...input.durations }, 2000));
    this.load(image);
    this.commit(image);
    this.start(image.crc, PULSE_TRIAL);
    return image;
  }

  load({ bytes }: ProgramImage): void {
    for (let offset = 0; offset < bytes.length; offset += 32) {
      this.ask('load', { offset, data: bytes.subarray(offset, offset + 32) });
    }
  }

  commit({ bytes, crc }: ProgramImage): string | null {
    return this.ask('commit', { length: bytes.length, crc });
  }

  start(crc: number, trial = 1): string | null {
    return this.ask('start', { trial, crc, now: 1, at: 0 });
  }

  /** A command as bytes, with an id of its own: to be sent more than once, or at a cycle. */
  frame(name: string, values: FieldValues = {}): Uint8Array {
    this.#id = (this.#id + 1) & 0xff;
    return hostFrame(encodeCommand(name, this.#id, TOKEN, values));
  }

  /** Loads and starts a trial of this plan. */
  begin(plan: TrialPlan = plans.go): ProgramImage {
    const image = imageOf(plan);
    this.load(image);
    this.commit(image);
    this.start(image.crc);
    return image;
  }

  /** Runs on, acknowledging, until a trial's end has come; its reason. */
  end(mostMs = 5000): number | null {
    for (let ranMs = 0; ranMs < mostMs; ranMs += 5) {
      const end = this.events.find(({ code }) => code === EventCode.end);
      if (end !== undefined) return end.value & 0xff;
      this.runMs(5);
    }
    return null;
  }

  #take(payload: Uint8Array): void {
    const report = decodeReport(payload);
    if (report === null) return;
    const { values } = report;
    if (report.name === 'booted') this.boots.push(values.bootId as number);
    if (report.name === 'reply') {
      this.#replies.push({ id: values.id as number, status: values.status as number, body: values.body as Uint8Array });
    }
    if (report.name !== 'events') return;
    const data = values.data as Uint8Array;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < data.length; at += 7) {
      if ((values.first as number) + at / 7 !== this.#next) continue;
      this.#next++;
      this.events.push({ ticks: view.getUint32(at, true), code: data[at + 4]!, value: view.getUint16(at + 5, true) });
    }
    this.send('ack', { next: this.#next });
  }
}

export function imageOf(plan: TrialPlan): ProgramImage {
  return programImage(bind(compile(twoOdourTrial, plan, lines), { ...plan.durations }, 2000));
}

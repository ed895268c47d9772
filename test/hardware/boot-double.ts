/**
 * A board with a boot loader: flash that is written from one to zero only, a reset line, an Uno's blinking and receiver,
 * and an answer that may get lost. Strict: whatever a host must not do is a complaint, and a test fails on any.
 */
import type { BootLine } from '#hardware/board/boot-loader.ts';
import { AtMega328p, CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';
import type { HostClock } from '#hardware/link/host-clock.ts';
import { type Loader, LoaderV1, LoaderV2 } from './boot-double-loaders.ts';

/** What happens to one answer. */
type Fate = 'answered' | 'late' | 'silent' | 'garbled' | 'cut' | 'vanished';

export interface BoardOptions {
  readonly version: 1 | 2;
  readonly clock: HostClock;
  readonly baud?: number;
  readonly signature?: readonly number[];
  /** Machine code of the loader itself. */
  readonly code?: readonly number[];
  /** By the answer's number, from 0. */
  readonly fate?: (answer: number) => Fate;
  /** This address takes no zeros any more. */
  readonly wornAt?: number;
  /** Its loader waits for ever: for a line that cannot reset it. */
  readonly patient?: boolean;
  /** Runs what is in flash, on the emulated chip. */
  readonly alive?: boolean;
}

/** As Optiboot does it: `ldi r30, 0x60`, `ldi r31, 0`, `ldi r25, 0x18`, twice `st Z`. */
export const STOPS_WATCHDOG = [0xe0, 0xe6, 0xf0, 0xe0, 0x98, 0xe1, 0x90, 0x83, 0x80, 0x83];

const START_MS = 65;
/** An Uno's loader blinks before it listens. A Mega's blinks while it listens. */
const BLINK_MS = { 1: 400, 2: START_MS } as const;
const PATIENCE_MS = 1000;
/** Just after the next question to an answer that has 400 ms. */
const LATE_MS = 399;

export class FakeBoard implements BootLine {
  readonly name = 'the fake board';
  readonly complaints: string[] = [];
  readonly clock: HostClock;
  readonly pageBytes: number;
  readonly bootStart: number;
  readonly flash: Uint8Array;
  readonly options: BoardOptions;
  answers = 0;
  resets = 0;
  running: 'loader' | 'firmware' = 'firmware';
  plugged = true;
  #baud = 0;
  #dtr = true;
  #loader: Loader | null = null;
  #startsAtMs = -Infinity;
  #wakesAtMs = -Infinity;
  #early: number[] = [];
  #stopWaiting = () => {};
  #mcu: AtMega328p | null = null;
  readonly #onBytes: ((bytes: Uint8Array) => void)[] = [];
  readonly #onLost: ((reason: string) => void)[] = [];

  constructor(options: BoardOptions) {
    this.options = options;
    this.clock = options.clock;
    this.pageBytes = options.version === 1 ? 128 : 256;
    this.bootStart = options.version === 1 ? 0x7e00 : 0x3e000;
    this.flash = new Uint8Array(options.version === 1 ? 0x8000 : 0x40000).fill(0xff);
    for (let at = 0; at < 20 * this.pageBytes; at++) this.flash[at] = (at * 7) & 0xff;
    this.flash.set(options.code ?? STOPS_WATCHDOG, this.bootStart);
    if (options.patient) this.#startLoader();
  }

  async setBaud(baud: number): Promise<void> {
    this.#baud = baud;
  }

  async setDtr(active: boolean): Promise<void> {
    if (active && !this.#dtr && !this.options.patient) this.#reset();
    this.#dtr = active;
  }

  write(bytes: Uint8Array): void {
    if (!this.plugged) return;
    if (this.#mcu !== null && this.#baud === 250_000) for (const byte of bytes) this.#mcu.receive(byte);
    if (this.#loader === null) return;
    if (!this.options.patient && this.#baud !== (this.options.baud ?? 115_200)) {
      if (this.options.version === 2) this.complain('noise, which keeps the loader waiting for more');
      return;
    }
    const nowMs = this.clock.nowMs();
    if (nowMs < this.#startsAtMs) return;
    for (const byte of bytes) {
      // The receiver holds two bytes and a third in its shift register, which the next one overwrites.
      if (nowMs < this.#wakesAtMs) this.#early.splice(2, 1, ...(this.#early.length < 2 ? [] : [byte]));
      if (nowMs < this.#wakesAtMs && this.#early.length < 2) this.#early.push(byte);
      else if (nowMs >= this.#wakesAtMs) this.#loader?.take(byte);
    }
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#onBytes.push(listener);
  }

  onLost(listener: (reason: string) => void): void {
    this.#onLost.push(listener);
  }

  async close(): Promise<void> {
    this.#stopWaiting();
  }

  unplug(): void {
    this.plugged = false;
    this.#loader = null;
    for (const listener of this.#onLost) listener('the port has disappeared');
  }

  complain(what: string): void {
    this.complaints.push(what);
  }

  /** In pieces, as a USB bridge hands them on. */
  answer(bytes: readonly number[], done: () => void): void {
    const fate = this.options.fate?.(this.answers) ?? 'answered';
    this.answers++;
    if (fate === 'vanished') {
      this.unplug();
      return;
    }
    const sent = {
      answered: bytes,
      late: bytes,
      silent: [],
      cut: bytes.slice(0, -1),
      garbled: bytes.map((byte) => byte ^ 0x41),
    }[fate];
    const send = () => {
      for (let at = 0; at < sent.length; at += 50) this.send(Uint8Array.from(sent.slice(at, at + 50)));
    };
    this.clock.after(2, () => {
      done();
      if (fate === 'late') this.clock.after(LATE_MS, send);
      else send();
    });
  }

  send(bytes: Uint8Array): void {
    if (this.plugged) for (const listener of this.#onBytes) listener(bytes);
  }

  erase(address: number): void {
    this.flash.fill(0xff, address, address + this.pageBytes);
  }

  /** Flash can be written from one to zero only. */
  program(address: number, data: readonly number[]): void {
    if (address + data.length > this.bootStart) this.complain(`wrote over the boot loader at ${address}`);
    for (const [index, byte] of data.entries()) {
      const worn = address + index === this.options.wornAt ? 0xff : 0;
      this.flash[address + index]! &= byte | worn;
    }
  }

  heard(): void {
    this.#stopWaiting();
    if (!this.options.patient) this.#stopWaiting = this.clock.after(PATIENCE_MS, () => this.startFirmware());
  }

  startFirmware(): void {
    if (this.options.patient) return;
    this.#stopWaiting();
    this.#loader = null;
    this.running = 'firmware';
    if (!this.options.alive) return;
    const mcu = new AtMega328p(new Uint16Array(this.flash.slice().buffer));
    mcu.onByte((byte) => this.send(Uint8Array.of(byte)));
    this.#mcu = mcu;
    const startMs = this.clock.nowMs();
    const step = () => {
      if (this.#mcu !== mcu) return;
      mcu.runUntil(((this.clock.nowMs() - startMs) / 1000) * CYCLES_PER_SECOND);
      this.#stopWaiting = this.clock.after(1, step);
    };
    step();
  }

  #reset(): void {
    this.resets++;
    this.#mcu = null;
    this.#startLoader();
    this.#early = [];
    const blinkMs = BLINK_MS[this.options.version];
    this.#startsAtMs = this.clock.nowMs() + START_MS;
    this.#wakesAtMs = this.clock.nowMs() + blinkMs;
    this.#stopWaiting();
    this.#stopWaiting = this.clock.after(blinkMs, () => {
      this.heard();
      for (const byte of this.#early) this.#loader?.take(byte);
    });
  }

  #startLoader(): void {
    this.running = 'loader';
    this.#loader = this.options.version === 1 ? new LoaderV1(this) : new LoaderV2(this);
  }
}

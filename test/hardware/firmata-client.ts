/** A Firmata client of an emulated board, byte by byte: sends messages as they stand in the protocol, sorts what comes. */
import type { AtMega328p } from '#hardware/emulator/mcu.ts';
import { limits } from '#hardware/link/declaration.ts';

export const INPUT = 0;
export const OUTPUT = 1;
export const ANALOG = 2;
export const PWM = 3;
export const PULL_UP = 11;
export const RESET = 0xff;
const SYSEX = 0xf0;
const SYSEX_END = 0xf7;
const STRING_DATA = 0x71;

export interface Heard {
  readonly bytes: readonly number[];
  /** When its last byte had left the board. */
  readonly cycle: number;
}

export class FirmataClient {
  /** Whole messages, without F0 and F7; frames of the link are left out. */
  heard: Heard[] = [];
  /** Bytes that belong to no message. */
  readonly stray: number[] = [];
  readonly #mcu: AtMega328p;
  #message: number[] = [];

  constructor(mcu: AtMega328p) {
    this.#mcu = mcu;
    mcu.onByte((byte, cycle) => this.#take(byte, cycle));
  }

  send(...bytes: number[]): void {
    for (const byte of bytes) this.#mcu.receive(byte);
  }

  sysex(...bytes: number[]): void {
    this.send(SYSEX, ...bytes, SYSEX_END);
  }

  mode(pin: number, mode: number): void {
    this.send(0xf4, pin, mode);
  }

  write(pin: number, value: number): void {
    this.send(0xf5, pin, value);
  }

  /** A whole port: bit 0 is pin 8 x `port`. */
  writePort(port: number, levels: number): void {
    this.send(0x90 | port, levels & 0x7f, levels >> 7);
  }

  duty(pin: number, value: number): void {
    this.send(0xe0 | pin, value & 0x7f, value >> 7);
  }

  reportPort(port: number, on = true): void {
    this.send(0xd0 | port, on ? 1 : 0);
  }

  reportAnalog(channel: number, on = true): void {
    this.send(0xc0 | channel, on ? 1 : 0);
  }

  /** The messages that begin with this byte. */
  all(first: number): Heard[] {
    return this.heard.filter(({ bytes }) => bytes[0] === first);
  }

  /** Values of a digital or analogue report, as they came. */
  values(first: number): number[] {
    return this.all(first).map(({ bytes }) => bytes[1]! | (bytes[2]! << 7));
  }

  /** Mode and state of a pin, as the board last answered. */
  state(pin: number): readonly number[] | undefined {
    return this.all(0x6e)
      .filter(({ bytes }) => bytes[1] === pin)
      .at(-1)
      ?.bytes.slice(2);
  }

  get texts(): string[] {
    return this.all(STRING_DATA).map(({ bytes }) => text(bytes.slice(1)));
  }

  #take(byte: number, cycle: number): void {
    const message = this.#message;
    if (byte === SYSEX_END && message[0] === SYSEX) {
      if (message[1] !== limits.LINK_SYSEX.value) this.heard.push({ bytes: message.slice(1), cycle });
      this.#message = [];
      return;
    }
    if (byte & 0x80) {
      this.stray.push(...message);
      this.#message = [byte];
      return;
    }
    if (message.length === 0) {
      this.stray.push(byte);
      return;
    }
    message.push(byte);
    if (message[0] === SYSEX || message.length < 3) return;
    this.heard.push({ bytes: message, cycle });
    this.#message = [];
  }
}

/** Letters travel as two groups of seven bits. */
export function text(bytes: readonly number[]): string {
  return String.fromCharCode(
    ...bytes.filter((_, at) => at % 2 === 0).map((low, at) => low | (bytes[2 * at + 1]! << 7)),
  );
}

/**
 * Frames on the line: F0, LINK_SYSEX, the payload in 7-bit groups (low bits first), F7. The host ends its payloads with a
 * CRC-32, the board with a CRC-16 (hardware/link/declaration.ts).
 */
import { crc32 } from '#machines/digest.ts';
import { limits } from './declaration.ts';

const SYSEX_START = 0xf0;
const SYSEX_END = 0xf7;
/** Longest payload the board sends, with room to spare; anything longer is noise. */
const MAX_PAYLOAD = 128;

/** avr-libc's `_crc_ccitt_update` from 0xFFFF: polynomial 0x8408, reflected, no final inversion. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    let data = (byte ^ crc) & 0xff;
    data = (data ^ (data << 4)) & 0xff;
    crc = ((data << 8) | (crc >>> 8)) ^ (data >>> 4) ^ (data << 3);
    crc &= 0xffff;
  }
  return crc;
}

function to7Bit(payload: Uint8Array): number[] {
  const groups: number[] = [];
  let bits = 0;
  let count = 0;
  for (const byte of payload) {
    bits |= byte << count;
    count += 8;
    while (count >= 7) {
      groups.push(bits & 0x7f);
      bits >>= 7;
      count -= 7;
    }
  }
  if (count > 0) groups.push(bits & 0x7f);
  return groups;
}

function wrap(payload: Uint8Array): Uint8Array {
  return Uint8Array.from([SYSEX_START, limits.LINK_SYSEX.value, ...to7Bit(payload), SYSEX_END]);
}

/** A host frame: CRC-32 added. */
export function hostFrame(payload: Uint8Array): Uint8Array {
  const crc = crc32(payload);
  return wrap(Uint8Array.from([...payload, crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, crc >>> 24]));
}

/** Finds the board's frames in its bytes; damaged ones are counted and dropped, for the board sends them again. */
export class FrameParser {
  badFrames = 0;
  readonly #onPayload: (payload: Uint8Array) => void;
  #inside = false;
  #type = -1;
  #payload: number[] = [];
  #bits = 0;
  #count = 0;

  constructor(onPayload: (payload: Uint8Array) => void) {
    this.#onPayload = onPayload;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    if (byte === SYSEX_START) {
      if (this.#inside) this.badFrames++;
      this.#inside = true;
      this.#type = -1;
      this.#payload = [];
      this.#bits = 0;
      this.#count = 0;
    } else if (!this.#inside) {
      return;
    } else if (byte === SYSEX_END) {
      this.#inside = false;
      this.#finish();
    } else if (byte & 0x80 || this.#payload.length > MAX_PAYLOAD) {
      this.#inside = false;
      this.badFrames++;
    } else if (this.#type < 0) {
      this.#type = byte;
    } else {
      this.#bits |= byte << this.#count;
      this.#count += 7;
      if (this.#count < 8) return;
      this.#payload.push(this.#bits & 0xff);
      this.#bits >>= 8;
      this.#count -= 8;
    }
  }

  #finish(): void {
    const payload = Uint8Array.from(this.#payload);
    const body = payload.subarray(0, -2);
    const crc = (payload.at(-2) ?? 0) | ((payload.at(-1) ?? 0) << 8);
    if (this.#type !== limits.LINK_SYSEX.value || payload.length < 3 || crc16(body) !== crc) {
      this.badFrames++;
      return;
    }
    this.#onPayload(body);
  }
}

/**
 * The digest of a trial: how many raw events from `start` to `end`, and a CRC-32 over their bytes as the board sends
 * them: ticks (32 bits), code (8), value (16), little end first. IEEE 802.3 polynomial, reflected (as zlib's crc32).
 */
import type { RawEvent } from './vocabulary.ts';

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function add(crc: number, byte: number): number {
  return (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
}

/** Running CRC-32; start from 0, as zlib's. */
export function crc32(bytes: Iterable<number>, start = 0): number {
  let crc = ~start;
  for (const byte of bytes) crc = add(crc, byte);
  return ~crc >>> 0;
}

export class EventDigest {
  #crc = 0xffffffff;
  count = 0;

  add(ticks: number, code: number, value: number): void {
    let crc = this.#crc;
    crc = add(crc, ticks & 0xff);
    crc = add(crc, (ticks >>> 8) & 0xff);
    crc = add(crc, (ticks >>> 16) & 0xff);
    crc = add(crc, ticks >>> 24);
    crc = add(crc, code);
    crc = add(crc, value & 0xff);
    this.#crc = add(crc, value >>> 8);
    this.count++;
  }

  get crc32(): number {
    return ~this.#crc >>> 0;
  }
}

export function digestOf(events: Iterable<RawEvent>): { count: number; crc32: number } {
  const digest = new EventDigest();
  for (const { ticks, code, value } of events) digest.add(ticks, code, value);
  return { count: digest.count, crc32: digest.crc32 };
}

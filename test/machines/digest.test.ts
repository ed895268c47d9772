import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, digestOf, EventDigest } from '#machines/digest.ts';
import { EventCode } from '#machines/vocabulary.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

/** Node has its own from version 22.2. */
const { crc32: zlibCrc32 } = zlib as { crc32?: (bytes: Uint8Array, start?: number) => number };

describe('crc32', () => {
  it.each([
    ['', 0x00000000],
    ['a', 0xe8b7be43],
    ['abc', 0x352441c2],
    ['123456789', 0xcbf43926],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of "%s" is the published value', (text, crc) => {
    expect(crc32(ascii(text))).toBe(crc);
  });

  it('goes on from where it stopped', () => {
    expect(crc32(ascii('6789'), crc32(ascii('12345')))).toBe(0xcbf43926);
  });

  it.runIf(zlibCrc32)('equals that of zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(crc32(bytes)).toBe(zlibCrc32!(bytes));
      }),
    );
  });
});

describe('the digest of a trial', () => {
  it('is the CRC-32 over the seven bytes of each event, little end first', () => {
    const events = [
      { seq: 4, ticks: 0xfedcba98, code: EventCode.start, value: 0x0102 },
      { seq: 5, ticks: 0x00000001, code: EventCode.end, value: 0xffff },
    ];
    const bytes = [0x98, 0xba, 0xdc, 0xfe, 4, 0x02, 0x01, 1, 0, 0, 0, 5, 0xff, 0xff];
    expect(digestOf(events)).toEqual({ count: 2, crc32: crc32(bytes) });
  });

  it('takes unwrapped ticks as their 32 bits', () => {
    const [wrapped, unwrapped] = [new EventDigest(), new EventDigest()];
    wrapped.add(17, EventCode.input, 1);
    unwrapped.add(2 ** 32 + 17, EventCode.input, 1);
    expect(unwrapped.crc32).toBe(wrapped.crc32);
  });

  it('depends on the order of events', () => {
    const event = (ticks: number) => ({ seq: 0, ticks, code: EventCode.input, value: 1 });
    expect(digestOf([event(1), event(2)])).not.toEqual(digestOf([event(2), event(1)]));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deviceTicks,
  NOMINAL_TICKS_PER_MS,
  SessionTime,
  type SessionUs,
  TickUnwrapper,
  ticksBetween,
  wallTime,
} from '#machines/time.ts';

const WRAP = 2 ** 32;
const segment = (origin: number, ticksPerMs: number = NOMINAL_TICKS_PER_MS) => ({
  originTicks: deviceTicks(origin),
  originUs: 1_000_000 as SessionUs,
  ticksPerMs,
});

describe('device ticks', () => {
  it('have 32 bits', () => {
    expect([deviceTicks(WRAP + 5), deviceTicks(-1)]).toEqual([5, WRAP - 1]);
  });

  it('count across the wrap in both directions', () => {
    expect([ticksBetween(WRAP - 10, 20), ticksBetween(20, WRAP - 10), ticksBetween(7, 7)]).toEqual([30, -30, 0]);
    expect(ticksBetween(0, 2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(ticksBetween(0, 2 ** 31)).toBe(-(2 ** 31));
  });
});

describe('an unwrapper', () => {
  it('gives session microseconds from the origin', () => {
    const unwrap = new TickUnwrapper(segment(500));
    expect([unwrap.toSessionUs(500), unwrap.toSessionUs(502)]).toEqual([1_000_000, 1_000_001]);
  });

  it('goes on through a wrap, and back through it for a stamp out of order', () => {
    const unwrap = new TickUnwrapper(segment(WRAP - 4));
    expect([2, WRAP - 2, 0, 4].map((ticks) => unwrap.toSessionUs(ticks))).toEqual([
      1_000_003, 1_000_001, 1_000_002, 1_000_004,
    ]);
  });

  it('follows any walk of steps below half a wrap, at the rate of the segment', () => {
    const steps = fc.array(fc.integer({ min: -1000, max: 2 ** 31 - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.nat(WRAP - 1), steps, fc.double({ min: 1900, max: 2100, noNaN: true }), (origin, walk, rate) => {
        const unwrap = new TickUnwrapper(segment(origin, rate));
        let since = 0;
        for (const step of walk) {
          since += step;
          const us = unwrap.toSessionUs(deviceTicks((((origin + since) % WRAP) + WRAP) % WRAP));
          expect(us).toBeCloseTo(1_000_000 + (since * 1000) / rate, 1);
        }
      }),
    );
  });
});

it('wall time is ISO 8601 in UTC', () => {
  expect(wallTime(new Date(Date.UTC(2024, 0, 2, 3, 4, 5)))).toBe('2024-01-02T03:04:05.000Z');
});

describe('the time of a recorded session', () => {
  it('runs on over a wrap of the counter', () => {
    const time = new SessionTime(
      [{ segment: 0, firstSeq: 0, originTicks: 2 ** 32 - 2000, originUs: 500, ticksPerMs: 2000 }],
      [],
    );
    expect(time.at(0, 2 ** 32 - 2000)).toBe(500);
    expect(time.at(1, 2000)).toBe(500 + 2000);
  });

  it('follows the rate that was read at the end of each trial, and no reading of another power-up', () => {
    const time = new SessionTime(
      [
        { segment: 0, firstSeq: 0, originTicks: 0, originUs: 0, ticksPerMs: 2000 },
        { segment: 1, firstSeq: 4, originTicks: 100, originUs: 9_000_000, ticksPerMs: 1000 },
      ],
      [
        { seq: 1, segment: 0, ticksPerMs: 2000 },
        { seq: 3, segment: 0, ticksPerMs: 4000 },
      ],
    );
    expect(time.at(0, 0)).toBe(0);
    expect(time.at(1, 2000)).toBe(1000);
    expect(time.at(2, 6000)).toBe(2000);
    expect(time.at(3, 10_000)).toBe(3000);
    expect(time.at(4, 1100)).toBe(9_001_000);
  });

  it('refuses an event that no clock stamped', () => {
    expect(() => new SessionTime([], []).at(0, 1)).toThrow('before the first clock segment');
  });
});

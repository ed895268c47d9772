/**
 * The three times of the house and the one place where they meet.
 *
 *   DeviceTicks  the board's counter: 0.5 us a tick, 32 bits, wraps every 35.8 minutes; stamps every edge
 *   SessionUs    microseconds since session start, unwrapped; orders and measures a session
 *   WallTime     ISO 8601; for people, never for arithmetic
 *
 * A power-up of a board starts a new clock segment with an origin and a rate of its own; segments are never spliced.
 */

declare const timeName: unique symbol;
type Named<T, Name extends string> = T & { readonly [timeName]: Name };

export type DeviceTicks = Named<number, 'DeviceTicks'>;
export type SessionUs = Named<number, 'SessionUs'>;
export type WallTime = Named<string, 'WallTime'>;

/** 16 MHz through the prescaler of 8 (ATmega328P data sheet, 16.9). */
export const NOMINAL_TICKS_PER_MS = 2000;
const WRAP = 2 ** 32;

export function deviceTicks(value: number): DeviceTicks {
  return (value >>> 0) as DeviceTicks;
}

/** Ticks from `earlier` to `later` on a wrapping counter: -2^31 to 2^31 - 1. */
export function ticksBetween(earlier: DeviceTicks | number, later: DeviceTicks | number): number {
  return (later - earlier) | 0;
}

export function wallTime(date: Date): WallTime {
  return date.toISOString() as WallTime;
}

/** One power-up of a board within a session. */
export interface ClockSegment {
  /** The counter at the segment's origin. */
  readonly originTicks: DeviceTicks;
  /** The same instant in session time. */
  readonly originUs: SessionUs;
  readonly ticksPerMs: number;
}

/**
 * Turns a segment's stamps into session time. Stamps must come in recorded order: each one lies within half a wrap
 * (17.9 minutes) of the one before, which the board's heartbeat and the trial length guarantee.
 */
export class TickUnwrapper {
  readonly #segment: ClockSegment;
  #last: number;
  #wraps = 0;

  constructor(segment: ClockSegment) {
    this.#segment = segment;
    this.#last = segment.originTicks;
  }

  toSessionUs(ticks: DeviceTicks | number): SessionUs {
    const forward = ticksBetween(this.#last, ticks);
    const next = this.#last + forward;
    if (next >= WRAP) this.#wraps++;
    else if (next < 0) this.#wraps--;
    this.#last = ticks;
    const since = this.#wraps * WRAP + ticks - this.#segment.originTicks;
    return (this.#segment.originUs + (since * 1000) / this.#segment.ticksPerMs) as SessionUs;
  }
}

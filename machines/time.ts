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

/** A power-up of the board as the record has it. */
export interface StampedSegment {
  readonly segment: number;
  /** First event stamped by it. */
  readonly firstSeq: number;
  readonly originTicks: number;
  readonly originUs: number;
  readonly ticksPerMs: number;
}

/** What a clock was worth at the end of a trial. */
export interface RateReading {
  /** The trial's end event. */
  readonly seq: number;
  readonly segment: number;
  readonly ticksPerMs: number;
}

/**
 * All stamps of a recorded session on one clock: microseconds since session start, true time. Each power-up of a board is a
 * segment with an origin of its own; within it the rate is the one read at the end of the trial at hand, so that a drifting
 * clock is followed. Without readings (virtual time) it is the segment's.
 */
export class SessionTime {
  readonly #segments: readonly StampedSegment[];
  readonly #readings: readonly RateReading[];
  #segment = -1;
  #reading = 0;
  #lastTicks = 0;
  #us = 0;

  /** Both in order. */
  constructor(segments: readonly StampedSegment[], readings: readonly RateReading[]) {
    this.#segments = segments;
    this.#readings = readings;
  }

  /**
   * Of one event. Hand in events in order of `seq`, at least one in every half wrap (17.9 min) of the counter: trials and
   * sync pulses see to that. Digest events carry no stamp.
   */
  at(seq: number, ticks: number): SessionUs {
    const segments = this.#segments;
    while (segments[this.#segment + 1] !== undefined && segments[this.#segment + 1]!.firstSeq <= seq) {
      const { originTicks, originUs } = segments[++this.#segment]!;
      this.#lastTicks = originTicks;
      this.#us = originUs;
    }
    while (this.#readings[this.#reading] !== undefined && this.#readings[this.#reading]!.seq < seq) this.#reading++;
    this.#us += (ticksBetween(this.#lastTicks, ticks) * 1000) / this.#ticksPerMs();
    this.#lastTicks = ticks;
    return this.#us as SessionUs;
  }

  #ticksPerMs(): number {
    const segment = this.#segments[this.#segment];
    if (segment === undefined) throw new Error('session time: an event stands before the first clock segment');
    const ahead = this.#readings[this.#reading];
    if (ahead?.segment === segment.segment) return ahead.ticksPerMs;
    const behind = this.#readings[this.#reading - 1];
    return behind?.segment === segment.segment ? behind.ticksPerMs : segment.ticksPerMs;
  }
}

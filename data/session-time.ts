/**
 * Stamps of a recorded session on one clock: microseconds since session start, true time. Each power-up of a board is a
 * segment with an origin of its own; within it the rate is the one read at the end of the trial at hand, so that a drifting
 * clock is followed. Without readings (virtual time) it is the segment's.
 */
import { type SessionUs, ticksBetween } from '#machines/time.ts';
import type { ClockReadingRow, ClockSegmentRow } from './rows.ts';

export class SessionTime {
  readonly #segments: readonly ClockSegmentRow[];
  readonly #readings: readonly ClockReadingRow[];
  #segment = -1;
  #reading = 0;
  #lastTicks = 0;
  #us = 0;

  /** Both in order. */
  constructor(segments: readonly ClockSegmentRow[], readings: readonly ClockReadingRow[]) {
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

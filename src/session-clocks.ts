/**
 * The clocks of a session: one for each power-up of the device, entered in the record with its first event and read again
 * at the end of each trial.
 */
import type { RecordWriter } from '#data/writer.ts';
import type { ClockSegment, Rig } from '#hardware/rig.ts';
import { type DeviceTicks, deviceTicks, type SessionUs, TickUnwrapper } from '#machines/time.ts';
import type { RawEvent } from '#machines/vocabulary.ts';

export interface SessionClock {
  readonly segment: ClockSegment;
  readonly unwrapper: TickUnwrapper;
}

/** A start longer ago than this is no longer told from one to come on a counter that wraps in 35.8 minutes. */
const START_KNOWN_FOR_MS = 10 * 60_000;

export class SessionClocks {
  readonly #rig: Rig;
  readonly #writer: RecordWriter;
  readonly #clocks: SessionClock[] = [];
  /** The host's monotonic time at session start, by the device's clock. */
  #originMs = 0;
  #previousEnd: { readonly ticks: DeviceTicks; readonly segment: number; readonly atHostMs: number } | null = null;

  constructor(rig: Rig, writer: RecordWriter) {
    this.#rig = rig;
    this.#writer = writer;
  }

  /** With the first event that the clock stamps, before it is handed in. */
  begin(segment: ClockSegment, { ticks }: RawEvent): void {
    const { ticksPerMs, uncertaintyUs, hostMsOf } = this.#rig.clock();
    const originMs = hostMsOf(deviceTicks(ticks));
    if (this.#clocks.length === 0) this.#originMs = originMs;
    const originUs = Math.round((originMs - this.#originMs) * 1000);
    const origin = { originTicks: deviceTicks(ticks), originUs: originUs as SessionUs, ticksPerMs };
    this.#clocks.push({ segment, unwrapper: new TickUnwrapper(origin) });
    this.#writer.clockSegment({ ...segment, originTicks: ticks, originUs, ticksPerMs, uncertaintyUs });
  }

  /** The clock that stamped an event. */
  of(seq: number): SessionClock {
    return this.#clocks.findLast(({ segment }) => segment.firstSeq <= seq)!;
  }

  /** What the clock was worth at a trial's end; of a power-up that is over, nothing more can be read. */
  read(segment: number, seq: number): void {
    const clock = this.#rig.clock();
    if (clock.segment !== segment || clock.uncertaintyUs === null) return;
    const { ticksPerMs, driftPpmPerMin, uncertaintyUs } = clock;
    this.#writer.clockReading({ seq, segment, ticksPerMs, driftPpmPerMin, uncertaintyUs });
  }

  /** A trial has ended: the next one's interval is counted from there. */
  trialEnded(segment: number, ticks: DeviceTicks): void {
    this.#previousEnd = { ticks, segment, atHostMs: performance.now() };
  }

  /** The end of the trial before and the interval; null for "now". */
  startAt(intervalTicks: number): DeviceTicks | null {
    const end = this.#previousEnd;
    if (end === null || end.segment !== this.#rig.clock().segment) return null;
    if (performance.now() - end.atHostMs > START_KNOWN_FOR_MS) return null;
    return deviceTicks(end.ticks + Math.round(intervalTicks));
  }
}

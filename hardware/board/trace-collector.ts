/** Gathers one trial's events from the stream, from its start to the digest that follows its end. */
import { digestOf } from '#machines/digest.ts';
import { deviceTicks } from '#machines/time.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { RigError, TrialTrace } from '../rig.ts';

export class TraceCollector {
  readonly done: Promise<TrialTrace>;
  /** Digest and all are here, or it has failed. */
  over = false;
  /** The board was told to start it; whether it has heard that, its events say. */
  asked = false;
  abortAsked = false;
  readonly #trial: number;
  #resolve!: (trace: TrialTrace) => void;
  #reject!: (error: RigError) => void;
  readonly #events: RawEvent[] = [];
  #end: RawEvent | null = null;

  constructor(trial: number) {
    this.#trial = trial;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It may fail before anybody waits for it.
    this.done.catch(() => {});
  }

  /** Its first event is here. */
  get begun(): boolean {
    return this.#events.length > 0;
  }

  take(event: RawEvent): void {
    if (this.#end !== null) {
      if (event.code === EventCode.digest) this.#finish(event, this.#end);
      return;
    }
    const starts = event.code === EventCode.start && event.value === (this.#trial & 0xffff);
    if (this.#events.length === 0 && !starts) return;
    this.#events.push(event);
    if (event.code === EventCode.end) this.#end = event;
  }

  fail(error: RigError): void {
    this.over = true;
    this.#reject(error);
  }

  /**
   * What is missing when the board has forgotten the trial: the host ends it in the board's place, with the last stamp it
   * knows of that clock (`ticks`). `outputs`: the lines that are on by the record.
   */
  rest(outputs: number, ticks: number): Omit<RawEvent, 'seq'>[] {
    if (this.over) return [];
    const missing: Omit<RawEvent, 'seq'>[] = [];
    if (this.#events.length === 0) missing.push({ ticks, code: EventCode.start, value: this.#trial & 0xffff });
    if (this.#end === null) {
      if (outputs !== 0) missing.push({ ticks, code: EventCode.output, value: 0 });
      missing.push({ ticks, code: EventCode.end, value: EndReason.boardReset });
    }
    const { count, crc32 } = digestOf([...this.#events, ...missing.map((event) => ({ seq: 0, ...event }))]);
    return [...missing, { ticks: crc32, code: EventCode.digest, value: count }];
  }

  #finish(digest: RawEvent, end: RawEvent): void {
    this.over = true;
    this.#resolve({
      trial: this.#trial,
      events: this.#events,
      reason: (end.value & 0xff) as EndReason,
      result: end.value >> 8,
      digest: { count: digest.value, crc32: digest.ticks },
      startTicks: deviceTicks(this.#events[0]!.ticks),
      endTicks: deviceTicks(end.ticks),
    });
  }
}

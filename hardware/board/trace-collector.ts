/** Gathers one trial's events from the stream, from its start to the digest that follows its end. */
import { deviceTicks } from '#machines/time.ts';
import { type EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { RigError, TrialTrace } from '../rig.ts';

export class TraceCollector {
  readonly done: Promise<TrialTrace>;
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

  take(event: RawEvent): void {
    if (this.#end !== null) {
      if (event.code === EventCode.digest) this.#finish(event, this.#end);
      return;
    }
    if (this.#events.length === 0 && event.code !== EventCode.start) return;
    this.#events.push(event);
    if (event.code === EventCode.end) this.#end = event;
  }

  fail(error: RigError): void {
    this.#reject(error);
  }

  #finish(digest: RawEvent, end: RawEvent): void {
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

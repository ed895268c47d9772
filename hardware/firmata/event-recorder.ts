/** Numbers what happened, and gathers each trial from its start to its end, with the digest that follows it. */
import { EventDigest } from '#machines/digest.ts';
import { deviceTicks } from '#machines/time.ts';
import { type EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { TrialTrace } from '../rig.ts';

export class EventRecorder {
  readonly #emit: (event: RawEvent) => void;
  #seq = 0;
  #inTrial = false;
  #events: RawEvent[] = [];
  #digest = new EventDigest();

  constructor(emit: (event: RawEvent) => void) {
    this.#emit = emit;
  }

  /** The number the next event will bear. */
  get nextSeq(): number {
    return this.#seq;
  }

  /** `ticks`: unwrapped. */
  record(ticks: number, code: EventCode, value: number): void {
    const event: RawEvent = { seq: this.#seq++, ticks: deviceTicks(ticks), code, value };
    if (code === EventCode.start) {
      this.#inTrial = true;
      this.#events = [];
      this.#digest = new EventDigest();
    }
    if (this.#inTrial) {
      this.#events.push(event);
      this.#digest.add(event.ticks, code, value);
    }
    const ended = code === EventCode.end && this.#inTrial;
    if (ended) this.#inTrial = false;
    this.#emit(event);
    if (!ended) return;
    this.#emit({ seq: this.#seq++, ticks: this.#digest.crc32, code: EventCode.digest, value: this.#digest.count });
  }

  /** The trial that has just ended. */
  trace(trial: number): TrialTrace {
    const events = this.#events;
    const end = events.at(-1)!;
    return {
      trial,
      events,
      reason: (end.value & 0xff) as EndReason,
      result: end.value >>> 8,
      digest: { count: this.#digest.count, crc32: this.#digest.crc32 },
      startTicks: deviceTicks(events[0]!.ticks),
      endTicks: deviceTicks(end.ticks),
    };
  }
}

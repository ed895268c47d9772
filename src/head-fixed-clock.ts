/** How long an animal may still be head-fixed, by the time that its rig lives in: a warning, then the end; pauses count. */
import type { RigTime } from './rigs.ts';

interface Calls {
  /** So many whole minutes before the end. */
  soon(minutes: number): void;
  over(): void;
}

/** Long enough to finish a trial and fetch the cage. */
const WARN_MIN = 10;

export class HeadFixedClock {
  readonly #time: RigTime;
  readonly #limitMs: number | null;
  readonly #calls: Calls;
  #startMs = 0;
  #warned = false;
  #ended = false;
  readonly #timers: (() => void)[] = [];

  /** `limitMin`: from `start` on; null: no limit. */
  constructor(time: RigTime, limitMin: number | null, calls: Calls) {
    this.#time = time;
    this.#limitMs = limitMin === null ? null : limitMin * 60_000;
    this.#calls = calls;
  }

  start(): void {
    const limitMs = this.#limitMs;
    if (limitMs === null) return;
    this.#startMs = this.#time.nowMs();
    for (const ms of [limitMs - WARN_MIN * 60_000, limitMs]) {
      const cancel = this.#time.after?.(Math.max(0, ms), () => this.look());
      if (cancel !== undefined) this.#timers.push(cancel);
    }
  }

  /** Where time passes only while a trial runs, after each of them. */
  look(): void {
    const limitMs = this.#limitMs;
    if (limitMs === null || this.#ended) return;
    const leftMs = limitMs - (this.#time.nowMs() - this.#startMs);
    if (leftMs <= 0) {
      this.#ended = true;
      this.#calls.over();
    } else if (leftMs <= WARN_MIN * 60_000 && !this.#warned) {
      this.#warned = true;
      this.#calls.soon(Math.ceil(leftMs / 60_000));
    }
  }

  stop(): void {
    this.#ended = true;
    for (const cancel of this.#timers) cancel();
  }
}

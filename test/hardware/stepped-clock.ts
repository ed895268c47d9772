/** A host clock that only goes on when a test lets it: waiting costs nothing, and nothing depends on the machine's load. */
import type { HostClock } from '#hardware/link/host-clock.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

export class SteppedClock implements HostClock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Fires the next timer. */
  step(): void {
    const [first] = [...this.#timers].sort((a, b) => a.atMs - b.atMs);
    if (first === undefined) throw new Error('Something waits, and no timer will ever end it.');
    this.#timers.delete(first);
    this.#nowMs = first.atMs;
    first.callback();
  }

  /** Lets time pass until the promise is settled. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let open = true;
    const close = () => {
      open = false;
    };
    promise.then(close, close);
    for (;;) {
      await new Promise(setImmediate);
      if (!open) return promise;
      this.step();
    }
  }
}

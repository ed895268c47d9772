/**
 * Lock-step: the board's time moves only while the host waits for it. A host that is slow, or busy with its disk, can
 * then never be late, and the same session gives the same record on any machine. Milliseconds here are true ones; the
 * bench knows what the board's clock makes of them.
 */
import type { BytePort } from '../link/byte-port.ts';
import type { HostClock } from '../link/host-clock.ts';
import type { Bench } from './bench.ts';
import { Line } from './line.ts';
import { CYCLES_PER_SECOND } from './mcu.ts';

/** How far the board may run before the host gets a turn, so that an abort is never far away. */
const SLICE_CYCLES = CYCLES_PER_SECOND / 20;

interface Alarm {
  readonly atCycle: number;
  readonly callback: () => void;
}

export class LockStep implements HostClock {
  /** The cable, and what a test does to it. */
  readonly line: Line;
  readonly #bench: Bench;
  readonly #alarms = new Set<Alarm>();
  #waiting = 0;
  #running = false;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.line = new Line(bench.mcu);
  }

  nowMs(): number {
    return this.#bench.nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const { clock, nowMs } = this.#bench;
    const alarm = { atCycle: clock.cycleAt((nowMs + ms) * 1000), callback };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Opens the line's port; see `Line.port`. */
  port(): BytePort {
    return this.line.port();
  }

  /** Lets the board run until `work` is settled. Several may wait at once. */
  async wait<T>(work: Promise<T>): Promise<T> {
    this.#waiting++;
    const done = work.finally(() => {
      this.#waiting--;
    });
    // Who awaits `done` hears of its failure; the loop only needs to know that it is over.
    done.catch(() => {});
    if (!this.#running) await this.#run();
    return done;
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (;;) {
        // The host's turn first: what it wants to say, it says before time moves on.
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#waiting === 0) return;
        this.#slice();
      }
    } finally {
      this.#running = false;
    }
  }

  #slice(): void {
    const { mcu } = this.#bench;
    let until = mcu.cycles + SLICE_CYCLES;
    for (const { atCycle } of this.#alarms) until = Math.min(until, atCycle);
    const bytes = this.#bench.advance(until);
    if (bytes.length > 0) this.line.deliver(bytes);
    for (const alarm of [...this.#alarms]) {
      if (alarm.atCycle > mcu.cycles) continue;
      this.#alarms.delete(alarm);
      alarm.callback();
    }
  }
}

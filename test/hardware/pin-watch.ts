/** What one output pin of an emulated board showed: every change with its cycle, and how bright that is on average. */
import type { AtMega328p } from '#hardware/emulator/mcu.ts';
import type { PortName } from '#hardware/emulator/pins.ts';
import { CYCLES_PER_MS } from './raw-host.ts';

export class PinWatch {
  /** Cycle of each change; the levels alternate, beginning with a rise. */
  readonly changes: number[] = [];
  #level = 0;

  constructor(mcu: AtMega328p, port: PortName, bit: number) {
    mcu.onPin((changed, levels, cycle) => {
      const level = (levels >> bit) & 1;
      if (changed !== port || level === this.#level) return;
      this.#level = level;
      this.changes.push(cycle);
    });
  }

  /** Share of the time between two cycles that the pin was high. */
  brightness(from: number, to: number): number {
    let high = 0;
    for (let i = 0; i < this.changes.length; i += 2) {
      const rise = Math.max(from, this.changes[i]!);
      const fall = Math.min(to, this.changes[i + 1] ?? to);
      if (fall > rise) high += fall - rise;
    }
    return high / (to - from);
  }

  /** Brightness of each millisecond from `cycle` on. */
  perMs(cycle: number, count: number): number[] {
    return Array.from({ length: count }, (_, ms) =>
      this.brightness(cycle + ms * CYCLES_PER_MS, cycle + (ms + 1) * CYCLES_PER_MS),
    );
  }
}

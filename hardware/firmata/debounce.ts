/**
 * Tells licks from bounces, by the rule of the firmware: an onset within the line's refractory of the last onset that
 * counted is a bounce, and so is the offset after it. Levels are those of the lines: polarity is undone already.
 */
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import type { RigFile } from '../rig-file.ts';

export class Debounce {
  readonly #quietTicks: number;
  #on = false;
  #bouncing = false;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor({ refractoryMs }: RigFile['inputs'][number]) {
    this.#quietTicks = refractoryMs * NOMINAL_TICKS_PER_MS;
  }

  /** What a report of this level at `ticks` is; null: the line was at it already. */
  take(on: boolean, ticks: number): 'edge' | 'bounce' | null {
    if (on === this.#on) return null;
    this.#on = on;
    if (on) this.#bouncing = ticks < this.#quietUntil;
    if (this.#bouncing) return 'bounce';
    if (on) this.#quietUntil = ticks + this.#quietTicks;
    return 'edge';
  }
}

/**
 * The board's clock against true time. A resonator is off by a constant and drifts; host, mouse and everything else
 * outside the chip live in true microseconds, the chip in cycles. Both count from power-on, and either is computed from
 * the other in closed form, so that no rounding adds up however long a session lasts.
 *
 *   cycles = 16 ((1 + a) us + b us^2 / 2)      a: rate error at power-on, b: its change per microsecond
 */
const CYCLES_PER_US = 16;
const US_PER_MIN = 60e6;
/** Beyond these no UART would still be heard, and the quadratic could turn back on itself within a day. */
const MOST_PPM = 20_000;
const MOST_DRIFT_PPM_PER_MIN = 500;

/** Positive: the board's clock runs fast, or gets faster. */
export interface ClockError {
  readonly ppm: number;
  readonly driftPpmPerMin?: number;
}

export class BoardClock {
  readonly #rate: number;
  readonly #driftPerUs: number;

  /** @throws RangeError for an error of more than 2 % or a drift of more than 500 ppm a minute. */
  constructor({ ppm, driftPpmPerMin = 0 }: ClockError = { ppm: 0 }) {
    if (!(Math.abs(ppm) <= MOST_PPM))
      throw new RangeError(`A board's clock error lies within +-${MOST_PPM} ppm, not ${ppm}.`);
    if (!(Math.abs(driftPpmPerMin) <= MOST_DRIFT_PPM_PER_MIN))
      throw new RangeError(`A clock's drift lies within +-${MOST_DRIFT_PPM_PER_MIN} ppm/min, not ${driftPpmPerMin}.`);
    this.#rate = 1 + ppm * 1e-6;
    this.#driftPerUs = (driftPpmPerMin * 1e-6) / US_PER_MIN;
  }

  /** The first whole cycle at or after this true time. */
  cycleAt(us: number): number {
    return Math.ceil(CYCLES_PER_US * us * (this.#rate + (this.#driftPerUs * us) / 2));
  }

  /** True microseconds at a cycle: the root of the quadratic, in the form that does not cancel for a small drift. */
  usAt(cycle: number): number {
    const nominalUs = cycle / CYCLES_PER_US;
    const root = Math.sqrt(this.#rate * this.#rate + 2 * this.#driftPerUs * nominalUs);
    return (2 * nominalUs) / (this.#rate + root);
  }
}

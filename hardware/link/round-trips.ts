/**
 * How long exchanges took, over a whole segment, in bounded memory: a count for every tenth of a millisecond. A technician
 * reads from it whether the cable, the hub or the computer delays the link.
 */

const BIN_MS = 0.1;
/** A command is sent again after 150 ms; anything longer falls in the last bin, and stands in the maximum. */
const BINS = 1500;

export interface RoundTripsMs {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export class RoundTrips {
  readonly #counts = new Uint32Array(BINS);
  #total = 0;
  #maxMs = 0;

  add(ms: number): void {
    const bin = Math.min(BINS - 1, Math.floor(ms / BIN_MS));
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#total++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  /** Percentiles too high by up to 0.1 ms, an exact maximum; all 0 before the first exchange. */
  summary(): RoundTripsMs {
    return { count: this.#total, p50: this.#percentile(0.5), p95: this.#percentile(0.95), max: this.#maxMs };
  }

  #percentile(share: number): number {
    const wanted = Math.ceil(share * this.#total);
    let seen = 0;
    for (let bin = 0; bin < BINS - 1; bin++) {
      seen += this.#counts[bin] ?? 0;
      if (seen >= wanted) return Math.min(this.#maxMs, (bin + 1) * BIN_MS);
    }
    return this.#maxMs;
  }
}

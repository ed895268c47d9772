/**
 * The safety envelope in front of a stock board's pins: longest on-times, water of the session, duty of the light. The
 * board has none, so the host keeps it, and it dies with the host. Times are the host's own, as writes were made, not as
 * the chart wanted them. Exclusive groups are proved for a whole program before it runs (prove-program.ts).
 *
 * Ticks are the rig's, unwrapped.
 */
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import { EndReason } from '#machines/vocabulary.ts';
import type { RigFile } from '../rig-file.ts';

/** What lines draw on while they are on; per tick, in a unit of its own. */
class Allowance {
  readonly #costs: readonly number[];
  readonly #refill: number;
  left = 0;
  capacity = 0;

  constructor(costs: readonly number[], refill: number) {
    this.#costs = costs;
    this.#refill = refill;
  }

  draws(line: number): boolean {
    return this.#costs[line] !== 0;
  }

  fill(amount: number): void {
    this.left = amount;
    this.capacity = amount;
  }

  pass(word: number, ticks: number): void {
    this.left = Math.max(0, Math.min(this.capacity, this.left - this.#rate(word) * ticks));
  }

  /** For how many ticks it lasts with these lines on. */
  lasts(word: number): number {
    const rate = this.#rate(word);
    return rate > 0 ? Math.ceil(this.left / rate) : Number.POSITIVE_INFINITY;
  }

  #rate(word: number): number {
    let rate = -this.#refill;
    for (const [line, cost] of this.#costs.entries()) if (word & (1 << line)) rate += cost;
    return rate;
  }
}

export class HostEnvelope {
  readonly #longestTicks: readonly number[];
  readonly #onSince: number[];
  readonly #water: Allowance;
  readonly #light: Allowance;
  /** Bit = line. A line that was on too long stays barred until the rig is opened anew. */
  #barred = 0;
  #driven = 0;
  #settledAt = 0;

  constructor(file: RigFile) {
    const { outputs } = file;
    this.#longestTicks = outputs.map(({ longestOnMs }) => longestOnMs * NOMINAL_TICKS_PER_MS);
    this.#onSince = outputs.map(() => 0);
    const perMs = outputs.map(({ flowUlPerS }) => (flowUlPerS ?? 0) / 1000);
    this.#water = new Allowance(
      perMs.map((ul) => ul / NOMINAL_TICKS_PER_MS),
      0,
    );
    this.#water.fill(file.waterPerSessionUl);
    const duty = outputs.find((output) => output.duty !== null)?.duty ?? { fraction: 0, overS: 0 };
    this.#light = new Allowance(
      outputs.map((output) => (output.duty === null ? 0 : 1)),
      duty.fraction,
    );
    this.#light.fill(duty.fraction * duty.overS * 1000 * NOMINAL_TICKS_PER_MS);
  }

  /** Lines that are on; bit = line. */
  get driven(): number {
    return this.#driven;
  }

  /** From when on, at the earliest, `bar` has something to do; Infinity when no line is on. */
  get nextLimit(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const [line, longest] of this.#longestTicks.entries()) {
      if (this.#driven & (1 << line)) next = Math.min(next, this.#onSince[line]! + longest);
    }
    for (const each of [this.#water, this.#light]) {
      next = Math.min(next, this.#settledAt + each.lasts(this.#driven));
    }
    return next;
  }

  /** What is left for this session, in ul, from `at` on. */
  allowWater(ul: number, at: number): void {
    this.#settle(at);
    this.#water.fill(ul);
  }

  /** Takes over the levels as far as they are allowed; returns what they are to be on the pins. */
  write(word: number, at: number): number {
    this.#settle(at);
    let next = word & ~this.#barred;
    for (const line of this.#onSince.keys()) {
      const bit = 1 << line;
      if (next & ~this.#driven & bit) {
        if ([this.#water, this.#light].some((each) => each.draws(line) && each.left <= 0)) next &= ~bit;
        else this.#onSince[line] = at;
      }
    }
    this.#driven = next;
    return next;
  }

  /** Bars what has come to its limit; null: nothing has. The caller then writes all lines off. */
  bar(at: number): { readonly line: number; readonly why: EndReason } | null {
    this.#settle(at);
    for (const [line, longest] of this.#longestTicks.entries()) {
      const bit = 1 << line;
      if ((this.#driven & bit) === 0) continue;
      if (at >= this.#onSince[line]! + longest) {
        this.#barred |= bit;
        return { line, why: EndReason.onTimeLimit };
      }
      if ([this.#water, this.#light].some((each) => each.draws(line) && each.left <= 0)) {
        return { line, why: EndReason.allowanceSpent };
      }
    }
    return null;
  }

  #settle(at: number): void {
    const ticks = Math.max(0, at - this.#settledAt);
    for (const each of [this.#water, this.#light]) each.pass(this.#driven, ticks);
    this.#settledAt = Math.max(this.#settledAt, at);
  }
}

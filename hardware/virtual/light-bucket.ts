/**
 * The light's allowance of the virtual device: a bucket that light empties and time fills, in the board's units of 1.024 ms
 * (hardware/firmware/rehearsal/outputs.c). At each of them the board first lets the lines that are on draw, then looks
 * whether anything is left, then refills.
 */
import type { RigFile } from '../rig-file.ts';

const COARSE_MS = 1.024;
/** What a line that is on draws in a unit of time. */
const COST = 1000;

export class LightBucket {
  /** Light lines, bit = line. */
  readonly lines: number;
  readonly #capacity: number;
  readonly #refill: number;
  #left: number;
  #on = 0;
  /** Up to where all is settled, in units of time; null: never looked at. */
  #at: number | null = null;

  constructor({ outputs }: RigFile) {
    this.lines = outputs.reduce((bits, { duty }, line) => (duty === null ? bits : bits | (1 << line)), 0);
    // All light lines draw on one allowance: the first one's.
    const duty = outputs.find((output) => output.duty !== null)?.duty ?? { fraction: 1, overS: 0 };
    this.#refill = Math.round(COST * duty.fraction);
    this.#capacity = Math.round((duty.overS * 1000 * duty.fraction * COST) / COARSE_MS);
    this.#left = this.#capacity;
  }

  /** These lines are driven from `now` on: the unit of time at which nothing will be left; Infinity: never. */
  limit(driven: number, now: number): number {
    this.#settle(now);
    this.#on = driven & this.lines;
    const net = COST * count(this.#on) - this.#refill;
    if (this.#on === 0 || net <= 0) return Number.POSITIVE_INFINITY;
    return now + Math.max(1, Math.ceil((this.#left - this.#refill) / net));
  }

  spent(now: number): boolean {
    this.#settle(now);
    return this.#on !== 0 && this.#left <= this.#refill;
  }

  #settle(now: number): void {
    const units = this.#at === null ? 0 : now - this.#at;
    this.#at = now;
    const change = units * (this.#refill - COST * count(this.#on));
    this.#left = Math.min(this.#capacity, Math.max(0, this.#left + change));
  }
}

function count(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

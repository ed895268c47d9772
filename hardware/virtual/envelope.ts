/**
 * The safety envelope of the virtual device (longest on-times, allowances of water and of light), below the program, as on the board
 * (hardware/firmware/rehearsal/outputs.c and envelope.c). Written anew from the same rules, so that the contract suite
 * compares two implementations.
 */
import { EndReason } from '#machines/vocabulary.ts';
import type { RigFile } from '../rig-file.ts';
import { LightBucket } from './light-bucket.ts';

/** The board counts on-times in units of 2048 ticks, 1.024 ms at 16 MHz, rounded down. */
const COARSE_TICKS = 2048;
const COARSE_MS = 1.024;
const coarseOfMs = (ms: number) => Math.floor((ms * 125) / 128);
const coarseOf = (ticks: number) => Math.floor(ticks / COARSE_TICKS);

export interface Barred {
  readonly line: number;
  readonly reason: EndReason;
}

export class Envelope {
  readonly #longest: readonly number[];
  /** In ul a unit of on-time; 0: the line gives no water. */
  readonly #flows: readonly number[];
  readonly #limits: number[];
  readonly #since: number[];
  /** Bit = line. A line that was on too long stays barred until the device is armed anew. */
  #allowed: number;
  #driven = 0;
  #waterUl: number;
  readonly #light: LightBucket;
  /** The tick at which the first line will have been on too long or given too much; Infinity when none is on. */
  nextLimit = Number.POSITIVE_INFINITY;

  constructor(file: RigFile) {
    this.#longest = file.outputs.map(({ longestOnMs }) => coarseOfMs(longestOnMs));
    this.#flows = file.outputs.map(({ flowUlPerS }) => ((flowUlPerS ?? 0) / 1000) * COARSE_MS);
    this.#limits = file.outputs.map(() => Number.POSITIVE_INFINITY);
    this.#since = file.outputs.map(() => 0);
    this.#allowed = 2 ** file.outputs.length - 1;
    this.#waterUl = file.waterPerSessionUl;
    this.#light = new LightBucket(file);
  }

  get driven(): number {
    return this.#driven;
  }

  /** Replaces what may still be given. */
  allowWater(ul: number): void {
    this.#waterUl = ul;
  }

  /** Drives the lines as far as they are allowed; returns what they are now. */
  write(word: number, ticks: number): number {
    const now = coarseOf(ticks);
    const before = this.#driven;
    for (let line = 0, rest = before & ~word; rest !== 0; line++, rest >>= 1) {
      if (rest & 1) this.#pay(line, now);
    }
    let next = word & this.#allowed;
    if (this.#waterUl <= 0) for (const [line, flow] of this.#flows.entries()) if (flow > 0) next &= ~(1 << line);
    this.#driven = next;
    const lightLimit = this.#light.limit(next, now) * COARSE_TICKS;
    let nextLimit = Number.POSITIVE_INFINITY;
    for (let line = 0; line < this.#limits.length; line++) {
      const bit = 1 << line;
      if ((next & bit) === 0) continue;
      if (next & ~before & bit) {
        this.#since[line] = now;
        this.#limits[line] = (now + Math.min(this.#longest[line]! + 1, this.#unitsLeft(line))) * COARSE_TICKS;
      }
      if (this.#limits[line]! < nextLimit) nextLimit = this.#limits[line]!;
      if (this.#light.lines & bit && lightLimit < nextLimit) nextLimit = lightLimit;
    }
    this.nextLimit = nextLimit;
    return next;
  }

  /** Bars the lines whose limit has come; the last of them, with the reason. */
  bar(ticks: number): Barred | null {
    let barred: Barred | null = null;
    const now = coarseOf(ticks);
    const dark = this.#light.spent(now) ? this.#light.lines : 0;
    for (const [line, limit] of this.#limits.entries()) {
      const bit = 1 << line;
      if (!(this.#driven & bit) || (limit > ticks && !(dark & bit))) continue;
      const tooLong = now - this.#since[line]! > this.#longest[line]!;
      this.#allowed &= ~bit;
      barred = { line, reason: tooLong ? EndReason.onTimeLimit : EndReason.allowanceSpent };
    }
    return barred;
  }

  #unitsLeft(line: number): number {
    const flow = this.#flows[line]!;
    return flow > 0 ? Math.ceil(this.#waterUl / flow) : Number.POSITIVE_INFINITY;
  }

  #pay(line: number, now: number): void {
    this.#waterUl = Math.max(0, this.#waterUl - this.#flows[line]! * (now - this.#since[line]!));
  }
}

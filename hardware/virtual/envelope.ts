/**
 * The safety envelope of the virtual device (longest on-times), below the program, as on the board
 * (hardware/firmware/rehearsal/outputs.c and envelope.c). Written anew from the same rules, so that the contract suite
 * compares two implementations.
 */
import type { RigFile } from '../rig-file.ts';

/** The board counts on-times in units of 2048 ticks, 1.024 ms at 16 MHz, rounded down. */
const COARSE_TICKS = 2048;
const coarseOfMs = (ms: number) => Math.floor((ms * 125) / 128);

export class Envelope {
  readonly #longest: readonly number[];
  readonly #limits: number[];
  /** Bit = line. A line that was on too long stays barred until the device is armed anew. */
  #allowed: number;
  #driven = 0;
  /** The tick at which the first line will have been on too long; Infinity when none is on. */
  nextLimit = Number.POSITIVE_INFINITY;

  constructor(file: RigFile) {
    this.#longest = file.outputs.map(({ longestOnMs }) => coarseOfMs(longestOnMs));
    this.#limits = file.outputs.map(() => Number.POSITIVE_INFINITY);
    this.#allowed = 2 ** file.outputs.length - 1;
  }

  get driven(): number {
    return this.#driven;
  }

  /** Drives the lines as far as they are allowed; returns what they are now. */
  write(word: number, ticks: number): number {
    const next = word & this.#allowed;
    const rising = next & ~this.#driven;
    this.#driven = next;
    let nextLimit = Number.POSITIVE_INFINITY;
    for (let line = 0; line < this.#limits.length; line++) {
      const bit = 1 << line;
      if ((next & bit) === 0) continue;
      if (rising & bit) {
        this.#limits[line] = (Math.floor(ticks / COARSE_TICKS) + this.#longest[line]! + 1) * COARSE_TICKS;
      }
      if (this.#limits[line]! < nextLimit) nextLimit = this.#limits[line]!;
    }
    this.nextLimit = nextLimit;
    return next;
  }

  /** Bars the lines whose limit has come. */
  bar(ticks: number): void {
    for (const [line, limit] of this.#limits.entries()) {
      if (this.#driven & (1 << line) && limit <= ticks) this.#allowed &= ~(1 << line);
    }
  }
}

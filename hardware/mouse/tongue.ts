/**
 * One tongue: licks in bouts of 6 to 9 a second (the field's figure), now and then a few on its own, edges never
 * overlapping. Contact times are a choice of ours.
 */
import type { RandomStream } from '#machines/random.ts';
import { type Spout, spoutLines } from '#machines/vocabulary.ts';
import type { LickEdge } from './mouse.ts';

/** Of a bout: 6 to 9 licks a second. */
const LICK_INTERVAL_US = { least: 110_000, most: 165_000 };
const CONTACT_US = { least: 30_000, most: 60_000 };
const LEAST_GAP_US = 50_000;
/** A mouse that has decided against licking keeps still for this long. */
const WITHHOLD_US = 5_000_000;

/** Why it licks: an answer, water that has come, or nothing. */
type Cause = 'decision' | 'drinking' | 'itself';

export class Tongue {
  readonly #random: RandomStream;
  readonly #meanWaitUs: () => number;
  #spout: Spout;
  /** Of the last bout. */
  #cause: Cause = 'itself';
  #licks = 0;
  #nextUs = 0;
  /** The line it is on, and until when. */
  #on: string | null = null;
  #liftUs = 0;
  #spontaneousUs: number;
  #edge: LickEdge | null = null;

  /** `meanWaitUs`: between spontaneous bouts, as things stand. */
  constructor(random: RandomStream, spout: Spout, meanWaitUs: () => number) {
    this.#random = random;
    this.#meanWaitUs = meanWaitUs;
    this.#spout = spout;
    this.#spontaneousUs = this.#wait();
  }

  next(): LickEdge {
    this.#edge ??= this.#nextEdge();
    return this.#edge;
  }

  /** The next edge has happened: of a lick's onset its cause, `begunByItself` for the first of a bout that nothing asked for. */
  made(): Cause | 'begunByItself' | null {
    const { atUs, line, on } = this.next();
    this.#edge = null;
    if (!on) {
      this.#on = null;
      return null;
    }
    this.#on = line;
    this.#liftUs = atUs + this.between(CONTACT_US);
    const begins = this.#licks === 0;
    if (begins) {
      this.#cause = 'itself';
      this.#licks = 1 + this.#random.below(3);
    }
    if (--this.#licks > 0) this.#nextUs = atUs + this.between(LICK_INTERVAL_US);
    if (this.#spontaneousUs <= this.#liftUs) this.#spontaneousUs = this.#liftUs + this.#wait();
    return begins ? 'begunByItself' : this.#cause;
  }

  /** A bout of so many licks, which takes the place of any other. */
  lick(atUs: number, spout: Spout, licks: number, cause: Cause): void {
    const goesOn = this.#licks > 0 && this.#spout === spout && cause === 'drinking';
    const fromUs = goesOn ? this.#nextUs : atUs;
    this.#spout = spout;
    this.#cause = cause;
    this.#licks = licks;
    this.#nextUs = this.#on === null ? fromUs : Math.max(fromUs, this.#liftUs + LEAST_GAP_US);
    this.#spontaneousUs = Math.max(this.#spontaneousUs, this.#nextUs + licks * LICK_INTERVAL_US.most + LEAST_GAP_US);
    this.#edge = null;
  }

  /** Licks for water that has come at this spout. */
  drink(atUs: number, spout: Spout, licks: number): void {
    this.lick(atUs + this.between(LICK_INTERVAL_US), spout, licks, 'drinking');
  }

  stop(): void {
    this.#licks = 0;
    this.#edge = null;
  }

  /** Stops, and for some seconds does not begin of itself. */
  withhold(atUs: number): void {
    this.stop();
    this.#spontaneousUs = Math.max(this.#spontaneousUs, atUs + WITHHOLD_US + this.#wait());
  }

  between({ least, most }: { least: number; most: number }): number {
    return least + this.#random.below(most - least);
  }

  #nextEdge(): LickEdge {
    if (this.#on !== null) return { atUs: this.#liftUs, line: this.#on, on: false };
    const atUs = this.#licks > 0 ? this.#nextUs : this.#spontaneousUs;
    return { atUs, line: spoutLines[this.#spout].lick, on: true };
  }

  /** Exponential: spontaneous bouts come at a constant rate. */
  #wait(): number {
    return Math.ceil(-Math.log(1 - this.#random.float()) * this.#meanWaitUs());
  }
}

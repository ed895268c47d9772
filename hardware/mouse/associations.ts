/**
 * What a mouse has learned and how it decides. The worth of licking a spout after an odour is a sum of three: of the spout
 * itself, of the odour, and of the pair of the odour remembered and this one. Each is moved by the same error, reward less
 * worth, whenever the animal has licked or water came by itself (Rescorla & Wagner 1972, with pairs as cues of their own).
 * It decides by chance in proportion to exp(worth), against the worth of keeping still, which rises as it gets sated.
 */
import type { RandomStream } from '#machines/random.ts';
import { type Spout, spouts } from '#machines/vocabulary.ts';

/** Odours by index; the last: none, or one not recognised. */
const ODOURS = 5;
export const NO_ODOUR = 4;

const SPOUTS = spouts.length;
/** How sharply worth decides: of two that differ by 1, the better one is taken in all but one of 20,000 trials. */
const SHARPNESS = 10;
/** Keeping still is worth as much as a reward in every second trial. */
const STILL = 0.5;
const RATES = { spout: 0.012, odour: 0.012 };
/** Free water that it did not lick for teaches less. */
const UNASKED = 0.5;
/** A naive mouse licks after most odours. */
const NAIVE_SPOUT = 0.62;

export interface Learned {
  /** By spout. */
  readonly spout: number[];
  /** By odour x spouts + spout. */
  readonly odour: number[];
  /** By (odour remembered x ODOURS + odour) x spouts + spout. */
  readonly pair: number[];
}

export function naive(): Learned {
  return {
    spout: Array(SPOUTS).fill(NAIVE_SPOUT),
    odour: Array(ODOURS * SPOUTS).fill(0),
    pair: Array(ODOURS * ODOURS * SPOUTS).fill(0),
  };
}

/** Knows the pairs of Bellafard et al. 2024 to a degree: 0 naive to 1 expert. With two spouts A-C and B-D mean left. */
export function trained(skill: number): Learned {
  const learned = naive();
  const set = (of: number[], index: number, spout: Spout, worth: number) => {
    of[index * SPOUTS + spouts.indexOf(spout)] = skill * worth;
  };
  const half = STILL - 0.03;
  for (const spout of spouts) {
    learned.spout[spouts.indexOf(spout)] = NAIVE_SPOUT + skill * (STILL - NAIVE_SPOUT);
    for (const first of [0, 1]) {
      set(learned.odour, first, spout, -half);
      for (const second of [2, 3]) {
        const matched = second - first === 2;
        const pays = spout === 'right' ? !matched : matched;
        set(learned.pair, first * ODOURS + second, spout, pays ? half : -half);
      }
    }
  }
  return learned;
}

export class Associations {
  readonly learned: Learned;
  readonly #spouts: readonly number[];
  readonly #pairRate: number;

  constructor(learned: Learned, available: readonly Spout[], pairRate: number) {
    this.learned = structuredClone(learned);
    this.#spouts = available.map((spout) => spouts.indexOf(spout));
    this.#pairRate = pairRate;
  }

  /** The spout to lick, or null to keep still. `satiety`: 0 thirsty, 1 sated. */
  decide(random: RandomStream, remembered: number, odour: number, satiety: number): Spout | null {
    const still = Math.exp(SHARPNESS * (STILL + satiety));
    const weights = this.#spouts.map((spout) => Math.exp(SHARPNESS * this.#worth(remembered, odour, spout)));
    let draw = random.float() * weights.reduce((sum, weight) => sum + weight, still);
    for (const [at, weight] of weights.entries()) {
      draw -= weight;
      if (draw < 0) return spouts[this.#spouts[at]!]!;
    }
    return null;
  }

  /** Without attention: any spout or none, each as likely. */
  guess(random: RandomStream): Spout | null {
    const chosen = random.below(this.#spouts.length + 1);
    return chosen === this.#spouts.length ? null : spouts[this.#spouts[chosen]!]!;
  }

  /** What came of it. `reward`: 1 water, 0 none. */
  learn(remembered: number, odour: number, on: Spout, reward: number, licked: boolean): void {
    const spout = spouts.indexOf(on);
    const error = (reward - this.#worth(remembered, odour, spout)) * (licked ? 1 : UNASKED);
    const { spout: bySpout, odour: byOdour, pair } = this.learned;
    bySpout[spout]! += RATES.spout * error;
    byOdour[odour * SPOUTS + spout]! += RATES.odour * error;
    pair[(remembered * ODOURS + odour) * SPOUTS + spout]! += this.#pairRate * error;
  }

  #worth(remembered: number, odour: number, spout: number): number {
    const { spout: bySpout, odour: byOdour, pair } = this.learned;
    return bySpout[spout]! + byOdour[odour * SPOUTS + spout]! + pair[(remembered * ODOURS + odour) * SPOUTS + spout]!;
  }
}

/**
 * Chance from a seed: the same seed gives the same draws on every machine, and the seed stands in the record.
 *
 * A stream has a name and an index; streams of one seed are independent, so switching one on (light) leaves another
 * (trial order) as it was, and block 40 is drawn without drawing blocks 1 to 39.
 * Generator: sfc32, 128 bits of state, period at least 2^32 (C. Doty-Humphrey, PractRand). Seeding: the output function
 * of splitmix32 (constants of MurmurHash3's fmix32, A. Appleby) over seed, name and index.
 */

const GOLDEN_GAMMA = 0x9e3779b9;
const WARM_UP_ROUNDS = 15;

/** A bijection of 32-bit words in which every input bit reaches every output bit. */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed`: a whole number from 0 to 2^32 - 1; anything else throws a RangeError. */
  constructor(seed: number, name: string, index = 0) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new RangeError(`A seed is a whole number from 0 to ${2 ** 32 - 1}, not ${seed}.`);
    }
    let hash = mix(seed);
    for (const character of `${name}/${index}`) {
      hash = mix((hash + GOLDEN_GAMMA) ^ (character.codePointAt(0) ?? 0));
    }
    this.#a = mix(hash + GOLDEN_GAMMA);
    this.#b = mix(hash + 2 * GOLDEN_GAMMA);
    this.#c = mix(hash + 3 * GOLDEN_GAMMA);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.word();
  }

  /** 32 random bits, as a whole number from 0 to 2^32 - 1. */
  word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + word) | 0;
    return word >>> 0;
  }

  /** From 0 up to, and never, 1, in steps of 2^-32. */
  float(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number from 0 to n - 1, each equally likely (words past the last full round of n are drawn again). */
  below(n: number): number {
    const fair = 2 ** 32 - (2 ** 32 % n);
    let word = this.word();
    while (word >= fair) word = this.word();
    return word % n;
  }

  /** A shuffled copy, each order equally likely (Fisher-Yates as in Durstenfeld, 1964). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const chosen = this.below(last + 1);
      [shuffled[last], shuffled[chosen]] = [shuffled[chosen]!, shuffled[last]!];
    }
    return shuffled;
  }
}

/**
 * A mouse at the pins: smells the odour valves, drinks at the water valves, licks the lick lines. It knows nothing of
 * plans or charts, so a rig that passes with it has been driven through its wires.
 *
 *   odour A or B closes > remembered, now and then an anticipatory lick in the delay
 *   odour C or D closes > lick or withhold by the learned pair (A-C and B-D: go, or left; A-D and B-C: no-go, or right)
 *   water opens         > the bout goes on until the drop is drunk
 *
 * The pairs and the expert's 94 % are those of Bellafard et al. 2024; 6 to 9 licks/s in a bout are the field's figures.
 * Reaction times, contact times and the naive mouse are choices of ours. One tongue: edges never overlap.
 */
import { RandomStream } from '#machines/random.ts';
import { type Spout, spoutLines } from '#machines/vocabulary.ts';

export interface LickEdge {
  readonly atUs: number;
  readonly line: string;
  readonly on: boolean;
}

/** `atUs`: microseconds of the device's clock since power-up. */
export interface Mouse {
  /** An output line changed. */
  sense(atUs: number, line: string, on: boolean): void;
  /** The next edge it will make on a lick line, or null. */
  next(): LickEdge | null;
  /** That edge has happened. */
  made(): void;
}

/** A valve that closes sooner has given no odour that could be told. */
const ONSET_LATENCY_US = 100_000;
const REACTION_US = { least: 200_000, most: 600_000 };
const ANTICIPATION_US = { least: 500_000, most: 4_500_000 };
/** Of a bout: 6 to 9 licks a second. */
const LICK_INTERVAL_US = { least: 110_000, most: 165_000 };
const CONTACT_US = { least: 30_000, most: 60_000 };
const LEAST_GAP_US = 50_000;
const SPONTANEOUS_MEAN_US = 120e6;
/** A mouse that has decided against licking keeps still for this long. */
const WITHHOLD_US = 5_000_000;

/** Chances at no skill and at full skill; in between they lie on the line. */
const chance = {
  lickOnGo: [0.75, 0.97],
  lickOnNoGo: [0.75, 0.09],
  answer: [0.75, 0.98],
  rightSide: [0.5, 0.96],
  anticipate: [0.4, 0.1],
} as const;

/**
 * `seed`: 0 to 2^32 - 1. `skill`: 0 naive to 1 expert (default). `spouts`: the centre one (go/no-go), or left and right.
 */
export function createMouse(options: { seed: number; skill?: number; spouts: readonly Spout[] }): Mouse {
  return new SeededMouse(options.seed, options.skill ?? 1, options.spouts);
}

class SeededMouse implements Mouse {
  readonly #random: RandomStream;
  readonly #skill: number;
  readonly #spouts: readonly Spout[];
  /** Water line -> its spout. */
  readonly #waters: ReadonlyMap<string, Spout>;
  #odourSinceUs = 0;
  #remembered: string | null = null;
  /** The tongue is on this line until then. */
  #tongue: string | null = null;
  #liftUs = 0;
  #boutSpout: Spout;
  #boutLicks = 0;
  #boutNextUs = 0;
  #boutIsAnticipation = false;
  #spontaneousUs: number;
  #edge: LickEdge | null = null;

  constructor(seed: number, skill: number, spouts: readonly Spout[]) {
    if (spouts.length === 0) throw new RangeError('A mouse needs at least one spout to lick.');
    if (!(skill >= 0 && skill <= 1)) throw new RangeError(`A mouse's skill lies between 0 and 1, not ${skill}.`);
    this.#random = new RandomStream(seed, 'mouse');
    this.#skill = skill;
    this.#spouts = spouts;
    this.#waters = new Map(spouts.map((spout) => [spoutLines[spout].water, spout]));
    this.#boutSpout = spouts[0]!;
    this.#spontaneousUs = this.#wait(SPONTANEOUS_MEAN_US);
  }

  sense(atUs: number, line: string, on: boolean): void {
    const spout = this.#waters.get(line);
    if (spout !== undefined) {
      if (on) this.#drink(atUs, spout);
    } else if (line.startsWith('odour')) {
      if (on) {
        this.#odourSinceUs = atUs;
        if (this.#boutIsAnticipation) this.#boutLicks = 0;
      } else if (atUs - this.#odourSinceUs >= ONSET_LATENCY_US) this.#smelled(atUs, line.slice('odour'.length));
      this.#edge = null;
    }
  }

  next(): LickEdge {
    this.#edge ??= this.#nextEdge();
    return this.#edge;
  }

  made(): void {
    const { atUs, line, on } = this.next();
    this.#edge = null;
    if (!on) {
      this.#tongue = null;
      return;
    }
    this.#tongue = line;
    this.#liftUs = atUs + this.#between(CONTACT_US);
    if (this.#boutLicks > 0) {
      this.#boutLicks--;
      this.#boutNextUs = atUs + this.#between(LICK_INTERVAL_US);
    }
    if (this.#spontaneousUs <= this.#liftUs) this.#spontaneousUs = this.#liftUs + this.#wait(SPONTANEOUS_MEAN_US);
  }

  #nextEdge(): LickEdge {
    if (this.#tongue !== null) return { atUs: this.#liftUs, line: this.#tongue, on: false };
    if (this.#boutLicks > 0) return { atUs: this.#boutNextUs, line: spoutLines[this.#boutSpout].lick, on: true };
    return { atUs: this.#spontaneousUs, line: spoutLines[this.#boutSpout].lick, on: true };
  }

  #smelled(atUs: number, odour: string): void {
    if (odour === 'A' || odour === 'B') {
      this.#remembered = odour;
      if (this.#happens('anticipate')) this.#plan(atUs + this.#between(ANTICIPATION_US), this.#anySpout(), 3, true);
      return;
    }
    const matched = `${this.#remembered}${odour}` === 'AC' || `${this.#remembered}${odour}` === 'BD';
    this.#remembered = null;
    const [spout, other] = this.#spouts;
    const right = other === undefined || matched ? spout! : other;
    if (!this.#happens(other !== undefined ? 'answer' : matched ? 'lickOnGo' : 'lickOnNoGo')) {
      this.#boutLicks = 0;
      this.#spontaneousUs = Math.max(this.#spontaneousUs, atUs + WITHHOLD_US + this.#wait(SPONTANEOUS_MEAN_US));
      return;
    }
    const chosen = other === undefined || this.#happens('rightSide') ? right : right === spout ? other : spout!;
    this.#plan(atUs + this.#between(REACTION_US), chosen, 7, false);
  }

  #drink(atUs: number, spout: Spout): void {
    const licking = this.#boutLicks > 0 && this.#boutSpout === spout && !this.#boutIsAnticipation;
    this.#plan(licking ? this.#boutNextUs : atUs + this.#between(LICK_INTERVAL_US), spout, 6, false);
    this.#boutLicks += 8;
  }

  /** A bout of 1 to `most` licks, which takes the place of any other. */
  #plan(atUs: number, spout: Spout, most: number, anticipation: boolean): void {
    this.#boutSpout = spout;
    this.#boutLicks = 1 + this.#random.below(most);
    this.#boutNextUs = this.#tongue === null ? atUs : Math.max(atUs, this.#liftUs + LEAST_GAP_US);
    this.#boutIsAnticipation = anticipation;
    this.#spontaneousUs = Math.max(this.#spontaneousUs, this.#boutNextUs + WITHHOLD_US);
    this.#edge = null;
  }

  #anySpout(): Spout {
    return this.#spouts[this.#random.below(this.#spouts.length)]!;
  }

  #happens(what: keyof typeof chance): boolean {
    const [naive, expert] = chance[what];
    return this.#random.float() < naive + (expert - naive) * this.#skill;
  }

  #between({ least, most }: { least: number; most: number }): number {
    return least + this.#random.below(most - least);
  }

  /** Exponential: spontaneous licks come at a constant rate. */
  #wait(meanUs: number): number {
    return Math.ceil(-Math.log(1 - this.#random.float()) * meanUs);
  }
}

/**
 * Which trial type comes next: blocks with a fixed mix, what replaces an aborted trial, correction trials, and for two
 * spouts an order that works against a side bias. A function of the seed and of the trials so far.
 *
 *   blocks      so many trials, a set share of them go (or left), types dealt in turn, shuffled; odourless probes added
 *   anti-bias   the side is drawn against the side bias of the last answers, no side more than three times in a row
 *   correction  the same type again after a wrong answer, until it is right or so many times
 */
import { RandomStream } from '#machines/random.ts';
import type { Outcome } from '#machines/vocabulary.ts';
import { dealt, shuffled } from './order.ts';
import type { PastTrial } from './task.ts';

interface OrderType {
  readonly name: string;
  /** Of the two kinds that a mix is made of, the first: go, or left. */
  readonly first: boolean;
}

export interface OrderRules {
  readonly types: readonly OrderType[];
  readonly seed: number;
  readonly blockLength: number;
  /** Share of the first kind in the mix; without types of the other kind all are of one. */
  readonly firstShare: number;
  /** Share of all trials that are probes. */
  readonly probeShare: number;
  readonly replaceAborted: 'skip' | 'again' | 'later';
  readonly corrections: 'none' | 'wrongAnswers' | 'allErrors';
  /** In a row. */
  readonly correctionsAtMost: number;
  readonly antiBias: boolean;
}

/** What comes next. */
export interface Place {
  /** Index in the types; null: a probe. */
  readonly type: number | null;
  /** Which of its type it is (0, 1, 2 ...); a repeat keeps the number of what it repeats. */
  readonly nth: number;
  readonly correction: boolean;
}

/** As in the Autocage two-spout task: no side more than three times in a row, the bias taken from the last 30 answers. */
const LONGEST_SIDE_RUN = 3;
const BIAS_ANSWERS = 30;
/** A bias cannot be told from fewer answers. */
const LEAST_ANSWERS = 6;

const wrongAnswers: ReadonlySet<Outcome> = new Set<Outcome>(['falseAlarm', 'error']);
const unanswered: ReadonlySet<Outcome> = new Set<Outcome>(['miss', 'noResponse']);

export class TrialOrder {
  readonly #rules: OrderRules;
  readonly #first: readonly number[];
  readonly #second: readonly number[];
  #taken: PastTrial[] = [];
  #block = 0;
  #rest: Place[] = [];
  #repeat: Place | null = null;
  #corrections = 0;
  /** Of each kind, how many were drawn against a bias. */
  #drawn = { first: 0, second: 0 };
  /** The last sides drawn, newest last; true: the first kind. */
  #sides: boolean[] = [];
  #next: Place;

  constructor(rules: OrderRules) {
    this.#rules = rules;
    const ofKind = (first: boolean) => rules.types.flatMap((type, index) => (type.first === first ? [index] : []));
    this.#first = ofKind(true);
    this.#second = ofKind(false);
    this.#next = this.#draw();
  }

  /** The place after these trials, oldest first. */
  after(history: readonly PastTrial[]): Place {
    const known = this.#taken.length;
    if (history.length < known || (known > 0 && history[known - 1] !== this.#taken[known - 1])) {
      return new TrialOrder(this.#rules).after(history);
    }
    for (const past of history.slice(known)) this.#take(past);
    return this.#next;
  }

  #take(past: PastTrial): void {
    const place = this.#next;
    this.#taken.push(past);
    const { replaceAborted, corrections, correctionsAtMost } = this.#rules;
    const { outcome } = past;
    if (outcome === null || outcome === 'early') {
      if (replaceAborted === 'again') this.#repeat = place;
      if (replaceAborted === 'later' && !place.correction) this.#putBack(place);
    } else {
      const wrong = wrongAnswers.has(outcome) || (corrections === 'allErrors' && unanswered.has(outcome));
      const again = corrections !== 'none' && wrong && place.type !== null && this.#corrections < correctionsAtMost;
      this.#corrections = again ? this.#corrections + 1 : 0;
      if (again) this.#repeat = { ...place, correction: true };
    }
    this.#next = this.#repeat ?? this.#draw();
    this.#repeat = null;
  }

  /** At a random place in what is left of its block. */
  #putBack(place: Place): void {
    const at = new RandomStream(this.#rules.seed, 'put back', this.#taken.length).below(this.#rest.length + 1);
    this.#rest.splice(at, 0, place);
  }

  #draw(): Place {
    if (this.#rules.antiBias && this.#rest.length === 0) return this.#drawSide();
    if (this.#rest.length === 0) this.#rest = this.#blockOf(this.#block++);
    return this.#rest.shift()!;
  }

  #blockOf(block: number): Place[] {
    const { seed, blockLength, probeShare } = this.#rules;
    const firstShare = this.#second.length === 0 ? 1 : this.#first.length === 0 ? 0 : this.#rules.firstShare;
    const upTo = (blocks: number) => wholeOf(blocks * blockLength * firstShare);
    const probesUpTo = (blocks: number) => wholeOf((blocks * blockLength * probeShare) / (1 - probeShare));
    const [from, to] = [upTo(block), upTo(block + 1)];
    const places: Place[] = [];
    for (let n = from; n < to; n++) places.push(this.#dealtOf('first', n));
    for (let n = block * blockLength - from; n < (block + 1) * blockLength - to; n++) {
      places.push(this.#dealtOf('second', n));
    }
    for (let nth = probesUpTo(block); nth < probesUpTo(block + 1); nth++) {
      places.push({ type: null, nth, correction: false });
    }
    return shuffled(places, seed, 'order', block);
  }

  /** The nth of a kind. */
  #dealtOf(kind: 'first' | 'second', n: number): Place {
    const types = kind === 'first' ? this.#first : this.#second;
    const type = dealt(types, this.#rules.seed, `deal ${kind}`, n);
    return { type, nth: Math.floor(n / types.length), correction: false };
  }

  #drawSide(): Place {
    const count = this.#drawn.first + this.#drawn.second;
    const run = this.#sides.slice(-LONGEST_SIDE_RUN);
    const full = run.length === LONGEST_SIDE_RUN && run.every((side) => side === run[0]);
    const chance = new RandomStream(this.#rules.seed, 'side', count).float();
    const first = full ? !run[0] : chance < 1 - this.#firstAnswers();
    this.#sides = [...run, first];
    const kind = first ? 'first' : 'second';
    return this.#dealtOf(kind, this.#drawn[kind]++);
  }

  /** Share of the last answers that went to the first side. */
  #firstAnswers(): number {
    const answers: string[] = [];
    for (let at = this.#taken.length - 1; at >= 0 && answers.length < BIAS_ANSWERS; at--) {
      const { answer } = this.#taken[at]!;
      if (answer !== null) answers.push(answer);
    }
    if (answers.length < LEAST_ANSWERS) return 0.5;
    return answers.filter((side) => side === 'left').length / answers.length;
  }
}

/** Rounded down; a share such as 0.6 of 20 is 12, not 11. */
function wholeOf(count: number): number {
  return Math.floor(count + 1e-9);
}

/**
 * When does an animal stop working? Told live, by a rule with a name, on trials that ask for an answer: correct rejections
 * of a mouse that no longer licks would hide it. As in the Li lab's controller (bioRxiv 2023.10.08.561458: 15 to 50 misses
 * in a row), any lick that answers sets the count back and a correct rejection does not.
 */
import type { Outcome } from '#machines/vocabulary.ts';

/** Between the 15 and 50 of the Li lab. */
export const DISENGAGED_AFTER = 20;

const unanswered: ReadonlySet<Outcome> = new Set<Outcome>(['miss', 'noResponse']);
const answered: ReadonlySet<Outcome> = new Set<Outcome>(['hit', 'falseAlarm', 'correct', 'error', 'early']);

export class Engagement {
  readonly #after: number;
  #unanswered = 0;
  #lastAnswered = 0;
  #disengaged = false;

  /** `after`: so many trials without an answer in a row. */
  constructor(after: number = DISENGAGED_AFTER) {
    this.#after = after;
  }

  /** As it stands in the record, e.g. `20 misses in a row`. */
  get rule(): string {
    return `${this.#after} misses in a row`;
  }

  /** True with the trial that completes the rule, once; an animal that answers again is engaged again. */
  take(trial: number, outcome: Outcome | null): boolean {
    if (outcome !== null && answered.has(outcome)) {
      this.#unanswered = 0;
      this.#lastAnswered = trial;
      this.#disengaged = false;
    }
    if (outcome !== null && unanswered.has(outcome)) this.#unanswered++;
    if (this.#disengaged || this.#unanswered < this.#after) return false;
    this.#disengaged = true;
    return true;
  }

  /** The last trial of the engaged span, the last that was answered; null while engaged. */
  get lastEngaged(): number | null {
    return this.#disengaged ? this.#lastAnswered : null;
  }
}

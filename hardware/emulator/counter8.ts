/**
 * The counting sequence of an 8-bit timer (data sheet 15.7 and 18.7): single slope up to TOP and back to 0, or dual slope
 * between 0 and TOP. Everything a timer does happens at the timer clock with which the counter leaves a value (figures
 * 15-8 to 15-11, 16-12); the questions asked here are therefore how many clocks there are until it does.
 */
export const MAX = 0xff;

/** What the counter left: TOP (or MAX, when it had passed TOP by) of a single slope, or an end of a dual slope. */
type Turn = 'wrap' | 'top' | 'bottom';

export class Counter8 {
  value = 0;
  dual = false;
  top = MAX;
  /** TOP is OCRxA and may be missed; else it is MAX. */
  variableTop = false;
  /** A write to TCNTx suppresses every match of the next timer clock, that with TOP included (15.7.2, 16.7.2). */
  blocked = false;
  #down = false;

  reset(): void {
    this.value = 0;
    this.#down = this.blocked = false;
    this.setSequence(false, MAX, false);
  }

  setSequence(dual: boolean, top: number, variableTop: boolean): void {
    this.dual = dual;
    this.top = top;
    this.variableTop = variableTop;
    this.#down &&= dual;
  }

  /** Where counting up ends: a counter that has missed TOP goes on to MAX. */
  get end(): number {
    const missed = this.value > this.top || (this.blocked && this.variableTop && this.value === this.top);
    return missed ? MAX : this.top;
  }

  /** The next clock counts up; at the ends of a dual slope it already goes the new way. */
  get leavesUp(): boolean {
    return this.#down ? this.value === 0 : this.value < this.end;
  }

  /** Clocks until the counter leaves `target`, at least 1; Infinity when it never comes by. A block is not looked at. */
  clocksToLeave(target: number): number {
    const { value, end, top } = this;
    if (this.#down) {
      if (target <= value) return value - target + 1;
      return target <= top ? value + target + 1 : Infinity;
    }
    if (target >= value) return target <= end ? target - value + 1 : Infinity;
    if (this.dual) return 2 * end - value - target + 1;
    return target <= top ? end - value + 1 + target + 1 : Infinity;
  }

  clocksToTurn(): number {
    return this.#down ? this.value + 1 : this.end - this.value + 1;
  }

  /** Clocks to the turn at which buffered compare values are taken over: leaving TOP, whatever the slope. */
  clocksToLoad(): number {
    return this.#down ? this.value + this.top + 1 : this.clocksToTurn();
  }

  /** Clocks to the overflow: from the highest value to 0, or, with a dual slope, away from 0 (figure 16-12). */
  clocksToOverflow(): number {
    return this.dual && !this.#down ? 2 * this.end - this.value + 1 : this.clocksToTurn();
  }

  /** After so many clocks the sequence begins again. */
  get period(): number {
    return this.dual ? 2 * Math.max(this.top, 1) : this.top + 1;
  }

  /** `clocks`: fewer than to the next turn. */
  move(clocks: number): void {
    if (clocks === 0) return;
    this.value += this.#down ? -clocks : clocks;
    this.blocked = false;
  }

  /** One clock; says which turn it took. */
  step(): Turn | null {
    const { end } = this;
    this.blocked = false;
    if (this.#down && this.value === 0) {
      this.#down = false;
      this.value = Math.min(1, this.top);
      return 'bottom';
    }
    if (this.#down || this.value < end) {
      this.value += this.#down ? -1 : 1;
      return null;
    }
    this.#down = this.dual;
    this.value = this.dual ? Math.max(0, this.value - 1) : 0;
    return this.dual ? 'top' : 'wrap';
  }
}

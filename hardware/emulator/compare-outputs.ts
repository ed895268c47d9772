/**
 * The two compare outputs OCxA and OCxB of an 8-bit timer: what a match or a turn of the counter does to them, and who
 * has the pin (data sheet 15.6, tables 15-2 to 15-7).
 */
/** Compare unit A or B. */
type Unit = 0 | 1;
/** A compare unit takes its pin and drives this level, or gives it back (null). */
export type ComparePins = (unit: Unit, level: boolean | null, cycle: number) => void;

export const UNITS: readonly Unit[] = [0, 1];
/** Compare output modes; 2 and 3 clear or set when a count up matches, and do the opposite when a count down does. */
export const TOGGLE = 1;
export const CLEAR = 2;
const SET = 3;

export class CompareOutputs {
  readonly #pins: ComparePins;
  /** The OCxA and OCxB registers: cleared by reset, and not the same as PORT. */
  readonly #levels: [boolean, boolean] = [false, false];
  readonly #modes: [number, number] = [0, 0];
  readonly #shown: [boolean | null, boolean | null] = [null, null];

  constructor(pins: ComparePins) {
    this.#pins = pins;
  }

  /** The chip was reset; the ports have taken their pins back already. */
  reset(): void {
    this.#levels.fill(false);
    this.#modes.fill(0);
    this.#shown.fill(null);
  }

  /** `canToggle`: outside PWM both units can, in PWM only A can and only with OCRxA as TOP. */
  setModes(tccra: number, canToggle: readonly [boolean, boolean]): void {
    for (const unit of UNITS) {
      const mode = (tccra >> (6 - 2 * unit)) & 3;
      this.#modes[unit] = mode === TOGGLE && !canToggle[unit] ? 0 : mode;
    }
  }

  /** 0: the pin is the port's. */
  mode(unit: Unit): number {
    return this.#modes[unit];
  }

  match(unit: Unit, up: boolean): void {
    const mode = this.#modes[unit];
    if (mode === TOGGLE) this.#levels[unit] = !this.#levels[unit];
    else if (mode !== 0) this.#levels[unit] = (mode === SET) === up;
  }

  /** A match would change the level; asked of units that clear and set. */
  wouldChange(unit: Unit, up: boolean): boolean {
    return this.#modes[unit] >= CLEAR && this.#levels[unit] !== ((this.#modes[unit] === SET) === up);
  }

  /** A fast PWM begins its next period. */
  begin(unit: Unit): void {
    if (this.#modes[unit] >= CLEAR) this.#levels[unit] = this.#modes[unit] === CLEAR;
  }

  /** Brings to the pins what one timer clock, or one write, has come to. */
  show(cycle: number): void {
    for (const unit of UNITS) {
      const level = this.#modes[unit] === 0 ? null : this.#levels[unit];
      if (level === this.#shown[unit]) continue;
      this.#shown[unit] = level;
      this.#pins(unit, level, cycle);
    }
  }
}

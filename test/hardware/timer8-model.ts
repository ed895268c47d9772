/**
 * An 8-bit timer as the data sheet tells it, one timer clock after another: what the event-driven one is held against.
 * Prescaler 1, so that a timer clock is a cycle. Figures 15-8 to 15-11 and 16-12; tables 15-2 to 15-8.
 */
export class Timer8Model {
  tccra = 0;
  tccrb = 0;
  flags = 0;
  count = 0;
  readonly buffer = [0, 0];
  readonly levels = [false, false];
  readonly #ocr = [0, 0];
  #down = false;
  #blocked = false;

  get #wgm(): number {
    return (this.tccra & 3) | ((this.tccrb & 8) >> 1);
  }

  get #dual(): boolean {
    return this.#wgm === 1 || this.#wgm === 5;
  }

  get #fast(): boolean {
    return this.#wgm === 3 || this.#wgm === 7;
  }

  get #top(): number {
    return this.#wgm === 2 || this.#wgm > 4 ? this.#ocr[0]! : 0xff;
  }

  /** The pin's level; null while the port has it. */
  pin(unit: 0 | 1): boolean | null {
    return this.#com(unit) === 0 ? null : this.levels[unit]!;
  }

  write(register: 'tccra' | 'tccrb' | 'count' | 'a' | 'b', value: number): void {
    if (register === 'tccra') this.tccra = value;
    if (register === 'tccrb') this.tccrb = value;
    if (register === 'a') this.buffer[0] = value;
    if (register === 'b') this.buffer[1] = value;
    if (register === 'count') {
      this.count = value;
      this.#blocked = true;
    }
    if (!this.#dual) this.#down = false;
    if ((!this.#dual && !this.#fast) || (this.tccrb & 7) === 0) this.#load();
  }

  clock(): void {
    if ((this.tccrb & 7) === 0) return;
    const variable = this.#wgm === 2 || this.#wgm > 4;
    const missesTop = this.#blocked && variable && this.count === this.#top;
    const atEnd = this.count === 0xff || (this.count === this.#top && !missesTop);
    const upwards = this.#down ? this.count === 0 : !atEnd;
    const before = [...this.levels];
    for (const unit of [0, 1] as const) {
      if (this.#blocked || this.count !== this.#ocr[unit]) continue;
      this.flags |= 2 << unit;
      const com = this.#com(unit);
      if (com === 1) this.levels[unit] = !this.levels[unit];
      if (com > 1) this.levels[unit] = (com === 3) === (upwards || !this.#dual);
    }
    this.#blocked = false;
    if (this.#down && this.count === 0) {
      this.#down = false;
      this.flags |= 1;
      this.count = Math.min(1, this.#top);
    } else if (this.#down) this.count--;
    else if (!atEnd) this.count++;
    else if (this.#dual) {
      this.#down = true;
      this.count = Math.max(0, this.count - 1);
      this.#load();
      for (const unit of [0, 1] as const) {
        const com = this.#com(unit);
        if (com > 1 && this.#ocr[unit]! <= this.#top) this.levels[unit] = (com === 3) === this.#ocr[unit]! < this.#top;
      }
    } else {
      if (this.#fast || this.count === 0xff) this.flags |= 1;
      this.count = 0;
      if (!this.#fast) return;
      this.#load();
      for (const unit of [0, 1] as const) {
        const com = this.#com(unit);
        if (com > 1) this.levels[unit] = com === 2;
        else if (com === 0) this.levels[unit] = before[unit]!;
      }
    }
  }

  #load(): void {
    this.#ocr[0] = this.buffer[0]!;
    this.#ocr[1] = this.buffer[1]!;
  }

  #com(unit: 0 | 1): number {
    const com = (this.tccra >> (6 - 2 * unit)) & 3;
    return com === 1 && (this.#dual || this.#fast) && (unit === 1 || this.#wgm < 5) ? 0 : com;
  }
}

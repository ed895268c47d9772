/**
 * Sets of instants that stand in known relations: all that may be true of a trial's times on one path, exactly. Named
 * instants, and for each two the most by which one may be later than the other (difference bounds; D. Dill, Timing
 * assumptions and verification of finite-state concurrent systems, 1989). Bounds are in ticks; Infinity: none.
 */
export class Zone {
  readonly #names: readonly string[];
  /** By later x names + earlier, as tight as they can be. */
  readonly #bounds: readonly number[];

  private constructor(names: readonly string[], bounds: readonly number[]) {
    this.#names = names;
    this.#bounds = bounds;
  }

  /** One instant. */
  static at(name: string): Zone {
    return new Zone([name], [0]);
  }

  /** The most by which `later` may come after `earlier`; negative: it always comes before. */
  most(later: string, earlier: string): number {
    return this.#bounds[this.#index(later) * this.#names.length + this.#index(earlier)]!;
  }

  /** With one more instant, so many ticks after another; an instant of that name is forgotten first. */
  with(name: string, after: string, ticks: number): Zone {
    const base = this.without([name]);
    const from = base.#index(after);
    const size = base.#names.length;
    return base.#extended(name, (other) => ({
      later: base.#bounds[from * size + other]! + ticks,
      earlier: base.#bounds[other * size + from]! - ticks,
    }));
  }

  /** With one more instant, which may be any that is not before another. */
  withAnyAfter(name: string, after: string): Zone {
    const from = this.#index(after);
    const size = this.#names.length;
    return this.#extended(name, (other) => ({
      later: Number.POSITIVE_INFINITY,
      earlier: this.#bounds[other * size + from]!,
    }));
  }

  /** What is left when `later` comes at most so many ticks after `earlier`; null: nothing. */
  when(later: string, earlier: string, ticks: number): Zone | null {
    const size = this.#names.length;
    const [i, j] = [this.#index(later), this.#index(earlier)];
    const bounds = this.#bounds;
    if (bounds[i * size + j]! <= ticks) return this;
    if (bounds[j * size + i]! + ticks < 0) return null;
    const tighter = bounds.map((bound, cell) => {
      const [row, column] = [Math.floor(cell / size), cell % size];
      return Math.min(bound, bounds[row * size + i]! + ticks + bounds[j * size + column]!);
    });
    return new Zone(this.#names, tighter);
  }

  without(names: readonly string[]): Zone {
    const kept = this.#names.flatMap((name, index) => (names.includes(name) ? [] : [index]));
    if (kept.length === this.#names.length) return this;
    const size = this.#names.length;
    return new Zone(
      kept.map((index) => this.#names[index]!),
      kept.flatMap((row) => kept.map((column) => this.#bounds[row * size + column]!)),
    );
  }

  renamed(from: string, to: string): Zone {
    return new Zone(
      this.#names.map((name) => (name === from ? to : name)),
      this.#bounds,
    );
  }

  /** The same text for the same set, whatever the order in which its instants were named. */
  get key(): string {
    const order = this.#names.map((_, index) => index).sort((a, b) => (this.#names[a]! < this.#names[b]! ? -1 : 1));
    const size = this.#names.length;
    const bounds = order.flatMap((row) => order.map((column) => this.#bounds[row * size + column]!));
    return `${order.map((index) => this.#names[index]).join()}:${bounds.join()}`;
  }

  #extended(name: string, of: (other: number) => { later: number; earlier: number }): Zone {
    const size = this.#names.length;
    const last = this.#names.map((_, other) => of(other));
    const bounds: number[] = [];
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) bounds.push(this.#bounds[row * size + column]!);
      bounds.push(last[row]!.earlier);
    }
    return new Zone([...this.#names, name], [...bounds, ...last.map(({ later }) => later), 0]);
  }

  #index(name: string): number {
    const index = this.#names.indexOf(name);
    if (index < 0) throw new RangeError(`There is no instant "${name}" here, only ${this.#names.join(', ')}.`);
    return index;
  }
}

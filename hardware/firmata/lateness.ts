/** How late something was, over a session: count, mean and worst. */
export class Lateness {
  #count = 0;
  #sum = 0;
  #worst = 0;

  add(ticks: number): void {
    this.#count++;
    this.#sum += ticks;
    this.#worst = Math.max(this.#worst, ticks);
  }

  summary(): { readonly count: number; readonly meanTicks: number; readonly worstTicks: number } {
    return { count: this.#count, meanTicks: this.#count === 0 ? 0 : this.#sum / this.#count, worstTicks: this.#worst };
  }
}

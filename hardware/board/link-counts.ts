/** What the link went through since the rig was opened, over all ports and power-ups; for the timing certificate. */
import { RoundTrips } from '../link/round-trips.ts';

export class LinkCounts {
  readonly roundTrips = new RoundTrips();
  reconnections = 0;
  boardResets = 0;
  badFramesThere = 0;
  overruns = 0;
  #bootId: number | null = null;
  #badFrames = 0;
  #overruns = 0;

  /** A ping's reply. The board counts in 16 bits, from its power-up on. */
  ping(
    bootId: number,
    { badFrames = 0, overruns = 0 }: Readonly<Record<string, number>>,
    exchange: { readonly sentMs: number; readonly receivedMs: number } | null,
  ): void {
    if (bootId === this.#bootId) {
      this.badFramesThere += (badFrames - this.#badFrames) & 0xffff;
      this.overruns += (overruns - this.#overruns) & 0xffff;
    }
    this.#bootId = bootId;
    this.#badFrames = badFrames;
    this.#overruns = overruns;
    if (exchange !== null) this.roundTrips.add(exchange.receivedMs - exchange.sentMs);
  }
}

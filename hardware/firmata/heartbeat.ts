/**
 * Whether a stock board is still there: asked for its protocol version every quarter of the agreed silence. A version or
 * firmware report that nobody asked for is what stock firmware says at its start: the board has restarted.
 */
import type { HostClock } from '../link/host-clock.ts';
import { RoundTrips } from '../link/round-trips.ts';
import { RigError } from '../rig.ts';
import type { StockBoard } from './stock-board.ts';

const BEATS_PER_SILENCE = 4;

export class Heartbeat {
  readonly roundTrips = new RoundTrips();
  readonly #board: StockBoard;
  readonly #clock: HostClock;
  readonly #silenceMs: number;
  readonly #lose: (reason: string) => void;
  #asked = false;
  #cancel: () => void = () => {};

  /** `lose`: told why the board is gone. */
  constructor(board: StockBoard, clock: HostClock, silenceMs: number, lose: (reason: string) => void) {
    this.#board = board;
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#lose = lose;
  }

  /** The first answer comes when everything written before it has been done; then it goes on by itself. @throws RigError noAnswer */
  async first(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const silent = () => {
        const words = `The board has told its pins and then fallen silent. No session was started. Press its reset button, and try again.`;
        reject(new RigError('noAnswer', words));
      };
      this.#ask(resolve, silent);
    });
    // Heard before any later `ping` hears its answer: who listens first is told first.
    this.#board.onIdentity((what) => {
      if (what === 'firmware' || !this.#asked) this.#lose('it has restarted by itself');
    });
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  #ask(answered: () => void, silent: () => void): void {
    const sentMs = this.#clock.nowMs();
    this.#asked = true;
    let waiting = true;
    this.#cancel = this.#clock.after(this.#silenceMs, silent);
    this.#board.ping(() => {
      if (!waiting) return;
      waiting = false;
      this.#cancel();
      this.roundTrips.add(this.#clock.nowMs() - sentMs);
      this.#asked = false;
      this.#cancel = this.#clock.after(this.#silenceMs / BEATS_PER_SILENCE, () =>
        this.#ask(
          () => {},
          () => this.#lose(`it has not answered for ${this.#silenceMs} ms`),
        ),
      );
      answered();
    });
  }
}

/**
 * Serves an emulated board on a pseudo-terminal, at real time, so that `serialport` opens it like any board. Meant for a
 * process of its own: chip and session then share nothing but the line.
 */
import { performance } from 'node:perf_hooks';
import type { Mouse } from '../mouse/mouse.ts';
import type { RigFile } from '../rig-file.ts';
import { Bench } from './bench.ts';
import type { ClockError } from './board-clock.ts';
import { firmwareImage } from './firmware-image.ts';
import { AtMega328p } from './mcu.ts';
import { openPseudoTerminal } from './pseudo-terminal.ts';

const STEP_MS = 1;
/** How often it is looked whether a host has the port open; who closes and opens it again sooner is not noticed. */
const LOOK_MS = 5;
/** A machine that falls behind by more than this lets the board's time lag, rather than run it in a burst. */
const MOST_BEHIND_MS = 100;

export interface ServeOptions {
  readonly file: RigFile;
  readonly mouse: Mouse | null;
  /** The board's clock against true time; exact when left out. */
  readonly clock?: ClockError;
  /** A host that opens the port resets the board, as on a real Uno (Linux; elsewhere it is not noticed). */
  readonly resetOnOpen?: boolean;
  /** How long the boot loader sits after such a reset. */
  readonly bootloaderMs?: number;
}

export interface ServedBoard {
  /** The port to open. */
  readonly path: string;
  readonly bench: Bench;
  /** Whether a host has the port open, when last looked; looked at with `resetOnOpen` only. */
  readonly held: () => boolean;
  close(): Promise<void>;
}

/** @throws RigError where the system has no pseudo-terminals. */
export async function serveBoard(options: ServeOptions): Promise<ServedBoard> {
  const { file, mouse, clock, resetOnOpen = false, bootloaderMs = 0 } = options;
  const terminal = await openPseudoTerminal();
  const mcu = new AtMega328p(firmwareImage(), { bootloaderMs });
  const bench = new Bench(mcu, file, mouse, clock);
  let held = false;
  const look = () => {
    const before = held;
    held = terminal.held() === true;
    if (held && !before) mcu.reset('external');
  };
  terminal.onBytes((bytes) => {
    // The reset of the opening comes before the first byte, as on a board.
    if (resetOnOpen && !held) look();
    for (const byte of bytes) mcu.receive(byte);
  });

  let startMs = performance.now();
  const step = () => {
    const nowMs = performance.now();
    if (nowMs - startMs - bench.nowMs > MOST_BEHIND_MS) startMs = nowMs - bench.nowMs - MOST_BEHIND_MS;
    const until = bench.clock.cycleAt((nowMs - startMs) * 1000);
    while (mcu.cycles < until) {
      const sent = bench.advance(until);
      if (sent.length > 0) terminal.write(sent);
    }
  };
  const timers = [setInterval(step, STEP_MS), ...(resetOnOpen ? [setInterval(look, LOOK_MS)] : [])];
  let closed = false;
  return {
    path: terminal.path,
    bench,
    held: () => held,
    close: async () => {
      if (closed) return;
      closed = true;
      for (const timer of timers) clearInterval(timer);
      terminal.close();
    },
  };
}

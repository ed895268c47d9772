/**
 * Serves an emulated board on a pseudo-terminal, at real time, so that `serialport` opens it like any board. Meant for a
 * process of its own: chip and session then share nothing but the line.
 */
import { performance } from 'node:perf_hooks';
import type { Mouse } from '../mouse/mouse.ts';
import type { RigFile } from '../rig-file.ts';
import { Bench } from './bench.ts';
import { firmwareImage } from './firmware-image.ts';
import { AtMega328p, CYCLES_PER_SECOND } from './mcu.ts';
import { openPseudoTerminal } from './pseudo-terminal.ts';

const STEP_MS = 1;
/** A machine that falls behind by more than this lets the board's time lag, rather than run it in a burst. */
const MOST_BEHIND_MS = 100;

export interface ServedBoard {
  /** The port to open. */
  readonly path: string;
  readonly bench: Bench;
  close(): Promise<void>;
}

/** @throws RigError where the system has no pseudo-terminals. */
export async function serveBoard({ file, mouse }: { file: RigFile; mouse: Mouse | null }): Promise<ServedBoard> {
  const terminal = await openPseudoTerminal();
  const mcu = new AtMega328p(firmwareImage());
  const bench = new Bench(mcu, file, mouse);
  terminal.onBytes((bytes) => {
    for (const byte of bytes) mcu.receive(byte);
  });

  let startMs = performance.now();
  const step = () => {
    const nowMs = performance.now();
    if (nowMs - startMs - bench.nowMs > MOST_BEHIND_MS) startMs = nowMs - bench.nowMs - MOST_BEHIND_MS;
    const until = ((nowMs - startMs) * CYCLES_PER_SECOND) / 1000;
    while (mcu.cycles < until) {
      const sent = bench.advance(until);
      if (sent.length > 0) terminal.write(sent);
    }
  };
  const timer = setInterval(step, STEP_MS);
  let closed = false;
  return {
    path: terminal.path,
    bench,
    close: async () => {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      terminal.close();
    },
  };
}

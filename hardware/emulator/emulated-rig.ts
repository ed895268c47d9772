/**
 * The emulated rig: the board rig in lock-step with an emulated ATmega328P that runs the committed firmware binary.
 */
import type { BoundProgram } from '#machines/program.ts';
import type { DeviceTicks } from '#machines/time.ts';
import { BoardRig } from '../board/board-rig.ts';
import type { Mouse } from '../mouse/mouse.ts';
import type { Rig, RigIdentity, TrialTrace } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { Bench } from './bench.ts';
import { firmwareImage } from './firmware-image.ts';
import { LockStep } from './lock-step.ts';
import { AtMega328p, type McuOptions } from './mcu.ts';

export interface EmulatedRigOptions extends McuOptions {
  readonly file: RigFile;
  readonly mouse: Mouse | null;
  /** Another firmware than the committed one. */
  readonly flash?: Uint16Array;
}

export interface EmulatedRig extends Rig {
  /** The board itself, for tests and measurements. */
  readonly bench: Bench;
}

export function createEmulatedRig({ file, mouse, flash, ...mcuOptions }: EmulatedRigOptions): EmulatedRig {
  const bench = new Bench(new AtMega328p(flash ?? firmwareImage(), mcuOptions), file, mouse);
  const lockStep = new LockStep(bench);
  const board = new BoardRig({ file, kind: 'emulated', clock: lockStep, connect: async () => lockStep.port() });
  return {
    bench,
    lines: board.lines,
    ticksPerMs: board.ticksPerMs,
    events$: board.events$,
    status$: board.status$,
    open: (): Promise<RigIdentity> => lockStep.wait(board.open()),
    runTrial: (trial: number, bound: BoundProgram, startAt: DeviceTicks | null): Promise<TrialTrace> =>
      lockStep.wait(board.runTrial(trial, bound, startAt)),
    pulse: (line: string, us: number): Promise<void> => lockStep.wait(board.pulse(line, us)),
    abort: (reason: string): Promise<void> => lockStep.wait(board.abort(reason)),
    acknowledge: (seq: number): void => board.acknowledge(seq),
    close: (): Promise<void> => lockStep.wait(board.close()),
  };
}

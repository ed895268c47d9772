/**
 * The emulated rig: the board rig in lock-step with an emulated ATmega328P that runs the committed firmware binary.
 */
import type { BoundProgram } from '#machines/program.ts';
import type { DeviceTicks } from '#machines/time.ts';
import { BoardRig } from '../board/board-rig.ts';
import type { Mouse } from '../mouse/mouse.ts';
import type { Rig, RigIdentity, RigTiming, TrialTrace, Waveform } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { Bench } from './bench.ts';
import type { ClockError } from './board-clock.ts';
import { firmwareImage } from './firmware-image.ts';
import type { Line } from './line.ts';
import { LockStep } from './lock-step.ts';
import { AtMega328p, type McuOptions } from './mcu.ts';

export interface EmulatedRigOptions extends McuOptions {
  readonly file: RigFile;
  readonly mouse: Mouse | null;
  /** The board's clock against true time; exact when left out. */
  readonly clock?: ClockError;
  /** Opening the port resets the board, as a real Uno's does (`bootloaderMs`). */
  readonly resetOnOpen?: boolean;
  /** Another firmware than the committed one. */
  readonly flash?: Uint16Array;
}

export interface EmulatedRig extends Rig {
  /** The board itself, for tests and measurements. */
  readonly bench: Bench;
  /** The host's clock: `after` plans what a test does at a true time of its own. */
  readonly lockStep: LockStep;
  /** The cable, to be pulled, silenced or damaged. */
  readonly line: Line;
}

export function createEmulatedRig(options: EmulatedRigOptions): EmulatedRig {
  const { file, mouse, flash, clock, resetOnOpen = false, ...mcuOptions } = options;
  const bench = new Bench(new AtMega328p(flash ?? firmwareImage(), mcuOptions), file, mouse, clock);
  const lockStep = new LockStep(bench);
  lockStep.line.resetOnOpen = resetOnOpen;
  const board = new BoardRig({ file, kind: 'emulated', clock: lockStep, connect: async () => lockStep.port() });
  return {
    bench,
    lockStep,
    line: lockStep.line,
    lines: board.lines,
    get ticksPerMs() {
      return board.ticksPerMs;
    },
    clock: () => board.clock(),
    segments$: board.segments$,
    events$: board.events$,
    status$: board.status$,
    open: (): Promise<RigIdentity> => lockStep.wait(board.open()),
    runTrial: (trial: number, bound: BoundProgram, startAt: DeviceTicks | null): Promise<TrialTrace> =>
      lockStep.wait(board.runTrial(trial, bound, startAt)),
    pulse: (line: string, us: number): Promise<void> => lockStep.wait(board.pulse(line, us)),
    shape: (line: string, waveform: Waveform): Promise<void> => lockStep.wait(board.shape(line, waveform)),
    allowWater: (ul: number): Promise<void> => lockStep.wait(board.allowWater(ul)),
    timing: (): Promise<RigTiming | null> => lockStep.wait(board.timing()),
    abort: (reason: string): Promise<void> => lockStep.wait(board.abort(reason)),
    acknowledge: (seq: number): void => board.acknowledge(seq),
    close: (): Promise<void> => lockStep.wait(board.close()),
  };
}

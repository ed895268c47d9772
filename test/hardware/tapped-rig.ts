/** The emulated rig with a tap on its line: what passes between host and board can be damaged or lost. */
import { BoardRig } from '#hardware/board/board-rig.ts';
import { Bench } from '#hardware/emulator/bench.ts';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { LockStep } from '#hardware/emulator/lock-step.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import type { Mouse } from '#hardware/mouse/mouse.ts';
import type { Rig } from '#hardware/rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';

export interface Tap {
  toBoard(bytes: Uint8Array): Uint8Array;
  fromBoard(bytes: Uint8Array): Uint8Array;
}

export interface TappedRig extends Rig {
  readonly bench: Bench;
}

export function tappedRig(mouse: Mouse | null, tap: Tap): TappedRig {
  const file = findRigFile('emulated');
  const bench = new Bench(new AtMega328p(firmwareImage()), file, mouse);
  const lockStep = new LockStep(bench);
  const line = lockStep.port();
  const rig = new BoardRig({
    file,
    kind: 'emulated',
    clock: lockStep,
    connect: async () => ({
      ...line,
      write: (bytes) => line.write(tap.toBoard(bytes)),
      onBytes: (listener) => line.onBytes((bytes) => listener(tap.fromBoard(bytes))),
    }),
  });
  return {
    bench,
    lines: rig.lines,
    get ticksPerMs() {
      return rig.ticksPerMs;
    },
    clock: () => rig.clock(),
    segments$: rig.segments$,
    shape: (line, waveform) => lockStep.wait(rig.shape(line, waveform)),
    allowWater: (ul) => lockStep.wait(rig.allowWater(ul)),
    timing: () => lockStep.wait(rig.timing()),
    events$: rig.events$,
    status$: rig.status$,
    open: () => lockStep.wait(rig.open()),
    runTrial: (trial, bound, startAt) => lockStep.wait(rig.runTrial(trial, bound, startAt)),
    pulse: (line, us) => lockStep.wait(rig.pulse(line, us)),
    abort: (reason) => lockStep.wait(rig.abort(reason)),
    acknowledge: (seq) => rig.acknowledge(seq),
    close: () => lockStep.wait(rig.close()),
  };
}

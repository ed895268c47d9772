/**
 * From `--rig virtual|emulated|<rig file>` to a rig that can be opened, and to the way its session is recorded.
 */
import { createBoardRig } from '#hardware/board/serial-rig.ts';
import { createEmulatedRig, type EmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { createFirmataRig } from '#hardware/firmata/serial-firmata-rig.ts';
import { withMicroscope } from '#hardware/frame-source.ts';
import { type HostClock, machineClock, sleep } from '#hardware/link/host-clock.ts';
import { createMouse, type Mouse } from '#hardware/mouse/mouse.ts';
import type { Rig } from '#hardware/rig.ts';
import { findRigFile, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { VirtualRig } from '#hardware/virtual/virtual-rig.ts';
import { type Spout, spoutLines, spouts } from '#machines/vocabulary.ts';
import { UsageError } from './usage-error.ts';

export interface RigChoice {
  /** A shipped rig's name, or the path of a rig file. */
  readonly rig: string;
  /** The port of a served emulated board. */
  readonly port?: string | undefined;
  readonly engine?: 'interpreter' | 'xstate' | undefined;
  /** Virtual seconds in a real one; null: as fast as it goes. Virtual rig only. */
  readonly pace?: number | undefined;
  /** Of the simulated mouse. */
  readonly seed: number;
  /** No animal: a simulated rig gets no mouse either. */
  readonly empty?: boolean;
  /** 0 naive to 1 expert. */
  readonly skill?: number | undefined;
}

/** The time in which a rig lives: this machine's, or one that passes only while it is waited for. */
export interface RigTime {
  /** As `Rig.clock().hostMsOf` gives it. */
  nowMs(): number;
  /** Lets so many milliseconds of it pass. */
  pass(ms: number): Promise<void>;
  /** Calls back after so many milliseconds of it; the result cancels. Null: it stands still between trials. */
  readonly after: HostClock['after'] | null;
}

export interface ChosenRig {
  readonly file: RigFile;
  readonly rig: Rig;
  readonly time: RigTime;
  /**
   * `batch`: time goes on by itself, so every batch is committed as it comes. `session`: time waits for the host, so one
   * transaction takes the whole session.
   */
  readonly commit: 'batch' | 'session';
}

/** @throws RigError `rigFile`; UsageError for options that do not fit the rig. */
export function chooseRig(choice: RigChoice): ChosenRig {
  const file = choice.port === undefined ? findRigFile(choice.rig) : servedBoard(findRigFile(choice.rig), choice.port);
  if (file.kind !== 'virtual') {
    for (const option of ['engine', 'pace'] as const) {
      if (choice[option] !== undefined) {
        throw new UsageError(
          `--${option} is for the virtual rig, and ${file.name} is a rig of kind ${file.kind}, whose own firmware and clock decide. Nothing was started. Leave the option out, or use --rig virtual.`,
        );
      }
    }
  }
  switch (file.kind) {
    case 'virtual': {
      const { engine = 'interpreter', pace = null } = choice;
      const rig = new VirtualRig({ file, mouse: mouseOf(file, choice), engine, paced: pace });
      const after = pace === null ? null : machineClock.after;
      const time = { nowMs: () => rig.nowMs, pass: (ms: number) => rig.pass(ms), after };
      return { file, rig, time, commit: pace === null ? 'session' : 'batch' };
    }
    case 'emulated': {
      const rig = createEmulatedRig({ file, mouse: mouseOf(file, choice) });
      return { file, rig, time: emulatedTime(rig), commit: 'session' };
    }
    case 'firmata':
      return { file, rig: createFirmataRig({ file }), time: machineTime, commit: 'batch' };
    case 'board':
      return { file, rig: createBoardRig({ file }), time: machineTime, commit: 'batch' };
  }
}

const machineTime: RigTime = { ...machineClock, pass: (ms) => sleep(machineClock, ms) };

/** The board's time moves only while somebody waits. */
export function emulatedTime({ lockStep }: EmulatedRig): RigTime {
  return {
    nowMs: () => lockStep.nowMs(),
    pass: (ms) => lockStep.wait(sleep(lockStep, ms)),
    after: (ms, callback) => lockStep.after(ms, callback),
  };
}

function mouseOf(file: RigFile, choice: RigChoice): Mouse | null {
  return choice.empty ? withMicroscope(null, file) : mouseFor(file, choice);
}

/** What moves at a simulated rig's pins: a mouse that licks the lines of the rig file, and its microscope if it has one. */
export function mouseFor(file: RigFile, { seed, skill }: { seed: number; skill?: number | undefined }): Mouse {
  const mouse = createMouse({ seed, spouts: spoutsOf(file), ...(skill === undefined ? {} : { skill }) });
  return withMicroscope(mouse, file)!;
}

/** Spouts with a lick sensor. */
export function spoutsOf(file: RigFile): Spout[] {
  return spouts.filter((spout) => file.inputs.some(({ name }) => name === spoutLines[spout].lick));
}

/** The same rig, its emulated board served on a port by another process and opened as any board is. */
function servedBoard(file: RigFile, port: string): RigFile {
  if (file.kind !== 'emulated') {
    throw new UsageError(
      `--port names the port of an emulated board ("rig emulate"), and ${file.name} is a rig of kind ${file.kind}: a real board is found by what its rig file says, never by port name alone. Nothing was started. Leave --port out.`,
    );
  }
  const served = { ...JSON.parse(file.text), kind: 'board', simulated: true, find: { port, trustPortName: true } };
  return parseRigFile(JSON.stringify(served, null, 2), `${file.name} at ${port}`);
}

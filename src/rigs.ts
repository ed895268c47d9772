/**
 * From `--rig virtual|emulated|<rig file>` to a rig that can be opened, and to the way its session is recorded.
 */
import { createBoardRig } from '#hardware/board/serial-rig.ts';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { createFirmataRig } from '#hardware/firmata/serial-firmata-rig.ts';
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

export interface ChosenRig {
  readonly file: RigFile;
  readonly rig: Rig;
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
      return { file, rig, commit: pace === null ? 'session' : 'batch' };
    }
    case 'emulated':
      return { file, rig: createEmulatedRig({ file, mouse: mouseOf(file, choice) }), commit: 'session' };
    case 'firmata':
      return { file, rig: createFirmataRig({ file }), commit: 'batch' };
    case 'board':
      return { file, rig: createBoardRig({ file }), commit: 'batch' };
  }
}

function mouseOf(file: RigFile, choice: RigChoice): Mouse | null {
  return choice.empty ? null : mouseFor(file, choice);
}

/** The mouse at a simulated rig's spouts: it licks the lines that the rig file has. */
export function mouseFor(file: RigFile, { seed, skill }: { seed: number; skill?: number | undefined }): Mouse {
  return createMouse({ seed, spouts: spoutsOf(file), ...(skill === undefined ? {} : { skill }) });
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

/**
 * From `--rig virtual|emulated|<rig file>` to a rig that can be opened, and to the way its session is recorded.
 */
import { createBoardRig } from '#hardware/board/serial-rig.ts';
import { createEmulatedRig, type EmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { createFirmataRig } from '#hardware/firmata/serial-firmata-rig.ts';
import { withMicroscope } from '#hardware/frame-source.ts';
import { type HostClock, machineClock, sleep } from '#hardware/link/host-clock.ts';
import { createMouse, type MouseState, type SimulatedMouse } from '#hardware/mouse/learning-mouse.ts';
import type { Rig } from '#hardware/rig.ts';
import { findRigFile, type Loaded, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { VirtualRig } from '#hardware/virtual/virtual-rig.ts';
import { type Odour, odourLine, odours, type Spout, spoutLines, spouts } from '#machines/vocabulary.ts';
import { asUsed, type SessionUse } from './rig-room/as-used.ts';
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
  /** What the simulated mouse knows; left out: nothing yet. */
  readonly mouse?: MouseState | undefined;
  /** All vials hold solvent. */
  readonly solvent?: boolean;
  /** What the session changes in the rig file: calibrations, vials, the animal's allowance. */
  readonly use?: SessionUse;
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
   * `batch`: time goes on by itself, so every batch is committed as it comes. `session`: time waits for the host, and the
   * session can be run again from its seed, so the rig forgets what was handed in.
   */
  readonly commit: 'batch' | 'session';
  /** The simulated mouse at its pins; null: none, or in another process. */
  readonly mouse: SimulatedMouse | null;
}

/** @throws RigError `rigFile`; UsageError for options that do not fit the rig. */
export function chooseRig(choice: RigChoice): ChosenRig {
  const named = choice.port === undefined ? findRigFile(choice.rig) : servedBoard(findRigFile(choice.rig), choice.port);
  const file = asUsed(named, choice.use ?? {});
  if (file.kind !== 'virtual') {
    for (const option of ['engine', 'pace'] as const) {
      if (choice[option] !== undefined) {
        throw new UsageError(
          `--${option} is for the virtual rig, and ${file.name} is a rig of kind ${file.kind}, whose own firmware and clock decide. Nothing was started. Leave the option out, or use --rig virtual.`,
        );
      }
    }
  }
  const mouse = choice.empty || (file.kind !== 'virtual' && file.kind !== 'emulated') ? null : mouseFor(file, choice);
  const moving = withMicroscope(mouse === null ? null : behindClogs(mouse, file), file);
  switch (file.kind) {
    case 'virtual': {
      const { engine = 'interpreter', pace = null } = choice;
      const rig = new VirtualRig({ file, mouse: moving, engine, paced: pace });
      const after = pace === null ? null : machineClock.after;
      const time = { nowMs: () => rig.nowMs, pass: (ms: number) => rig.pass(ms), after };
      return { file, rig, time, commit: pace === null ? 'session' : 'batch', mouse };
    }
    case 'emulated': {
      const rig = createEmulatedRig({ file, mouse: moving });
      return { file, rig, time: emulatedTime(rig), commit: 'session', mouse };
    }
    case 'firmata':
      return { file, rig: createFirmataRig({ file }), time: machineTime, commit: 'batch', mouse };
    case 'board':
      return { file, rig: createBoardRig({ file }), time: machineTime, commit: 'batch', mouse };
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

/** To it, water that does not come is no water. */
function behindClogs(mouse: SimulatedMouse, { outputs }: RigFile): SimulatedMouse {
  const clogged = new Set(outputs.filter(({ simulateClogged }) => simulateClogged).map(({ name }) => name));
  if (clogged.size === 0) return mouse;
  return {
    state: () => mouse.state(),
    next: () => mouse.next(),
    made: () => mouse.made(),
    sense: (atUs, line, on) => {
      if (!clogged.has(line)) mouse.sense(atUs, line, on);
    },
  };
}

/** A mouse that licks the lines of the rig file. */
export function mouseFor(file: RigFile, choice: Pick<RigChoice, 'seed' | 'mouse' | 'solvent'>): SimulatedMouse {
  const { seed, mouse: state, solvent = false } = choice;
  const smells = file.loaded === null ? {} : { smells: smellsOf(file.loaded) };
  return createMouse({ seed, spouts: spoutsOf(file), solvent, ...smells, ...(state === undefined ? {} : { state }) });
}

/** To the animal an odour is what the letter stands for, whatever valve it comes from. */
function smellsOf(loaded: Loaded): Record<string, Odour> {
  return Object.fromEntries(odours.map((odour) => [loaded[odour]?.line ?? odourLine(odour), odour]));
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

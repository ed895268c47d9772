/**
 * A rig file (hardware/rigs/*.json) says what hangs on which pin, how long each output may stay on, and how the board is
 * found. Checked whole before any port is opened; a file that could open two odour valves together is refused.
 * Limits: hardware/link/declaration.ts. Pins: Arduino Uno numbering.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { LineTable } from '#machines/program.ts';
import { type InputKind, type Odour, type OutputKind, odourLine, odours, spoutLines } from '#machines/vocabulary.ts';
import type { RigFacts } from '#protocols/task.ts';
import { type BoardName, pinNumber } from './boards.ts';
import { argumentFor, type LineCalibration, rangeOf } from './calibration.ts';
import { RigError, type RigKind } from './rig.ts';
import { rigFileProblems, rigFileSchema } from './rig-file-schema.ts';

interface OutputLine {
  readonly name: string;
  readonly kind: OutputKind;
  /** Arduino number; A0 is 14. */
  readonly pin: number;
  /** On drives the pin low. */
  readonly activeLow: boolean;
  /** The device ends the trial when the line stays on for longer. */
  readonly longestOnMs: number;
  /** Water only: nominal flow; where the line has a calibration, the fastest by it, which allowances reckon with. */
  readonly flowUlPerS: number | null;
  /** Water (ul against ms) and light (mW against drive), in the copy of a session; null: by nominal flow, or unknown. */
  readonly calibration: LineCalibration | null;
  /** Water of a simulated rig: the valve opens and nothing comes. */
  readonly simulateClogged: boolean;
  /** Light only: the share of time it may be on, and over how long that is reckoned. */
  readonly duty: { readonly fraction: number; readonly overS: number } | null;
  /** Sync only: pulses at random intervals, by the device itself; no task may drive the line. */
  readonly random: { readonly leastMs: number; readonly mostMs: number; readonly widthMs: number } | null;
}

interface InputLine {
  readonly name: string;
  readonly kind: InputKind;
  readonly pin: number;
  /** Low means on. */
  readonly activeLow: boolean;
  readonly pullUp: boolean;
  /** An onset within this time of the one before is a bounce. */
  readonly refractoryMs: number;
  /** Frame clock only: shorter pulses are no frames. */
  readonly leastPulseUs: number | null;
  readonly nominalHz: number | null;
  /** Frame clock only: the first trial waits for so many good frames in a row; 0: for none. */
  readonly holdFrames: number | null;
  /** Frame clock of a simulated rig: its microscope's rate; null: there is none. */
  readonly simulateHz: number | null;
}

/** By letter of the task; vial and odorant by their numbers in the record. */
export type Loaded = Readonly<
  Partial<Record<Odour, { readonly line: string; readonly vial: number; readonly odorant: number }>>
>;

/** How the board is found; a real rig names its board, so that no other one at the same port drives its valves. */
interface BoardSearch {
  readonly port?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** From the board's EEPROM, 8 hex digits. */
  readonly boardId?: string | undefined;
}

export interface RigFile {
  readonly name: string;
  readonly kind: RigKind;
  readonly board: BoardName;
  /** No animal and no valve at the other end. */
  readonly simulated: boolean;
  readonly find: BoardSearch;
  /** Simulated, and yet it holds to every rule of a live rig. */
  readonly asLive: boolean;
  /** A calibration of water or light is good for so many days. */
  readonly calibrationDays: number;
  /** Onset and clearance of an odour line, likewise. */
  readonly odourTimingDays: number;
  /** So many days may the weight of an animal on restriction be old; 0: it is of today. */
  readonly weightDays: number;
  /** So long may an animal be head-fixed at a time. */
  readonly headFixedMin: number;
  /** In the copy of a session: on which line the odorant of each letter sits, in which vial. Null: a letter is its line. */
  readonly loaded: Loaded | null;
  readonly hostSilenceMs: number;
  /** What the device may give in one session, free water included. */
  readonly waterPerSessionUl: number;
  /** Kind firmata: who wrote the file has accepted soft timing and the lack of a dead-man's switch for live subjects. */
  readonly acceptsSoftTiming: boolean;
  /** Kind firmata: the stock firmware's. */
  readonly baud: number;
  /** In the order of the file, which gives each line its number. */
  readonly outputs: readonly OutputLine[];
  readonly inputs: readonly InputLine[];
  /** Groups of output lines of which at most one may be on. */
  readonly exclusive: readonly (readonly string[])[];
  /** As read; stands in the record. */
  readonly text: string;
}

const noFrames = { leastPulseUs: null, nominalHz: null, holdFrames: null, simulateHz: null };

function refuse(path: string, problems: readonly string[]): never {
  throw new RigError(
    'rigFile',
    `The rig file ${path} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}\nNo port was opened and no line was driven. Correct the file and start again.`,
  );
}

/** Most fields bring their own words; here are the rest. */
function issueWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${key}"`).join(', ');
    return `has no field ${names}; correct the spelling (small and capital letters differ), or take it out.`;
  }
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  return issue.message.endsWith('undefined')
    ? 'is missing; hardware/rigs/uno.json shows how it is written.'
    : `must be ${issue.expected === 'record' ? 'an object' : `a ${issue.expected}`}, as in hardware/rigs/uno.json.`;
}

/** `path` is only for messages. @throws RigError `rigFile`, listing every problem with its field and remedy. */
export function parseRigFile(text: string, path: string): RigFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    refuse(path, [`It is no JSON (${(error as Error).message}): look for a missing comma or quotation mark there.`]);
  }
  const parsed = rigFileSchema.safeParse(json);
  if (!parsed.success) {
    refuse(
      path,
      parsed.error.issues.map((issue) => {
        const why = issue.code === 'invalid_key' ? issue.issues[0]! : issue;
        return `${issue.path.join('.') || 'the file'}: ${issueWords(why)}`;
      }),
    );
  }
  const { lines, note: _, accept, ...rest } = parsed.data;
  const outputs: OutputLine[] = [];
  const inputs: InputLine[] = [];
  const badPins: string[] = [];
  for (const [name, line] of Object.entries(lines)) {
    const pin = pinNumber(rest.board, line.pin);
    if (pin === null)
      badPins.push(`lines.${name}.pin: a ${rest.board} has no pin ${line.pin} for a line; choose another.`);
    else if ('pullUp' in line) {
      const frames = line.kind === 'frameClock' ? { ...line, simulateHz: line.simulateHz ?? null } : noFrames;
      inputs.push({ ...line, ...frames, name, pin });
    } else {
      const { kind, activeLow, longestOnMs } = line;
      const flowUlPerS = line.kind === 'water' ? line.flowUlPerS : null;
      const simulateClogged = line.kind === 'water' && line.simulateClogged;
      const duty = line.kind === 'opto' ? { fraction: line.dutyFraction, overS: line.dutyOverS } : null;
      const random = line.kind === 'sync' ? (line.random ?? null) : null;
      const calibration = ('calibration' in line ? line.calibration : null) ?? null;
      outputs.push({ name, kind, pin, activeLow, longestOnMs, flowUlPerS, calibration, simulateClogged, duty, random });
    }
  }
  if (badPins.length > 0) refuse(path, badPins);
  const { trustPortName, ...find } = rest.find;
  const real = rest.kind === 'board' || rest.kind === 'firmata';
  const acceptsSoftTiming = accept !== undefined;
  const file: RigFile = {
    ...rest,
    simulated: rest.simulated ?? !real,
    find,
    loaded: rest.loaded ?? null,
    outputs,
    inputs,
    acceptsSoftTiming,
    text,
  };
  const problems = rigFileProblems(file, trustPortName);
  if (problems.length > 0) refuse(path, problems);
  return file;
}

/** @throws RigError `rigFile`, also when there is no such file. */
export function readRigFile(path: string): RigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    refuse(path, [`It cannot be read (${(error as Error).message}): check the path.`]);
  }
  const file = parseRigFile(text, path);
  const measured = file.outputs.filter(({ calibration }) => calibration !== null);
  const entered = [
    ...measured.map(
      ({ name }) => `lines.${name}.calibration: is measured, and entered with "rig calibrate"; take it out.`,
    ),
    ...(file.loaded === null ? [] : ['loaded: follows from vials and odour maps ("rig vial"); take it out.']),
  ];
  if (entered.length > 0) refuse(path, entered);
  return file;
}

const shipped = fileURLToPath(new URL('./rigs/', import.meta.url));

/** A shipped rig by its name (`virtual`), or any rig file by its path. @throws RigError `rigFile` */
export function findRigFile(nameOrPath: string): RigFile {
  if (/^[\w-]+$/.test(nameOrPath)) {
    const path = `${shipped}${nameOrPath}.json`;
    if (existsSync(path)) return readRigFile(path);
    if (!existsSync(nameOrPath)) {
      const names = readdirSync(shipped).map((file) => basename(file, '.json'));
      throw new RigError(
        'rigFile',
        `There is no rig called "${nameOrPath}". No port was opened. Name one of ${names.join(', ')}, or give the path of a rig file.`,
      );
    }
  }
  return readRigFile(nameOrPath);
}

export function lineTable(file: RigFile): LineTable {
  return { inputs: file.inputs.map(({ name }) => name), outputs: file.outputs.map(({ name }) => name) };
}

/** `C` of `odourC`; null: it is no odour line that a task can open. */
export function valveLetter(line: string | undefined): Odour | null {
  return odours.find((odour) => odourLine(odour) === line) ?? null;
}

/** Does it hold to the rules for a live animal, so that what is missing refuses a start and is not only told? */
export function holdsRules({ simulated, asLive }: Pick<RigFile, 'simulated' | 'asLive'>): boolean {
  return !simulated || asLive;
}

/** By output line: the exclusive groups it belongs to, one bit each, as the board is told. */
export function groupBits(file: RigFile): number[] {
  return file.outputs.map(({ name }) =>
    file.exclusive.reduce((bits, group, index) => (group.includes(name) ? bits | (1 << index) : bits), 0),
  );
}

/** What planning asks of the rig, by its calibrations, else its nominal flows; valve times in hundredths of a millisecond. */
export function rigFacts(file: RigFile): RigFacts {
  return {
    waterMs(ul, spout) {
      const name = spoutLines[spout].water;
      const line = file.outputs.find((output) => output.name === name);
      if (line === undefined || line.flowUlPerS === null) {
        throw new RigError(
          'rigFile',
          `The rig ${file.name} has no water line "${name}", so the ${spout} spout cannot give water. Nothing was started. Use a rig whose file has this line, or a task setting without this spout.`,
        );
      }
      const exactMs = line.calibration === null ? (ul * 1000) / line.flowUlPerS : argumentFor(line.calibration, ul);
      if (exactMs === null) {
        const { least, most } = rangeOf(line.calibration!);
        throw new RigError(
          'rigFile',
          `A drop of ${ul} ul is outside of what "${name}" of the rig ${file.name} was calibrated for (${least.toFixed(1)} to ${most.toFixed(1)} ul). Nothing was started. Choose a drop within, or calibrate the line with more points.`,
        );
      }
      const ms = Math.round(exactMs * 100) / 100;
      if (ms >= line.longestOnMs) {
        throw new RigError(
          'rigFile',
          `A drop of ${ul} ul takes ${ms} ms at ${line.flowUlPerS} ul/s, but "${name}" of the rig ${file.name} may stay on for ${line.longestOnMs} ms only: the board would end each rewarded trial. Nothing was started. Lower the drop, or correct flowUlPerS or longestOnMs in the rig file.`,
        );
      }
      return ms;
    },
    valveOf: (odour) => valveLetter(file.loaded?.[odour]?.line) ?? odour,
  };
}

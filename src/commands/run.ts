/** `rig run`: one session. */
import { randomInt } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import type { RigFile } from '#hardware/rig-file.ts';
import { findTask } from '#protocols/registry.ts';
import { frameLine } from '../frame-log.ts';
import { type Io, pathOf } from '../io.ts';
import { runLive } from '../live-session.ts';
import { placeOf, recordFlags, withDb } from '../record-option.ts';
import { chooseRig } from '../rigs.ts';
import { prepareTask } from '../session-task.ts';
import { wrap } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface RunOptions {
  readonly subject: string;
  readonly rig: string;
  readonly task: string;
  readonly trials?: number;
  readonly minutes?: number;
  readonly holdFrames?: number;
  readonly set?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly newSubject?: boolean;
  readonly operator?: string;
  readonly engine?: 'interpreter' | 'xstate';
  readonly pace?: number;
  readonly skill?: number;
  readonly port?: string;
  readonly db?: string;
}

/** As in the nearest published task (bioRxiv 2023.10.08.561458): nobody wants a rig that goes on for ever. */
const DEFAULT_TRIALS = 240;

export function addRunCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('run')
    .summary('run a session')
    .description(
      'Runs one session: one animal, one rig, one task. Ctrl-C ends it safely and closes the record. On a simulated rig the animal is simulated too, and is made on first use.',
    )
    .requiredOption('--subject <name>', 'the animal')
    .requiredOption('--rig <rig>', 'virtual, emulated, another shipped rig, or the path of a rig file')
    .option('--task <name>', 'the task (see "rig tasks")', 'delayed-association')
    .option(
      '--trials <n>',
      `end after so many trials (${DEFAULT_TRIALS} when neither this nor --minutes is given)`,
      whole(1, 10_000),
    )
    .option('--minutes <n>', 'end after the trial in which so many minutes have passed', decimal(0.1, 600))
    .option(
      '--hold-frames <n>',
      'hold the first trial until so many good frames have come in a row; 0 for none (else as the rig file says)',
      whole(0, 10_000),
    )
    .option('--set <name=value...>', 'set a parameter of the task (see "rig tasks NAME")', collectSettings)
    .option('--seed <n>', 'trial order and simulated mouse; by chance when not given', whole(0, 2 ** 32 - 1))
    .option('--operator <name>', 'who runs the session')
    .option('--new-subject', "the animal's first session: enter it in the record")
    .option(
      '--engine <engine>',
      'virtual rig: interpreter, or xstate (the chart itself)',
      oneOf('interpreter', 'xstate'),
    )
    .option(
      '--pace <n>',
      'virtual rig: so many times real time; as fast as it goes when not given',
      decimal(0.01, 10_000),
    )
    .option('--skill <n>', 'simulated mouse: 0 naive to 1 expert', decimal(0, 1))
    .option('--port <path>', 'emulated rig: the port that "rig emulate" serves');
  withDb(command).action(async (options: RunOptions) => {
    const outcome = await runLive(prepare(options, io), io);
    exit(outcome.exitCode);
  });
}

/** All that can be refused before a record or a port is opened, is refused here. */
function prepare(options: RunOptions, io: Io) {
  const subject = options.subject.trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u.test(subject)) {
    throw new UsageError(
      `"${options.subject}" is no name for a subject. Nothing was started. Give 1 to 40 letters, digits, blanks, dots, hyphens or underscores, as on the cage card.`,
    );
  }
  const seed = options.seed ?? randomInt(2 ** 32);
  const task = findTask(options.task);
  const named = /[/\\.]/.test(options.rig) ? pathOf(io, options.rig) : options.rig;
  const chosen = chooseRig({ ...options, rig: named, seed });
  const ready = prepareTask(task, options.set ?? {}, seed, chosen.file);
  for (const warning of task.warnings(ready.parameters as never)) io.err(`${wrap(`Note: ${warning}`, io.columns)}\n`);
  const { simulated } = chosen.file;
  return {
    chosen,
    ready,
    place: placeOf(io, options.db, simulated),
    subject,
    newSubject: options.newSubject === true && !simulated,
    operator: options.operator ?? null,
    limits: {
      trials: options.trials ?? (options.minutes === undefined ? DEFAULT_TRIALS : null),
      minutes: options.minutes ?? null,
      holdFrames: framesToHold(chosen.file, options),
    },
    flags: recordFlags(io, options.db, simulated),
  };
}

/** @throws UsageError where frames would never come. */
function framesToHold(file: RigFile, { holdFrames, port }: RunOptions): number {
  const line = frameLine(file);
  const frames = holdFrames ?? line?.holdFrames ?? 0;
  if (frames === 0) return 0;
  const refuse = (why: string, remedy: string) =>
    new UsageError(`The first trial cannot wait for ${frames} frames: ${why}. Nothing was started. ${remedy}`);
  if (line === null) {
    throw refuse(
      `the rig ${file.name} has no frame clock`,
      'Give its rig file a line of kind frameClock, or leave --hold-frames out.',
    );
  }
  const emulated = file.kind === 'virtual' || file.kind === 'emulated' || port !== undefined;
  if (emulated && line.simulateHz === null) {
    throw refuse(
      `the rig ${file.name} is simulated and has no microscope`,
      `Give its line "${line.name}" a simulateHz, use --rig imaging, or leave the frames out with --hold-frames 0.`,
    );
  }
  return frames;
}

function collectSettings(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  if (at < 1) throw new InvalidArgumentError('Write a parameter as name=value, e.g. --set delayMs=3000.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is set twice; give it once.`);
  return { ...before, [name]: text.slice(at + 1).trim() };
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function decimal(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

function oneOf<const Choice extends string>(...choices: Choice[]): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
  };
}

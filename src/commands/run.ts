/** `rig run`: one session. */
import { randomInt } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import type { Place } from '#data/place.ts';
import { unknownSubject } from '#data/subjects.ts';
import { trainedMouse } from '#hardware/mouse/learning-mouse.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { DISENGAGED_AFTER } from '#protocols/engagement.ts';
import { type SessionKind, sessionKinds } from '#protocols/session-kind.ts';
import { closeUnfinished } from '../animal-room/unfinished.ts';
import { frameLine } from '../frame-log.ts';
import { type Io, pathOf } from '../io.ts';
import { runLive } from '../live-session.ts';
import { decimal, oneOf, timeOfDay, whole } from '../option-values.ts';
import { placeOf, recordFlags, withDb } from '../record-option.ts';
import { dropLines, readyRig } from '../rig-room/ready.ts';
import { chooseRig } from '../rigs.ts';
import { knownSubject, planSession } from '../session-plan.ts';
import { prepareTask } from '../session-task.ts';
import { simulatedMark } from '../show.ts';
import { wrap } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { subjectName } from './subject.ts';

interface RunOptions {
  readonly subject: string;
  readonly rig: string;
  readonly task?: string;
  readonly kind?: SessionKind;
  readonly agent?: string;
  readonly dose?: string;
  readonly site?: string;
  readonly givenAt?: string;
  readonly disengagedAfter: number;
  readonly carryOn?: boolean;
  readonly trials?: number;
  readonly minutes?: number;
  readonly holdFrames?: number;
  readonly set?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly again?: string;
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
    .option('--task <name>', `the task (see "rig tasks"); else that of the animal's stage, else delayed-association`)
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
    .option(
      '--kind <kind>',
      `what the session is for: ${sessionKinds.join(', ')}; else as the task and the other options say`,
      oneOf(...sessionKinds),
    )
    .option('--agent <name>', 'what the animal was given, e.g. muscimol or saline')
    .option('--dose <text>', 'how much of it')
    .option('--site <text>', 'where it was given')
    .option('--given-at <time>', 'when, e.g. 09:40 or 2026-03-02T09:40', timeOfDay(io))
    .option(
      '--disengaged-after <n>',
      'an animal that misses so many trials in a row has stopped working; 0: do not look',
      whole(0, 200),
      DISENGAGED_AFTER,
    )
    .option('--carry-on', 'say so when the animal has stopped working, but do not end the session')
    .option('--again <reason>', 'an animal on restriction runs a second time today: why')
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
    const subject = subjectName(options.subject);
    await closeUnfinished(placeFor(options, io), subject);
    const outcome = await runLive(prepare(subject, options, io), io);
    exit(outcome.exitCode);
  });
}

/** All that can be refused before a record or a port is opened, is refused here. */
function prepare(subject: string, options: RunOptions, io: Io) {
  const seed = options.seed ?? randomInt(2 ** 32);
  const named = rigNamed(options, io);
  const plain = chooseRig({ ...options, rig: named, seed, empty: true }).file;
  const { simulated } = plain;
  const place = placeOf(io, options.db, simulated);
  const again = options.again?.trim() || null;
  const known = knownSubject(place, plain, subject, again !== null, io);
  if (known.refused !== null) throw new UsageError(known.refused);
  if (!simulated && !known.entered && options.newSubject !== true) throw unknownSubject(subject);
  const { agent = null, dose = null, site = null, givenAt = null } = options;
  const { task, settings, ...session } = planSession(
    {
      task: options.task ?? null,
      settings: options.set ?? {},
      kind: options.kind ?? null,
      given: { agent, dose, site, givenAt },
    },
    known.standing,
  );
  const mouse = options.skill === undefined ? known.mouse : trainedMouse(options.skill);
  const room = readyRig({ place, plain, task, settings, known, subject, typed: options.rig }, io);
  const chosen = chooseRig({ ...options, rig: named, seed, mouse, solvent: task.blank, use: room.use });
  const ready = prepareTask(task, settings, seed, chosen.file);
  const warnings = [...task.warnings(ready.parameters as never), ...room.notes];
  const before = options.seed === undefined ? null : known.seedUsedIn(task.name, seed);
  if (before !== null) {
    warnings.push(
      `session ${before} of ${subject} had the seed ${seed} too: the animal gets the same trials in the same order, which it may remember. Leave --seed out for a fresh one.`,
    );
  }
  for (const warning of warnings) io.err(`${wrap(`Note: ${warning}`, io.columns)}\n`);
  for (const line of dropLines(chosen.file, room.asks)) io.out(`${simulatedMark(simulated)}${line}\n`);
  return {
    ...session,
    chosen,
    ready,
    place,
    subject,
    newSubject: options.newSubject === true && !simulated,
    remark: again === null ? null : `second session of the day: ${again}`,
    operator: options.operator ?? null,
    disengagedAfter: options.disengagedAfter === 0 ? null : options.disengagedAfter,
    limits: {
      trials: options.trials ?? (options.minutes === undefined ? DEFAULT_TRIALS : null),
      minutes: options.minutes ?? null,
      holdFrames: framesToHold(chosen.file, options),
      endOnDisengagement: options.carryOn !== true,
      headFixedMin: room.headFixedMin,
    },
    flags: recordFlags(io, options.db, simulated),
  };
}

/** A shipped rig's name, or a path. */
function rigNamed({ rig }: RunOptions, io: Io): string {
  return /[/\\.]/.test(rig) ? pathOf(io, rig) : rig;
}

function placeFor(options: RunOptions, io: Io): Place {
  const { file } = chooseRig({ ...options, rig: rigNamed(options, io), seed: 0, empty: true });
  return placeOf(io, options.db, file.simulated);
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

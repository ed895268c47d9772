/** `rig care`: the day's steps around a rig, guided, done and logged. */
import type { Command } from 'commander';
import { addCare, bottlesOf, type CareStep, careOn, careSteps } from '#data/rig-room/care.ts';
import { rigId } from '#data/rigs.ts';
import { openWriter } from '#data/writer.ts';
import { valueAt } from '#hardware/calibration.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { nowOf, personOf } from '../animal-room/entering.ts';
import { askYes } from '../ask.ts';
import { ExitCode } from '../complain.ts';
import { commandName, type Io } from '../io.ts';
import { decimal, oneOf, whole } from '../option-values.ts';
import { withDb } from '../record-option.ts';
import {
  enterForRig,
  expectLine,
  type RigEntryOptions,
  type RigRoom,
  readForRig,
  rigRoom,
  withPerson,
} from '../rig-room/entering.ts';
import { pulseTrain } from '../rig-room/pulse-train.ts';
import { lineOf, rigStanding } from '../rig-room/standing.ts';
import { count, table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface CareOptions extends RigEntryOptions {
  readonly line?: string;
  readonly pulses?: number;
  readonly ms?: number;
  readonly byHand?: boolean;
  readonly ml?: number;
  readonly yes?: boolean;
  readonly note?: string;
  readonly port?: string;
}

/** What a step is, and what it fires unless told otherwise; a step without pulses is done by hand. */
const guide: Readonly<Record<CareStep, { readonly what: string; readonly fires: Fires | null }>> = {
  prime: {
    what: 'fill the water tubes until no bubble is left',
    fires: { kind: 'water', pulses: 40, ms: 50, restMs: 100 },
  },
  drop: { what: 'one drop, to place the spout', fires: { kind: 'water', pulses: 1, ms: 40, restMs: 100 } },
  flush: { what: 'rinse the water tubes', fires: { kind: 'water', pulses: 100, ms: 100, restMs: 50 } },
  purge: { what: 'blow the odour lines out', fires: { kind: 'odour', pulses: 5, ms: 1000, restMs: 500 } },
  wipe: { what: 'wipe spout, head bar and floor', fires: null },
  dry: { what: 'empty the bottle and dry the water tubes', fires: { kind: 'water', pulses: 50, ms: 100, restMs: 50 } },
};

interface Fires {
  readonly kind: 'water' | 'odour';
  readonly pulses: number;
  readonly ms: number;
  readonly restMs: number;
}

export function addCareCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('care')
    .summary('prime, flush, purge, wipe: the steps around a rig')
    .description(
      "The day's steps around a rig, with no animal in it; without a step, what was done today. A step fires its lines, each pulse timed by the board, says when it ends, and is logged with who did it; --by-hand only logs it. From the beginning of a flush to its end no session starts. Water of these steps never enters an animal's ledger.",
    )
    .argument('<rig>', 'as for "rig run"')
    .argument('[step]', `${careSteps.join(', ')}; or bottle, which was filled`, oneOf(...careSteps, 'bottle'))
    .option('--line <name>', 'only this line')
    .option('--pulses <n>', 'how many pulses', whole(1, 1000))
    .option('--ms <ms>', 'each so long', decimal(1, 10_000))
    .option('--by-hand', 'it was done by hand: log it, fire nothing')
    .option('--ml <ml>', 'bottle: how much it holds now', decimal(1, 10_000))
    .option('--yes', 'fire without asking whether the animal is out')
    .option('--note <text>', 'remark')
    .option('--port <path>', 'emulated rig: the port that "rig emulate" serves');
  withDb(withPerson(command)).action(
    async (typed: string, step: CareStep | 'bottle' | undefined, options: CareOptions) => {
      const room = rigRoom(io, typed, options);
      if (step === undefined) return io.out(dayText(room, io));
      const person = personOf(options);
      if (step === 'bottle') return io.out(bottle(room, options, person, io));
      exit(await careFor(room, step, options, person, io));
    },
  );
}

async function careFor(room: RigRoom, step: CareStep, options: CareOptions, person: string, io: Io): Promise<number> {
  const { fires, what } = guide[step];
  const lines = fires === null ? [] : linesFor(room, fires.kind, options.line);
  const entry = { line: null, pulses: null, openMs: null, ul: null, note: options.note ?? null, person };
  if (fires === null || options.byHand) {
    enterForRig(io, room, (db, rig) =>
      addCare(db, rig, { ...entry, step, at: nowOf(io).at, line: options.line ?? null }),
    );
    io.out(`${step} of ${room.file.name} is logged: ${what}.\n`);
    return ExitCode.ok;
  }
  const names = lines.map(({ name }) => name).join(', ');
  const ms = options.ms ?? fires.ms;
  const tooLong = lines.find(({ longestOnMs }) => ms >= longestOnMs);
  if (tooLong !== undefined) {
    throw new UsageError(`"${tooLong.name}" may stay on for ${tooLong.longestOnMs} ms only. Nothing was fired.`);
  }
  const ask = !room.file.simulated && options.yes !== true;
  if (ask && !(await askYes(io, `${step}: ${names} will open. Is the animal out?`))) {
    throw new UsageError('Nothing was fired. Answer y at the terminal, or add --yes.');
  }
  const { path, createFolder } = room.place;
  // Whoever holds the rig's lease keeps every session from starting.
  const writer = openWriter(path, { createFolder });
  try {
    await writer.takeLease({ rigName: room.file.name, simulated: room.file.simulated });
    if (step === 'flush') {
      enterForRig(io, room, (db, rig) => addCare(db, rig, { ...entry, step: 'flushBegun', at: nowOf(io).at }));
    }
    for (const line of lines) {
      const pulses = options.pulses ?? fires.pulses;
      const train = { rig: room.named, port: options.port, line: line.name, ms, pulses, restMs: fires.restMs };
      const done = await pulseTrain(train, io, (n) => {
        if (io.tty) io.out(`\r${line.name}: ${n} of ${pulses}`);
      });
      const ul = fires.kind === 'water' ? waterOf(room, line, done.openMs, done.pulses, io) : null;
      const at = nowOf(io).at;
      const last = line === lines.at(-1) && !done.stopped;
      enterForRig(io, room, (db, rig) =>
        addCare(db, rig, {
          ...entry,
          step: step === 'flush' && !last ? 'flushBegun' : step,
          line: line.name,
          pulses: done.pulses,
          openMs: done.openMs / Math.max(1, done.pulses),
          ul,
          at,
        }),
      );
      const water = ul === null ? '' : `, about ${(ul / 1000).toFixed(2)} ml`;
      io.out(
        `${io.tty ? '\n' : ''}${line.name} of ${room.file.name} is shut after ${count(done.pulses, 'pulse')}${water}.\n`,
      );
      if (!done.stopped) continue;
      io.err(
        `rig: ${step} was stopped as asked; the line is shut.${step === 'flush' ? ' No session starts until the flush is done.' : ''}\n`,
      );
      return ExitCode.interrupted;
    }
  } finally {
    await writer.close();
  }
  io.out(`${step} of ${room.file.name} is done and logged.\n`);
  return ExitCode.ok;
}

function linesFor(room: RigRoom, kind: Fires['kind'], name: string | undefined): RigFile['outputs'][number][] {
  if (name === undefined) return room.file.outputs.filter((output) => output.kind === kind);
  const line = expectLine(room, name);
  if (line.kind === kind) return [line];
  throw new UsageError(`"${name}" is a line of kind ${line.kind}, and this step is for ${kind}. Nothing was fired.`);
}

/** By the line's calibration, else its nominal flow. */
function waterOf(room: RigRoom, line: RigFile['outputs'][number], openMs: number, pulses: number, io: Io): number {
  const { at } = nowOf(io);
  const calibration = readForRig(room, (db) => lineOf(rigStanding(db, room.file, at), line.name)?.calibration);
  const ul =
    calibration?.kind === 'water'
      ? valueAt(calibration.fit, openMs / Math.max(1, pulses)) * pulses
      : (openMs * (line.flowUlPerS ?? 0)) / 1000;
  return Math.round(ul * 1000) / 1000;
}

function bottle(room: RigRoom, { ml, line, note }: CareOptions, person: string, io: Io): string {
  if (ml === undefined) throw new UsageError('Say how much it holds, e.g. --ml 50. Nothing was entered.');
  const lines = linesFor(room, 'water', line);
  const only = lines.length === 1 ? lines[0] : undefined;
  if (only === undefined) {
    throw new UsageError(
      `${room.file.name} has ${lines.length} water lines (${lines.map(({ name }) => name).join(', ')}). Nothing was entered. Say which with --line.`,
    );
  }
  const { at } = nowOf(io);
  enterForRig(io, room, (db, rig) =>
    addCare(db, rig, {
      step: 'bottle',
      line: only.name,
      pulses: null,
      openMs: null,
      ul: ml * 1000,
      at,
      person,
      note: note ?? null,
    }),
  );
  return `The bottle of ${only.name} on ${room.file.name} holds ${ml} ml.\n`;
}

function dayText(room: RigRoom, io: Io): string {
  const { day } = nowOf(io);
  const { done, bottles } = readForRig(room, (db) => {
    const rig = db === null ? null : rigId(db, room.file);
    return db === null || rig === null
      ? { done: [], bottles: [] }
      : { done: careOn(db, rig, day), bottles: bottlesOf(db, rig) };
  });
  const steps = table(
    [
      { head: 'step', cell: ({ step }: { step: CareStep }) => step },
      { head: 'what', cell: ({ step }) => guide[step].what },
      {
        head: 'done today',
        cell: ({ step }) =>
          done
            .filter((each) => each.step === step)
            .map(({ at, person }) => `${at.slice(11, 16)} ${person}`)
            .join(', ') || 'no',
      },
    ],
    careSteps.map((step) => ({ step })),
  );
  const left = bottles.map(
    ({ line, filledUl, dispensedUl, filledAt }) =>
      `Bottle of ${line}: ${Math.max(0, (filledUl - dispensedUl) / 1000).toFixed(1)} ml left of ${filledUl / 1000} ml, filled ${filledAt.slice(0, 16).replace('T', ' ')}.\n`,
  );
  return `${day}, rig ${room.file.name}\n${steps}${left.join('')}Do a step: ${commandName(io)} care ${room.typed} STEP --operator NAME\n`;
}

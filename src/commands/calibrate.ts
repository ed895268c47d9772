/** `rig calibrate`: what a line gives, measured; water by weight, light by a power meter, odour by a photo-ionisation detector. */
import { type Command, InvalidArgumentError } from 'commander';
import { addCalibration, calibrationsOf, type NewCalibration, voidCalibrations } from '#data/rig-room/calibrations.ts';
import { addCare } from '#data/rig-room/care.ts';
import { rigId } from '#data/rigs.ts';
import { type CurvePoint, fitCurve, offCurve, valueAt } from '#hardware/calibration.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { nowOf, personOf } from '../animal-room/entering.ts';
import { askLine } from '../ask.ts';
import { ExitCode } from '../complain.ts';
import type { Io } from '../io.ts';
import { decimal, whole } from '../option-values.ts';
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
import { CHECK_TOLERANCE, lineOf, rigStanding } from '../rig-room/standing.ts';
import { count, paint, table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface CalibrateOptions extends RigEntryOptions {
  readonly ms?: readonly number[];
  readonly grams?: readonly number[];
  readonly pulses: number;
  readonly rest: number;
  readonly check?: boolean;
  readonly drive?: readonly number[];
  readonly mw?: readonly number[];
  readonly onset?: number;
  readonly clearance?: number;
  readonly void?: string;
  readonly port?: string;
}

type OutputLine = RigFile['outputs'][number];

/** Over this share off the curve a point is pointed at. */
const RESIDUAL_TOLERANCE = 0.05;

export function addCalibrateCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('calibrate')
    .summary('measure what a line gives: water, opto light, odour')
    .description(
      'Measures a line of a rig, with no animal in it. Water: fires --pulses at each of --ms and asks for the weight of what came out; give --grams if it was fired and weighed already. --check: one point, held against the calibration. Opto light: --drive and the --mw read off a power meter at the fibre tip ("rig pulse RIG opto 10000 --drive 0.5" holds it on). Odour: --onset and --clearance by a photo-ionisation detector. --void: new tubing or valve, so what was measured no longer counts. Without a line: what is measured, and what is missing.',
    )
    .argument('<rig>', 'as for "rig run"')
    .argument('[line]', 'as in the rig file, e.g. water')
    .option('--ms <list>', 'water: opening times, e.g. 20,40,60,80', numbers(0.1, 60_000))
    .option('--grams <list>', 'water: what all pulses of each time weighed together', numbers(0.0001, 1000))
    .option('--pulses <n>', 'water: pulses a point', whole(10, 1000), 100)
    .option('--rest <ms>', 'water: from one pulse to the next', decimal(20, 10_000), 200)
    .option('--check', 'water: one point between two calibrations')
    .option('--drive <list>', 'light: drives from 0 to 1, e.g. 0.2,0.5,1', numbers(0.001, 1))
    .option('--mw <list>', 'light: milliwatts at each', numbers(0.0001, 1000))
    .option('--onset <ms>', "odour: from the valve's opening until it arrives", decimal(0, 60_000))
    .option('--clearance <ms>', "odour: from the valve's closing until it is gone", decimal(0, 600_000))
    .option('--void <reason>', 'what was measured of this line no longer counts: why')
    .option('--port <path>', 'emulated rig: the port that "rig emulate" serves');
  withDb(withPerson(command)).action(async (typed: string, name: string | undefined, options: CalibrateOptions) => {
    const room = rigRoom(io, typed, options);
    if (name === undefined) return io.out(standingText(room, io));
    const line = expectLine(room, name);
    const person = personOf(options);
    if (options.void !== undefined) return io.out(voided(room, line, options.void, person, io));
    if (line.kind === 'water') return exit(await water(room, line, options, person, io));
    if (line.kind === 'opto') return light(room, line, options, person, io);
    if (line.kind === 'odour') return odour(room, line, options, person, io);
    throw new UsageError(
      `"${line.name}" is a line of kind ${line.kind}, of which nothing is measured. Nothing was changed.`,
    );
  });
}

async function water(
  room: RigRoom,
  line: OutputLine,
  options: CalibrateOptions,
  person: string,
  io: Io,
): Promise<number> {
  const { ms, grams, pulses, check = false } = options;
  refuseOthers(options, ['drive', 'mw', 'onset', 'clearance'], 'water');
  if (ms === undefined)
    throw new UsageError('Say which opening times to measure, e.g. --ms 20,40,60,80. Nothing was fired.');
  if (check && ms.length !== 1) throw new UsageError('A check is one opening time, e.g. --ms 40. Nothing was fired.');
  if (!check && new Set(ms).size < 3)
    throw new UsageError(
      'A calibration takes at least 3 different opening times, e.g. --ms 20,40,60,80. Nothing was fired.',
    );
  const tooLong = ms.find((each) => each >= line.longestOnMs);
  if (tooLong !== undefined) {
    throw new UsageError(
      `"${line.name}" may stay on for ${line.longestOnMs} ms only, and ${tooLong} ms was asked. Nothing was fired.`,
    );
  }
  if (grams !== undefined && grams.length !== ms.length) {
    throw new UsageError(
      `${ms.length} opening times need ${ms.length} weights, not ${grams.length}. Nothing was entered.`,
    );
  }
  const before = readForRig(room, (db) => lineOf(rigStanding(db, room.file, nowOf(io).at), line.name));
  const curve = before?.calibration?.kind === 'water' ? before.calibration.fit : null;
  if (check && curve === null) {
    throw new UsageError(`"${line.name}" has no calibration to check. Nothing was fired. Calibrate it first.`);
  }
  const weighed = grams ?? (await fireAndAsk(room, line, ms, options, io));
  if (weighed === null) {
    io.err('rig: stopped as asked; the line is shut, and nothing was entered. Begin again when there is time.\n');
    return ExitCode.interrupted;
  }
  const points = ms.map((x, index): CurvePoint => ({ x, y: (weighed[index]! * 1000) / pulses }));
  const ul = weighed.reduce((sum, g) => sum + g * 1000, 0);
  const { at } = nowOf(io);
  const ran = { line: line.name, pulses: pulses * ms.length, openMs: null, ul, at, person, note: null };
  const measured = { line: line.name, measuredAt: at, person } as const;
  const entry: NewCalibration = check
    ? { ...measured, kind: 'waterCheck', points, fit: null }
    : { ...measured, kind: 'water', points, fit: fitted(points) };
  enterForRig(io, room, (db, rig) => {
    addCalibration(db, rig, entry);
    addCare(db, rig, { step: 'calibrate', ...ran });
  });
  if (entry.kind === 'water') {
    io.out(
      `${pointsText(entry, 'ms', 'ul', io)}${line.name} of ${room.file.name} is calibrated from ${entry.fit.least} to ${entry.fit.most} ms.\n`,
    );
    return ExitCode.ok;
  }
  const off = offCurve(curve!, points[0]!);
  const said = `${points[0]!.x} ms gave ${points[0]!.y.toFixed(2)} ul, ${Math.abs(off * 100).toFixed(1)} % ${off < 0 ? 'less' : 'more'} than its calibration says`;
  io.out(
    Math.abs(off) <= CHECK_TOLERANCE
      ? `${said}: it holds.\n`
      : `${paint(io, 'red', `${said}.`)} Over ${CHECK_TOLERANCE * 100} % it no longer counts: look for air, a leak or a clog, and calibrate ${line.name} anew.\n`,
  );
  return ExitCode.ok;
}

/** What the pulses of each time weighed; null: stopped by Ctrl-C. */
async function fireAndAsk(
  { file, named }: RigRoom,
  line: OutputLine,
  times: readonly number[],
  { pulses, rest, port }: CalibrateOptions,
  io: Io,
): Promise<number[] | null> {
  if (!io.tty) {
    throw new UsageError(
      `Weights are asked for at a terminal, and this is none. Nothing was fired. Fire and weigh, then give --grams.`,
    );
  }
  const weighed: number[] = [];
  for (const ms of times) {
    const go = await askLine(
      io,
      `Empty the cup under "${line.name}", then press return: ${pulses} pulses of ${ms} ms.`,
    );
    if (go === null) return null;
    const done = await pulseTrain({ rig: named, port, line: line.name, ms, pulses, restMs: rest }, io, (n) =>
      io.out(`\r${line.name}: ${n} of ${pulses}`),
    );
    io.out(`\n${line.name} of ${file.name} is shut.\n`);
    if (done.stopped) return null;
    let grams = Number.NaN;
    while (!(grams > 0 && grams < 1000)) {
      const typed = await askLine(io, 'Grams in the cup:');
      if (typed === null) return null;
      grams = /^\d+([.,]\d+)?$/.test(typed) ? Number(typed.replace(',', '.')) : Number.NaN;
    }
    weighed.push(grams);
  }
  return weighed;
}

function light(room: RigRoom, line: OutputLine, options: CalibrateOptions, person: string, io: Io): void {
  const { drive, mw } = options;
  refuseOthers(options, ['ms', 'grams', 'check', 'onset', 'clearance'], 'opto light');
  if (drive === undefined || mw?.length !== drive.length) {
    throw new UsageError(
      'Give each drive with its milliwatts at the fibre tip, e.g. --drive 0.2,0.5,1 --mw 1.1,3.0,6.2. Nothing was entered.',
    );
  }
  const { at: measuredAt } = nowOf(io);
  const points = drive.map((x, index) => ({ x, y: mw[index]! }));
  const entry: NewCalibration = { line: line.name, kind: 'opto', measuredAt, points, fit: fitted(points), person };
  enterForRig(io, room, (db, rig) => addCalibration(db, rig, entry));
  io.out(
    `${pointsText(entry, 'drive', 'mW', io)}${line.name} of ${room.file.name} is calibrated from ${entry.fit.least} to ${entry.fit.most}.\n`,
  );
}

function odour(room: RigRoom, line: OutputLine, options: CalibrateOptions, person: string, io: Io): void {
  const { onset: onsetMs, clearance: clearanceMs } = options;
  refuseOthers(options, ['ms', 'grams', 'check', 'drive', 'mw'], 'odour');
  if (onsetMs === undefined || clearanceMs === undefined) {
    throw new UsageError('Give both, e.g. --onset 45 --clearance 900. Nothing was entered.');
  }
  const { at: measuredAt } = nowOf(io);
  const points = { onsetMs, clearanceMs };
  enterForRig(io, room, (db, rig) =>
    addCalibration(db, rig, { line: line.name, kind: 'odourTiming', measuredAt, points, fit: null, person }),
  );
  io.out(
    `Odour of ${line.name} on ${room.file.name} arrives after ${onsetMs} ms and is gone ${clearanceMs} ms after its valve closes; a delay must be longer.\n`,
  );
}

function voided(room: RigRoom, line: OutputLine, reason: string, person: string, io: Io): string {
  const { at } = nowOf(io);
  if (!reason.trim()) throw new UsageError('What no longer counts is kept with its reason. Nothing was changed.');
  const n = enterForRig(io, room, (db, rig) =>
    voidCalibrations(db, rig, line.name, { at, person, reason: reason.trim() }),
  );
  if (n === 0)
    throw new UsageError(`Nothing that was measured of "${line.name}" counts any more as it is. Nothing was changed.`);
  return `${count(n, 'measurement')} of ${line.name} on ${room.file.name} no longer count: ${reason.trim()}. Calibrate it, and check the rig, before the next session.\n`;
}

function fitted(points: readonly CurvePoint[]) {
  try {
    return fitCurve(points);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`These points make no calibration: ${error.message}. Nothing was entered. Measure again.`);
  }
}

function pointsText(entry: NewCalibration, xUnit: string, yUnit: string, io: Io): string {
  if (entry.kind !== 'water' && entry.kind !== 'opto') return '';
  const { points, fit } = entry;
  const rows = table(
    [
      { head: xUnit, align: 'right', cell: ({ x }: CurvePoint) => String(x) },
      { head: yUnit, align: 'right', cell: ({ y }) => y.toFixed(2) },
      { head: 'by the curve', align: 'right', cell: ({ x }) => valueAt(fit, x).toFixed(2) },
      { head: 'off', align: 'right', cell: (point) => `${(offCurve(fit, point) * 100).toFixed(1)} %` },
    ],
    points,
  );
  if (points.length === 3)
    return `${rows}Three points always lie on the curve: a fourth would show how well it fits.\n`;
  const bad = points.filter((point) => Math.abs(offCurve(fit, point)) > RESIDUAL_TOLERANCE);
  const doubt = `${bad.map(({ x }) => `${x} ${xUnit}`).join(', ')} lies far off the curve: weigh or read it again.`;
  return bad.length === 0 ? rows : `${rows}${paint(io, 'yellow', doubt)}\n`;
}

function standingText(room: RigRoom, io: Io): string {
  const { file } = room;
  const { at } = nowOf(io);
  const rows = readForRig(room, (db) => {
    const rig = db === null ? null : rigId(db, file);
    const all = db === null || rig === null ? [] : calibrationsOf(db, rig);
    return rigStanding(db, file, at).lines.map((line) => ({
      ...line,
      before: all.filter((each) => each.line === line.line && each.kind === line.kind).length,
    }));
  });
  return table(
    [
      { head: 'line', cell: ({ line }) => line },
      { head: 'measured', cell: ({ calibration }) => calibration?.measuredAt.slice(0, 10) ?? 'never' },
      { head: 'by', cell: ({ calibration }) => calibration?.person ?? '' },
      { head: 'in all', align: 'right', cell: ({ before }) => String(before) },
      { head: 'counts', cell: ({ problem }) => (problem === null ? 'yes' : `no: it ${problem}`) },
    ],
    rows,
  );
}

function refuseOthers(options: CalibrateOptions, names: readonly (keyof CalibrateOptions)[], what: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw new UsageError(`--${given} says nothing of ${what}. Nothing was changed. Leave it out.`);
}

function numbers(least: number, most: number): (text: string) => number[] {
  return (text) =>
    text.split(',').map((part) => {
      const value = Number(part);
      if (/^\d+(\.\d+)?$/.test(part.trim()) && value >= least && value <= most) return value;
      throw new InvalidArgumentError(`It must be numbers from ${least} to ${most}, joined by commas.`);
    });
}

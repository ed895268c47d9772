/** `rig simulate`: a cohort of simulated mice from naive to expert, recorded, and how it went. */
import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { openRecord } from '#data/open.ts';
import type { Place } from '#data/place.ts';
import { subjectId } from '#data/training-reads.ts';
import { openWriter } from '#data/writer.ts';
import { type CohortResult, runCohort, subjectName } from '../cohort.ts';
import { cohortText } from '../cohort-table.ts';
import { ExitCode } from '../complain.ts';
import { commandName, type Io } from '../io.ts';
import { whole } from '../option-values.ts';
import { placeOf, recordFlags, withDb } from '../record-option.ts';
import { count, paint } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface SimulateOptions {
  readonly subjects: number;
  readonly days: number;
  readonly trials: number;
  readonly seed?: number;
  readonly offTarget: number;
  readonly db?: string;
}

export function addSimulateCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('simulate')
    .summary('train a cohort of simulated mice, from naive to expert')
    .description(
      'Trains simulated mice on the virtual rig, one session a day each, through the same sessions, stage rules and record as live animals, in virtual time. Then a table: sessions to expert, performance there, effect of opto light.',
    )
    .option('--subjects <n>', 'how many mice', whole(1, 1000), 8)
    .option('--days <n>', 'days of training', whole(1, 365), 14)
    .option('--trials <n>', 'trials a session at most', whole(1, 2000), 200)
    .option('--seed <n>', 'all of it: traits, trial orders, dates; by chance when not given', whole(0, 2 ** 32 - 1))
    .option('--off-target <n>', 'so many of the mice have the light beside its target', whole(0, 1000), 0);
  withDb(command).action(async (options: SimulateOptions) => {
    const place = placeOf(io, options.db, true);
    exit(await simulate({ ...options, seed: options.seed ?? randomInt(2 ** 32) }, place, io));
  });
}

/** The exit code. @throws RecordError, UsageError */
export async function simulate(
  options: Omit<SimulateOptions, 'db'> & { readonly seed: number; readonly db?: string },
  place: Place,
  io: Io,
): Promise<number> {
  const { subjects, days, trials, seed, offTarget } = options;
  if (offTarget > subjects) {
    throw new UsageError(
      `--off-target ${offTarget} of ${subjects} subjects is more than there are. Nothing was started. Lower it.`,
    );
  }
  const writer = openWriter(place.path, { createFolder: place.createFolder });
  const db = openRecord(place.path, { mode: 'read' });
  let stopped = false;
  const interrupts = io.interrupts$.subscribe(() => {
    stopped = true;
  });
  try {
    if (subjectId(db, subjectName(seed, 0)) !== null) {
      throw new UsageError(
        `A cohort with the seed ${seed} stands in ${place.path} already. Nothing was started: the same seed gives the same cohort. Leave --seed out, or name another record with --db.`,
      );
    }
    io.out(
      `SIMULATED cohort, seed ${seed}: ${count(subjects, 'subject')}, ${count(days, 'day')}, up to ${count(trials, 'trial')} a session\n`,
    );
    const started = performance.now();
    const result = await runCohort({
      subjects,
      days,
      trials,
      seed,
      offTarget,
      writer,
      db,
      stopped: () => stopped,
      onSession: (done) => drawBar(io, done, subjects * days),
    });
    if (io.tty) io.out('\r\u001b[2K');
    tell(result, options, place, (performance.now() - started) / 1000, io);
    return stopped ? ExitCode.interrupted : ExitCode.ok;
  } finally {
    interrupts.unsubscribe();
    db.close();
    await writer.close();
  }
}

function tell(
  result: CohortResult,
  { days, seed, db }: { days: number; seed: number; db?: string },
  { path }: Place,
  seconds: number,
  io: Io,
): void {
  const { sessions, trials, events } = result;
  const flags = recordFlags(io, db, true);
  io.out(`\n${cohortText(result, days, seed)}\n`);
  io.out(
    paint(
      io,
      'bold',
      `${count(sessions, 'session')}, ${count(trials, 'trial')}, ${count(events, 'event')} (${(events / Math.max(1, trials)).toFixed(1)} a trial) recorded in ${seconds.toFixed(1)} s, in ${path}\n`,
    ),
  );
  const rig = commandName(io);
  io.out(`Why a mouse is where it is: ${rig} stage ${subjectName(seed, 0)}${flags}\n`);
}

const BAR_CELLS = 40;

function drawBar(io: Io, done: number, of: number): void {
  if (!io.tty) return;
  const full = Math.round((BAR_CELLS * done) / of);
  io.out(`\r[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}] ${done}/${of} sessions`);
}

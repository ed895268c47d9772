/** `rig verify SESSION`: is the record a run of the task? One verdict, and every departure by trial and event. */
import type { Command } from 'commander';
import { keepVerdicts } from '#data/care/verdicts.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readEvents, readTrials, type SessionRecord } from '#data/reads.ts';
import { RecordError } from '#data/record-error.ts';
import { ExitCode } from '../complain.ts';
import type { Io } from '../io.ts';
import { placeOf, type RecordOptions, readingSession, withRecord } from '../record-option.ts';
import { sessionHeading } from '../show.ts';
import { count, paint } from '../table.ts';
import { type Verification, verifySession } from '../verify.ts';
import { softwareVersion } from '../version.ts';

export function addVerifyCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('verify')
    .summary('check a recorded session')
    .description(
      "Holds every trial of a session against its digest, its durations and the task's chart, and names each departure; the verdicts are kept with the record. It proves what was commanded and sensed, not that odour or water flowed.",
    )
    .argument('<session>', 'number of the session')
    .option('--all', 'a line for every trial, consistent or not');
  withRecord(command).action((typed: string, options: RecordOptions & { all?: boolean }) => {
    const { session, verification } = readingSession(io, typed, options, (db, session) => {
      io.out(`${sessionHeading(session)}\n`);
      return { session, verification: verifyRecorded(db, session) };
    });
    io.out(verificationText(verification, options.all === true, io));
    const { path } = placeOf(io, options.db, options.simulated === true);
    if (!keep(path, session, verification, io)) io.err(notKept(path, io));
    if (!verification.consistent) exit(ExitCode.failed);
  });
}

/**
 * Keeps the verdict on each trial with the record; false: it cannot be written. Of a session that runs nothing is kept: it is
 * not yet what it will be.
 */
export function keep(path: string, { id, endReason }: SessionRecord, { trials }: Verification, io: Io): boolean {
  if (endReason === null) return true;
  const verdicts = trials.flatMap(({ trial, departures }) => {
    if (trial === null) return [];
    // A digest tells of events that come before it: the first in time is where to look.
    const placed = departures.filter(({ seq }) => seq !== null).sort((one, other) => one.seq! - other.seq!);
    const first = placed[0] ?? departures[0];
    const consistent = first === undefined;
    return [{ trial, consistent, departsAtSeq: first?.seq ?? null, detail: first?.problem ?? null }];
  });
  try {
    keepVerdicts(path, { session: id, verdicts, softwareVersion, at: io.now().toISOString() });
    return true;
  } catch (error) {
    if (error instanceof RecordError) return false;
    throw error;
  }
}

export function notKept(path: string, io: Io): string {
  return `${paint(io, 'dim', `${path} cannot be written now, so the verdicts are not kept with the trials.`)}\n`;
}

export function verifyRecorded(db: RecordDatabase, session: SessionRecord): Verification {
  return verifySession({ session, trials: readTrials(db, session.id), events: [...readEvents(db, session.id)] });
}

export function verificationText(verification: Verification, all: boolean, io: Io): string {
  const { trials, session, notes, consistent } = verification;
  const lines = notes.map((note) => `Note: ${note}`);
  for (const { trial, departures } of trials) {
    const name = trial === null ? 'a pulse' : `trial ${trial}`;
    if (departures.length === 0 && all) lines.push(`${name}: consistent`);
    for (const { seq, problem } of departures) lines.push(`${name}${seq === null ? '' : `, event ${seq}`}: ${problem}`);
  }
  for (const { seq, problem } of session) lines.push(`session${seq === null ? '' : `, event ${seq}`}: ${problem}`);
  const sound = trials.filter(({ departures }) => departures.length === 0).length;
  const whole = session.length > 0 ? ', and the session as a whole is not' : '';
  lines.push(
    consistent
      ? paint(io, 'green', `consistent: ${count(sound, 'trial')} (sequence, digest, durations, chart).`)
      : paint(
          io,
          'red',
          `NOT consistent: ${sound} of ${count(trials.length, 'trial')} are${whole}. Keep the record as it is, and leave this session out of analyses until this is explained.`,
        ),
  );
  return `${lines.join('\n')}\n`;
}

/** `rig data check`: what the record says of itself, the last sessions against their charts, and one verdict. */
import { checkRecord } from '#data/care/check.ts';
import type { Finding } from '#data/care/finding.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readSession, type SessionRecord } from '#data/reads.ts';
import { SCHEMA_VERSION } from '#data/schema/migrate.ts';
import { commandName, type Io } from '../io.ts';
import { placeOf, type RecordOptions, readingFrom, recordFlags } from '../record-option.ts';
import { count, paint } from '../table.ts';
import type { Verification } from '../verify.ts';
import { taskHash } from '../version.ts';
import { keep, notKept, verifyRecorded } from './verify.ts';

/** Whether it is sound. @throws RecordError */
export function checkRecordNow(io: Io, options: RecordOptions & { readonly sessions: number }): boolean {
  const simulated = options.simulated === true;
  const { path } = placeOf(io, options.db, simulated);
  const flags = recordFlags(io, options.db, simulated);
  let wrong = 0;
  const tell = ({ what, means, todo }: Finding) => {
    wrong++;
    shown(io, null);
    const commands = todo.replace(/\{(.+?)\}/g, (_, words) => `"${commandName(io)} ${words}${flags}"`);
    io.out(`${paint(io, 'red', what)} ${means} ${commands}\n`);
  };
  const onStep = (step: string) => shown(io, `Looking at ${step}`);
  const { holds, last } = readingFrom(path, (db) => {
    for (const finding of checkRecord(db, { nowMs: io.now().getTime(), onStep })) tell(finding);
    return { holds: holdsText(db), last: lastClosed(db, options.sessions) };
  });
  let allKept = true;
  for (const [index, id] of last.entries()) {
    onStep(`the last sessions: ${index + 1} of ${last.length}`);
    const { findings, kept } = replayed(path, id, io);
    for (const finding of findings) tell(finding);
    allKept &&= kept;
  }
  shown(io, null);
  if (!allKept) io.err(notKept(path, io));
  const looked = `${path}, ${holds}; ${count(last.length, 'session')} replayed`;
  io.out(
    wrong === 0
      ? `${paint(io, 'green', 'Sound:')} ${looked}.\n`
      : `${paint(io, 'red', `NOT sound: ${count(wrong, 'finding')}.`)} ${looked}.\n`,
  );
  return wrong === 0;
}

/** Oldest first. */
function lastClosed(db: RecordDatabase, sessions: number): number[] {
  return db
    .prepare<[number], number>('SELECT id FROM sessions WHERE end_reason IS NOT NULL ORDER BY id DESC LIMIT ?')
    .pluck()
    .all(sessions)
    .reverse();
}

/**
 * Replays a session and keeps the verdicts on its trials. The record is closed in between: a reader that stays open past a
 * writer leaves what was written in the log beside the file.
 */
function replayed(path: string, id: number, io: Io): { findings: Finding[]; kept: boolean } {
  const judged = readingFrom(path, (db) => judge(db, id));
  if (judged === null) return { findings: [], kept: true };
  if ('what' in judged) return { findings: [judged], kept: true };
  const { session, verification } = judged;
  return {
    findings: verification.consistent ? [] : [departing(session, verification)],
    kept: keep(path, session, verification, io),
  };
}

interface Judged {
  readonly session: SessionRecord;
  readonly verification: Verification;
}

/** Null: without what it was for it is in no list, and that was told. */
function judge(db: RecordDatabase, id: number): Judged | Finding | null {
  try {
    const session = readSession(db, id);
    return session === undefined ? null : { session, verification: verifyRecorded(db, session) };
  } catch (error) {
    // Whatever stands there, the others are looked at too, and there is a verdict.
    return {
      what: `Session ${id} cannot be replayed: ${(error as Error).message}.`,
      means: 'What stands there is not what this program writes.',
      todo: 'Keep the file as it is, ask who changed it, and compare it with the last backup.',
    };
  }
}

function departing({ id, taskHash: recorded }: SessionRecord, { trials }: Verification): Finding {
  const departs = trials.filter(({ departures }) => departures.length > 0).length;
  return {
    what: `Session ${id} is not what its task's chart, its seed and its digests give: ${departs} of ${count(trials.length, 'trial')} depart.`,
    means:
      recorded === taskHash()
        ? 'It was changed since it was recorded: its outcomes cannot be relied on.'
        : "The task's sources have changed since it was recorded, which may be all there is to it.",
    todo: `See where: {verify ${id}}. Leave it out of analyses until that is explained.`,
  };
}

function holdsText(db: RecordDatabase): string {
  const columns = ['(SELECT count(*) FROM sessions)', '(SELECT count(*) FROM trials)', 'coalesce(sum(event_count), 0)'];
  try {
    const [sessions, trials, events] = db
      .prepare(`SELECT ${columns.join(', ')} FROM sessions`)
      .raw()
      .get() as number[];
    const what = [count(sessions!, 'session'), count(trials!, 'trial'), count(events!, 'event')];
    return `${what.join(', ')}, schema ${SCHEMA_VERSION}`;
  } catch {
    return 'of which nobody can say what it holds';
  }
}

/** A figure that is redrawn in place, on a terminal only; null: it goes away. */
export function shown(io: Io, text: string | null): void {
  if (io.tty) io.out(`\r\u001b[2K${text ?? ''}`);
}

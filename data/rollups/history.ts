/** Sessions of a subject or of a rig, a line each, as summaries list them. What counts is what was amended last. */
import type { Grade } from '#hardware/finding.ts';
import type { SessionKind } from '#protocols/session-kind.ts';
import type { RecordDatabase } from '../open.ts';

export interface SessionLine {
  readonly session: number;
  /** Whose it is now. */
  readonly subjectId: number;
  readonly subject: string;
  readonly rig: string;
  /** ISO 8601 with offset; its date is the animal's day. */
  readonly startedAt: string;
  /** Null: it runs, or its process died. */
  readonly endedAt: string | null;
  /** In words; null: it runs. */
  readonly endReason: string | null;
  readonly task: string;
  readonly kind: SessionKind;
  /** Null: the animal was given nothing. */
  readonly agent: string | null;
  readonly dose: string | null;
  readonly ladder: string | null;
  readonly stage: string | null;
  readonly offTask: boolean;
  /** The rules of its stage have seen it. */
  readonly assessed: boolean;
  /** Why it does not count towards stages and expert days; null: it does, or it was not assessed. */
  readonly notCounted: string | null;
  /** Left out of behaviour as a whole. */
  readonly excluded: boolean;
  /** Last trial of the engaged span; null: engaged to the end. */
  readonly lastEngagedTrial: number | null;
  readonly trials: number;
  /** Water that its valves were commanded to give: by the ledger, or while it is not closed by its drops. */
  readonly waterUl: number;
  /** Of its timing certificate; null: it has none. */
  readonly grade: Grade | null;
  /** In one line; null: it has none. */
  readonly certificate: string | null;
  /** Things that went wrong. */
  readonly faults: number;
}

type Flag = 'offTask' | 'assessed' | 'excluded';
type Row = Omit<SessionLine, Flag> & Readonly<Record<Flag, 0 | 1>>;

const lines = `SELECT s.id AS session, animals.subject AS subjectId, subjects.name AS subject, rigs.name AS rig,
    s.started_at AS startedAt, s.ended_at AS endedAt, s.end_reason AS endReason, s.task, c.kind, c.agent, c.dose, c.ladder,
    c.stage, s.off_task AS offTask, a.session IS NOT NULL AS assessed, a.not_counted AS notCounted,
    EXISTS (SELECT 1 FROM exclusions x WHERE x.session = s.id AND x.use = 'behaviour' AND x.first_trial IS NULL
      AND x.lifted_at IS NULL) AS excluded,
    c.last_engaged_trial AS lastEngagedTrial,
    coalesce((SELECT sum(trials) FROM rollups WHERE rollups.session = s.id),
      (SELECT count(*) FROM trials WHERE trials.session = s.id)) AS trials,
    coalesce(CASE WHEN s.end_reason IS NULL THEN (SELECT sum(ul) FROM drops WHERE drops.session = s.id)
      ELSE (SELECT sum(ul) FROM water_now w WHERE w.session = s.id) END, 0) AS waterUl,
    (SELECT grade FROM certificates WHERE certificates.session = s.id ORDER BY at DESC LIMIT 1) AS grade,
    (SELECT line FROM certificates WHERE certificates.session = s.id ORDER BY at DESC LIMIT 1) AS certificate,
    (SELECT count(*) FROM faults WHERE faults.session = s.id) AS faults
  FROM session_animals animals JOIN sessions s ON s.id = animals.session
  JOIN conditions_now c ON c.session = s.id
  JOIN subjects ON subjects.id = animals.subject JOIN rigs ON rigs.id = s.rig
  LEFT JOIN assessments a ON a.session = s.id`;

function lineOf({ offTask, assessed, excluded, ...row }: Row): SessionLine {
  return { ...row, offTask: offTask === 1, assessed: assessed === 1, excluded: excluded === 1 };
}

/** Up to a day (YYYY-MM-DD), the last `most`, oldest first. */
export function sessionLinesOf(db: RecordDatabase, subject: number, day: string, most: number): SessionLine[] {
  const ids = db
    .prepare<[number, string, number], number>(
      `SELECT s.id FROM session_animals animals JOIN sessions s ON s.id = animals.session
       WHERE animals.subject = ? AND substr(s.started_at, 1, 10) <= ?
       ORDER BY julianday(s.started_at) DESC, s.id DESC LIMIT ?`,
    )
    .pluck()
    .all(subject, day, most);
  const line = db.prepare<[number], Row>(`${lines} WHERE s.id = ?`);
  return ids.reverse().map((id) => lineOf(line.get(id)!));
}

export interface EarlierSessions {
  readonly sessions: number;
  /** Days of counted practice as an expert; YYYY-MM-DD. */
  readonly expertDays: readonly string[];
}

/** What lies before a session in the life of its animal. `first` undefined: it has none. */
export function earlierSessions(db: RecordDatabase, subject: number, first: SessionLine | undefined): EarlierSessions {
  if (first === undefined) return { sessions: 0, expertDays: [] };
  const before = `FROM session_animals animals JOIN sessions s ON s.id = animals.session
    WHERE animals.subject = @subject
      AND (julianday(s.started_at), s.id) < (julianday(@startedAt), @session)`;
  const where = { subject, startedAt: first.startedAt, session: first.session };
  return {
    sessions: db.prepare<[typeof where], number>(`SELECT count(*) ${before}`).pluck().get(where)!,
    expertDays: db
      .prepare<[typeof where], string>(
        `SELECT DISTINCT substr(s.started_at, 1, 10) ${before} AND EXISTS (SELECT 1 FROM session_conditions c
           JOIN assessments a ON a.session = c.session WHERE c.session = s.id AND c.stage = 'expert' AND a.not_counted IS NULL)
           AND NOT EXISTS (SELECT 1 FROM exclusions x WHERE x.session = s.id AND x.use = 'behaviour'
             AND x.first_trial IS NULL AND x.lifted_at IS NULL)`,
      )
      .pluck()
      .all(where),
  };
}

/** Of one rig, the last `most` up to a day, oldest first. */
export function sessionLinesOfRig(db: RecordDatabase, rig: number, day: string, most: number): SessionLine[] {
  return db
    .prepare<[number, string, number], Row>(
      `${lines} WHERE s.rig = ? AND substr(s.started_at, 1, 10) <= ? ORDER BY julianday(s.started_at) DESC, s.id DESC LIMIT ?`,
    )
    .all(rig, day, most)
    .map(lineOf)
    .reverse();
}

/** One session. */
export function sessionLine(db: RecordDatabase, session: number): SessionLine | undefined {
  const row = db.prepare<[number], Row>(`${lines} WHERE s.id = ?`).get(session);
  return row && lineOf(row);
}

/** Day (YYYY-MM-DD) of the session of real or of simulated animals that was recorded last; null: there is none. */
export function dayRecordedLast(db: RecordDatabase, simulated: boolean): string | null {
  return (
    db
      .prepare<[number], string>(
        'SELECT substr(started_at, 1, 10) FROM sessions WHERE simulated = ? ORDER BY id DESC LIMIT 1',
      )
      .pluck()
      .get(simulated ? 1 : 0) ?? null
  );
}

/** The last day up to another on which a session of it ran or it was weighed; null: there is none. */
export function lastDayOf(db: RecordDatabase, subject: number, day: string): string | null {
  return (
    db
      .prepare<[{ subject: number; day: string }], string | null>(
        `SELECT max(day) FROM (
           SELECT substr(started_at, 1, 10) AS day FROM session_animals animals JOIN sessions ON id = session
             WHERE animals.subject = @subject
           UNION ALL SELECT substr(measured_at, 1, 10) FROM weights WHERE subject = @subject) WHERE day <= @day`,
      )
      .pluck()
      .get({ subject, day }) ?? null
  );
}

export interface PairLicksRow {
  readonly session: number;
  readonly trialType: string;
  readonly trials: number;
  readonly delayLicks: number;
  readonly answered: number;
  /** Median from the start of the choice period; null: none. */
  readonly firstLickMs: number | null;
}

/** Licks of these sessions, by session and pair. */
export function pairLicksOf(db: RecordDatabase, sessions: readonly number[]): PairLicksRow[] {
  return db
    .prepare<[string], PairLicksRow>(
      `SELECT session, trial_type AS trialType, trials, delay_licks AS delayLicks, answered, first_lick_ms AS firstLickMs
       FROM lick_rollups WHERE session IN (SELECT value FROM json_each(?)) ORDER BY session, trial_type`,
    )
    .all(JSON.stringify(sessions));
}

/** Lick onsets of a session by pair, in bins of DENSITY_BIN_MS from the trial's start, with the trials they were counted in. */
export function lickDensity(
  db: RecordDatabase,
  session: number,
): { readonly trialType: string; readonly trials: number; readonly licks: readonly number[] }[] {
  return db
    .prepare<[number], { trialType: string; trials: number; density: string }>(
      'SELECT trial_type AS trialType, trials, density FROM lick_rollups WHERE session = ? ORDER BY trial_type',
    )
    .all(session)
    .map(({ density, ...row }) => ({ ...row, licks: JSON.parse(density) }));
}

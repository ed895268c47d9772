/**
 * Where an animal stands in its training, as the record has it: stage, decisions, sessions that counted, expert days.
 * A ladder is the task whose stages they are.
 */
import type { RecordDatabase } from './open.ts';
import type { DecisionRow } from './rows.ts';

export interface StageSpan {
  readonly stage: string;
  /** ISO 8601. */
  readonly enteredAt: string;
  /** Null: now. */
  readonly leftAt: string | null;
}

export interface Decision extends DecisionRow {
  readonly id: number;
  /** The one that led to it; null: none. */
  readonly session: number | null;
}

/** A session that counted, with what the rules of its stage saw. */
export interface Assessed {
  readonly session: number;
  /** By rule. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** Null: there is no subject with that name. */
export function subjectId(db: RecordDatabase, name: string): number | null {
  return db.prepare<[string], number>('SELECT id FROM subjects WHERE name = ?').pluck().get(name) ?? null;
}

/** Every ladder that a subject has been on. */
export function laddersOf(db: RecordDatabase, subject: number): string[] {
  return db
    .prepare<[number], string>('SELECT DISTINCT task FROM stages WHERE subject = ? ORDER BY task')
    .pluck()
    .all(subject);
}

/** A subject's stages on a ladder, oldest first; the last one is now. */
export function readStages(db: RecordDatabase, subject: number, ladder: string): StageSpan[] {
  return db
    .prepare<[number, string], StageSpan>(
      `SELECT stage, entered_at AS enteredAt, left_at AS leftAt FROM stages WHERE subject = ? AND task = ? ORDER BY id`,
    )
    .all(subject, ladder);
}

/** Oldest first. */
export function readDecisions(db: RecordDatabase, subject: number, ladder: string): Decision[] {
  return db
    .prepare<[number, string], Omit<Decision, 'inputs'> & { inputs: string | null }>(
      `SELECT decisions.id, session, task AS ladder, from_stage AS "from", to_stage AS "to", rule, body AS inputs, reason,
         person, at, verdict, proposal
       FROM decisions LEFT JOIN texts ON texts.id = inputs_text WHERE subject = ? AND task = ? ORDER BY decisions.id`,
    )
    .all(subject, ladder)
    .map((row) => ({ ...row, inputs: row.inputs === null ? null : JSON.parse(row.inputs) }));
}

const counting = `FROM session_animals animals JOIN sessions ON sessions.id = animals.session
  JOIN assessments ON assessments.session = sessions.id
  JOIN session_conditions ON session_conditions.session = sessions.id
  WHERE animals.subject = @subject AND ladder = @ladder AND stage = @stage AND not_counted IS NULL
    AND NOT EXISTS (SELECT 1 FROM exclusions WHERE exclusions.session = sessions.id AND use = 'behaviour'
      AND first_trial IS NULL AND lifted_at IS NULL)`;

/** Sessions of a stage that counted and are not excluded, started at or after `since`, oldest first. */
export function readAssessed(
  db: RecordDatabase,
  where: { readonly subject: number; readonly ladder: string; readonly stage: string; readonly since: string },
): Assessed[] {
  return db
    .prepare<[typeof where], { session: number; figures: string }>(
      `SELECT sessions.id AS session, (SELECT body FROM texts WHERE id = figures_text) AS figures ${counting}
         AND julianday(started_at) >= julianday(@since) ORDER BY sessions.id`,
    )
    .all(where)
    .map(({ session, figures }) => ({ session, figures: JSON.parse(figures) }));
}

/**
 * Days, not sessions, on which a session of the stage counted, from the first one ever: a demotion in between does not
 * start the count anew. Each as YYYY-MM-DD, oldest first.
 */
export function readStageDays(
  db: RecordDatabase,
  where: { readonly subject: number; readonly ladder: string; readonly stage: string },
): string[] {
  return db
    .prepare<[typeof where], string>(`SELECT DISTINCT substr(started_at, 1, 10) AS day ${counting} ORDER BY day`)
    .pluck()
    .all(where);
}

/** What a simulated mouse had learned after its last session; undefined for one that has none. */
export function readMouse(db: RecordDatabase, subject: number): unknown {
  const state = db
    .prepare<[number], string>(
      `SELECT state FROM simulated_mice JOIN sessions ON sessions.id = session WHERE subject = ? ORDER BY session DESC LIMIT 1`,
    )
    .pluck()
    .get(subject);
  return state === undefined ? undefined : JSON.parse(state);
}

/** The last session of a subject that was run with this seed, or null. */
export function sessionWithSeed(db: RecordDatabase, subject: number, task: string, seed: number): number | null {
  return (
    db
      .prepare<[number, string, number], number>(
        'SELECT id FROM sessions WHERE subject = ? AND task = ? AND seed = ? ORDER BY id DESC LIMIT 1',
      )
      .pluck()
      .get(subject, task, seed) ?? null
  );
}

/** What the rules of its stage decided on a session when it ended; null: the animal stayed where it was. */
export function decisionOfSession(
  db: RecordDatabase,
  session: number,
): {
  readonly from: string | null;
  readonly to: string;
  readonly verdict: string;
  readonly rule: string;
  readonly reason: string;
} | null {
  return (
    db
      .prepare<[number], { from: string | null; to: string; verdict: string; rule: string; reason: string }>(
        `SELECT from_stage AS "from", to_stage AS "to", verdict, rule, reason FROM decisions
         WHERE session = ? AND person IS NULL ORDER BY id LIMIT 1`,
      )
      .get(session) ?? null
  );
}

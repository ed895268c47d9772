/**
 * Keeps the roll-ups up to date: each session once when it has closed, and again when an exclusion or an amendment touches
 * it (triggers of the schema take its row in `rolled_up` away). All of it is derived: `rebuildRollups` empties and makes
 * it anew from trials and raw events.
 *
 * Reading is done outside the write lock; what is then written is a few milliseconds a transaction, so that a session that
 * runs meanwhile is not held up. Something that touches a session between the two is seen, and it is read once more.
 */
import { openRecord, type RecordDatabase } from '../open.ts';
import { fromSqlite } from '../record-error.ts';
import { WriteLock } from '../write-lock.ts';
import { licksByEpoch, type SessionFacts, SessionFactsReader } from './session-facts.ts';

/** Raise it when the rules change by which sessions are rolled up: then all are, once. */
const ROLLUP_VERSION = 1;

/** Some ten milliseconds of writing. */
const SESSIONS_A_CHUNK = 10;

export interface RollupOptions {
  /** These sessions alone. */
  readonly only?: readonly number[];
  /** With each session that was. */
  readonly onRolledUp?: (session: number) => void;
  /** Before each chunk: stop, if it says so. */
  readonly stopped?: () => boolean;
}

/** Rolls up what is not; the number of sessions that were. @throws RecordError */
export function refreshRollups(path: string, options: RollupOptions = {}): number {
  const db = openRecord(path, { mode: 'write' });
  try {
    const { only } = options;
    const stale = staleSessions(db).filter((session) => only === undefined || only.includes(session));
    return new RollUp(db).refresh(stale, options);
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw fromSqlite(error, path);
  } finally {
    db.close();
  }
}

/** Empties all roll-ups and makes them anew; the number of sessions. @throws RecordError */
export function rebuildRollups(path: string, options: RollupOptions = {}): number {
  const db = openRecord(path, { mode: 'write' });
  try {
    new WriteLock(db).take();
    db.exec('DELETE FROM rolled_up');
    db.exec('COMMIT');
    return new RollUp(db).refresh(staleSessions(db), options);
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw fromSqlite(error, path);
  } finally {
    db.close();
  }
}

/** Closed sessions whose roll-ups are missing or out of date, oldest first. */
export function staleSessions(db: RecordDatabase): number[] {
  return db
    .prepare<[number], number>(
      `SELECT id FROM sessions WHERE end_reason IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM rolled_up WHERE rolled_up.session = sessions.id AND version = ?) ORDER BY id`,
    )
    .pluck()
    .all(ROLLUP_VERSION);
}

const derived = ['rollups', 'trial_facts', 'lick_rollups', 'lick_lines', 'rolled_up'] as const;

class RollUp {
  readonly #db: RecordDatabase;
  readonly #lock: WriteLock;
  readonly #reader: SessionFactsReader;
  readonly #touches;
  readonly #hasEvents;
  readonly #clear;
  readonly #cells;
  readonly #fact;
  readonly #water;
  readonly #frames;
  readonly #pair;
  readonly #line;
  readonly #done;

  constructor(db: RecordDatabase) {
    // Derived: what a power cut undoes is rolled up again.
    db.pragma('synchronous = NORMAL');
    this.#db = db;
    this.#lock = new WriteLock(db);
    this.#reader = new SessionFactsReader(db);
    this.#touches = db.prepare<[{ session: number }], string>(touches).pluck();
    this.#hasEvents = db.prepare<[number], 1>('SELECT 1 FROM events WHERE session = ? LIMIT 1').pluck();
    this.#clear = derived.map((table) => db.prepare<[number]>(`DELETE FROM ${table} WHERE session = ?`));
    this.#cells = db.prepare<[string]>(
      `INSERT INTO rollups ${cellStatement('session IN (SELECT value FROM json_each(?))')}`,
    );
    this.#fact = db.prepare(`INSERT INTO trial_facts VALUES (${Array(FACT_COLUMNS).fill('?').join(', ')})`);
    this.#water = db.prepare<[number], { trial: number; ul: number }>(
      'SELECT trial, sum(ul) AS ul FROM drops WHERE session = ? AND trial IS NOT NULL GROUP BY trial',
    );
    this.#frames = db.prepare<[number], { trial: number; first: number; last: number }>(
      `SELECT trial, min(frame) AS first, max(frame) AS last FROM frames WHERE session = ? AND trial IS NOT NULL
       GROUP BY trial`,
    );
    this.#pair = db.prepare(`INSERT INTO lick_rollups VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#line = db.prepare('INSERT INTO lick_lines VALUES (?, ?, ?, ?)');
    this.#done = db.prepare('INSERT INTO rolled_up (session, version) VALUES (?, ?)');
  }

  refresh(sessions: readonly number[], { stopped = () => false, onRolledUp = () => {} }: RollupOptions): number {
    let done = 0;
    for (let from = 0; from < sessions.length && !stopped(); from += SESSIONS_A_CHUNK) {
      const chunk = sessions.slice(from, from + SESSIONS_A_CHUNK);
      while (!this.#write(this.#read(chunk))) {
        // Somebody excluded or amended meanwhile; what was read is no longer so.
      }
      chunk.forEach(onRolledUp);
      done += chunk.length;
    }
    return done;
  }

  #read(chunk: readonly number[]): Read[] {
    return chunk.map((session) => ({
      session,
      touches: this.#touches.get({ session })!,
      facts: this.#hasEvents.get(session) === 1 ? this.#reader.read(session) : null,
    }));
  }

  /** Whether what was read still held, and was written. */
  #write(chunk: readonly Read[]): boolean {
    this.#lock.take();
    if (chunk.some(({ session, touches: before }) => this.#touches.get({ session }) !== before)) {
      this.#db.exec('ROLLBACK');
      return false;
    }
    for (const { session } of chunk) for (const clear of this.#clear) clear.run(session);
    this.#cells.run(JSON.stringify(chunk.map(({ session }) => session)));
    for (const { session, facts } of chunk) {
      if (facts !== null) this.#writeFacts(session, facts);
      this.#done.run(session, ROLLUP_VERSION);
    }
    this.#db.exec('COMMIT');
    return true;
  }

  #writeFacts(session: number, { trials, pairs, lines }: SessionFacts): void {
    const water = new Map(this.#water.all(session).map(({ trial, ul }) => [trial, ul]));
    const frames = new Map(this.#frames.all(session).map(({ trial, ...span }) => [trial, span]));
    for (const { trial, startS, endS, facts } of trials) {
      const { licks } = facts;
      this.#fact.run(
        session,
        trial,
        startS,
        endS,
        facts.odour1Ms,
        facts.odour2Ms,
        facts.choiceMs,
        facts.waterMs,
        // Trials of a board are counted in 16 bits in its events, and drops go by those.
        water.get(trial & 0xffff) ?? (facts.waterMs === null ? 0 : null),
        licks?.firstFromOdour2Ms ?? null,
        licks?.firstFromChoiceMs ?? null,
        licks?.lickingAtChoice == null ? null : Number(licks.lickingAtChoice),
        ...licksByEpoch(facts),
        facts.optoOnMs,
        facts.optoOffMs,
        frames.get(trial)?.first ?? null,
        frames.get(trial)?.last ?? null,
      );
    }
    for (const { trialType, trials: n, delayLicks, answered, firstLickMs, density } of pairs) {
      this.#pair.run(session, trialType, n, delayLicks, answered, firstLickMs, JSON.stringify(density));
    }
    for (const { line, licks, bounces } of lines) this.#line.run(session, line, licks, bounces);
  }
}

interface Read {
  readonly session: number;
  readonly touches: string;
  /** Null: it has no events. */
  readonly facts: SessionFacts | null;
}

const FACT_COLUMNS = 23;

/** Changes with every exclusion, lifting and amendment of the session. */
const touches = `SELECT (SELECT count(*) || '/' || count(lifted_at) FROM exclusions WHERE session = @session) || '/' ||
  (SELECT count(*) FROM amendments WHERE table_name IN ('sessions', 'session_conditions')
     AND row_key = CAST(CAST(@session AS INTEGER) AS TEXT))`;

/**
 * The cells of sessions, one statement for one and for ten thousand. The key is grouped by as one number, which sorts in
 * two thirds of the time of its ten columns. `which`: a condition on `session`.
 */
export function cellStatement(which: string): string {
  return `SELECT session, trial_type, key >> 17 AS asks, (key >> 13) & 15 AS outcome, (key >> 10) & 7 AS not_scored,
      (key >> 8) & 3 AS lit, (key >> 5) & 7 AS from_epoch, (key >> 2) & 7 AS to_epoch, (key >> 1) & 1 AS engaged,
      key & 1 AS opto_excluded, trials
    FROM (SELECT session, trial_type, (asks << 17) | (coalesce(outcome, 0) << 13) | (not_scored << 10) | (lit << 8)
        | (from_epoch << 5) | (to_epoch << 2) | (engaged << 1) | opto_excluded AS key, count(*) AS trials
      FROM trial_scores WHERE ${which} GROUP BY 1, 2, 3)`;
}

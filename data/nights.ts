/**
 * Which days the nightly has done, and who is at one: however many processes and computers look at a record, a day is
 * done once. All of these are called within a transaction that may write (`entering`), so that no two answers cross.
 */
import type { RecordDatabase } from './open.ts';

/** A day that has killed its process three times will kill the fourth. */
export const NIGHT_TRIES = 3;
/** Another computer's claim counts for so long; the work itself is ended after one hour. */
export const CLAIM_ELSEWHERE_MS = 2 * 3_600_000;
/**
 * On this computer the process is looked for. Its number may have gone to another one, so a claim does not count for ever:
 * until the next night, and longer than a computer sleeps in the middle of the work.
 */
export const CLAIM_HERE_MS = 12 * 3_600_000;

/** Who wants to do, or does, which day. */
export interface NightClaim {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly host: string;
  readonly pid: number;
}

export interface Night extends NightClaim {
  /** ISO 8601 with offset; of the last try. */
  readonly startedAt: string;
  readonly tries: number;
  /** ISO 8601 with offset; null: it is not done. */
  readonly endedAt: string | null;
  readonly folder: string | null;
}

/**
 * `claimed`: do it. `done`: it was done before. `running`: another process is at it. `givenUp`: it was begun NIGHT_TRIES
 * times, and never ended.
 */
export type ClaimAnswer = 'claimed' | 'done' | 'running' | 'givenUp';

const COLUMNS = 'day, started_at AS startedAt, host, pid, tries, ended_at AS endedAt, folder';

/** Takes a day to do, also over from a process that died. `at`: ISO 8601 with offset. */
export function claimNight(
  db: RecordDatabase,
  { day, at, host, pid }: NightClaim & { readonly at: string },
): ClaimAnswer {
  const held = nightOf(db, day);
  if (held === null) {
    db.prepare('INSERT INTO nights (day, started_at, host, pid, tries) VALUES (?, ?, ?, ?, 1)').run(day, at, host, pid);
    return 'claimed';
  }
  if (held.endedAt !== null) return 'done';
  if (isAtWork(held, { at, host, pid })) return 'running';
  if (held.tries >= NIGHT_TRIES) return 'givenUp';
  db.prepare('UPDATE nights SET started_at = ?, host = ?, pid = ?, tries = tries + 1 WHERE day = ?').run(
    at,
    host,
    pid,
    day,
  );
  return 'claimed';
}

/** The claim goes to the process that does the work: if its starter dies, the day is not begun beside it. */
export function passNight(db: RecordDatabase, { day, host, pid }: NightClaim, to: number): void {
  db.prepare('UPDATE nights SET pid = ? WHERE day = ? AND host = ? AND pid = ? AND ended_at IS NULL').run(
    to,
    day,
    host,
    pid,
  );
}

/** The day is done. False: the claim had gone to another process, whose work counts. */
export function endNight(db: RecordDatabase, { day, host, pid }: NightClaim, at: string, folder: string): boolean {
  const { changes } = db
    .prepare('UPDATE nights SET ended_at = ?, folder = ? WHERE day = ? AND host = ? AND pid = ? AND ended_at IS NULL')
    .run(at, folder, day, host, pid);
  return changes === 1;
}

/** The work was ended by a person: that is no try of the day's. */
export function releaseNight(db: RecordDatabase, { day, host, pid }: NightClaim): void {
  db.prepare('UPDATE nights SET tries = tries - 1 WHERE day = ? AND host = ? AND pid = ? AND ended_at IS NULL').run(
    day,
    host,
    pid,
  );
}

/** The latest day that was done; null: none was. */
export function lastNight(db: RecordDatabase): Night | null {
  const sql = `SELECT ${COLUMNS} FROM nights WHERE ended_at IS NOT NULL ORDER BY day DESC LIMIT 1`;
  return db.prepare<[], Night>(sql).get() ?? null;
}

export function nightOf(db: RecordDatabase, day: string): Night | null {
  return db.prepare<[string], Night>(`SELECT ${COLUMNS} FROM nights WHERE day = ?`).get(day) ?? null;
}

/** Every day that was begun, oldest first. */
export function readNights(db: RecordDatabase): Night[] {
  return db.prepare<[], Night>(`SELECT ${COLUMNS} FROM nights ORDER BY day`).all();
}

function isAtWork(held: Night, asks: { readonly at: string; readonly host: string; readonly pid: number }): boolean {
  const ageMs = Date.parse(asks.at) - Date.parse(held.startedAt);
  if (held.host !== asks.host) return ageMs <= CLAIM_ELSEWHERE_MS;
  // Who asks is not at work: its own claim is of a try that has ended.
  return held.pid !== asks.pid && ageMs <= CLAIM_HERE_MS && isAlive(held.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * The record's one write lock. SQLite's own waiting looks again after 1, 2, 5 ... 100 ms, so that whoever waits is passed
 * over for longer than anybody holds the lock; here it looks every millisecond.
 */
import type { RecordDatabase } from './open.ts';

const LOOK_EVERY_MS = 1;
const asleep = new Int32Array(new SharedArrayBuffer(4));

export class WriteLock {
  readonly #db: RecordDatabase;
  readonly #begin;
  /** As the connection was opened with. */
  readonly #patienceMs: number;

  constructor(db: RecordDatabase) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#patienceMs = db.pragma('busy_timeout', { simple: true }) as number;
  }

  /** Begins a transaction that may write. @throws SqliteError `SQLITE_BUSY` when the connection's patience is over */
  take(): void {
    const until = performance.now() + this.#patienceMs;
    this.#db.pragma('busy_timeout = 0');
    try {
      while (!this.#taken(until)) Atomics.wait(asleep, 0, 0, LOOK_EVERY_MS);
    } finally {
      this.#db.pragma(`busy_timeout = ${this.#patienceMs}`);
    }
  }

  #taken(until: number): boolean {
    try {
      this.#begin.run();
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY' || performance.now() >= until) throw error;
      return false;
    }
  }
}

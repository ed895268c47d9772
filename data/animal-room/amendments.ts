/** Corrections: the raw row stays as it was entered, and what counts stands beside it, with who, when and why. */
import type { RecordDatabase } from '../open.ts';

/** Tables that people correct, and the columns that may be: `void` takes the whole row out of account. */
export interface Amendment {
  readonly table: 'weights' | 'water_ledger' | 'sessions';
  readonly row: number;
  readonly column: 'subject' | 'grams' | 'ul' | 'void';
  readonly value: number;
  readonly person: string;
  readonly reason: string;
  /** ISO 8601 with offset. */
  readonly at: string;
}

/** A row that may be amended, as it counts now. */
export interface AmendedRow {
  /** Null: water that nobody got. */
  readonly subject: number | null;
  /** Grams or microlitres; null: unmeasured, or a session. */
  readonly value: number | null;
  /** The animal's day; YYYY-MM-DD. */
  readonly day: string;
}

const asItCounts: Readonly<Record<Amendment['table'], string>> = {
  weights: 'SELECT subject, grams AS value, substr(measured_at, 1, 10) AS day FROM weights_now WHERE id = ?',
  water_ledger: 'SELECT subject, ul AS value, day FROM water_now WHERE id = ?',
  sessions: `SELECT animals.subject, NULL AS value, substr(started_at, 1, 10) AS day
    FROM session_animals animals JOIN sessions ON id = session WHERE id = ?`,
};

/** Null: there is none, or it was voided. */
export function readAmended(db: RecordDatabase, table: Amendment['table'], row: number): AmendedRow | null {
  return db.prepare<[number], AmendedRow>(asItCounts[table]).get(row) ?? null;
}

export function amend(db: RecordDatabase, { table, row, column, value, person, reason, at }: Amendment): void {
  const before = readAmended(db, table, row);
  const old = column === 'void' ? 0 : column === 'subject' ? before?.subject : before?.value;
  db.prepare(
    `INSERT INTO amendments (table_name, row_key, column_name, old_value, new_value, person, reason, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    table,
    String(row),
    column,
    old === null || old === undefined ? null : String(old),
    String(value),
    person,
    reason,
    at,
  );
}

/** Remarks on sessions, and what sessions were for, as people correct them. */
import type { RecordDatabase } from '../open.ts';
import type { ConditionRow, NoteRow } from '../rows.ts';

export interface NumberedNote extends NoteRow {
  readonly id: number;
  /** 1: a person has corrected it since. */
  readonly amended: 0 | 1;
}

/** On a session, as they count, in order. */
export function notesOf(db: RecordDatabase, session: number): NumberedNote[] {
  return db
    .prepare<[number], NumberedNote>(
      'SELECT id, at, trial, person, body, amended FROM notes_now WHERE session = ? ORDER BY id',
    )
    .all(session);
}

/** Its number. */
export function addNote(db: RecordDatabase, session: number, { at, trial, person, body }: NoteRow): number {
  const { lastInsertRowid } = db
    .prepare('INSERT INTO notes (session, trial, at, person, body) VALUES (?, ?, ?, ?, ?)')
    .run(session, trial, at, person, body);
  return Number(lastInsertRowid);
}

/** What it says now; null: there is no such note, or it was voided. */
export function noteNumbered(
  db: RecordDatabase,
  id: number,
): { readonly session: number; readonly body: string } | null {
  return (
    db
      .prepare<[number], { session: number; body: string }>('SELECT session, body FROM notes_now WHERE id = ?')
      .get(id) ?? null
  );
}

/** What a session was for, as it counts; null: there is no such session. */
export function conditionOf(db: RecordDatabase, session: number): ConditionRow | null {
  return (
    db
      .prepare<[number], ConditionRow>(
        'SELECT kind, agent, dose, site, given_at AS givenAt FROM conditions_now WHERE session = ?',
      )
      .get(session) ?? null
  );
}

/** Columns of `session_conditions` that people correct. */
export const conditionColumns = {
  kind: 'kind',
  agent: 'agent',
  dose: 'dose',
  site: 'site',
  givenAt: 'given_at',
} as const satisfies Record<keyof ConditionRow, string>;

export interface WordsAmendment {
  readonly table: 'notes' | 'session_conditions';
  readonly row: number;
  readonly column: 'body' | 'void' | (typeof conditionColumns)[keyof ConditionRow];
  readonly old: string | null;
  readonly value: string | null;
  readonly person: string;
  readonly reason: string;
  /** ISO 8601 with offset. */
  readonly at: string;
}

export function amendWords(
  db: RecordDatabase,
  { table, row, column, old, value, person, reason, at }: WordsAmendment,
): void {
  db.prepare(
    `INSERT INTO amendments (table_name, row_key, column_name, old_value, new_value, person, reason, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(table, String(row), column, old, value, person, reason, at);
}

/** Welfare cases: opened by a weighing or a person, told, acted on, overridden, closed, each with a name; never deleted. */
import type { RecordDatabase } from '../open.ts';

export interface CaseEntry {
  readonly kind: 'told' | 'done' | 'override' | 'closed';
  readonly body: string;
  readonly person: string;
  /** ISO 8601 with offset. */
  readonly at: string;
}

export interface WelfareCase {
  readonly id: number;
  /** The weighing that opened it; null: a person did. */
  readonly weight: number | null;
  readonly openedAt: string;
  readonly reason: string;
  /** In order. */
  readonly entries: readonly CaseEntry[];
  readonly open: boolean;
}

/** Oldest first. */
export function casesOf(db: RecordDatabase, subject: number): WelfareCase[] {
  const entries = db.prepare<[number], CaseEntry>(
    'SELECT kind, body, person, at FROM case_entries WHERE welfare_case = ? ORDER BY id',
  );
  return db
    .prepare<[number], { id: number; weight: number | null; openedAt: string; reason: string }>(
      'SELECT id, weight, opened_at AS openedAt, reason FROM cases WHERE subject = ? ORDER BY id',
    )
    .all(subject)
    .map((found) => {
      const all = entries.all(found.id);
      return { ...found, entries: all, open: all.every(({ kind }) => kind !== 'closed') };
    });
}

/** `weight`: the weighing that opened it, or null. Its id. */
export function openCase(
  db: RecordDatabase,
  subject: number,
  { weight, at, reason }: { readonly weight: number | null; readonly at: string; readonly reason: string },
): number {
  const { lastInsertRowid } = db
    .prepare('INSERT INTO cases (subject, weight, opened_at, reason) VALUES (?, ?, ?, ?)')
    .run(subject, weight, at, reason);
  return Number(lastInsertRowid);
}

export function addCaseEntry(db: RecordDatabase, id: number, { kind, body, person, at }: CaseEntry): void {
  db.prepare('INSERT INTO case_entries (welfare_case, kind, body, person, at) VALUES (?, ?, ?, ?, ?)').run(
    id,
    kind,
    body,
    person,
    at,
  );
}

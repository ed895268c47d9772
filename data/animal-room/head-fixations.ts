/** Mouse in, mouse out: since when an animal's head is fixed. */
import type { RecordDatabase } from '../open.ts';

export interface HeadFixation {
  readonly step: 'in' | 'out';
  /** ISO 8601 with offset. */
  readonly at: string;
  /** Null: entered apart from a session. */
  readonly session: number | null;
  readonly person: string | null;
}

export function addHeadFixation(
  db: RecordDatabase,
  subject: number,
  { step, at, session, person }: HeadFixation,
): void {
  db.prepare('INSERT INTO head_fixations (subject, step, at, session, person) VALUES (?, ?, ?, ?, ?)').run(
    subject,
    step,
    at,
    session,
    person,
  );
}

/** Since when it is fixed, ISO 8601; null: it is free. */
export function headFixedSince(db: RecordDatabase, subject: number): string | null {
  const last = db
    .prepare<[number], { step: string; at: string }>(
      'SELECT step, at FROM head_fixations WHERE subject = ? ORDER BY id DESC LIMIT 1',
    )
    .get(subject);
  return last?.step === 'in' ? last.at : null;
}

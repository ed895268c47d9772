/** What was ever entered about an animal, for its log. */
import type { RecordDatabase } from '../open.ts';

/** The first day of a weight, of water or of a session, YYYY-MM-DD; null: there is none. */
export function firstDayOf(db: RecordDatabase, subject: number): string | null {
  return (
    db
      .prepare<[{ subject: number }], string | null>(
        `SELECT min(day) FROM (
           SELECT substr(measured_at, 1, 10) AS day FROM weights_now WHERE subject = @subject
           UNION ALL SELECT day FROM water_now WHERE subject = @subject
           UNION ALL SELECT substr(started_at, 1, 10) FROM session_animals animals JOIN sessions ON id = session
             WHERE animals.subject = @subject
           UNION ALL SELECT started_on FROM restrictions WHERE subject = @subject)`,
      )
      .pluck()
      .get({ subject }) ?? null
  );
}

export interface LoggedAmendment {
  readonly tableName: string;
  readonly rowKey: string;
  readonly columnName: string;
  readonly oldValue: string | null;
  readonly newValue: string | null;
  readonly person: string;
  readonly reason: string;
  /** ISO 8601 with offset. */
  readonly at: string;
}

/** Corrections of its rows, and of rows that were its own before or are now; oldest first. */
export function amendmentsOf(db: RecordDatabase, subject: number): LoggedAmendment[] {
  return db
    .prepare<[{ subject: number }], LoggedAmendment>(
      `SELECT table_name AS tableName, row_key AS rowKey, column_name AS columnName, old_value AS oldValue,
         new_value AS newValue, person, reason, at FROM amendments a
       WHERE (table_name = 'subjects' AND row_key = CAST(CAST(@subject AS INTEGER) AS TEXT))
         OR (column_name = 'subject' AND CAST(CAST(@subject AS INTEGER) AS TEXT) IN (old_value, new_value))
         OR (table_name = 'weights' AND (SELECT subject FROM weights WHERE id = CAST(row_key AS INTEGER)) = @subject)
         OR (table_name = 'water_ledger' AND (SELECT subject FROM water_ledger WHERE id = CAST(row_key AS INTEGER)) = @subject)
       ORDER BY id`,
    )
    .all({ subject });
}

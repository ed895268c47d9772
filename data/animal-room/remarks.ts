/** What stands beside the figures of an animal: people's remarks, exclusions, and what went wrong in its sessions. */
import type { RecordDatabase } from '../open.ts';

export interface Remark {
  readonly kind: 'note' | 'exclusion' | 'fault';
  /** ISO 8601 with offset. */
  readonly at: string;
  /** Null: on the animal. */
  readonly session: number | null;
  /** Null: no one trial. */
  readonly trial: number | null;
  /** Who says so; null: the program. */
  readonly person: string | null;
  readonly body: string;
}

/** Oldest first. A note that the program wrote of its own free water has no person where the session had no operator. */
export function remarksOf(db: RecordDatabase, subject: number): Remark[] {
  return db
    .prepare<[{ subject: number }], Remark>(
      `WITH own AS (SELECT session FROM session_animals WHERE subject = @subject)
       SELECT 'note' AS kind, at, session, trial, person, body FROM notes_now
         WHERE session IN own OR subject = @subject
       UNION ALL SELECT 'exclusion', at, session, NULL, person,
         CASE WHEN first_trial IS NULL THEN 'all trials' ELSE 'trials ' || first_trial || ' to ' || last_trial END
           || ' left out of ' || use || ': ' || reason
         FROM exclusions WHERE session IN own AND lifted_at IS NULL
       UNION ALL SELECT 'fault', at, session, trial, NULL, message FROM faults WHERE session IN own
       ORDER BY 2`,
    )
    .all({ subject });
}

/** All that is derived, made anew: roll-ups and facts of trials, from trials and raw events. */
import { entering } from '../animal-room/entry.ts';
import { openRecord } from '../open.ts';
import { rebuildRollups } from '../rollups/refresh.ts';

export const derivedTables = ['rollups', 'trial_facts', 'lick_rollups', 'lick_lines', 'rolled_up'] as const;

/** The number of sessions. Brings an older record up to date; the record must be there. @throws RecordError */
export function rebuild(path: string): number {
  const sessions = rebuildRollups(path);
  const stray = strays(path);
  if (stray.length > 0) {
    entering({ path, createFolder: false }, (db) => {
      for (const { table, session } of stray) db.prepare(`DELETE FROM ${table} WHERE session = ?`).run(session);
    });
  }
  return sessions;
}

/** Rows of no session, which nothing would make anew. Looked for outside the write lock: the tables are long. */
function strays(path: string): { table: string; session: number }[] {
  const db = openRecord(path, { mode: 'read' });
  try {
    return derivedTables.flatMap((table) =>
      db
        .prepare<[], number>(`SELECT DISTINCT session FROM ${table} WHERE session NOT IN (SELECT id FROM sessions)`)
        .pluck()
        .all()
        .map((session) => ({ table, session })),
    );
  } finally {
    db.close();
  }
}

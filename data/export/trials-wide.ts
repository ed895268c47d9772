/** What is exported of a record: which sessions, and their trials as the view `trials_wide` shows them, as they are taken. */
import type { RecordDatabase } from '../open.ts';
import { staleSessions } from '../rollups/refresh.ts';
import type { ExportHead, RowFormat } from './formats.ts';

export interface Selection {
  /** Null: all. */
  readonly session: number | null;
  /** Id of the animal whose they are now; null: of all. */
  readonly subject: number | null;
  readonly simulated: boolean;
}

export interface Selected {
  readonly sessions: readonly number[];
  readonly trials: number;
  /** Of them, those that run, or whose process died. */
  readonly open: readonly number[];
  /** Of them, those that are closed and not rolled up: what their events say is not in the view. */
  readonly stale: readonly number[];
}

/** Simulated sessions and real ones are two selections: they never stand in one export. */
export function selected(db: RecordDatabase, { session, subject, simulated }: Selection): Selected {
  const rows = db
    .prepare<[Record<string, unknown>], { id: number; open: number }>(
      `SELECT id, end_reason IS NULL AS open FROM sessions JOIN session_animals animals ON animals.session = id
       WHERE simulated = @simulated AND (@session IS NULL OR id = @session)
         AND (@subject IS NULL OR animals.subject = @subject) ORDER BY id`,
    )
    .all({ session, subject, simulated: Number(simulated) });
  const sessions = rows.map(({ id }) => id);
  const trials = db
    .prepare<[string], number>('SELECT count(*) FROM trials WHERE session IN (SELECT value FROM json_each(?))')
    .pluck()
    .get(JSON.stringify(sessions))!;
  const stale = new Set(staleSessions(db));
  return {
    sessions,
    trials,
    open: rows.flatMap(({ id, open }) => (open === 1 ? [id] : [])),
    stale: sessions.filter((id) => stale.has(id)),
  };
}

export interface Chunk {
  readonly text: string;
  readonly trials: number;
}

const ROWS_A_CHUNK = 500;

/** The export as pieces of text: however many trials there are, only some hundred are in memory at a time. */
export function* exported(
  db: RecordDatabase,
  { session, subject, simulated }: Selection,
  format: RowFormat,
  about: Omit<ExportHead, 'columns' | 'simulated'>,
): Generator<Chunk> {
  const statement = db
    .prepare<[Record<string, unknown>], unknown[]>(
      `SELECT * FROM trials_wide WHERE simulated = @simulated${session === null ? '' : ' AND session = @session'}${
        subject === null ? '' : ' AND subject_id = @subject'
      } ORDER BY session, trial`,
    )
    .raw();
  const columns = statement.columns().map(({ name }) => name);
  const writer = format({ ...about, simulated, columns });
  yield { text: writer.begin(), trials: 0 };
  let rows: unknown[][] = [];
  for (const row of statement.iterate({ session, subject, simulated: Number(simulated) })) {
    rows.push(row);
    if (rows.length < ROWS_A_CHUNK) continue;
    yield { text: writer.rows(rows), trials: rows.length };
    rows = [];
  }
  if (rows.length > 0) yield { text: writer.rows(rows), trials: rows.length };
  yield { text: writer.end(), trials: 0 };
}

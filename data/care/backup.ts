/**
 * A copy of the record while sessions run. It is of one instant: the copying connection holds a read transaction, which no
 * writer waits for (write-ahead log), and without which SQLite would begin anew with every write of somebody else
 * (sqlite.org/c3ref/backup_finish.html). The copy is one file, and is looked through before it gets its name.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Stopped, type Target, wholeFile } from '../export/whole-file.ts';
import { openRecord, type RecordDatabase } from '../open.ts';
import { fromSqlite, RecordError } from '../record-error.ts';
import { oneLine } from './structure.ts';

interface Contents {
  readonly sessions: number;
  readonly trials: number;
  readonly events: number;
}

export interface Backup extends Contents {
  readonly bytes: number;
}

export interface BackupOptions {
  readonly onPages?: (done: number, of: number) => void;
  readonly stopped?: () => boolean;
}

/** 4 MB at a time: Ctrl-C is heard and progress shown some times a second, on a slow disk too. */
const PAGES_A_STEP = 1000;

/** @throws RecordError, Stopped */
export async function backUp(target: Target, { onPages, stopped = () => false }: BackupOptions = {}): Promise<Backup> {
  const { path, record } = target;
  for (const left of [`${path}-wal`, `${path}-journal`]) {
    // SQLite would take it for the new file's own, and write what is in it into the copy.
    if (!existsSync(left) || statSync(left).size === 0) continue;
    throw new RecordError(
      'nameTaken',
      `${left} lies where the backup is wanted: a program has that file open, or died with it open. Nothing was written. Give the backup another name.`,
    );
  }
  const db = openRecord(record, { mode: 'read' });
  try {
    return await wholeFile(target, async (temporary) => {
      db.exec('BEGIN');
      const held = contentsOf(db);
      await db.backup(temporary, {
        progress: ({ totalPages, remainingPages }) => {
          if (stopped()) throw new Stopped();
          onPages?.(totalPages - remainingPages, totalPages);
          return PAGES_A_STEP;
        },
      });
      db.exec('COMMIT');
      return { ...expectWhole(temporary, held), bytes: statSync(temporary).size };
    });
  } catch (error) {
    throw fromSqlite(error, path);
  } finally {
    db.close();
  }
}

function contentsOf(db: RecordDatabase): Contents {
  return db
    .prepare<[], Contents>(
      `SELECT (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM trials) AS trials,
         (SELECT count(*) FROM events) AS events`,
    )
    .get()!;
}

/** Is it what was copied? @throws RecordError */
function expectWhole(copy: string, held: Contents): Contents {
  const db = new Database(copy);
  try {
    // One file: a log beside it would be left behind when it is moved, and could not be kept on a network drive.
    db.pragma('journal_mode = DELETE');
    const said = oneLine(String(db.pragma('integrity_check(1)', { simple: true })));
    const found = contentsOf(db);
    if (said === 'ok' && Object.entries(held).every(([what, n]) => found[what as keyof Contents] === n)) return found;
    const why = said === 'ok' ? `it holds ${found.events} events, and the record ${held.events}` : said;
    throw new RecordError(
      'disk',
      `The copy is not what was copied (${why}), and was taken away. The record is as it was. Check both disks, and "rig data check".`,
    );
  } finally {
    db.close();
    for (const end of ['-wal', '-shm', '-journal']) rmSync(copy + end, { force: true });
  }
}

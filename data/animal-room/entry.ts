/** What people enter between sessions: each entry is one short transaction on the disk, so nothing is ever half-written. */
import { openRecord, type RecordDatabase } from '../open.ts';
import type { Place } from '../place.ts';
import { fromSqlite } from '../record-error.ts';
import { WriteLock } from '../write-lock.ts';

/**
 * Opens the record, lets `work` read and write as one, closes it. An error of `work` undoes all of it. Sessions that run
 * meanwhile wait for milliseconds. @throws RecordError, and what `work` throws
 */
export function entering<T>({ path, createFolder }: Place, work: (db: RecordDatabase) => T): T {
  const db = openRecord(path, { mode: 'write', createFolder });
  try {
    db.pragma('synchronous = FULL');
    new WriteLock(db).take();
    const result = work(db);
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw fromSqlite(error, path);
  } finally {
    db.close();
  }
}

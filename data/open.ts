/**
 * Opens the record, or says why not. A writer makes the file and its schema where needed, in one transaction; a reader
 * never changes a byte of the data. A file that is not ours is left as it was found.
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { networkDrive } from './network-drive.ts';
import { fromSqlite, RecordError } from './record-error.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './schema/migrate.ts';

export type RecordDatabase = Database.Database;

export interface OpenOptions {
  readonly mode: 'write' | 'read';
  /** Make the folder if there is none; write mode only. */
  readonly createFolder?: boolean;
  /** How long to wait for another program's lock. */
  readonly busyTimeoutMs?: number;
}

/** Longer than any transaction of ours (10 ms) by far; short enough that a person still waits for the answer. */
const BUSY_TIMEOUT_MS = 5000;

/** Opens the record at `path`. Throws RecordError; the caller closes what it gets. */
export function openRecord(path: string, options: OpenOptions): RecordDatabase {
  const file = resolve(path);
  checkPlace(file, options);
  const readonly = options.mode === 'read';
  let db: RecordDatabase | undefined;
  try {
    db = new Database(file, { readonly, fileMustExist: readonly, timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
    checkOurs(db, file);
    db.pragma('foreign_keys = ON');
    if (readonly) checkReadable(db, file);
    else prepareToWrite(db, file);
    return db;
  } catch (error) {
    db?.close();
    throw fromSqlite(error, file);
  }
}

function checkPlace(file: string, { mode, createFolder = false }: OpenOptions): void {
  const folder = dirname(file);
  if (mode === 'write' && createFolder) mkdirSync(folder, { recursive: true });
  if (!existsSync(folder)) {
    throw new RecordError(
      'folderMissing',
      `There is no folder ${folder}, so there is no record in it. Nothing was made. Check the spelling, or make the folder.`,
    );
  }
  const exists = existsSync(file);
  if (exists && !statSync(file).isFile()) {
    throw new RecordError(
      'notADatabase',
      `${file} is a folder or a device, not a record. Nothing was changed. Give the name of a file.`,
    );
  }
  if (mode === 'read') {
    if (exists) return;
    throw new RecordError(
      'missing',
      `There is no record at ${file} yet: nothing was recorded there, and there is nothing to show. Run a session, or give the right file with --db.`,
    );
  }
  try {
    // The folder too: the write-ahead log is a file beside the record.
    accessSync(folder, constants.W_OK);
    if (exists) accessSync(file, constants.W_OK);
  } catch (cause) {
    throw new RecordError(
      'readOnly',
      `${file} may not be written, so no session can be recorded. Nothing was changed. Check the rights on the file and its folder, or choose another with --db.`,
      { cause },
    );
  }
  const mounts = existsSync('/proc/mounts') ? readFileSync('/proc/mounts', 'utf8') : '';
  const drive = networkDrive(realpathSync(folder), mounts);
  if (drive !== null) {
    throw new RecordError(
      'network',
      `${folder} is on a network drive (${drive}), where a record can be damaged without warning. Nothing was written. Record on a disk of this computer, and copy to the network afterwards.`,
    );
  }
}

function checkOurs(db: RecordDatabase, file: string): void {
  const id = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const { tables } = db.prepare<[], { tables: number }>('SELECT count(*) AS tables FROM sqlite_schema').get()!;
  if (id !== APPLICATION_ID && (tables > 0 || id !== 0 || version !== 0)) {
    throw new RecordError(
      'foreign',
      `${file} is the database of another program. Nothing was changed in it. Choose another file with --db.`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new RecordError(
      'newer',
      `${file} was written by a newer version of this program (schema ${version}, this one knows ${SCHEMA_VERSION}). ` +
        'Nothing was changed; its data are safe. Update this program, then try again.',
    );
  }
}

function checkReadable(db: RecordDatabase, file: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version === 0) {
    throw new RecordError(
      'missing',
      `${file} is empty: nothing was recorded there, and there is nothing to show. Run a session, or give the right file with --db.`,
    );
  }
  if (version < SCHEMA_VERSION) {
    throw new RecordError(
      'older',
      `${file} was written by an older version of this program (schema ${version}, this one reads ${SCHEMA_VERSION}). ` +
        'Its data are safe. It is brought up to date when the next session starts; or go back to the older version.',
    );
  }
}

function prepareToWrite(db: RecordDatabase, file: string): void {
  if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
    throw new RecordError(
      'network',
      `${file} lies where a write-ahead log cannot be kept, so a record there could be damaged. Record on a disk of this computer.`,
    );
  }
  if ((db.pragma('user_version', { simple: true }) as number) === SCHEMA_VERSION) return;
  // A second program that opens the same new file waits here, then finds nothing left to do.
  db.transaction(() => migrate(db)).immediate();
}

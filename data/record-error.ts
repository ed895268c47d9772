/**
 * What the world does to the record, told to the technician as it stands: what happened, what it means for the animal
 * and the data, what to do. SQLite's own codes are translated here and nowhere else (sqlite.org/rescode.html).
 */
import Database from 'better-sqlite3';

export type RecordErrorCode =
  | 'notADatabase'
  | 'foreign'
  | 'newer'
  | 'older'
  | 'missing'
  | 'folderMissing'
  | 'readOnly'
  | 'network'
  | 'locked'
  | 'diskFull'
  | 'disk'
  | 'tooSlow'
  | 'writerDied'
  | 'mixed'
  | 'unknownSubject'
  | 'nameTaken'
  | 'leased'
  | 'leaseLost';

export class RecordError extends Error {
  readonly code: RecordErrorCode;

  constructor(code: RecordErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RecordError';
    this.code = code;
  }
}

const bySqliteCode: readonly [prefix: string, code: RecordErrorCode, message: (path: string) => string][] = [
  [
    'SQLITE_NOTADB',
    'notADatabase',
    (path) =>
      `${path} is not a database. Nothing was written to it. Choose another file, or restore this one from a backup.`,
  ],
  [
    'SQLITE_CORRUPT',
    'notADatabase',
    (path) =>
      `The record ${path} is damaged. No session can be recorded in it. Keep the file as it is, and restore a backup under another name.`,
  ],
  [
    'SQLITE_FULL',
    'diskFull',
    (path) =>
      `The disk that holds ${path} is full. What was reported as saved is safe; later events are not in the record. ` +
      'End the session, take the animal out, and make room before the next one.',
  ],
  [
    'SQLITE_READONLY',
    'readOnly',
    (path) =>
      `${path} may not be written. Nothing was changed. Check the rights on the file and its folder, or choose another with --db.`,
  ],
  [
    'SQLITE_CANTOPEN',
    'readOnly',
    (path) =>
      `${path} cannot be opened. Nothing was changed. Check that it is a file, and the rights on it and on its folder.`,
  ],
  [
    'SQLITE_BUSY',
    'locked',
    (path) =>
      `Another program holds ${path} and did not let go. What was reported as saved is safe; nothing after it was written. ` +
      'Close database browsers and exports that have it open, then try again.',
  ],
  [
    'SQLITE_IOERR',
    'disk',
    (path) =>
      `The disk that holds ${path} failed to read or write. What was reported as saved is safe as far as the disk is. ` +
      'End the session, take the animal out, and copy the record to another disk.',
  ],
];

/** The RecordError that an error of SQLite stands for; errors of any other kind come back as they are. */
export function fromSqlite(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const found = bySqliteCode.find(([prefix]) => error.code.startsWith(prefix));
  if (found !== undefined) return new RecordError(found[1], found[2](path), { cause: error });
  return error;
}

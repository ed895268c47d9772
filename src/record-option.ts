/**
 * `--db FILE` and which record is meant without it: real sessions and simulations lie in records of their own.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { type Place, recordPlace } from '#data/place.ts';
import { readSession, type SessionRecord } from '#data/reads.ts';
import { commandName, type Io, pathOf } from './io.ts';
import { UsageError } from './usage-error.ts';

export interface RecordOptions {
  readonly db?: string;
  readonly simulated?: boolean;
}

export function withDb(command: Command): Command {
  return command.option('--db <file>', "the record's file (else REHEARSAL_DB, else your data folder)");
}

/** For commands that look at what stands in a record. */
export function withRecord(command: Command): Command {
  return withDb(command).option('--simulated', 'look in the record of simulations');
}

export function placeOf(io: Io, db: string | undefined, simulated: boolean): Place {
  const flag = db === undefined ? undefined : pathOf(io, db);
  return recordPlace({ flag, env: io.env, platform: io.platform, home: io.home, simulated });
}

/** Is the record named by a person, so that there is only one? */
export function isNamed(io: Io, { db }: RecordOptions): boolean {
  return db !== undefined || Boolean(io.env.REHEARSAL_DB);
}

/** What must be typed after a session's number to find it again. */
export function recordFlags(io: Io, db: string | undefined, simulated: boolean): string {
  if (db !== undefined) return ` --db ${/\s/.test(db) ? `"${db}"` : db}`;
  return simulated && !io.env.REHEARSAL_DB ? ' --simulated' : '';
}

/** Opens the record for reading, hands it to `read`, closes it. @throws RecordError */
export function readingFrom<T>(path: string, read: (db: RecordDatabase) => T): T {
  const db = openRecord(path, { mode: 'read' });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

/** The session with this number as typed, for `read`. @throws UsageError, RecordError */
export function readingSession<T>(
  io: Io,
  typed: string,
  options: RecordOptions,
  read: (db: RecordDatabase, session: SessionRecord) => T,
): T {
  if (!/^\d{1,9}$/.test(typed)) {
    throw new UsageError(
      `"${typed}" is no session number. Nothing was done. Type its number, as "${commandName(io)} sessions" lists it.`,
    );
  }
  const { path } = placeOf(io, options.db, options.simulated === true);
  const onlyReal = options.simulated !== true && !isNamed(io, options);
  const elsewhere = onlyReal ? ' Simulated sessions stand in a record of their own: add --simulated.' : '';
  if (onlyReal && !existsSync(path)) {
    throw new UsageError(`No session on a real rig was recorded yet in ${path}. Nothing was done.${elsewhere}`);
  }
  return readingFrom(path, (db) => {
    const session = readSession(db, Number(typed));
    if (session !== undefined) return read(db, session);
    throw new UsageError(
      `There is no session ${typed} in ${path}. Nothing was done.${elsewhere} See "${commandName(io)} sessions".`,
    );
  });
}

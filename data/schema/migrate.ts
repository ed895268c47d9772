/**
 * The schema as numbered SQL files in this folder, applied in order inside one transaction of the caller.
 * `PRAGMA user_version` is the number of the last one applied; `application_id` says that the file is ours.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/** `REHE`, at byte 68 of the file (sqlite.org/fileformat2.html). */
export const APPLICATION_ID = 0x52454845;

const folder = new URL('./', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => /^\d{3}-.+\.sql$/.test(name))
  .sort();

files.forEach((name, index) => {
  if (Number.parseInt(name, 10) !== index + 1) {
    throw new Error(`data/schema/${name}: expected number ${index + 1}; number the files 001, 002, ... without a gap`);
  }
});

/** The version of the schema that this program writes. */
export const SCHEMA_VERSION = files.length;

/** Brings the schema up to SCHEMA_VERSION. Call it inside an IMMEDIATE transaction; a second call changes nothing. */
export function migrate(db: Database): void {
  const from = db.pragma('user_version', { simple: true }) as number;
  for (const name of files.slice(from)) db.exec(readFileSync(new URL(name, folder), 'utf8'));
  if (from < SCHEMA_VERSION) {
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }
}

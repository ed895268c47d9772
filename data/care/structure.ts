/** Is the file whole, and is it laid out as this program lays it out? SQLite's own checks, and a look at the schema. */
import Database from 'better-sqlite3';
import type { RecordDatabase } from '../open.ts';
import { migrate } from '../schema/migrate.ts';
import { type Finding, listed } from './finding.ts';
import { derivedTables } from './rebuild.ts';

/** Pages, indices, constraints and types (sqlite.org/pragma.html#pragma_integrity_check). */
export function* integrity(db: RecordDatabase): Generator<Finding> {
  for (const said of db.prepare<[], string>('PRAGMA integrity_check(10)').pluck().iterate()) {
    if (said === 'ok') continue;
    yield {
      what: `SQLite finds: ${oneLine(said)}.`,
      means: 'The file was damaged, by its disk, by a copy made while it was written, or by another program.',
      todo: 'Record no more in it. Copy it to another disk as it is, and go on with the last backup.',
    };
  }
}

/** Its own words, without its heading. */
export function oneLine(said: string): string {
  return said.replace('*** in database main ***', '').replace(/\s+/g, ' ').trim();
}

const derived: ReadonlySet<string> = new Set(derivedTables);

/** Rows that refer to something that is not there: events of no session among them. */
export function* references(db: RecordDatabase): Generator<Finding> {
  const stray = db.prepare<[], { table: string; parent: string }>(
    'SELECT "table", parent FROM pragma_foreign_key_check',
  );
  const rows = new Map<string, { table: string; parent: string; n: number }>();
  for (const { table, parent } of stray.iterate()) {
    const key = `${table} ${parent}`;
    rows.set(key, { table, parent, n: (rows.get(key)?.n ?? 0) + 1 });
  }
  for (const { table, parent, n } of rows.values()) {
    const what = `Rows of ${table} that belong to no row of ${parent}: ${n}.`;
    yield derived.has(table)
      ? { what, means: 'They are derived, and nothing raw is wrong.', todo: 'Make them anew: {data rebuild}.' }
      : {
          what,
          means: 'Rows were taken away or put in by hand, past the guards of the file.',
          todo: 'Keep the file as it is, ask who changed it, and compare it with the last backup.',
        };
  }
}

/** What this program lays out and is missing: the guards that keep raw rows from being changed are triggers. */
export function* layout(db: RecordDatabase): Generator<Finding> {
  const fresh = new Database(':memory:');
  try {
    migrate(fresh);
    const there = new Set(namesOf(db));
    const missing = namesOf(fresh).filter((name) => !there.has(name));
    if (missing.length === 0) return;
    yield {
      what: `Not there is what every record has: ${listed(missing)}.`,
      means: 'Somebody took it away by hand: what it guards may have been changed since, what it shows cannot be read.',
      todo: 'Keep the file as it is, ask who changed it, and go on with the last backup.',
    };
  } finally {
    fresh.close();
  }
}

/** `table drops`, `trigger events_never_change` ... */
function namesOf(db: RecordDatabase): string[] {
  return db
    .prepare<[], string>("SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY rowid")
    .pluck()
    .all();
}

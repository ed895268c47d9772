/** A record of any earlier version is brought up to date without a change to what was recorded, and today's readers read it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { digests } from '#data/care/digests.ts';
import { orphans } from '#data/care/orphans.ts';
import { integrity, layout, references } from '#data/care/structure.ts';
import { openRecord } from '#data/open.ts';
import { listSessions, readEvents, readSession, readTrials } from '#data/reads.ts';
import { refreshRollups } from '#data/rollups/refresh.ts';
import { SCHEMA_VERSION } from '#data/schema/migrate.ts';
import { filled, laidOut, lines, plan, schemaFiles } from './older-records.ts';

/** CHANGELOG.md: 0.1.0. */
const RELEASED = 6;

/** Every row of every table, each value as SQLite writes it. */
function quoted(path: string): Map<string, Record<string, string>[]> {
  const db = new Database(path, { readonly: true });
  const names = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .pluck();
  const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck();
  const tables = names.all().map((table) => {
    const list = columns.all(table).map((name) => `quote("${name}") AS "${name}"`);
    return [
      table,
      db.prepare<[], Record<string, string>>(`SELECT ${list.join(', ')} FROM "${table}" ORDER BY 1, 2`).all(),
    ] as const;
  });
  db.close();
  return new Map(tables);
}

/** Made anew on the way, with what stood there (9: opto, imaging), or derived (13: rollups). */
const remade = new Set(['opto', 'imaging', 'rollups']);

/** What it was opened with today, and what the program then finds wrong. */
function broughtUpToDate(path: string) {
  const db = openRecord(path, { mode: 'write' });
  const version = db.pragma('user_version', { simple: true });
  const wrong = [integrity(db), layout(db), references(db), orphans(db), digests(db, () => {})].flatMap((each) => [
    ...each,
  ]);
  db.close();
  return { version, wrong };
}

describe.each(schemaFiles.slice(0, -1).map((name, index) => ({ version: index + 1, name })))(
  'a record of schema $version ($name)',
  ({ version }) => {
    it('is refused by a reader, which says so and leaves it as it is', () => {
      const path = filled(version);
      const before = readFileSync(path);
      expect(() => openRecord(path, { mode: 'read' })).toThrow(
        expect.objectContaining({
          code: 'older',
          message: expect.stringContaining(`schema ${version}, this one reads ${SCHEMA_VERSION}`),
        }),
      );
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    it('is brought up to date whole, and nothing that was recorded is changed', () => {
      const path = filled(version);
      const before = quoted(path);
      expect(before.size).toBeGreaterThan(7);
      expect(broughtUpToDate(path)).toEqual({ version: SCHEMA_VERSION, wrong: [] });
      const after = quoted(path);
      for (const raw of ['events', 'trials']) expect(after.get(raw)).toEqual(before.get(raw) ?? []);
      for (const [table, rowsThen] of before) {
        if (remade.has(table) || rowsThen.length === 0) continue;
        const rowsNow = after.get(table) ?? [];
        const kept = Object.keys(rowsThen[0]!).filter((column) => rowsNow[0] !== undefined && column in rowsNow[0]);
        expect(kept.length).toBeGreaterThan(0);
        const only = (row: Record<string, string>) => Object.fromEntries(kept.map((column) => [column, row[column]]));
        expect([table, rowsNow.map(only)]).toEqual([table, expect.arrayContaining(rowsThen.map(only))]);
      }
    });

    // There are no sessions before.
    if (version < 3) return;
    it("is read by today's readers, rolled up, and shown as wide rows", () => {
      const path = filled(version);
      broughtUpToDate(path);
      expect([refreshRollups(path), refreshRollups(path)]).toEqual([1, 0]);
      const db = openRecord(path, { mode: 'read' });
      expect(listSessions(db)).toMatchObject([{ id: 1, subject: 'M1', kind: version < 10 ? 'training' : 'drug' }]);
      expect(readSession(db, 1)).toMatchObject({ trials: 4, endReason: 'trials reached', lines, boardId: 'board-7' });
      const trials = readTrials(db, 1);
      expect(trials.map(({ outcome }) => outcome)).toEqual(['hit', 'correctRejection', 'hit', null]);
      expect(trials.map(({ plan: asked }) => asked)).toEqual(Array(4).fill(plan));
      expect([...readEvents(db, 1)]).toHaveLength(4 * 40);
      const wide = db
        .prepare(
          'SELECT subject, outcome, light, opto_from, opto_to, opto_mw, excluded, engaged, start_s IS NULL AS bare FROM trials_wide',
        )
        .all();
      const lit = version >= 4 ? { light: 'light', opto_from: 'lateDelay', opto_to: 'lateDelay', opto_mw: 3.2 } : {};
      const none = { light: 'control', opto_from: null, opto_to: null, opto_mw: null, excluded: null, engaged: 1 };
      expect(wide).toEqual(
        trials.map(({ trial, outcome }) => ({
          ...{ ...none, subject: 'M1', outcome, bare: 0 },
          ...(trial === 2 ? lit : {}),
          ...(trial === 3 && version >= 5 ? { excluded: 'opto' } : {}),
          ...(trial > 2 && version >= 10 ? { engaged: 0 } : {}),
        })),
      );
      const imaging = db.prepare('SELECT nominal_frame_hz, rejected_pulses FROM imaging').raw().all();
      expect(imaging).toEqual(version >= 4 ? [[15.5, 3]] : []);
      db.close();
    });
  },
);

describe('a session that version 0.1.0 recorded', () => {
  it('is there after all the years: rows, digests, readers and roll-ups', () => {
    const { path, db } = laidOut(RELEASED);
    db.exec(readFileSync(join(import.meta.dirname, 'fixtures/session-of-0.1.0.sql'), 'utf8'));
    db.close();
    const before = quoted(path);
    expect(broughtUpToDate(path)).toEqual({ version: SCHEMA_VERSION, wrong: [] });
    for (const raw of ['events', 'trials']) expect(quoted(path).get(raw)).toEqual(before.get(raw));
    expect(refreshRollups(path)).toBe(1);
    const now = openRecord(path, { mode: 'read' });
    expect(readSession(now, 1)).toMatchObject({
      subject: 'M001',
      task: 'delayed-association',
      trials: 4,
      softwareVersion: '0.1.0',
    });
    const wide = now
      .prepare('SELECT pair, outcome, start_s, end_s, odour1_ms, odour2_ms, opto_on_ms, opto_off_ms FROM trials_wide')
      .raw()
      .all();
    expect(wide).toEqual([
      ['B-D', 'hit', 0, 20, 5000, 11000, 8500, 11000],
      ['A-D', 'correctRejection', 20.5, 40.5, 5000, 11000, null, null],
      ['A-C', 'hit', 41, 61, 5000, 11000, null, null],
      ['B-C', 'correctRejection', 61.5, 81.5, 5000, 11000, null, null],
    ]);
    now.close();
  });
});

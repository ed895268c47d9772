import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { readEvents, readSession, readTrials } from '#data/reads.ts';
import { rebuildTrials } from '#data/rebuild.ts';
import { cellsOf, rolledUpCells } from '#data/rollups/cells.ts';
import { rebuildRollups, refreshRollups, staleSessions } from '#data/rollups/refresh.ts';
import { scoredTrialsOf } from '#data/rollups/trials.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { EndReason } from '#machines/vocabulary.ts';
import { measure, measureTallies } from '#protocols/measures.ts';
import { findTask } from '#protocols/registry.ts';
import { whyNotScored } from '#protocols/trial-record.ts';
import { trialRecord } from '#src/past-trial.ts';
import { readTrialFacts } from '#src/trial-facts.ts';
import { placeIn } from '../src/driver.ts';
import { newPath } from './driver.ts';

const derived = ['rollups', 'trial_facts', 'lick_rollups', 'lick_lines', 'rolled_up'];
let folder: string;
let cohort: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rehearsal-rollups-'));
  cohort = join(folder, 'cohort.sqlite');
  const at = placeIn(folder);
  const ran = await at.rig('simulate --subjects 2 --days 9 --trials 60 --seed 11 --db cohort.sqlite');
  expect(ran.err).toBe('');
  expect(refreshRollups(cohort)).toBe(18);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the cohort that a test may change. */
function copied(): string {
  const path = newPath();
  copyFileSync(cohort, path);
  return path;
}

function reading<T>(path: string, read: (db: RecordDatabase) => T): T {
  const db = openRecord(path, { mode: 'read' });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function contents(path: string): unknown {
  return reading(path, (db) => derived.map((table) => db.prepare(`SELECT * FROM ${table}`).raw().all()));
}

function change(path: string, sql: string): void {
  const db = openRecord(path, { mode: 'write' });
  db.exec(sql);
  db.close();
}

describe('14. roll-ups', () => {
  it('are the same when they are made anew from trials and raw events', () => {
    const path = copied();
    const before = contents(path);
    change(path, derived.map((table) => `DELETE FROM ${table};`).join(''));
    expect(rebuildRollups(path)).toBe(18);
    expect(contents(path)).toEqual(before);
  });

  it('count each trial of each session once, by the rules that the measures have', () => {
    reading(cohort, (db) => {
      const bySession = rolledUpCells(
        db,
        Array.from({ length: 18 }, (_, index) => index + 1),
      );
      expect(bySession.size).toBe(18);
      for (const [session, cells] of bySession) {
        const records = readTrials(db, session).map(trialRecord);
        expect(cells.reduce((sum, { trials }) => sum + trials, 0)).toBe(records.length);
        expect(measureTallies(cells)).toEqual(measure(records));
        expect(measureTallies(cellsOf(db, session))).toEqual(measure(records));
        expect(scoredTrialsOf(db, session).map(({ notScored }) => notScored)).toEqual(records.map(whyNotScored));
      }
    });
  });

  it('rest on outcomes that the raw events give', () => {
    reading(cohort, (db) => {
      for (const session of [1, 9, 18]) {
        const { lines, task } = readSession(db, session)!;
        const programs = new ProgramCache(lines);
        const { chart } = findTask(task);
        const outcomes = rebuildTrials(readEvents(db, session))
          .filter(({ trial }) => trial < 0xfff0)
          .map((rebuilt, index) => {
            const row = readTrials(db, session)[index]!;
            if (rebuilt.endReason !== EndReason.completed) return null;
            const { program } = programs.get(chart, row.plan as { durations: object });
            return (program.results[rebuilt.result] as { outcome: string }).outcome;
          });
        expect(outcomes).toEqual(readTrials(db, session).map(({ outcome }) => outcome));
        expect(outcomes.length).toBeGreaterThan(10);
      }
    });
  });

  it('say of each trial what its raw events say', () => {
    reading(cohort, (db) => {
      const session = readSession(db, 9)!;
      const facts = db
        .prepare<[], Record<string, number | null>>('SELECT * FROM trial_facts WHERE session = 9 ORDER BY trial')
        .all();
      const read = readTrialFacts(db, session);
      expect(facts).toHaveLength(read.length);
      facts.forEach((row, index) => {
        const expected = read[index]!;
        expect(row.first_lick_choice_ms).toBe(expected.firstLickFromChoiceMs);
        expect(row.first_lick_odour2_ms).toBe(expected.firstLickFromOdour2Ms);
        expect(row.licks_early_delay! + row.licks_late_delay!).toBe(expected.delayLicks);
        expect(row.end_s! - row.start_s!).toBeCloseTo(expected.endS - expected.startS, 9);
        expect(row.odour1_ms).toBe(5000);
        expect(row.choice_ms! - row.odour2_ms!).toBe(1000);
        expect(row.water_ms === null).toBe(row.water_ul === 0);
      });
      const water = db.prepare<[], number>('SELECT sum(water_ul) FROM trial_facts WHERE session = 9').pluck().get();
      const ledger = db.prepare<[], number>('SELECT sum(ul) FROM water_ledger WHERE session = 9').pluck().get();
      expect(water).toBeCloseTo(ledger!, 6);
    });
  });

  it('are made once: nothing is stale afterwards', () => {
    reading(cohort, (db) => expect(staleSessions(db)).toEqual([]));
    expect(refreshRollups(copied())).toBe(0);
  });

  it.each([
    [
      'an exclusion',
      "INSERT INTO exclusions (session, first_trial, last_trial, use, reason, person, at) VALUES (4, 1, 20, 'behaviour', 'air off', 'Kim', '2026-01-01')",
    ],
    [
      'an amendment',
      "INSERT INTO amendments (table_name, row_key, column_name, old_value, new_value, person, reason, at) VALUES ('session_conditions', '4', 'kind', 'training', 'control', 'Kim', 'slip', '2026-01-01')",
    ],
  ])('are made again for the one session that %s touches', (_, sql) => {
    const path = copied();
    change(path, sql);
    reading(path, (db) => expect(staleSessions(db)).toEqual([4]));
    expect(refreshRollups(path)).toBe(1);
  });

  it('follow an exclusion and its lifting', () => {
    const path = copied();
    const excluded = (db: RecordDatabase) =>
      db
        .prepare<[], number>('SELECT coalesce(sum(trials), 0) FROM rollups WHERE session = 4 AND not_scored = 6')
        .pluck()
        .get()!;
    const before = contents(path);
    change(
      path,
      "INSERT INTO exclusions (session, first_trial, last_trial, use, reason, person, at) VALUES (4, 1, 20, 'behaviour', 'air off', 'Kim', '2026-01-01')",
    );
    refreshRollups(path);
    // Some of the first twenty are left out for a reason that comes first.
    expect(reading(path, excluded)).toBeGreaterThan(10);
    change(path, "UPDATE exclusions SET lifted_at = '2026-01-02', lifted_by = 'Kim' WHERE session = 4");
    refreshRollups(path);
    expect(reading(path, excluded)).toBe(0);
    const sorted = (rows: unknown) =>
      (rows as unknown[][][]).map((table) => table.map((row) => JSON.stringify(row)).sort());
    expect(sorted(contents(path))).toEqual(sorted(before));
  });

  it('stop where they are told to, and go on from there', () => {
    const path = copied();
    change(path, 'DELETE FROM rolled_up');
    let asked = 0;
    expect(refreshRollups(path, { stopped: () => ++asked > 1 })).toBe(10);
    expect(refreshRollups(path)).toBe(8);
  });
});

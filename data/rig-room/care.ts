/** What people did for a rig: care, checks, bottles; and what has run out of a bottle since. */
import type { Finding, Grade } from '#hardware/finding.ts';
import { insert } from '../insert.ts';
import type { RecordDatabase } from '../open.ts';
import { textId } from '../texts.ts';

export const careSteps = ['prime', 'drop', 'flush', 'purge', 'wipe', 'dry'] as const;
export type CareStep = (typeof careSteps)[number];

export interface CareEntry {
  /** `flushBegun`: no session starts until the flush is done. */
  readonly step: CareStep | 'flushBegun' | 'calibrate' | 'bottle';
  readonly line: string | null;
  /** Null: by hand. */
  readonly pulses: number | null;
  readonly openMs: number | null;
  /** Microlitres in all; of a bottle, what it holds. */
  readonly ul: number | null;
  /** ISO 8601 with offset. */
  readonly at: string;
  readonly person: string;
  readonly note: string | null;
}

export function addCare(db: RecordDatabase, rig: number, entry: CareEntry): void {
  const { openMs, ...rest } = entry;
  db.prepare(insert('care_entries', ['rig', 'step', 'line', 'pulses', 'open_ms', 'ul', 'at', 'person', 'note'])).run({
    rig,
    open_ms: openMs,
    ...rest,
  });
}

/** Of a day, YYYY-MM-DD, in order. */
export function careOn(db: RecordDatabase, rig: number, day: string): CareEntry[] {
  return db
    .prepare<[number, string], CareEntry>(
      `SELECT step, line, pulses, open_ms AS openMs, ul, at, person, note FROM care_entries
       WHERE rig = ? AND substr(at, 1, 10) = ? ORDER BY id`,
    )
    .all(rig, day);
}

/** A flush that was begun, on whatever day, and not done; null: there is none. */
export function flushLeft(db: RecordDatabase, rig: number): CareEntry | null {
  const last = db
    .prepare<[number], CareEntry>(
      `SELECT step, line, pulses, open_ms AS openMs, ul, at, person, note FROM care_entries
       WHERE rig = ? AND step IN ('flushBegun', 'flush') ORDER BY id DESC LIMIT 1`,
    )
    .get(rig);
  return last?.step === 'flushBegun' ? last : null;
}

export interface Bottle {
  readonly line: string;
  readonly filledAt: string;
  readonly filledUl: number;
  /** Through its line since, in sessions, care and calibration. */
  readonly dispensedUl: number;
}

/** The bottle of each line, as last filled. */
export function bottlesOf(db: RecordDatabase, rig: number): Bottle[] {
  return db
    .prepare<[{ rig: number }], Bottle>(
      `SELECT b.line, b.at AS filledAt, b.ul AS filledUl,
         coalesce((SELECT sum(ul) FROM drops JOIN sessions ON sessions.id = drops.session
           WHERE sessions.rig = @rig AND drops.line = b.line AND julianday(started_at) >= julianday(b.at)), 0)
         + coalesce((SELECT sum(ul) FROM care_entries c
           WHERE c.rig = @rig AND c.line = b.line AND c.step <> 'bottle' AND c.id > b.id), 0) AS dispensedUl
       FROM care_entries b WHERE b.rig = @rig AND b.step = 'bottle'
         AND b.id = (SELECT max(id) FROM care_entries WHERE rig = @rig AND step = 'bottle' AND line = b.line)
       ORDER BY b.line`,
    )
    .all({ rig });
}

export interface RigCheck {
  readonly at: string;
  readonly grade: Grade;
  /** Null: not said. */
  readonly person: string | null;
}

export function addCheck(db: RecordDatabase, rig: number, check: RigCheck, findings: readonly Finding[]): void {
  db.prepare('INSERT INTO rig_checks (rig, at, grade, findings_text, person) VALUES (?, ?, ?, ?, ?)').run(
    rig,
    check.at,
    check.grade,
    textId(db, JSON.stringify(findings)),
    check.person,
  );
}

/** The last one of a day, and what has happened to the rig since; null: it was not checked. */
export function checkOn(
  db: RecordDatabase,
  rig: number,
  day: string,
): (RigCheck & { readonly faultSince: string | null; readonly voidedSince: string | null }) | null {
  const check = db
    .prepare<[number, string], RigCheck>(
      'SELECT at, grade, person FROM rig_checks WHERE rig = ? AND substr(at, 1, 10) = ? ORDER BY id DESC LIMIT 1',
    )
    .get(rig, day);
  if (check === undefined) return null;
  const faultSince = db
    .prepare<[number, string], string>(
      `SELECT end_reason FROM sessions WHERE rig = ? AND julianday(started_at) >= julianday(?)
         AND (end_reason LIKE 'fault%' OR end_reason = 'interrupted') ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get(rig, check.at);
  const voidedSince = db
    .prepare<[number, string], string>(
      `SELECT line || ': ' || void_reason FROM calibrations
       WHERE rig = ? AND julianday(voided_at) > julianday(?) ORDER BY voided_at DESC LIMIT 1`,
    )
    .pluck()
    .get(rig, check.at);
  return { ...check, faultSince: faultSince ?? null, voidedSince: voidedSince ?? null };
}

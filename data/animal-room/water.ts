/** The water ledger: all water by animal and day, over all sessions and rigs. What a session gave is entered when it is closed. */
import type { RecordDatabase } from '../open.ts';
import type { WaterGiven } from '../session-water.ts';

type WaterKind = 'earned' | 'free' | 'byHand' | 'freeAccess' | 'notToAnimal';

export interface WaterEntry {
  /** Null: nobody got it. */
  readonly subject: number | null;
  /** The animal's day; YYYY-MM-DD. */
  readonly day: string;
  /** ISO 8601 with offset. */
  readonly at: string;
  readonly kind: WaterKind;
  /** Microlitres; null: unmeasured. */
  readonly ul: number | null;
  /** Of free access; else null. */
  readonly minutes: number | null;
  /** Water, gel ... */
  readonly form: string | null;
  readonly session: number | null;
  /** Null: the rig. */
  readonly person: string | null;
  readonly note: string | null;
}

export function addWater(db: RecordDatabase, entry: WaterEntry, rig: number | null = null): void {
  db.prepare(
    `INSERT INTO water_ledger (subject, day, at, kind, ul, minutes, form, session, rig, person, note)
     VALUES (@subject, @day, @at, (SELECT code FROM water_kinds WHERE word = @kind), @ul, @minutes, @form, @session, @rig, @person, @note)`,
  ).run({ ...entry, rig });
}

/** An entry as it counts. */
export interface LedgerLine extends WaterEntry {
  readonly id: number;
  /** 1: a person has corrected it since. */
  readonly amended: 0 | 1;
}

/** One animal's entries of a day as they count, in order. The first condition finds them by index. */
export function waterOn(db: RecordDatabase, subject: number, day: string): LedgerLine[] {
  return db
    .prepare<[{ subject: number; day: string }], LedgerLine>(
      `SELECT id, subject, day, at, word AS kind, ul, minutes, form, session, person, note, amended
       FROM water_now JOIN water_kinds ON code = kind WHERE id IN (
           SELECT id FROM water_ledger WHERE subject = @subject AND day = @day
           UNION SELECT CAST(row_key AS INTEGER) FROM amendments
             WHERE table_name = 'water_ledger' AND column_name = 'subject' AND new_value = CAST(CAST(@subject AS INTEGER) AS TEXT))
         AND subject = @subject AND day = @day ORDER BY id`,
    )
    .all({ subject, day });
}

/** What a session gave, once, when it is closed. */
export function addSessionWater(db: RecordDatabase, session: number, at: string, given: WaterGiven): void {
  const row = db
    .prepare<[number], { subject: number; rig: number; day: string }>(
      'SELECT subject, rig, substr(started_at, 1, 10) AS day FROM sessions WHERE id = ?',
    )
    .get(session)!;
  const { subject, day, rig } = row;
  const enter = (kind: WaterKind, ul: number) =>
    addWater(
      db,
      { subject, day, at, kind, ul, minutes: null, form: 'water', session, person: null, note: given.missing },
      rig,
    );
  enter('earned', given.earnedUl);
  if (given.freeUl > 0) enter('free', given.freeUl);
}

/** Microlitres that sessions of a day which are not closed have commanded so far: the ledger has them when they are. */
export function openWaterOn(db: RecordDatabase, subject: number, day: string): number {
  return db
    .prepare<[number, string], number>(
      `SELECT coalesce(sum(ul), 0) FROM sessions JOIN drops ON drops.session = sessions.id
       WHERE subject = ? AND end_reason IS NULL AND substr(started_at, 1, 10) = ?`,
    )
    .pluck()
    .get(subject, day)!;
}

export interface WaterOfDay {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly kind: WaterKind;
  /** Microlitres; 0 where nothing was measured. */
  readonly ul: number;
}

/** One animal's water from a day on, up to another, summed by day and kind. */
export function waterByDay(db: RecordDatabase, subject: number, from: string, to: string): WaterOfDay[] {
  return db
    .prepare<[{ subject: number; from: string; to: string }], WaterOfDay>(
      `SELECT day, word AS kind, coalesce(sum(ul), 0) AS ul
       FROM water_now JOIN water_kinds ON code = kind WHERE id IN (
           SELECT id FROM water_ledger WHERE subject = @subject AND day BETWEEN @from AND @to
           UNION SELECT CAST(row_key AS INTEGER) FROM amendments
             WHERE table_name = 'water_ledger' AND column_name = 'subject' AND new_value = CAST(CAST(@subject AS INTEGER) AS TEXT))
         AND subject = @subject AND day BETWEEN @from AND @to GROUP BY day, kind ORDER BY day, kind`,
    )
    .all({ subject, from, to });
}

/** Restrictions and weighings. A day is the animal's day, YYYY-MM-DD: the date in local time with which a time of day begins. */
import { insert } from '../insert.ts';
import type { RecordDatabase } from '../open.ts';

export interface Restriction {
  readonly id: number;
  readonly kind: 'water' | 'food';
  readonly startedOn: string;
  /** Implant included. */
  readonly referenceWeightG: number;
  readonly referenceDate: string;
  readonly needMlPerG: number;
  readonly warnFraction: number;
  readonly stopFraction: number;
  /** Null: as the rig files say. */
  readonly mostUlPerDay: number | null;
  readonly person: string;
  readonly reason: string | null;
}

const restrictionColumns = `id, kind, started_on AS startedOn, reference_weight_g AS referenceWeightG,
  reference_date AS referenceDate, need_ml_per_g AS needMlPerG, warn_fraction AS warnFraction,
  stop_fraction AS stopFraction, most_ul_per_day AS mostUlPerDay, person, reason`;

/** The one that runs on a day; water before food. */
export function restrictionOn(db: RecordDatabase, subject: number, day: string): Restriction | null {
  return (
    db
      .prepare<[number, string, string], Restriction>(
        `SELECT ${restrictionColumns} FROM restrictions
         WHERE subject = ? AND started_on <= ? AND (ended_on IS NULL OR ended_on >= ?)
         ORDER BY kind = 'food', ended_on IS NOT NULL, id DESC LIMIT 1`,
      )
      .get(subject, day, day) ?? null
  );
}

export function restrict(db: RecordDatabase, subject: number, restriction: Omit<Restriction, 'id'>): void {
  db.prepare(
    insert('restrictions', [
      'subject',
      'kind',
      'started_on',
      'reference_weight_g',
      'reference_date',
      'need_ml_per_g',
      'warn_fraction',
      'stop_fraction',
      'most_ul_per_day',
      'person',
      'reason',
    ]),
  ).run({
    subject,
    kind: restriction.kind,
    started_on: restriction.startedOn,
    reference_weight_g: restriction.referenceWeightG,
    reference_date: restriction.referenceDate,
    need_ml_per_g: restriction.needMlPerG,
    warn_fraction: restriction.warnFraction,
    stop_fraction: restriction.stopFraction,
    most_ul_per_day: restriction.mostUlPerDay,
    person: restriction.person,
    reason: restriction.reason,
  });
}

/** Its last day is `day`. */
export function endRestriction(
  db: RecordDatabase,
  restriction: number,
  { day, person }: { readonly day: string; readonly person: string },
): void {
  db.prepare('UPDATE restrictions SET ended_on = ?, ended_by = ? WHERE id = ?').run(day, person, restriction);
}

export interface Weight {
  readonly id: number;
  /** ISO 8601 with offset. */
  readonly measuredAt: string;
  /** Implant included. */
  readonly grams: number;
  readonly person: string;
  readonly note: string | null;
  /** 1: a person has corrected it since. */
  readonly amended: 0 | 1;
}

/** Weighings that count for a subject, amendments applied. The first condition finds them by index. */
const counting = `FROM weights_now WHERE id IN (
    SELECT id FROM weights WHERE subject = @subject
    UNION SELECT CAST(row_key AS INTEGER) FROM amendments
      WHERE table_name = 'weights' AND column_name = 'subject' AND new_value = CAST(CAST(@subject AS INTEGER) AS TEXT))
  AND subject = @subject`;

const weightColumns = 'id, measured_at AS measuredAt, grams, person, note, amended';

/** The last one of each day up to `day`, the latest day last; at most `days` of them. */
export function dailyWeights(db: RecordDatabase, subject: number, day: string, days: number): Weight[] {
  return db
    .prepare<[{ subject: number; day: string; days: number }], Weight>(
      `SELECT ${weightColumns} FROM (SELECT *, max(id) ${counting} AND substr(measured_at, 1, 10) <= @day
         GROUP BY substr(measured_at, 1, 10)) ORDER BY measured_at DESC LIMIT @days`,
    )
    .all({ subject, day, days })
    .reverse();
}

/** All that count, oldest first. */
export function weightsOf(db: RecordDatabase, subject: number): Weight[] {
  return db
    .prepare<[{ subject: number }], Weight>(`SELECT ${weightColumns} ${counting} ORDER BY measured_at, id`)
    .all({ subject });
}

/** Its id. */
export function addWeight(db: RecordDatabase, subject: number, weight: Omit<Weight, 'id' | 'amended'>): number {
  const { measuredAt, grams, person, note } = weight;
  const { lastInsertRowid } = db
    .prepare('INSERT INTO weights (subject, measured_at, grams, person, note) VALUES (?, ?, ?, ?, ?)')
    .run(subject, measuredAt, grams, person, note);
  return Number(lastInsertRowid);
}

/** Odorants as mixed, the vials that hold them, and which of them a letter of the task stands for with an animal. */
import type { Odour } from '#machines/vocabulary.ts';
import { insert } from '../insert.ts';
import type { RecordDatabase } from '../open.ts';

export interface NewOdorant {
  readonly chemical: string;
  readonly cas: string | null;
  /** Null: pure. */
  readonly solvent: string | null;
  /** By volume. */
  readonly concentrationPercent: number | null;
  readonly supplier: string | null;
  readonly lot: string | null;
  /** 1: solvent only. */
  readonly blank: 0 | 1;
}

export interface Odorant extends NewOdorant {
  readonly id: number;
}

export function addOdorant(
  db: RecordDatabase,
  odorant: NewOdorant,
  { at, person }: { readonly at: string; readonly person: string },
): number {
  const { chemical, cas, solvent, concentrationPercent, supplier, lot, blank } = odorant;
  const { lastInsertRowid } = db
    .prepare(
      insert('odorants', [
        'chemical',
        'cas',
        'solvent',
        'concentration_percent',
        'supplier',
        'lot',
        'blank',
        'entered_at',
        'person',
      ]),
    )
    .run({
      chemical,
      cas,
      solvent,
      concentration_percent: concentrationPercent,
      supplier,
      lot,
      blank,
      entered_at: at,
      person,
    });
  return Number(lastInsertRowid);
}

export function listOdorants(db: RecordDatabase): Odorant[] {
  return db
    .prepare<[], Odorant>(
      `SELECT id, chemical, cas, solvent, concentration_percent AS concentrationPercent, supplier, lot, blank
       FROM odorants ORDER BY id`,
    )
    .all();
}

export interface Vial {
  readonly id: number;
  readonly odorant: number;
  readonly line: string;
  /** ISO 8601. */
  readonly filledAt: string;
  readonly mountedAt: string;
  readonly person: string;
  /** Null: it is mounted. */
  readonly removedAt: string | null;
  /** Trials in which its valve was commanded open; an odour shown twice in a trial counts twice. */
  readonly openings: number;
}

/** The rig's, those that were taken off too; oldest first. */
export function vialsOn(db: RecordDatabase, rig: number): Vial[] {
  return db
    .prepare<[number], Vial>(
      `SELECT id, odorant, line, filled_at AS filledAt, mounted_at AS mountedAt, person, removed_at AS removedAt,
         (SELECT count(*) FROM trial_odours WHERE vial = vials.id) AS openings
       FROM vials WHERE rig = ? ORDER BY id`,
    )
    .all(rig);
}

export interface Mounting {
  readonly rig: number;
  readonly line: string;
  readonly odorant: number;
  readonly filledAt: string;
  readonly at: string;
  readonly person: string;
}

/** Its number. The valve must be free. */
export function mountVial(db: RecordDatabase, { rig, line, odorant, filledAt, at, person }: Mounting): number {
  const { lastInsertRowid } = db
    .prepare('INSERT INTO vials (odorant, rig, line, filled_at, mounted_at, person) VALUES (?, ?, ?, ?, ?, ?)')
    .run(odorant, rig, line, filledAt, at, person);
  return Number(lastInsertRowid);
}

/** Whether there was one. */
export function removeVial(
  db: RecordDatabase,
  { rig, line, at, person }: Pick<Mounting, 'rig' | 'line' | 'at' | 'person'>,
): boolean {
  const { changes } = db
    .prepare('UPDATE vials SET removed_at = ?, removed_by = ? WHERE rig = ? AND line = ? AND removed_at IS NULL')
    .run(at, person, rig, line);
  return changes > 0;
}

export type OdourMap = Readonly<Partial<Record<Odour, number>>>;

/** By letter: the odorant that it stands for with the animal now. */
export function odourMapOf(db: RecordDatabase, subject: number): OdourMap {
  const rows = db
    .prepare<[number], { odour: Odour; odorant: number }>(
      'SELECT odour, odorant, max(id) FROM odour_maps WHERE subject = ? GROUP BY odour ORDER BY odour',
    )
    .all(subject);
  return Object.fromEntries(rows.map(({ odour, odorant }) => [odour, odorant]));
}

export function setOdourMap(
  db: RecordDatabase,
  subject: number,
  map: OdourMap,
  { at, person, reason }: { readonly at: string; readonly person: string; readonly reason: string | null },
): void {
  const row = db.prepare(insert('odour_maps', ['subject', 'odour', 'odorant', 'at', 'person', 'reason']));
  for (const [odour, odorant] of Object.entries(map)) row.run({ subject, odour, odorant, at, person, reason });
}

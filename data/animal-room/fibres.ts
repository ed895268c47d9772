/** Optical fibres in an animal, and where they point. */
import { insert } from '../insert.ts';
import type { RecordDatabase } from '../open.ts';

export const hemispheres = ['left', 'right', 'both'] as const;

export interface Fibre {
  readonly fibre: string;
  /** Brain area. */
  readonly site: string;
  readonly hemisphere: (typeof hemispheres)[number];
  /** Share of light that leaves the tip; null: not measured. */
  readonly transmissionFraction: number | null;
  /** YYYY-MM-DD. */
  readonly implantedOn: string;
  /** ISO 8601 with offset. */
  readonly enteredAt: string;
  readonly person: string;
}

export function addFibre(db: RecordDatabase, subject: number, row: Fibre): void {
  db.prepare(
    insert('opto_sites', [
      'subject',
      'fibre',
      'site',
      'hemisphere',
      'transmission_fraction',
      'implanted_on',
      'entered_at',
      'person',
    ]),
  ).run({
    subject,
    fibre: row.fibre,
    site: row.site,
    hemisphere: row.hemisphere,
    transmission_fraction: row.transmissionFraction,
    implanted_on: row.implantedOn,
    entered_at: row.enteredAt,
    person: row.person,
  });
}

/** Oldest first; light of a session goes to the last one. */
export function fibresOf(db: RecordDatabase, subject: number): (Fibre & { readonly id: number })[] {
  return db
    .prepare<[number], Fibre & { id: number }>(
      `SELECT id, fibre, site, hemisphere, transmission_fraction AS transmissionFraction, implanted_on AS implantedOn,
         entered_at AS enteredAt, person FROM opto_sites WHERE subject = ? ORDER BY id`,
    )
    .all(subject);
}

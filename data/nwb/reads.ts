/** Reads of the record that only an NWB file needs. */
import type { RecordDatabase } from '../open.ts';

/** Where a fibre points. */
export interface Site {
  readonly id: number;
  readonly fibre: string;
  /** Brain area. */
  readonly area: string;
  readonly hemisphere: string;
  readonly transmissionFraction: number | null;
  readonly implantedOn: string;
}

/**
 * By trial with light. Of a session that was entered under another animal the fibre is that one's, and nobody knows to
 * which one of the right animal the light went: null.
 */
export function readSites(db: RecordDatabase, session: number, subject: number): Map<number, Site | null> {
  const rows = db
    .prepare<[number, number], Site & { trial: number }>(
      `SELECT trial, s.id, fibre, s.site AS area, hemisphere, transmission_fraction AS transmissionFraction,
         implanted_on AS implantedOn
       FROM opto LEFT JOIN opto_sites s ON s.id = opto.site AND s.subject = ? WHERE session = ? ORDER BY trial`,
    )
    .all(subject, session);
  return new Map(rows.map(({ trial, ...site }) => [trial, site.id === null ? null : site]));
}

export interface OdourOfSession {
  /** Letter in the task. */
  readonly odour: string;
  readonly line: string;
  readonly chemical: string;
  readonly solvent: string | null;
  readonly percent: number | null;
  readonly supplier: string | null;
  readonly lot: string | null;
  readonly blank: 0 | 1;
}

export function readOdours(db: RecordDatabase, session: number): OdourOfSession[] {
  return db
    .prepare<[number], OdourOfSession>(
      `SELECT DISTINCT odour, o.line, chemical, solvent, concentration_percent AS percent, supplier, lot, blank
       FROM trial_odours o JOIN vials ON vials.id = o.vial JOIN odorants ON odorants.id = vials.odorant
       WHERE session = ? ORDER BY odour, o.line, vials.id`,
    )
    .all(session);
}

export interface DropOfSession {
  /** The event that opened the valve. */
  readonly seq: number;
  readonly line: string;
  readonly ul: number;
}

export function readDrops(db: RecordDatabase, session: number): DropOfSession[] {
  return db
    .prepare<[number], DropOfSession>('SELECT seq, line, ul FROM drops WHERE session = ? ORDER BY seq')
    .all(session);
}

export interface AmendmentOfSession {
  readonly what: string;
  readonly column: string;
  readonly old: string | null;
  readonly new: string | null;
  readonly person: string;
  readonly reason: string;
  readonly at: string;
}

/** Corrections of the session itself, of its condition, its notes and its water. */
export function readAmendmentsOf(db: RecordDatabase, session: number): AmendmentOfSession[] {
  return db
    .prepare<[{ session: number }], AmendmentOfSession>(
      `SELECT table_name || ' ' || row_key AS what, column_name AS "column", old_value AS old, new_value AS new, person,
         reason, at
       FROM amendments WHERE id IN (
         SELECT id FROM amendments WHERE table_name IN ('sessions', 'session_conditions')
           AND row_key = CAST(CAST(@session AS INTEGER) AS TEXT)
         UNION SELECT a.id FROM amendments a JOIN notes n ON a.table_name = 'notes' AND a.row_key = CAST(n.id AS TEXT)
           WHERE n.session = @session
         UNION SELECT a.id FROM amendments a JOIN water_ledger w ON a.table_name = 'water_ledger'
           AND a.row_key = CAST(w.id AS TEXT) WHERE w.session = @session)
       ORDER BY id`,
    )
    .all({ session });
}

/** Calibrations of a rig's lines. Each is dated; re-plumbing voids it; nothing is deleted. */
import type { Curve, CurvePoint } from '#hardware/calibration.ts';
import type { RecordDatabase } from '../open.ts';
import { textId } from '../texts.ts';

/** Onset and clearance of an odour line, in milliseconds from its valve's opening and closing. */
interface OdourTiming {
  readonly onsetMs: number;
  readonly clearanceMs: number;
}

type Measured =
  | { readonly kind: 'water' | 'opto'; readonly points: readonly CurvePoint[]; readonly fit: Curve }
  | { readonly kind: 'waterCheck'; readonly points: readonly CurvePoint[]; readonly fit: null }
  | { readonly kind: 'odourTiming'; readonly points: OdourTiming; readonly fit: null };

export type NewCalibration = Measured & {
  readonly line: string;
  /** ISO 8601 with offset. */
  readonly measuredAt: string;
  readonly person: string;
};

export type Calibration = NewCalibration & {
  readonly id: number;
  /** Null: it was not voided. */
  readonly voidedAt: string | null;
  readonly voidReason: string | null;
  readonly voidedBy: string | null;
};

export function addCalibration(db: RecordDatabase, rig: number, calibration: NewCalibration): number {
  const { line, kind, measuredAt, points, fit, person } = calibration;
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO calibrations (rig, line, kind, measured_at, points_text, fit_text, person) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      rig,
      line,
      kind,
      measuredAt,
      textId(db, JSON.stringify(points)),
      fit === null ? null : textId(db, JSON.stringify(fit)),
      person,
    );
  return Number(lastInsertRowid);
}

/** All of a rig, oldest first. */
export function calibrationsOf(db: RecordDatabase, rig: number): Calibration[] {
  return db
    .prepare<[number], { points: string; fit: string | null }>(
      `SELECT calibrations.id, line, kind, measured_at AS measuredAt, person, voided_at AS voidedAt,
         void_reason AS voidReason, voided_by AS voidedBy, points.body AS points, fit.body AS fit
       FROM calibrations JOIN texts points ON points.id = points_text LEFT JOIN texts fit ON fit.id = fit_text
       WHERE rig = ? ORDER BY measured_at, calibrations.id`,
    )
    .all(rig)
    .map(
      (row) =>
        ({
          ...row,
          points: JSON.parse(row.points),
          fit: row.fit === null ? null : JSON.parse(row.fit),
        }) as unknown as Calibration,
    );
}

/** How many were voided: all of the line that counted. */
export function voidCalibrations(
  db: RecordDatabase,
  rig: number,
  line: string,
  { at, person, reason }: { readonly at: string; readonly person: string; readonly reason: string },
): number {
  return db
    .prepare(
      `UPDATE calibrations SET voided_at = ?, void_reason = ?, voided_by = ? WHERE rig = ? AND line = ? AND voided_at IS NULL`,
    )
    .run(at, reason, person, rig, line).changes;
}

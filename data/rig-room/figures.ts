/** What a rig's pages show: who worked on it, what went wrong, what its lines have given and sensed. */
import type { Grade } from '#hardware/finding.ts';
import type { RecordDatabase } from '../open.ts';

export interface RigLine {
  readonly id: number;
  readonly name: string;
  readonly simulated: boolean;
}

/** Rigs with a session on or after a day (YYYY-MM-DD) and up to another, by name. */
export function rigsUsed(db: RecordDatabase, from: string, to: string): RigLine[] {
  return db
    .prepare<[string, string], { id: number; name: string; simulated: number }>(
      `SELECT id, name, simulated FROM rigs WHERE EXISTS (SELECT 1 FROM sessions
         WHERE sessions.rig = rigs.id AND substr(started_at, 1, 10) BETWEEN ? AND ?) ORDER BY name`,
    )
    .all(from, to)
    .map((row) => ({ ...row, simulated: row.simulated === 1 }));
}

export interface LoggedFault {
  readonly session: number;
  readonly trial: number | null;
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

/** Of these sessions, oldest first. */
export function faultsOf(db: RecordDatabase, sessions: readonly number[]): LoggedFault[] {
  return db
    .prepare<[string], LoggedFault>(
      `SELECT session, trial, at, code, message FROM faults WHERE session IN (SELECT value FROM json_each(?)) ORDER BY id`,
    )
    .all(JSON.stringify(sessions));
}

export interface CertificateOf {
  readonly session: number;
  readonly grade: Grade;
  readonly line: string;
  /** As it stands in the record. */
  readonly figures: unknown;
}

/** The latest of each of these sessions. */
export function certificatesOf(db: RecordDatabase, sessions: readonly number[]): CertificateOf[] {
  return db
    .prepare<[string], CertificateOf & { figures: string }>(
      `SELECT session, grade, line, body AS figures, max(at) FROM certificates JOIN texts ON texts.id = figures_text
       WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session ORDER BY session`,
    )
    .all(JSON.stringify(sessions))
    .map(({ session, grade, line, figures }) => ({ session, grade, line, figures: JSON.parse(figures) }));
}

export interface DropsOfLine {
  readonly line: string;
  /** When the calibration that counts was measured; null: nominal flow. */
  readonly calibratedAt: string | null;
  readonly drops: number;
  readonly ul: number;
}

/** Drops of sessions since the last calibration of each valve that was not voided, of all sessions where it has none. */
export function dropsSinceCalibration(db: RecordDatabase, rig: number): DropsOfLine[] {
  return db
    .prepare<[{ rig: number }], DropsOfLine>(
      `WITH last AS (
         SELECT line, max(measured_at) AS measured_at FROM calibrations
         WHERE rig = @rig AND kind = 'water' AND voided_at IS NULL GROUP BY line)
       SELECT drops.line, last.measured_at AS calibratedAt, count(*) AS drops, sum(drops.ul) AS ul
       FROM sessions JOIN drops ON drops.session = sessions.id LEFT JOIN last ON last.line = drops.line
       WHERE sessions.rig = @rig AND (last.measured_at IS NULL OR julianday(started_at) >= julianday(last.measured_at))
       GROUP BY drops.line ORDER BY drops.line`,
    )
    .all({ rig });
}

export interface LicksOfSensor {
  readonly session: number;
  readonly line: string;
  readonly licks: number;
  readonly bounces: number;
}

/** Of these sessions, rolled up. */
export function licksOfSensors(db: RecordDatabase, sessions: readonly number[]): LicksOfSensor[] {
  return db
    .prepare<[string], LicksOfSensor>(
      `SELECT session, line, licks, bounces FROM lick_lines WHERE session IN (SELECT value FROM json_each(?))
       ORDER BY session, line`,
    )
    .all(JSON.stringify(sessions));
}

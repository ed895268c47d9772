/** All that the pages say of one rig on a day, as plain values. */
import type { RecordDatabase } from '#data/open.ts';
import {
  type CertificateOf,
  certificatesOf,
  type DropsOfLine,
  dropsSinceCalibration,
  faultsOf,
  type LicksOfSensor,
  type LoggedFault,
  licksOfSensors,
  type RigLine,
} from '#data/rig-room/figures.ts';
import { listOdorants, type Odorant, type Vial, vialsOn } from '#data/rig-room/vials.ts';
import { type SessionLine, sessionLinesOfRig } from '#data/rollups/history.ts';
import type { StoredFigures } from '../certificate-text.ts';

export interface RigSession extends SessionLine {
  /** Against the host's clock; null: not measured. */
  readonly clockPpm: number | null;
  readonly driftPpmPerMin: number | null;
  readonly worstLickToValveUs: number | null;
  readonly lostEvents: number | null;
}

interface MountedVial {
  readonly line: string;
  readonly odorant: string;
  readonly filledAt: string;
  /** From filling to the end of the day. */
  readonly hours: number;
  readonly openings: number;
}

export interface RigSummary {
  readonly rig: RigLine;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** The last ones up to the day, oldest first. */
  readonly sessions: readonly RigSession[];
  readonly today: readonly RigSession[];
  /** Of the sessions shown. */
  readonly faults: readonly LoggedFault[];
  readonly drops: readonly DropsOfLine[];
  readonly vials: readonly MountedVial[];
  readonly licks: readonly LicksOfSensor[];
}

/** What fits a page, and some weeks. */
const SESSIONS_SHOWN = 60;

export function readRig(db: RecordDatabase, rig: RigLine, day: string): RigSummary {
  const lines = sessionLinesOfRig(db, rig.id, day, SESSIONS_SHOWN);
  const ids = lines.map(({ session }) => session);
  const certificates = new Map(certificatesOf(db, ids).map((each) => [each.session, each]));
  const sessions = lines.map((line) => ({ ...line, ...timing(certificates.get(line.session)) }));
  const odorants = listOdorants(db);
  return {
    rig,
    day,
    sessions,
    today: sessions.filter(({ startedAt }) => startedAt.startsWith(day)),
    faults: faultsOf(db, ids),
    drops: dropsSinceCalibration(db, rig.id),
    vials: vialsOn(db, rig.id)
      .filter(({ removedAt }) => removedAt === null)
      .map((vial) => mounted(vial, odorants, day)),
    licks: licksOfSensors(db, ids),
  };
}

function timing(certificate: CertificateOf | undefined) {
  const figures = certificate?.figures as StoredFigures | undefined;
  return {
    clockPpm: figures?.clock?.ratePpm ?? null,
    driftPpmPerMin: figures?.clock?.driftPpmPerMin ?? null,
    worstLickToValveUs: figures?.lickToValve?.worstUs ?? null,
    lostEvents: figures?.lostEvents ?? null,
  };
}

function mounted({ line, odorant, filledAt, openings }: Vial, odorants: readonly Odorant[], day: string): MountedVial {
  const what = odorants.find(({ id }) => id === odorant)!;
  const strength = what.concentrationPercent === null ? '' : ` ${what.concentrationPercent} %`;
  const until = Date.parse(`${day}T23:59:59Z`);
  return {
    line,
    odorant: `${what.chemical}${strength}`,
    filledAt,
    hours: Math.max(0, (until - Date.parse(filledAt)) / 3_600_000),
    openings,
  };
}

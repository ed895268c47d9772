/** How a rig stands: which of its calibrations count, what is mounted on it, what was done for it today. */

import type { RecordDatabase } from '#data/open.ts';
import { type Calibration, calibrationsOf } from '#data/rig-room/calibrations.ts';
import { type Bottle, bottlesOf, checkOn, flushLeft } from '#data/rig-room/care.ts';
import { listOdorants, type Odorant, type Vial, vialsOn } from '#data/rig-room/vials.ts';
import { rigId } from '#data/rigs.ts';
import { offCurve } from '#hardware/calibration.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import type { OutputKind } from '#machines/vocabulary.ts';
import { daysBetween } from '../animal-room/days.ts';

/** What is measured of a line, by its kind. */
const measuredKinds = { water: 'water', opto: 'opto', odour: 'odourTiming' } as const satisfies Partial<
  Record<OutputKind, Calibration['kind']>
>;
type MeasuredKind = (typeof measuredKinds)[keyof typeof measuredKinds];

export interface LineStanding {
  readonly line: string;
  readonly kind: MeasuredKind;
  /** The last one that was not voided; null: there is none. */
  readonly calibration: Calibration | null;
  /** Why it does not count, to follow the line's name; null: it counts. */
  readonly problem: string | null;
}

export interface RigStanding {
  readonly lines: readonly LineStanding[];
  /** Mounted now. */
  readonly vials: readonly Vial[];
  readonly odorants: readonly Odorant[];
  readonly check: ReturnType<typeof checkOn>;
  /** Begun on this day and not done; null: none. */
  readonly flushSince: string | null;
  readonly bottles: readonly Bottle[];
}

/** A one-point check further off than this shows that the line has changed. */
export const CHECK_TOLERANCE = 0.1;

/** `at`: ISO 8601 with offset. A rig that the record does not know yet has nothing; null: there is no record yet. */
export function rigStanding(db: RecordDatabase | null, file: RigFile, at: string): RigStanding {
  const rig = db === null ? null : rigId(db, file);
  if (db === null || rig === null) {
    const lines = lineStandings([], file, at);
    const odorants = db === null ? [] : listOdorants(db);
    return { lines, vials: [], odorants, check: null, flushSince: null, bottles: [] };
  }
  return {
    lines: lineStandings(
      calibrationsOf(db, rig).filter(({ voidedAt }) => voidedAt === null),
      file,
      at,
    ),
    vials: vialsOn(db, rig).filter(({ removedAt }) => removedAt === null),
    odorants: listOdorants(db),
    check: checkOn(db, rig, at.slice(0, 10)),
    flushSince: flushLeft(db, rig)?.at ?? null,
    bottles: bottlesOf(db, rig),
  };
}

/** Of every line that is measured. */
function lineStandings(calibrations: readonly Calibration[], file: RigFile, at: string): LineStanding[] {
  return file.outputs.flatMap(({ name, kind }) => {
    const measured = measuredKinds[kind as keyof typeof measuredKinds];
    return measured === undefined ? [] : [lineStanding(name, measured, calibrations, file, at)];
  });
}

export function lineOf({ lines }: RigStanding, name: string): LineStanding | null {
  return lines.find(({ line }) => line === name) ?? null;
}

function lineStanding(
  line: string,
  kind: MeasuredKind,
  all: readonly Calibration[],
  { calibrationDays, odourTimingDays }: RigFile,
  at: string,
): LineStanding {
  const calibration = all.findLast((each) => each.line === line && each.kind === kind) ?? null;
  if (calibration === null) {
    const never = kind === 'odourTiming' ? 'has no measured onset and clearance' : 'has no calibration';
    return { line, kind, calibration, problem: never };
  }
  const days = daysBetween(calibration.measuredAt, at);
  const good = kind === 'odourTiming' ? odourTimingDays : calibrationDays;
  if (days > good) {
    const problem = `was measured on ${calibration.measuredAt.slice(0, 10)}, ${days} days ago, and is good for ${good}`;
    return { line, kind, calibration, problem };
  }
  const check = all.findLast((each) => each.line === line && each.kind === 'waterCheck');
  return { line, kind, calibration, problem: check === undefined ? null : checkProblem(calibration, check) };
}

/** Why a one-point check after it takes a calibration out of use; null: it does not. */
function checkProblem(calibration: Calibration, check: Calibration): string | null {
  if (calibration.kind !== 'water' || check.kind !== 'waterCheck' || check.id < calibration.id) return null;
  const off = offCurve(calibration.fit, check.points[0]!);
  if (Math.abs(off) <= CHECK_TOLERANCE) return null;
  return `gave ${Math.abs(off * 100).toFixed(0)} % ${off > 0 ? 'more' : 'less'} than its calibration says when checked on ${check.measuredAt.slice(0, 10)}`;
}

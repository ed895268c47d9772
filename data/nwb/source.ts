/** All that goes into a session's NWB file, read from the record at one instant. */
import { basename } from 'node:path';
import { type Animal, animalNumbered } from '../animal-room/animals.ts';
import { type Exclusion, exclusionsOf } from '../animal-room/exclusions.ts';
import { dailyWeights, type Weight } from '../animal-room/weights.ts';
import type { RecordDatabase } from '../open.ts';
import {
  readCertificate,
  readFaults,
  readFrames,
  readImaging,
  readNotes,
  readSegments,
  readSession,
  readTrials,
  type SessionRecord,
  type TrialRecord,
} from '../reads.ts';
import { RecordError } from '../record-error.ts';
import { staleSessions } from '../rollups/refresh.ts';
import type { CertificateRow, ClockSegmentRow, FaultRow, FrameRow, ImagingRow, NoteRow } from '../rows.ts';
import {
  type AmendmentOfSession,
  type DropOfSession,
  type OdourOfSession,
  readAmendmentsOf,
  readDrops,
  readOdours,
  readSites,
  type Site,
} from './reads.ts';
import { type LineEdges, lineEdges, type RecordedEvents, readRecordedEvents } from './recorded-events.ts';

/** A row of the view trials_wide. */
export type WideTrial = Readonly<Record<string, string | number | null>>;

export interface Source {
  /** The record's file name, without its folder. */
  readonly record: string;
  readonly session: SessionRecord & { readonly eventCount: number; readonly eventCrc32: number };
  readonly ladder: string | null;
  readonly expertDay: number | null;
  readonly animal: Animal;
  /** The last weighing of the session's day. */
  readonly weight: Weight | null;
  readonly events: RecordedEvents;
  readonly edges: LineEdges;
  readonly segments: readonly ClockSegmentRow[];
  readonly trials: readonly TrialRecord[];
  /** One for each trial. */
  readonly wide: readonly WideTrial[];
  /** What its events say is in `wide`. */
  readonly rolledUp: boolean;
  /** By trial with light; null: nobody knows where the fibre pointed. */
  readonly sites: ReadonlyMap<number, Site | null>;
  readonly odours: readonly OdourOfSession[];
  readonly drops: readonly DropOfSession[];
  readonly frames: readonly FrameRow[];
  readonly imaging: ImagingRow | null;
  readonly faults: readonly FaultRow[];
  readonly notes: readonly NoteRow[];
  readonly certificate: CertificateRow | null;
  readonly exclusions: readonly Exclusion[];
  readonly amendments: readonly AmendmentOfSession[];
}

/** @throws RecordError `missing`: no such session, one that is not closed, or one with a hole in its events */
export function readSource(db: RecordDatabase, id: number): Source {
  const session = readSession(db, id);
  if (session === undefined) {
    throw new RecordError('missing', `There is no session ${id} in ${db.name}. Nothing was written.`);
  }
  const { eventCount, eventCrc32 } = session;
  if (eventCount === null || eventCrc32 === null) {
    throw new RecordError(
      'missing',
      `Session ${id} is still open: it runs, or its process died. Nothing was written. Export it when it has ended; one whose process died is closed when its rig is next started.`,
    );
  }
  const subject = db
    .prepare<[number], number>('SELECT subject FROM session_animals WHERE session = ?')
    .pluck()
    .get(id)!;
  const day = session.startedAt.slice(0, 10);
  const weight = dailyWeights(db, subject, day, 1)[0];
  const events = readRecordedEvents(db, id, eventCount);
  const trials = readTrials(db, id);
  if (trials.some(({ lastSeq }) => lastSeq >= eventCount)) {
    throw new RecordError(
      'missing',
      `Session ${id} has trials whose events are not in the record, so that nobody knows when they ran. Nothing was written.`,
    );
  }
  return {
    record: basename(db.name),
    session: { ...session, eventCount, eventCrc32 },
    ladder: db.prepare<[number], string | null>('SELECT ladder FROM conditions_now WHERE session = ?').pluck().get(id)!,
    expertDay:
      db.prepare<[number], number>('SELECT expert_day FROM expert_days WHERE session = ?').pluck().get(id) ?? null,
    animal: animalNumbered(db, subject)!,
    weight: weight?.measuredAt.startsWith(day) === true ? weight : null,
    events,
    edges: lineEdges(events, session.lines),
    segments: readSegments(db, id),
    trials,
    wide: db.prepare<[number], WideTrial>('SELECT * FROM trials_wide WHERE session = ? ORDER BY trial').all(id),
    rolledUp: !staleSessions(db).includes(id),
    sites: readSites(db, id, subject),
    odours: readOdours(db, id),
    drops: readDrops(db, id),
    frames: readFrames(db, id),
    imaging: readImaging(db, id) ?? null,
    faults: readFaults(db, id),
    notes: readNotes(db, id),
    certificate: readCertificate(db, id) ?? null,
    exclusions: exclusionsOf(db, id),
    amendments: readAmendmentsOf(db, id),
  };
}

/**
 * Typed reads of the record. Open it with `openRecord(path, { mode: 'read' })`; reading never holds up a writer (WAL).
 * Codes come back in words, JSON as values.
 */
import type { LineTable } from '#machines/program.ts';
import type { EndReason, EventCode, Outcome, RawEvent } from '#machines/vocabulary.ts';
import type { SessionKind } from '#protocols/session-kind.ts';
import type { RecordDatabase } from './open.ts';
import type {
  CertificateRow,
  ClockReadingRow,
  ClockSegmentRow,
  FaultRow,
  FrameRow,
  ImagingRow,
  LightRow,
  NoteRow,
  TrialOdourRow,
} from './rows.ts';

export interface SessionSummary {
  readonly id: number;
  /** Whose it is: the right animal, where it was entered under another one. */
  readonly subject: string;
  readonly rig: string;
  readonly simulated: boolean;
  readonly task: string;
  readonly kind: SessionKind;
  /** Null: outside the stages of training. */
  readonly stage: string | null;
  readonly startedAt: string;
  /** Null: running, or not known. */
  readonly endedAt: string | null;
  /** In words; null: running, or not yet closed after its process died. */
  readonly endReason: string | null;
  readonly trials: number;
}

export interface SessionRecord extends SessionSummary {
  readonly operator: string | null;
  /** Null: the animal was given nothing. */
  readonly agent: string | null;
  readonly dose: string | null;
  readonly site: string | null;
  readonly givenAt: string | null;
  /** Parameters were set by hand. */
  readonly offTask: boolean;
  /** Null: disengagement was not looked for. */
  readonly disengagementRule: string | null;
  /** Last trial of the engaged span; null: engaged to the end. */
  readonly lastEngagedTrial: number | null;
  readonly taskHash: string;
  readonly parameters: unknown;
  readonly seed: number;
  readonly rigKind: string;
  readonly rigFile: string;
  readonly lines: LineTable;
  readonly engine: string;
  readonly firmware: string;
  readonly linkVersion: string | null;
  readonly programVersion: string;
  readonly softwareVersion: string;
  readonly boardId: string | null;
  readonly bootId: number;
  /** Null while the session is open. */
  readonly eventCount: number | null;
  readonly eventCrc32: number | null;
}

/** The columns that measures read. */
export interface TrialOutcome {
  readonly trial: number;
  readonly trialType: string;
  /** Null: not completed. */
  readonly outcome: Outcome | null;
  readonly assisted: boolean;
  readonly correction: boolean;
  readonly probe: boolean;
}

export interface TrialRecord extends TrialOutcome {
  readonly endReason: EndReason;
  readonly segment: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly startTicks: number;
  readonly endTicks: number;
  readonly ticksPerMs: number;
  readonly intervalMs: number;
  readonly digestCount: number;
  readonly digestCrc32: number;
  /** The chart's input as drawn. */
  readonly plan: unknown;
  readonly programHash: string;
  readonly slotTicks: Readonly<Record<string, number>>;
  /** The chart's output; null unless completed. */
  readonly result: unknown;
  /** Null: neither light nor masking flash was asked. */
  readonly light: LightRow | null;
  readonly odours: readonly TrialOdourRow[];
}

type Raw = Record<string, unknown>;

const summaryColumns = `sessions.id, subjects.name AS subject, rigs.name AS rig, sessions.simulated, sessions.task, conditions.kind, conditions.stage,
  sessions.started_at AS startedAt, sessions.ended_at AS endedAt, sessions.end_reason AS endReason,
  (SELECT count(*) FROM trials WHERE trials.session = sessions.id) AS trials`;
const summaryTables = `sessions JOIN session_animals animals ON animals.session = sessions.id
  JOIN subjects ON subjects.id = animals.subject JOIN rigs ON rigs.id = sessions.rig
  JOIN conditions_now conditions ON conditions.session = sessions.id`;

function summaries(db: RecordDatabase, rest: string, ...parameters: unknown[]): SessionSummary[] {
  const rows = db.prepare<unknown[], Raw>(`SELECT ${summaryColumns} FROM ${summaryTables} ${rest}`).all(...parameters);
  return rows.map((row) => ({ ...row, simulated: row.simulated === 1 }) as unknown as SessionSummary);
}

/** Sessions in the order they were started; of one subject where `subject` names it. */
export function listSessions(db: RecordDatabase, subject?: string): SessionSummary[] {
  if (subject === undefined) return summaries(db, 'ORDER BY sessions.id');
  return summaries(db, 'WHERE subjects.name = ? ORDER BY sessions.id', subject);
}

/** Sessions that run now, or whose process died and whose rig was not started since. */
export function openSessions(db: RecordDatabase): SessionSummary[] {
  return summaries(db, 'WHERE sessions.end_reason IS NULL ORDER BY sessions.id');
}

/** One session, or undefined where there is none with that id. */
export function readSession(db: RecordDatabase, id: number): SessionRecord | undefined {
  const row = db
    .prepare<[number], Raw>(
      `SELECT ${summaryColumns}, sessions.operator, agent, dose, site, given_at AS givenAt,
         sessions.off_task AS offTask, disengagement_rule AS disengagementRule, last_engaged_trial AS lastEngagedTrial,
         sessions.task_hash AS taskHash, parameters.body AS parameters,
         sessions.seed, sessions.rig_kind AS rigKind, rig_file.body AS rigFile, lines.body AS lines, sessions.engine,
         sessions.firmware, sessions.link_version AS linkVersion, sessions.program_version AS programVersion,
         sessions.software_version AS softwareVersion, sessions.board AS boardId, sessions.boot_id AS bootId,
         sessions.event_count AS eventCount, sessions.event_crc32 AS eventCrc32
       FROM ${summaryTables}
       JOIN texts parameters ON parameters.id = sessions.parameters_text
       JOIN texts lines ON lines.id = sessions.lines_text
       JOIN texts rig_file ON rig_file.id = sessions.rig_file_text
       WHERE sessions.id = ?`,
    )
    .get(id);
  if (row === undefined) return undefined;
  return {
    ...row,
    simulated: row.simulated === 1,
    offTask: row.offTask === 1,
    parameters: JSON.parse(row.parameters as string),
    lines: JSON.parse(row.lines as string),
  } as unknown as SessionRecord;
}

const outcomeColumns = `trials.trial, trials.trial_type AS trialType, outcomes.word AS outcome, trials.assisted,
  trials.correction, trials.probe`;
const outcomeTables = 'trials LEFT JOIN outcomes ON outcomes.code = trials.outcome';

function withFlags(row: Raw): Raw {
  return { ...row, assisted: row.assisted === 1, correction: row.correction === 1, probe: row.probe === 1 };
}

/** A session's trials in order, with what measures need and no more. */
export function readOutcomes(db: RecordDatabase, session: number): TrialOutcome[] {
  return db
    .prepare<[number], Raw>(`SELECT ${outcomeColumns} FROM ${outcomeTables} WHERE trials.session = ? ORDER BY trial`)
    .all(session)
    .map((row) => withFlags(row) as unknown as TrialOutcome);
}

/** A session's trials in order, with all that replay needs. */
export function readTrials(db: RecordDatabase, session: number): TrialRecord[] {
  const rows = db
    .prepare<[number], Raw>(
      `SELECT ${outcomeColumns}, trials.end_reason AS endReason, segment, first_seq AS firstSeq, last_seq AS lastSeq,
         start_ticks AS startTicks, end_ticks AS endTicks, ticks_per_ms AS ticksPerMs, interval_ms AS intervalMs,
         digest_count AS digestCount, digest_crc32 AS digestCrc32, plan.body AS plan, program_hash.body AS programHash,
         slot_ticks.body AS slotTicks, result.body AS result
       FROM ${outcomeTables}
       JOIN texts plan ON plan.id = trials.plan_text
       JOIN texts program_hash ON program_hash.id = trials.program_hash_text
       JOIN texts slot_ticks ON slot_ticks.id = trials.slot_ticks_text
       LEFT JOIN texts result ON result.id = trials.result_text
       WHERE trials.session = ? ORDER BY trial`,
    )
    .all(session);
  const lights = readLights(db, session);
  const odours = readOdours(db, session);
  return rows.map((row) => {
    const values = {
      light: lights.get(row.trial as number) ?? null,
      odours: odours.get(row.trial as number) ?? [],
      plan: JSON.parse(row.plan as string),
      slotTicks: JSON.parse(row.slotTicks as string),
      result: row.result === null ? null : JSON.parse(row.result as string),
    };
    return { ...withFlags(row), ...values } as unknown as TrialRecord;
  });
}

/** By trial. */
function readOdours(db: RecordDatabase, session: number): Map<number, TrialOdourRow[]> {
  const rows = db
    .prepare<[number], TrialOdourRow & { trial: number }>(
      'SELECT trial, position, odour, vial, line FROM trial_odours WHERE session = ? ORDER BY trial, position',
    )
    .all(session);
  const byTrial = new Map<number, TrialOdourRow[]>();
  for (const { trial, ...row } of rows) byTrial.set(trial, [...(byTrial.get(trial) ?? []), row]);
  return byTrial;
}

/** By trial. */
function readLights(db: RecordDatabase, session: number): Map<number, LightRow> {
  const rows = db
    .prepare<[number], Raw>(
      `SELECT trial, from_epoch AS "from", to_epoch AS "to", sham, waveform, frequency_hz AS frequencyHz,
         duty_fraction AS dutyFraction, drive, power_mw AS powerMw, calibration, ramp_ms AS rampMs, ramp_side AS rampSide, masked
       FROM opto_words WHERE session = ?`,
    )
    .all(session);
  return new Map(
    rows.map(({ trial, ...row }) => [trial as number, { ...row, masked: row.masked === 1 } as unknown as LightRow]),
  );
}

/** Raw events in order of `seq`, from `firstSeq` to `lastSeq` where given, both included; read as they are taken. */
export function readEvents(
  db: RecordDatabase,
  session: number,
  firstSeq = 0,
  lastSeq = Number.MAX_SAFE_INTEGER,
): IterableIterator<RawEvent> {
  return db
    .prepare<[number, number, number], RawEvent & { code: EventCode }>(
      'SELECT seq, ticks, code, value FROM events WHERE session = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    )
    .iterate(session, firstSeq, lastSeq);
}

/** A session's clocks, in order. */
export function readSegments(db: RecordDatabase, session: number): ClockSegmentRow[] {
  return db
    .prepare<[number], ClockSegmentRow>(
      `SELECT segment, boot_id AS bootId, first_seq AS firstSeq, origin_ticks AS originTicks, origin_us AS originUs,
         ticks_per_ms AS ticksPerMs, uncertainty_us AS uncertaintyUs
       FROM clock_segments WHERE session = ? ORDER BY segment`,
    )
    .all(session);
}

/** A session's clock readings, one a trial, in order; none for a rig in virtual time. */
export function readClockReadings(db: RecordDatabase, session: number): ClockReadingRow[] {
  return db
    .prepare<[number], ClockReadingRow>(
      `SELECT seq, segment, ticks_per_ms AS ticksPerMs, drift_ppm_per_min AS driftPpmPerMin, uncertainty_us AS uncertaintyUs
       FROM clock_readings WHERE session = ? ORDER BY seq`,
    )
    .all(session);
}

export function readFaults(db: RecordDatabase, session: number): FaultRow[] {
  return db
    .prepare<[number], FaultRow>('SELECT at, trial, code, message FROM faults WHERE session = ? ORDER BY id')
    .all(session);
}

export function readNotes(db: RecordDatabase, session: number): NoteRow[] {
  return db
    .prepare<[number], NoteRow>('SELECT at, trial, person, body FROM notes_now WHERE session = ? ORDER BY id')
    .all(session);
}

/** A session's timing certificate, the latest if it has several; undefined where it has none. */
export function readCertificate(db: RecordDatabase, session: number): CertificateRow | undefined {
  const row = db
    .prepare<[number], Omit<CertificateRow, 'figures'> & { figures: string }>(
      `SELECT at, grade, line, body AS figures FROM certificates JOIN texts ON texts.id = figures_text
       WHERE session = ? ORDER BY at DESC LIMIT 1`,
    )
    .get(session);
  return row && { ...row, figures: JSON.parse(row.figures) };
}

/** The frame clock beside a session; undefined where the rig has none. */
export function readImaging(db: RecordDatabase, session: number): ImagingRow | undefined {
  const row = db
    .prepare<[number], Raw>(
      `SELECT armed_at AS armedAt, nominal_frame_hz AS nominalHz, least_pulse_us AS leastPulseUs,
         hold_frames AS holdFrames, already_running AS alreadyRunning, rejected_pulses AS rejectedPulses
       FROM imaging WHERE session = ?`,
    )
    .get(session);
  if (row === undefined) return undefined;
  const alreadyRunning = row.alreadyRunning === null ? null : row.alreadyRunning === 1;
  return { ...row, alreadyRunning } as unknown as ImagingRow;
}

/** A session's frames, in order. */
export function readFrames(db: RecordDatabase, session: number): FrameRow[] {
  return db
    .prepare<[number], FrameRow>('SELECT frame, seq, trial FROM frames WHERE session = ? ORDER BY frame')
    .all(session);
}

/** Numbers of an animal's sessions of a day (YYYY-MM-DD); those without a trial are none. */
export function sessionsOn(db: RecordDatabase, subject: number, day: string): number[] {
  return db
    .prepare<[number, string], number>(
      `SELECT id FROM session_animals animals JOIN sessions ON sessions.id = animals.session
       WHERE animals.subject = ? AND substr(started_at, 1, 10) = ?
         AND EXISTS (SELECT 1 FROM trials WHERE session = sessions.id) ORDER BY id`,
    )
    .pluck()
    .all(subject, day);
}

export interface OpenSession {
  readonly session: number;
  readonly rigName: string;
  readonly simulated: boolean;
}

/** Sessions of an animal that run now, or whose process died. */
export function openSessionsOf(db: RecordDatabase, subject: number): OpenSession[] {
  return db
    .prepare<[number], { session: number; rigName: string; simulated: number }>(
      `SELECT sessions.id AS session, rigs.name AS rigName, rigs.simulated FROM sessions JOIN rigs ON rigs.id = rig
       WHERE subject = ? AND end_reason IS NULL ORDER BY sessions.id`,
    )
    .all(subject)
    .map((row) => ({ ...row, simulated: row.simulated === 1 }));
}

/**
 * Rows in words to rows in codes and ids: the prepared statements of the writer and the texts that rows refer to.
 */
import type { Statement } from 'better-sqlite3';
import { type Outcome, outcomes } from '#machines/vocabulary.ts';
import { addHeadFixation, headFixedSince } from './animal-room/head-fixations.ts';
import { insert } from './insert.ts';
import { ImagingStatements, LightStatements } from './light-and-frames.ts';
import type { RecordDatabase } from './open.ts';
import { RecordError } from './record-error.ts';
import { rigFor } from './rigs.ts';
import type {
  CertificateRow,
  ClockReadingRow,
  ClockSegmentRow,
  FaultRow,
  NoteRow,
  SessionEnd,
  SessionStart,
  SessionTotals,
  TrialRow,
} from './rows.ts';
import type { DropRow } from './session-water.ts';
import { TrainingStatements } from './training.ts';

export const EVENT_COLUMNS = 5;
/** Rows in one statement: twice as fast as one by one, and little is gained past it. */
export const EVENT_GROUP = 32;

/** Texts whose ids are kept in memory. A cohort has some hundred; random delays make new ones all the time. */
const TEXT_CACHE_LIMIT = 10_000;

function outcomeCode(outcome: Outcome | null): number | null {
  return outcome === null ? null : outcomes.indexOf(outcome) + 1;
}

export class RowStatements {
  /** EVENT_COLUMNS numbers: session, seq, ticks, code, value. */
  readonly event: Statement<[number[]]>;
  /** So many numbers of EVENT_GROUP events. */
  readonly eventGroup: Statement<[number[]]>;
  readonly #trial;
  readonly #session;
  readonly #closeSession;
  readonly #clockSegment;
  readonly #clockReading;
  readonly #fault;
  readonly #note;
  readonly #certificate;
  readonly imaging: ImagingStatements;
  readonly training: TrainingStatements;
  readonly #light: LightStatements;
  readonly #board;
  readonly #drop;
  readonly #odour;
  readonly #db: RecordDatabase;
  readonly #subject;
  readonly #findText;
  readonly #addText;
  readonly #texts = new Map<string, number>();
  /** The same value handed in again is not written out again. */
  #values = new WeakMap<object, number>();

  constructor(db: RecordDatabase) {
    const events = (rows: number) =>
      `INSERT INTO events (session, seq, ticks, code, value) VALUES ${Array(rows).fill('(?, ?, ?, ?, ?)').join(', ')}`;
    this.event = db.prepare<[number[]]>(events(1));
    this.eventGroup = db.prepare<[number[]]>(events(EVENT_GROUP));
    this.#trial = db.prepare(insert('trials', trialColumns));
    this.#session = db.prepare(insert('sessions', sessionColumns));
    this.#closeSession = db.prepare(
      `UPDATE sessions SET ended_at = @endedAt, end_reason = @endReason, event_count = @eventCount,
         event_crc32 = @eventCrc32 WHERE id = @session`,
    );
    this.#clockSegment = db.prepare(insert('clock_segments', clockSegmentColumns));
    this.#clockReading = db.prepare(insert('clock_readings', clockReadingColumns));
    this.#fault = db.prepare(insert('faults', ['session', 'trial', 'at', 'code', 'message']));
    this.#note = db.prepare(insert('notes', ['session', 'subject', 'trial', 'at', 'person', 'body']));
    this.#certificate = db.prepare(insert('certificates', ['session', 'at', 'grade', 'line', 'figures_text']));
    this.training = new TrainingStatements(db, (body) => this.#text(body));
    this.#light = new LightStatements(db);
    this.imaging = new ImagingStatements(db);
    this.#board = db.prepare('INSERT INTO boards (id, first_seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#db = db;
    this.#drop = db.prepare(insert('drops', ['session', 'seq', 'line', 'trial', 'open_ms', 'ul', 'calibration']));
    this.#odour = db.prepare(insert('trial_odours', ['session', 'trial', 'position', 'odour', 'vial', 'line']));
    this.#subject = db.prepare<[number], { name: string; simulated: number }>(
      'SELECT name, simulated FROM subjects WHERE id = ?',
    );
    this.#findText = db.prepare<[string], number>('SELECT id FROM texts WHERE body = ?').pluck();
    this.#addText = db.prepare('INSERT INTO texts (body) VALUES (?)');
  }

  session(start: SessionStart): number {
    const { rig } = start;
    const subject = this.#subject.get(start.subject);
    if (subject === undefined) throw new Error(`openSession: no subject has the id ${start.subject}; call subjectFor`);
    if ((subject.simulated === 1) !== rig.simulated) {
      throw new RecordError(
        'mixed',
        `${subject.name} is a ${rig.simulated ? 'live' : 'simulated'} animal and ${rig.rigName} is a ${rig.simulated ? 'simulated' : 'real'} rig. ` +
          'No session was started: simulated data never stand beside real ones. Pick a pair that fits.',
      );
    }
    if (rig.boardId !== null) this.#board.run(rig.boardId, start.startedAt);
    const { lastInsertRowid } = this.#session.run({
      subject: start.subject,
      rig: rigFor(this.#db, { name: rig.rigName, simulated: rig.simulated }, start.startedAt),
      simulated: rig.simulated ? 1 : 0,
      operator: start.operator,
      off_task: start.offTask ? 1 : 0,
      task: start.task,
      task_hash: start.taskHash,
      parameters_text: this.#text(JSON.stringify(start.parameters)),
      seed: start.seed,
      rig_kind: rig.kind,
      rig_file_text: this.#text(start.rigFile),
      lines_text: this.#text(JSON.stringify(start.lines)),
      engine: rig.engine,
      firmware: rig.firmware,
      link_version: rig.linkVersion,
      program_version: start.programVersion,
      board: rig.boardId,
      boot_id: rig.bootId,
      software_version: start.softwareVersion,
      started_at: start.startedAt,
    });
    const session = Number(lastInsertRowid);
    this.training.condition(session, start);
    this.#light.begin(start.subject);
    if (start.headFixed && headFixedSince(this.#db, start.subject) === null) {
      const { startedAt: at, operator: person } = start;
      addHeadFixation(this.#db, start.subject, { step: 'in', at, session, person });
    }
    return session;
  }

  closeSession(session: number, { endReason, endedAt, lastEngagedTrial }: SessionEnd, totals: SessionTotals): void {
    this.#closeSession.run({ session, endReason, endedAt, ...totals });
    this.training.engaged(session, lastEngagedTrial);
  }

  clockSegment(session: number, row: ClockSegmentRow): void {
    this.#clockSegment.run({
      session,
      segment: row.segment,
      boot_id: row.bootId,
      first_seq: row.firstSeq,
      origin_ticks: row.originTicks,
      origin_us: row.originUs,
      ticks_per_ms: row.ticksPerMs,
      uncertainty_us: row.uncertaintyUs,
    });
  }

  clockReading(session: number, row: ClockReadingRow): void {
    this.#clockReading.run({
      session,
      seq: row.seq,
      segment: row.segment,
      ticks_per_ms: row.ticksPerMs,
      drift_ppm_per_min: row.driftPpmPerMin,
      uncertainty_us: row.uncertaintyUs,
    });
  }

  trial(session: number, row: TrialRow): void {
    this.#trial.run({
      session,
      trial: row.trial,
      trial_type: row.trialType,
      outcome: outcomeCode(row.outcome),
      end_reason: row.endReason,
      assisted: row.assisted ? 1 : 0,
      correction: row.correction ? 1 : 0,
      probe: row.probe ? 1 : 0,
      segment: row.segment,
      first_seq: row.firstSeq,
      last_seq: row.lastSeq,
      start_ticks: row.startTicks,
      end_ticks: row.endTicks,
      ticks_per_ms: row.ticksPerMs,
      interval_ms: row.intervalMs,
      digest_count: row.digestCount,
      digest_crc32: row.digestCrc32,
      plan_text: this.#valueText(row.plan),
      program_hash_text: this.#text(row.programHash),
      slot_ticks_text: this.#valueText(row.slotTicks),
      result_text: row.result === null ? null : this.#valueText(row.result),
    });
    if (row.light !== null) this.#light.add(session, row.trial, row.light);
    for (const odour of row.odours) this.#odour.run({ session, trial: row.trial, ...odour });
  }

  drop(session: number, { openMs, ...row }: DropRow): void {
    this.#drop.run({ session, open_ms: openMs, ...row });
  }

  fault(session: number, row: FaultRow): void {
    this.#fault.run({ session, ...row });
  }

  note(session: number, row: NoteRow): void {
    this.#note.run({ session, subject: null, ...row });
  }

  certificate(session: number, { at, grade, line, figures }: CertificateRow): void {
    this.#certificate.run({ session, at, grade, line, figures_text: this.#text(JSON.stringify(figures)) });
  }

  /** After a rollback the ids in memory may stand for rows that are gone. */
  forgetTexts(): void {
    this.#texts.clear();
    this.#values = new WeakMap();
  }

  #valueText(value: unknown): number {
    if (typeof value !== 'object' || value === null) return this.#text(JSON.stringify(value));
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const id = this.#text(JSON.stringify(value));
    this.#values.set(value, id);
    return id;
  }

  #text(body: string): number {
    const known = this.#texts.get(body);
    if (known !== undefined) return known;
    if (this.#texts.size >= TEXT_CACHE_LIMIT) this.#texts.clear();
    const id = this.#findText.get(body) ?? Number(this.#addText.run(body).lastInsertRowid);
    this.#texts.set(body, id);
    return id;
  }
}

const trialColumns = [
  'session',
  'trial',
  'trial_type',
  'outcome',
  'end_reason',
  'assisted',
  'correction',
  'probe',
  'segment',
  'first_seq',
  'last_seq',
  'start_ticks',
  'end_ticks',
  'ticks_per_ms',
  'interval_ms',
  'digest_count',
  'digest_crc32',
  'plan_text',
  'program_hash_text',
  'slot_ticks_text',
  'result_text',
];

const sessionColumns = [
  'subject',
  'rig',
  'simulated',
  'operator',
  'off_task',
  'task',
  'task_hash',
  'parameters_text',
  'seed',
  'rig_kind',
  'rig_file_text',
  'lines_text',
  'engine',
  'firmware',
  'link_version',
  'program_version',
  'board',
  'boot_id',
  'software_version',
  'started_at',
];

const clockReadingColumns = ['session', 'seq', 'segment', 'ticks_per_ms', 'drift_ppm_per_min', 'uncertainty_us'];

const clockSegmentColumns = [
  'session',
  'segment',
  'boot_id',
  'first_seq',
  'origin_ticks',
  'origin_us',
  'ticks_per_ms',
  'uncertainty_us',
];

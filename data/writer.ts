/**
 * The one way into the record. Two writers share this interface and one core:
 *   openWriter (here)                      in this process, in bursts or one transaction a session: simulation at full speed
 *   openWorkerWriter (worker-writer.ts)    in a worker thread, a commit per batch: the lab, and simulation at real time
 * The event path returns nothing and copies nothing here; only what waits for the disk gives a promise.
 */
import { type Observable, Subject } from 'rxjs';
import type { RawEvent } from '#machines/vocabulary.ts';
import { HEARTBEAT_MS } from './leases.ts';
import { openRecord } from './open.ts';
import type {
  AssessmentRow,
  CertificateRow,
  ClockReadingRow,
  ClockSegmentRow,
  DecisionRow,
  FaultRow,
  FrameRow,
  ImagingRow,
  NewSubject,
  NoteRow,
  SessionEnd,
  SessionStart,
  SessionTotals,
  TrialRow,
} from './rows.ts';
import { type LeaseRequest, WriterCore } from './writer-core.ts';

/**
 * One session at a time. What the world does comes as a RecordError: thrown or rejected by the call, or by the next one,
 * and as the error of `committed$`. After it the writer takes nothing more; close it.
 */
export interface RecordWriter {
  /** A session needs the rig's lease (`takeLease`); without, it is one transaction and nobody sees it before its end. */
  readonly leases: boolean;
  /**
   * The last committed `seq`, after each commit: the rig may forget what is before it. Errors when the disk cannot
   * follow, completes on close.
   */
  readonly committed$: Observable<number>;
  /**
   * Takes the rig for this process and closes sessions that a dead process left open on it; their ids. Needed before a
   * session that is committed in batches, and on every real rig. Rejects with `leased` or `mixed`.
   */
  takeLease(rig: LeaseRequest): Promise<number[]>;
  /** The subject's id; a simulated one is made on first use. Rejects with `mixed` or `unknownSubject`. */
  subjectFor(subject: NewSubject): Promise<number>;
  /** Enters a subject; its id. Rejects with `nameTaken`. */
  addSubject(subject: NewSubject): Promise<number>;
  /** A person's word on an animal's stage, between sessions. */
  decide(subject: number, row: DecisionRow): Promise<void>;
  /** The new session's id. Rejects with `mixed` for a simulated animal on a real rig or the reverse. */
  openSession(start: SessionStart): Promise<number>;
  /** A power-up of the board; before the trials it stamps. */
  clockSegment(row: ClockSegmentRow): void;
  /** The clock at a trial's end, before the trial's row. */
  clockReading(row: ClockReadingRow): void;
  /** Every event of the session once, in order of `seq`. The batch may be reused when the call returns. */
  events(batch: readonly RawEvent[]): void;
  /** A trial that has ended, after its events. */
  trial(row: TrialRow): void;
  fault(row: FaultRow): void;
  note(row: NoteRow): void;
  /** The frame clock beside the session: once when frames begin to be counted, and once more at the end. */
  imaging(row: ImagingRow): void;
  /** Frames in order, each once. */
  frames(rows: readonly FrameRow[]): void;
  /** What the rules of its stage saw of the session and decided, before it is closed. */
  assessment(row: AssessmentRow): void;
  /** What a simulated mouse has learned by the end of the session; plain, kept as JSON. */
  mouse(state: unknown): void;
  /** The session's timing certificate, before it is closed. */
  certificate(row: CertificateRow): void;
  /** Writes the end and the totals; all of the session is committed when it resolves. */
  closeSession(end: SessionEnd): Promise<SessionTotals>;
  /**
   * Forgets the open session. In one transaction: nothing of it stays. In batches: what is committed stays open, and is
   * closed as interrupted when the rig's lease is taken next.
   */
  abandon(): Promise<void>;
  /** Abandons an open session, gives the lease back, closes the file. May be called more than once. */
  close(): Promise<void>;
}

export interface WriterOptions {
  /** One transaction a session, without a lease; or in bursts of some trials, under the rig's lease. */
  readonly commit?: 'session' | 'bursts';
  /** As recordPlace says. */
  readonly createFolder?: boolean;
}

/**
 * A writer in this process. It gives signs of life only between sessions, so a rig at real time belongs to the worker.
 * Throws RecordError when the record cannot be opened.
 */
export function openWriter(path: string, { commit = 'session', ...options }: WriterOptions = {}): RecordWriter {
  const committed = new Subject<number>();
  const core = new WriterCore(openRecord(path, { mode: 'write', ...options }), {
    commit,
    now: Date.now,
    onCommitted: (seq) => committed.next(seq),
  });
  // A session that stands still writes nothing, and yet holds its rig.
  const beating = commit === 'bursts' ? setInterval(() => giveSign(core), HEARTBEAT_MS).unref() : undefined;
  return {
    leases: commit === 'bursts',
    committed$: committed.asObservable(),
    takeLease: async (rig) => core.takeLease(rig),
    subjectFor: async (subject) => core.subjectFor(subject),
    addSubject: async (subject) => core.addSubject(subject),
    openSession: async (start) => core.openSession(start),
    clockSegment: (row) => core.clockSegment(row),
    clockReading: (row) => core.clockReading(row),
    events: (batch) => core.events(batch),
    trial: (row) => core.trial(row),
    fault: (row) => core.fault(row),
    note: (row) => core.note(row),
    imaging: (row) => core.imaging(row),
    frames: (rows) => core.frames(rows),
    certificate: (row) => core.certificate(row),
    assessment: (row) => core.assessment(row),
    mouse: (state) => core.mouse(state),
    decide: async (subject, row) => core.decide(subject, row),
    closeSession: async (end) => core.closeSession(end),
    abandon: async () => core.abandon(),
    close: async () => {
      clearInterval(beating);
      core.close();
      committed.complete();
    },
  };
}

/** What goes wrong here, the next write says to whoever asked for it. */
function giveSign(core: WriterCore): void {
  try {
    core.beat();
  } catch {
    // The writer keeps it.
  }
}

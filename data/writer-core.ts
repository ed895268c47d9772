/**
 * The one writer behind both RecordWriters: statements prepared once, short synchronous transactions, no await inside.
 *
 * `synchronous`, on purpose (sqlite.org/pragma.html#pragma_synchronous, WAL):
 *   commit per session (cohorts)     NORMAL: no wait for the disk; a power cut may undo whole sessions, which can be run
 *                                    again from their seed, and never damages the file.
 *   commit in bursts (simulated rig) NORMAL; rows wait in memory and are written some trials at a time, so that whoever
 *                                    else works on the record waits for milliseconds, however long the session takes.
 *   commit per batch (lab)           NORMAL between, FULL for the commits that end a trial or open or close a session:
 *                                    that one waits for the disk and takes the batches before it along. A killed process
 *                                    loses nothing committed; a power cut loses at most the trial in flight.
 */
import { randomUUID } from 'node:crypto';
import { EventDigest } from '#machines/digest.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import { addSessionWater } from './animal-room/water.ts';
import { cameFree, closeInterrupted } from './interrupted.ts';
import { beat, expectLease, HEARTBEAT_MS, releaseLease, takeLeaseRow } from './leases.ts';
import type { RecordDatabase } from './open.ts';
import { fromSqlite } from './record-error.ts';
import { rigFor } from './rigs.ts';
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
import { SessionWater } from './session-water.ts';
import { EVENT_COLUMNS, EVENT_GROUP, RowStatements } from './statements.ts';
import { addSubject, subjectFor } from './subjects.ts';
import { WriteLock } from './write-lock.ts';

export interface CoreOptions {
  readonly commit: 'session' | 'bursts' | 'batch';
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after each commit that covers new events, with the last `seq` in it. */
  readonly onCommitted: (seq: number) => void;
}

export interface LeaseRequest {
  readonly rigName: string;
  readonly simulated: boolean;
}

/** Numbers of an event in a packed batch: seq, ticks, code, value. */
export const PACKED_EVENT_LENGTH = 4;

/** Events in a burst: some 25 trials, a few milliseconds of writing. */
const BURST_EVENTS = 1000;

export class WriterCore {
  readonly #db: RecordDatabase;
  readonly #options: CoreOptions;
  readonly #rows: RowStatements;
  readonly #lock: WriteLock;
  readonly #commit;
  readonly #rollback;
  readonly #token = randomUUID();
  #toDisk = false;
  #leasedRig: string | null = null;
  #session: number | null = null;
  /** Of the open session. */
  #subject = 0;
  #digest = new EventDigest();
  #water: SessionWater | null = null;
  readonly #group: number[] = new Array(EVENT_COLUMNS * EVENT_GROUP).fill(0);
  #grouped = 0;
  #committedSeq = -1;
  #failure: unknown = null;
  /** Of a burst: what is still to be written. */
  #waiting: ((session: number) => void)[] = [];
  #waitingEvents = 0;
  #beatAtMs = 0;

  constructor(db: RecordDatabase, options: CoreOptions) {
    this.#db = db;
    this.#options = options;
    this.#rows = new RowStatements(db);
    this.#lock = new WriteLock(db);
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    db.pragma('synchronous = NORMAL');
  }

  /** Takes the rig and closes what a process that died left open on it; the ids of those sessions. */
  takeLease({ rigName, simulated }: LeaseRequest): number[] {
    this.#expectNoSession('takeLease');
    if (this.#leasedRig !== null) throw new Error(`takeLease: ${this.#leasedRig} is held already; one rig a writer`);
    const interrupted = this.#alone(() => {
      const nowMs = this.#options.now();
      const rig = rigFor(this.#db, { name: rigName, simulated }, new Date(nowMs).toISOString());
      takeLeaseRow(this.#db, rig, rigName, this.#token, nowMs);
      return closeInterrupted(this.#db, rig);
    });
    this.#leasedRig = rigName;
    return interrupted;
  }

  beat(): void {
    if (this.#leasedRig === null) return;
    this.#guard(() => beat(this.#db, this.#token, this.#options.now()));
  }

  subjectFor(subject: NewSubject): number {
    this.#expectNoSession('subjectFor');
    return this.#alone(() => subjectFor(this.#db, subject));
  }

  addSubject(subject: NewSubject): number {
    this.#expectNoSession('addSubject');
    return this.#alone(() => addSubject(this.#db, subject));
  }

  openSession(start: SessionStart): number {
    this.#expectNoSession('openSession');
    const { rigName, simulated } = start.rig;
    if (this.#leasedRig !== rigName && !(simulated && this.#options.commit === 'session')) {
      throw new Error(`openSession on the rig ${rigName}: its lease is not held; call takeLease first`);
    }
    this.#throwFailure();
    try {
      this.#start(this.#options.commit === 'batch');
      const session = this.#rows.session(start);
      this.#digest = new EventDigest();
      this.#water = new SessionWater(start.lines, start.rigFile);
      this.#committedSeq = -1;
      if (this.#options.commit !== 'session') this.#finish();
      this.#session = session;
      this.#subject = start.subject;
      return session;
    } catch (error) {
      this.#undo();
      throw fromSqlite(error, this.#db.name);
    }
  }

  events(batch: readonly RawEvent[]): void {
    const bursts = this.#options.commit === 'bursts';
    // The caller uses its array again.
    const kept = bursts ? [...batch] : batch;
    if (bursts) this.#waitingEvents += kept.length;
    this.#write(false, (session) => {
      for (const event of kept) this.#event(session, event.seq, event.ticks, event.code, event.value);
      this.#endBatch();
    });
  }

  /** As `events`, from PACKED_EVENT_LENGTH numbers an event. */
  packedEvents(batch: Uint32Array): void {
    this.#write(false, (session) => {
      for (let at = 0; at < batch.length; at += PACKED_EVENT_LENGTH) {
        this.#event(session, batch[at]!, batch[at + 1]!, batch[at + 2]!, batch[at + 3]!);
      }
      this.#endBatch();
    });
  }

  clockSegment(row: ClockSegmentRow): void {
    this.#write(false, (session) => {
      this.#rows.clockSegment(session, row);
      this.#water!.clockSegment(row.ticksPerMs);
    });
  }

  clockReading(row: ClockReadingRow): void {
    this.#write(false, (session) => this.#rows.clockReading(session, row));
  }

  trial(row: TrialRow): void {
    this.#write(true, (session) => {
      this.#rows.trial(session, row);
      this.#water!.trial(cameFree(row.result));
    });
  }

  fault(row: FaultRow): void {
    this.#write(true, (session) => this.#rows.fault(session, row));
  }

  imaging(row: ImagingRow): void {
    this.#write(false, (session) => this.#rows.imaging.put(session, row));
  }

  frames(rows: readonly FrameRow[]): void {
    const kept = [...rows];
    this.#write(false, (session) => this.#rows.imaging.frames(session, kept));
  }

  certificate(row: CertificateRow): void {
    this.#write(false, (session) => this.#rows.certificate(session, row));
  }

  assessment(row: AssessmentRow): void {
    this.#write(false, (session) => this.#rows.training.assessment(session, this.#subject, row));
  }

  mouse(state: unknown): void {
    this.#write(false, (session) => this.#rows.training.mouse(session, state));
  }

  /** A person's word, between sessions. */
  decide(subject: number, row: DecisionRow): void {
    this.#expectNoSession('decide');
    this.#alone(() => this.#rows.training.decision(subject, null, row));
  }

  note(row: NoteRow): void {
    this.#write(true, (session) => this.#rows.note(session, row));
  }

  closeSession(end: SessionEnd): SessionTotals {
    this.#guard(() => this.#burst());
    const totals = { eventCount: this.#digest.count, eventCrc32: this.#digest.crc32 };
    this.#write(true, (session) => {
      this.#writeGroup();
      this.#rows.closeSession(session, end, totals);
      addSessionWater(this.#db, session, end.endedAt, this.#water!.given());
    });
    this.#guard(() => {
      this.#burst();
      if (this.#db.inTransaction) this.#finish();
    });
    this.#session = null;
    if (this.#options.commit === 'session') this.beat();
    return totals;
  }

  /**
   * Forgets the open session. Commit per session: nothing of it stays. Else what is committed stays, open,
   * and is closed as interrupted when the rig's lease is taken next.
   */
  abandon(): void {
    this.#undo();
    this.#waiting = [];
    this.#waitingEvents = 0;
    this.#session = null;
  }

  close(): void {
    if (!this.#db.open) return;
    this.abandon();
    try {
      if (this.#leasedRig !== null) releaseLease(this.#db, this.#token);
    } catch {
      // The disk is full or gone: the lease runs out by itself.
    }
    this.#db.close();
  }

  #event(session: number, seq: number, ticks: number, code: number, value: number): void {
    if (seq !== this.#digest.count) {
      throw new Error(`events: expected seq ${this.#digest.count}, got ${seq}; hand in every event once, in order`);
    }
    this.#digest.add(ticks, code, value);
    this.#water!.event(ticks, code, value);
    const group = this.#group;
    let at = this.#grouped;
    group[at++] = session;
    group[at++] = seq;
    group[at++] = ticks;
    group[at++] = code;
    group[at++] = value;
    if (at === group.length) {
      this.#rows.eventGroup.run(group);
      at = 0;
    }
    this.#grouped = at;
  }

  /** In the lab nothing waits for a group to fill: a batch is written when the call returns. */
  #endBatch(): void {
    for (const drop of this.#water!.takeDrops()) this.#rows.drop(this.#session!, drop);
    if (this.#options.commit === 'batch') this.#writeGroup();
  }

  #writeGroup(): void {
    for (let at = 0; at < this.#grouped; at += EVENT_COLUMNS) {
      this.#rows.event.run(this.#group.slice(at, at + EVENT_COLUMNS));
    }
    this.#grouped = 0;
  }

  /** One write to the open session, in its transaction or in one of its own. `toDisk`: wait for the disk. */
  #write(toDisk: boolean, work: (session: number) => void): void {
    this.#guard(() => {
      const session = this.#session;
      if (session === null) throw new Error('no session is open; call openSession first');
      if (this.#options.commit === 'session') {
        work(session);
        return;
      }
      if (this.#options.commit === 'bursts') {
        this.#waiting.push(work);
        if (this.#waitingEvents >= BURST_EVENTS) this.#burst();
        return;
      }
      this.#start(toDisk);
      // Whoever took the rig over has closed this session: under the lock that this transaction holds, nothing may follow.
      expectLease(this.#db, this.#token);
      work(session);
      this.#finish();
    });
  }

  /** Writes what waits, as one transaction. */
  #burst(): void {
    const session = this.#session;
    if (session === null || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingEvents = 0;
    this.#start(false);
    expectLease(this.#db, this.#token);
    const nowMs = this.#options.now();
    if (nowMs - this.#beatAtMs >= HEARTBEAT_MS) {
      beat(this.#db, this.#token, nowMs);
      this.#beatAtMs = nowMs;
    }
    for (const work of waiting) work(session);
    this.#writeGroup();
    this.#finish();
  }

  /** A transaction apart from any session. What the world refuses here leaves the writer as it was. */
  #alone<T>(work: () => T): T {
    this.#throwFailure();
    try {
      this.#start(this.#options.commit === 'batch');
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      this.#undo();
      throw fromSqlite(error, this.#db.name);
    }
  }

  /** After any error the session is incomplete: the writer refuses all that follows, with the first error. */
  #guard<T>(work: () => T): T {
    this.#throwFailure();
    try {
      return work();
    } catch (error) {
      this.#undo();
      this.#failure = fromSqlite(error, this.#db.name);
      throw this.#failure;
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** The level cannot change inside a transaction, so it is set before each that needs another. */
  #start(toDisk: boolean): void {
    if (toDisk !== this.#toDisk) this.#db.pragma(`synchronous = ${toDisk ? 'FULL' : 'NORMAL'}`);
    this.#toDisk = toDisk;
    this.#lock.take();
  }

  #finish(): void {
    this.#commit.run();
    const last = this.#digest.count - 1;
    if (last === this.#committedSeq) return;
    this.#committedSeq = last;
    this.#options.onCommitted(last);
  }

  #undo(): void {
    if (this.#db.inTransaction) this.#rollback.run();
    this.#grouped = 0;
    this.#rows.forgetTexts();
  }

  #expectNoSession(what: string): void {
    if (this.#session !== null) throw new Error(`${what}: a session is open; close it first`);
  }
}

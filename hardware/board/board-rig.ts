/**
 * The board rig: a Rig whose trials run in the firmware. It speaks the link over any byte port: a serial port in the lab,
 * an emulated board in memory in tests. A line that breaks in mid-session is taken up again (board-connection.ts); the
 * trial in flight then ends by the board's own word, or by the host's where the board has forgotten it.
 */
import { randomInt } from 'node:crypto';
import { BehaviorSubject, type Observable, ReplaySubject, Subject } from 'rxjs';
import type { BoundProgram, LineTable } from '#machines/program.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { RandomStream } from '#machines/random.ts';
import type { DeviceTicks } from '#machines/time.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import { limits } from '../link/declaration.ts';
import { sleep } from '../link/host-clock.ts';
import type { HostLink } from '../link/host-link.ts';
import { type ProgramImage, programImage } from '../link/program-image.ts';
import { proveProgram } from '../prove-program.ts';
import { PulsePrograms } from '../pulse-programs.ts';
import {
  type ClockReading,
  type ClockSegment,
  type Rig,
  RigError,
  type RigIdentity,
  type RigStatus,
  type RigTiming,
  type TrialTrace,
  type Waveform,
} from '../rig.ts';
import { lineTable, type RigFile } from '../rig-file.ts';
import { BoardConnection, type ConnectionOptions, isLoss } from './board-connection.ts';
import { TimingLog } from './timing-log.ts';
import { TraceCollector } from './trace-collector.ts';

export interface BoardRigOptions extends Omit<ConnectionOptions, 'chance' | 'searchMs'> {
  /** As there; left out, an emulated board's is the same each time, so that the same session gives the same record. */
  readonly chance?: ConnectionOptions['chance'];
  /** Ten minutes when left out. */
  readonly searchMs?: number;
}

const SEARCH_MS = 10 * 60_000;
/** The board sends what was not acknowledged every 100 ms; on a line that damages a third of all frames this is enough. */
const HEAR_MS = 1000;

export class BoardRig implements Rig {
  readonly lines: LineTable;
  readonly events$: Observable<RawEvent>;
  readonly segments$: Observable<ClockSegment>;
  readonly status$: Observable<RigStatus>;
  readonly #file: RigFile;
  readonly #options: BoardRigOptions;
  readonly #events = new Subject<RawEvent>();
  readonly #segments = new ReplaySubject<ClockSegment>();
  readonly #status = new BehaviorSubject<RigStatus>({ kind: 'closed' });
  readonly #pulses: PulsePrograms;
  readonly #connection: BoardConnection;
  readonly #timing = new TimingLog();
  #link: HostLink | null = null;
  #opened = false;
  #closed = false;
  #trace: TraceCollector | null = null;
  #trial = 0;
  #bound: BoundProgram | null = null;
  #loadedCrc: number | null = null;
  #toAcknowledge = -1;

  constructor(options: BoardRigOptions) {
    this.#options = options;
    const { file, kind } = options;
    this.#file = file;
    this.lines = lineTable(file);
    this.events$ = this.#events.asObservable();
    this.segments$ = this.#segments.asObservable();
    this.status$ = this.#status.asObservable();
    this.#pulses = new PulsePrograms(file);
    const stream = new RandomStream(1, 'link');
    const chance = kind === 'emulated' ? (below: number) => stream.below(below) : (below: number) => randomInt(below);
    this.#connection = new BoardConnection(
      { chance, searchMs: SEARCH_MS, ...options },
      {
        event: (event) => {
          this.#events.next(event);
          this.#trace?.take(event);
        },
        segment: (segment) => this.#segments.next(segment),
        forgotten: () => this.#forgotten(),
        inFlight: () => this.#bound,
        reconnecting: (message) => this.#status.next({ kind: 'reconnecting', message }),
        reconnected: () => this.#showStatus(),
        failed: (error) => this.#fail(error),
      },
    );
  }

  get ticksPerMs(): number {
    return this.#connection.ticksPerMs;
  }

  clock(): ClockReading {
    return this.#connection.clock();
  }

  async open(): Promise<RigIdentity> {
    if (this.#closed || this.#opened)
      throw new RigError('closed', 'A rig opens once; make a new one for a new session.');
    this.#opened = true;
    this.#status.next({ kind: 'opening' });
    try {
      const identity = await this.#connection.open();
      this.#link = await this.#connection.connected();
      this.#status.next({ kind: 'ready' });
      return identity;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async runTrial(trial: number, bound: BoundProgram, startAt: DeviceTicks | null): Promise<TrialTrace> {
    this.#mustBeOpen();
    if (this.#trace !== null)
      throw new RigError('busy', 'A trial is running on this rig; the next one must wait for its end.');
    const image = this.#imageOf(bound);
    const trace = new TraceCollector(trial);
    this.#trace = trace;
    this.#trial = trial;
    this.#bound = bound;
    if (this.#status.value.kind !== 'reconnecting') this.#status.next({ kind: 'trial', trial });
    try {
      await this.#start(trace, trial, image, startAt);
      return await trace.done;
    } finally {
      this.#trace = null;
      this.#bound = null;
      if (this.#status.value.kind === 'trial') this.#status.next({ kind: 'ready' });
      // What the board has counted would be lost with a restart; nobody waits for it here.
      if (this.#connection.ready) this.#timing.ask(this.#link!).catch(() => {});
    }
  }

  async shape(line: string, waveform: Waveform): Promise<void> {
    this.#mustBeOpen();
    this.#connection.waves.want(line, waveform);
    // A running trial keeps its light; the next one is told before it starts.
    if (this.#trace !== null || !this.#connection.ready) return;
    await this.#connection.waves.tell(this.#link!).catch((error) => {
      if (!isLoss(error)) throw error;
    });
  }

  async allowWater(ul: number): Promise<void> {
    this.#mustBeOpen();
    await this.#connection.allowWater(ul);
  }

  async timing(): Promise<RigTiming | null> {
    this.#mustBeOpen();
    if (this.#connection.ready) await this.#timing.ask(this.#link!).catch(() => {});
    return this.#timing.summary(this.#connection.counts, this.clock(), this.#link!);
  }

  async pulse(line: string, us: number): Promise<void> {
    const { bound } = this.#pulses.bind(line, us, this.ticksPerMs);
    while (this.#trace !== null) await this.#trace.done.catch(() => {});
    await this.runTrial(PULSE_TRIAL, bound, null);
  }

  async abort(_reason: string): Promise<void> {
    const trace = this.#trace;
    if (trace === null) return;
    trace.abortAsked = true;
    if (trace.asked) await this.#abort(trace).catch(() => {});
    await trace.done.catch(() => {});
  }

  acknowledge(seq: number): void {
    // Events come four to a frame; one acknowledgement serves them all.
    if (this.#toAcknowledge < 0) {
      queueMicrotask(() => {
        this.#connection.acknowledge(this.#toAcknowledge);
        this.#toAcknowledge = -1;
      });
    }
    this.#toAcknowledge = seq;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connection.close(this.#trace?.done.catch(() => {}));
    this.#trace?.fail(new RigError('closed', 'The rig was closed during the trial.'));
    this.#status.next({ kind: 'closed' });
    this.#events.complete();
    this.#segments.complete();
    this.#status.complete();
  }

  /** Until the board is known to have been told; over a line that breaks, as often as it takes. */
  async #start(
    trace: TraceCollector,
    trial: number,
    { bytes, crc }: ProgramImage,
    startAt: DeviceTicks | null,
  ): Promise<void> {
    // Another power-up counts from another zero.
    const { segment } = this.clock();
    const at = () => (this.clock().segment === segment ? startAt : null);
    for (;;) {
      const link = await this.#connection.connected();
      if (trace.over || trace.begun) return;
      try {
        if (trace.asked && (await this.#heardAfterAll(trace))) return;
        const { refusal } = this.#connection;
        if (refusal !== null) throw new RigError('wrongBoard', refusal);
        await this.#connection.waves.tell(link);
        await this.#load(link, bytes, crc);
        trace.asked = true;
        const now = at() === null ? 1 : 0;
        await link.order('start', { trial: trial & 0xffff, crc, now, at: at() ?? 0 });
        if (trace.abortAsked) await this.#abort(trace);
        return;
      } catch (error) {
        if (!isLoss(error)) throw error;
      }
    }
  }

  /** The line broke over the start, so the board may run the trial, have ended it, or have heard nothing: only one may be. */
  async #heardAfterAll(trace: TraceCollector): Promise<boolean> {
    await this.#abort(trace);
    await Promise.race([trace.done.catch(() => {}), sleep(this.#options.clock, HEAR_MS)]);
    if (!trace.over) trace.asked = false;
    return trace.over;
  }

  async #abort(trace: TraceCollector): Promise<void> {
    for (;;) {
      const link = await this.#connection.connected();
      if (trace.over) return;
      try {
        await link.order('abort');
        return;
      } catch (error) {
        if (!isLoss(error)) throw error;
      }
    }
  }

  async #load(link: HostLink, bytes: Uint8Array, crc: number): Promise<void> {
    if (crc === this.#loadedCrc) return;
    this.#loadedCrc = null;
    const chunk = limits.CHUNK_BYTES.value;
    for (let offset = 0; offset < bytes.length; offset += chunk) {
      await link.order('load', { offset, data: bytes.subarray(offset, offset + chunk) });
    }
    await link.order('commit', { length: bytes.length, crc });
    this.#loadedCrc = crc;
  }

  #imageOf(bound: BoundProgram): ProgramImage {
    proveProgram(this.#file, bound.program);
    try {
      return programImage(bound);
    } catch (error) {
      throw new RigError('programRefused', (error as Error).message, { cause: error });
    }
  }

  #forgotten(): void {
    this.#loadedCrc = null;
    this.#timing.restart();
    const trace = this.#trace;
    if (trace === null || !(trace.asked || trace.begun)) return;
    const { doses, lastTicks } = this.#connection;
    for (const event of trace.rest(doses.outputs, lastTicks)) this.#connection.append(event);
  }

  #showStatus(): void {
    const running = this.#trace !== null && !this.#trace.over;
    this.#status.next(running ? { kind: 'trial', trial: this.#trial } : { kind: 'ready' });
  }

  #fail(error: RigError): void {
    this.#status.next({ kind: 'faulted', message: error.message });
    this.#trace?.fail(error);
    this.#events.error(error);
  }

  #mustBeOpen(): void {
    const status = this.#status.value;
    if (status.kind === 'faulted') throw new RigError('linkLost', status.message);
    if (this.#closed || this.#link === null) throw new RigError('closed', 'This rig is not open.');
  }
}

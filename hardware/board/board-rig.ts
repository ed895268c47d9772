/**
 * The board rig: a Rig whose trials run in the firmware. It speaks the link over any byte port: a serial port in the lab,
 * an emulated board in memory in tests.
 */
import { randomBytes } from 'node:crypto';
import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import type { BoundProgram, LineTable } from '#machines/program.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { type DeviceTicks, NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import type { BytePort } from '../link/byte-port.ts';
import { limits, linkVersion, statuses } from '../link/declaration.ts';
import type { HostClock } from '../link/host-clock.ts';
import { sleep } from '../link/host-clock.ts';
import { HostLink, lostMessage } from '../link/host-link.ts';
import { programImage } from '../link/program-image.ts';
import { proveProgram } from '../prove-program.ts';
import { PulsePrograms } from '../pulse-programs.ts';
import { type Rig, RigError, type RigIdentity, type RigKind, type RigStatus, type TrialTrace } from '../rig.ts';
import { lineTable, type RigFile } from '../rig-file.ts';
import { declareLines } from './declare-lines.ts';
import { TraceCollector } from './trace-collector.ts';

export interface BoardRigOptions {
  readonly file: RigFile;
  readonly kind: Extract<RigKind, 'board' | 'emulated'>;
  /** Opens the line; called once. @throws RigError portNotFound, portBusy. */
  readonly connect: () => Promise<BytePort>;
  readonly clock: HostClock;
}

/** A boot loader may sit for two seconds after the port's opening has reset the board. */
const HELLO_MS = 5000;
/** EEPROM that was never written. */
const NO_BOARD_ID = 0xffffffff;
/** So that two or three may be lost before the board ends a trial. */
const HEARTBEATS_PER_SILENCE = 4;
/** After the last event of a trial its digest follows at once; longer means the board is gone. */
const CLOSE_MS = 1000;

export class BoardRig implements Rig {
  readonly lines: LineTable;
  readonly ticksPerMs = NOMINAL_TICKS_PER_MS;
  readonly events$: Observable<RawEvent>;
  readonly status$: Observable<RigStatus>;
  readonly #options: BoardRigOptions;
  readonly #events = new Subject<RawEvent>();
  readonly #status = new BehaviorSubject<RigStatus>({ kind: 'closed' });
  readonly #pulses: PulsePrograms;
  #port: BytePort | null = null;
  #link: HostLink | null = null;
  #armed = false;
  #closed = false;
  #stopHeartbeat = () => {};
  #trace: TraceCollector | null = null;
  #loadedCrc: number | null = null;
  #toAcknowledge = -1;

  constructor(options: BoardRigOptions) {
    this.#options = options;
    this.lines = lineTable(options.file);
    this.events$ = this.#events.asObservable();
    this.status$ = this.#status.asObservable();
    this.#pulses = new PulsePrograms(options.file);
  }

  async open(): Promise<RigIdentity> {
    if (this.#closed || this.#port !== null)
      throw new RigError('closed', 'A rig opens once; make a new one for a new session.');
    this.#status.next({ kind: 'opening' });
    try {
      return await this.#connect();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async runTrial(trial: number, bound: BoundProgram, startAt: DeviceTicks | null): Promise<TrialTrace> {
    const link = this.#ready();
    if (this.#trace !== null)
      throw new RigError('busy', 'A trial is running on this rig; the next one must wait for its end.');
    const trace = new TraceCollector(trial);
    this.#trace = trace;
    this.#status.next({ kind: 'trial', trial });
    try {
      const crc = await this.#load(link, bound);
      await link.order('start', { trial: trial & 0xffff, crc, now: startAt === null ? 1 : 0, at: startAt ?? 0 });
      return await trace.done;
    } finally {
      this.#trace = null;
      if (this.#status.value.kind === 'trial') this.#status.next({ kind: 'ready' });
    }
  }

  async pulse(line: string, us: number): Promise<void> {
    const { bound } = this.#pulses.bind(line, us, this.ticksPerMs);
    while (this.#trace !== null) await this.#trace.done.catch(() => {});
    await this.runTrial(PULSE_TRIAL, bound, null);
  }

  async abort(_reason: string): Promise<void> {
    const trace = this.#trace;
    if (trace === null || this.#link === null) return;
    await this.#link.order('abort');
    await trace.done.catch(() => {});
  }

  acknowledge(seq: number): void {
    // Events come four to a frame; one acknowledgement serves them all.
    if (this.#toAcknowledge < 0) {
      queueMicrotask(() => {
        this.#link?.acknowledge(this.#toAcknowledge + 1);
        this.#toAcknowledge = -1;
      });
    }
    this.#toAcknowledge = seq;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopHeartbeat();
    const link = this.#link;
    if (this.#armed && link !== null && this.#status.value.kind !== 'faulted') {
      // Disarming shuts all outputs. If it is not answered, the board's own silence limit does.
      const ended = this.#trace?.done.catch(() => {});
      await link.command('disarm').catch(() => {});
      if (ended) await Promise.race([ended, sleep(this.#options.clock, CLOSE_MS)]);
    }
    this.#trace?.fail(new RigError('closed', 'The rig was closed during the trial.'));
    await this.#port?.close();
    this.#status.next({ kind: 'closed' });
    this.#events.complete();
    this.#status.complete();
  }

  async #connect(): Promise<RigIdentity> {
    const { file, clock, kind } = this.#options;
    const port = await this.#options.connect();
    this.#port = port;
    const link = new HostLink(port, clock, {
      event: (event) => this.#take(event),
      booted: () => {
        // Before arming, a start-up is what opening the port does.
        if (this.#armed) this.#fail(this.#restarted());
      },
    });
    this.#link = link;
    port.onLost((reason) => this.#fail(new RigError('linkLost', lostMessage(port.name, reason))));
    const hello = await this.#hello(link, port);
    checkVersion(hello, port.name);
    const boardId = hello.boardId === NO_BOARD_ID ? null : hello.boardId!.toString(16).padStart(8, '0');
    checkBoardId(boardId, file, port.name);
    await this.#takeOver(link, port);
    await declareLines(link, file);
    const token = randomBytes(4).readUInt32LE();
    link.beginSession(token);
    await link.order('arm', { token, silenceMs: file.hostSilenceMs });
    this.#armed = true;
    this.#beat(link);
    this.#status.next({ kind: 'ready' });
    return {
      kind,
      rigName: file.name,
      simulated: file.simulated,
      boardId,
      bootId: hello.bootId!,
      firmware: `${hello.firmwareMajor}.${hello.firmwareMinor}`,
      linkVersion: `${hello.linkMajor}.${hello.linkMinor}`,
      engine: 'firmware',
    };
  }

  async #hello(link: HostLink, port: BytePort): Promise<Record<string, number>> {
    const until = this.#options.clock.nowMs() + HELLO_MS;
    for (;;) {
      try {
        return (await link.command('hello', {}, 1)).values;
      } catch (error) {
        if (!(error instanceof RigError) || error.code !== 'noAnswer') throw error;
        if (this.#options.clock.nowMs() < until) continue;
        throw new RigError(
          'noAnswer',
          `Nothing that speaks our link answers at ${port.name}. No session was started and no output was touched. Check that this is the rig's port, that the board has power, and that the Rehearsal firmware is on it.`,
        );
      }
    }
  }

  /** A board that another host left armed is free once that host has been silent for the time it agreed. */
  async #takeOver(link: HostLink, port: BytePort): Promise<void> {
    const { clock, file } = this.#options;
    const until = clock.nowMs() + file.hostSilenceMs + 1000;
    while ((await link.command('reset')).status !== statuses.ok.value) {
      if (clock.nowMs() > until)
        throw new RigError(
          'portBusy',
          `Another session holds the board at ${port.name} and is talking to it. Nothing was changed. End that session first.`,
        );
      await sleep(clock, 250);
    }
  }

  async #load(link: HostLink, bound: BoundProgram): Promise<number> {
    proveProgram(this.#options.file, bound.program);
    let image: ReturnType<typeof programImage>;
    try {
      image = programImage(bound);
    } catch (error) {
      throw new RigError('programRefused', (error as Error).message, { cause: error });
    }
    const { bytes, crc } = image;
    if (crc === this.#loadedCrc) return crc;
    this.#loadedCrc = null;
    const chunk = limits.CHUNK_BYTES.value;
    for (let offset = 0; offset < bytes.length; offset += chunk) {
      await link.order('load', { offset, data: bytes.subarray(offset, offset + chunk) });
    }
    await link.order('commit', { length: bytes.length, crc });
    this.#loadedCrc = crc;
    return crc;
  }

  #take(event: RawEvent): void {
    this.#events.next(event);
    this.#trace?.take(event);
  }

  #beat(link: HostLink): void {
    const { clock, file } = this.#options;
    const everyMs = file.hostSilenceMs / HEARTBEATS_PER_SILENCE;
    const again = () => {
      this.#stopHeartbeat = clock.after(everyMs, () => {
        link.command('ping').then(
          ({ status }) => {
            if (this.#closed) return;
            if (status === statuses.ok.value) again();
            else this.#fail(this.#restarted());
          },
          (error: RigError) => this.#fail(error),
        );
      });
    };
    again();
  }

  /** Its own word for it may have been lost on the line; then it no longer knows the session's token. */
  #restarted(): RigError {
    return new RigError('linkLost', lostMessage(this.#port!.name, 'it has restarted by itself'));
  }

  #fail(error: RigError): void {
    if (this.#closed || this.#status.value.kind === 'faulted') return;
    this.#stopHeartbeat();
    this.#status.next({ kind: 'faulted', message: error.message });
    this.#link?.lose(error);
    this.#trace?.fail(error);
    this.#events.error(error);
  }

  #ready(): HostLink {
    const status = this.#status.value;
    if (status.kind === 'faulted') throw new RigError('linkLost', status.message);
    if (this.#closed || this.#link === null || !this.#armed) throw new RigError('closed', 'This rig is not open.');
    return this.#link;
  }
}

function checkVersion(hello: Record<string, number>, port: string): void {
  if (hello.linkMajor === linkVersion.major) return;
  throw new RigError(
    'wrongBoard',
    `The board at ${port} speaks link ${hello.linkMajor}.${hello.linkMinor}, this program ${linkVersion.major}.${linkVersion.minor}. No session was started. Install the firmware that came with this program.`,
  );
}

function checkBoardId(boardId: string | null, { name, find }: RigFile, port: string): void {
  if (find.boardId === undefined || find.boardId === boardId) return;
  throw new RigError(
    'wrongBoard',
    `The board at ${port} has the id ${boardId ?? '(none set)'}, but the rig ${name} is the board ${find.boardId}: another rig's valves hang on this one. No session was started. Check the cable, or the board's id in the rig file.`,
  );
}

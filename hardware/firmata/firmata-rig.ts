/**
 * The firmata rig: XState runs the trial on the host, through johnny-five, on any board with stock StandardFirmata. For
 * benches and demonstrations: its timing is the host's, and nothing shuts the valves when the host fails (soft-timing.ts).
 */
import { BehaviorSubject, of, Subject } from 'rxjs';
import { Enactor } from '#machines/enact.ts';
import type { BoundProgram, LineTable, TrialProgram } from '#machines/program.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { type DeviceTicks, NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import type { BytePort } from '../link/byte-port.ts';
import type { HostClock } from '../link/host-clock.ts';
import { proveProgram } from '../prove-program.ts';
import { PulsePrograms } from '../pulse-programs.ts';
import {
  type ClockReading,
  type Rig,
  RigError,
  type RigIdentity,
  type RigStatus,
  type RigTiming,
  type TrialSource,
  type TrialTrace,
  type Waveform,
} from '../rig.ts';
import { lineTable, type RigFile } from '../rig-file.ts';
import { BoardPins } from './board-pins.ts';
import { Heartbeat } from './heartbeat.ts';
import { checkFirmataFile } from './soft-timing.ts';
import { StockBoard } from './stock-board.ts';
import { TrialHost } from './trial-host.ts';

export interface FirmataRigOptions {
  readonly file: RigFile;
  readonly clock: HostClock;
  /** Opens the line; called once. @throws RigError portNotFound, portBusy. */
  readonly connect: () => Promise<BytePort>;
}

/** All there is once the board has answered. */
interface Opened {
  readonly pins: BoardPins;
  readonly host: TrialHost;
  readonly heartbeat: Heartbeat;
}

export class FirmataRig implements Rig {
  readonly lines: LineTable;
  readonly ticksPerMs = NOMINAL_TICKS_PER_MS;
  readonly #options: FirmataRigOptions;
  readonly #enactors = new Map<TrialSource['chart'], Enactor>();
  readonly #pulses: PulsePrograms;
  readonly #proved = new WeakSet<TrialProgram>();
  readonly #events = new Subject<RawEvent>();
  readonly #status = new BehaviorSubject<RigStatus>({ kind: 'closed' });
  readonly events$ = this.#events.asObservable();
  readonly status$ = this.#status.asObservable();
  readonly segments$ = of({ segment: 0, bootId: 0, firstSeq: 0 });
  #begun = false;
  #closed = false;
  #port: BytePort | null = null;
  #opened: Opened | null = null;
  #failure: RigError | null = null;
  #trialAsked = false;
  /** Trials and pulses run one after another; settles, never rejects, when the last one asked for is over. */
  #turn: Promise<unknown> = Promise.resolve();
  #aborted = 0;

  /** @throws RigError rigFile, for what cannot be done safely or at all on stock firmware. */
  constructor(options: FirmataRigOptions) {
    checkFirmataFile(options.file);
    this.#options = options;
    this.lines = lineTable(options.file);
    this.#pulses = new PulsePrograms(options.file);
  }

  async open(): Promise<RigIdentity> {
    if (this.#begun || this.#closed) {
      throw new RigError('closed', 'A rig opens once; make a new one for a new session.');
    }
    this.#begun = true;
    this.#status.next({ kind: 'opening' });
    try {
      return await this.#open();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  clock(): ClockReading {
    const { host } = this.#ready();
    const hostMsOf = (ticks: DeviceTicks) => host.hostMsOf(ticks);
    return { segment: 0, ticksPerMs: this.ticksPerMs, uncertaintyUs: 0, driftPpmPerMin: 0, hostMsOf };
  }

  /** Constant light only, at once on and off: all else would be drawn by the host's timers. */
  async shape(line: string, waveform: Waveform): Promise<void> {
    this.#ready().pins.shape(line, waveform);
  }

  async allowWater(ul: number): Promise<void> {
    this.#ready().host.allowWater(ul);
  }

  async timing(): Promise<RigTiming | null> {
    const { host, heartbeat } = this.#ready();
    return {
      timers: host.timers.summary(),
      inputs: host.inputs.summary(),
      roundTripsMs: heartbeat.roundTrips.summary(),
      resent: 0,
      badFramesHere: 0,
      badFramesThere: 0,
      overruns: 0,
      reconnections: 0,
      boardResets: 0,
      clock: { ticksPerMs: this.ticksPerMs, ratePpm: 0, driftPpmPerMin: 0, uncertaintyUs: 0 },
    };
  }

  /** @throws TypeError without `source`: there is no engine here but the chart itself. */
  async runTrial(
    trial: number,
    bound: BoundProgram,
    startAt: DeviceTicks | null,
    source?: TrialSource,
  ): Promise<TrialTrace> {
    this.#ready();
    const { name } = this.#options.file;
    if (this.#trialAsked) {
      throw new RigError(
        'busy',
        `The rig ${name} is still running a trial; trial ${trial} was not started and the running one goes on. Wait for it, or abort it.`,
      );
    }
    if (source === undefined)
      throw new TypeError(`The rig ${name} runs the chart itself: give the chart and its input.`);
    if (!this.#proved.has(bound.program)) proveProgram(this.#options.file, bound.program);
    this.#proved.add(bound.program);
    this.#trialAsked = true;
    try {
      return await this.#inTurn(trial, bound, startAt, source);
    } finally {
      this.#trialAsked = false;
    }
  }

  async pulse(line: string, us: number): Promise<void> {
    this.#ready();
    const { bound, source } = this.#pulses.bind(line, us, this.ticksPerMs);
    await this.#inTurn(PULSE_TRIAL, bound, null, source);
  }

  async abort(_reason: string): Promise<void> {
    if (this.#opened === null || this.#failure !== null) return;
    const ended = this.#turn;
    this.#aborted++;
    this.#opened.host.abort();
    await ended;
  }

  /** Events are handed over as they happen and none is kept. @throws RangeError for one that was never sent. */
  acknowledge(seq: number): void {
    const next = this.#opened?.host.nextSeq ?? 0;
    if (seq >= next) {
      throw new RangeError(`Event ${seq} is acknowledged, but the rig has only numbered up to ${next - 1}.`);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const opened = this.#opened;
    if (opened !== null) {
      opened.heartbeat.stop();
      if (this.#failure === null) {
        opened.host.abort();
        await this.#turn;
        opened.pins.release();
      }
    }
    await this.#port?.close();
    this.#status.next({ kind: 'closed' });
    this.#status.complete();
    this.#events.complete();
  }

  async #open(): Promise<RigIdentity> {
    const { file, clock } = this.#options;
    const port = await this.#options.connect();
    this.#port = port;
    const board = await StockBoard.connect(port, clock);
    const pins = new BoardPins(file, board);
    const host = new TrialHost({
      file,
      clock,
      emit: (event) => this.#events.next(event),
      write: (before, after) => pins.write(before, after),
    });
    const heartbeat = new Heartbeat(board, clock, file.hostSilenceMs, (reason) => this.#fail(reason));
    this.#opened = { pins, host, heartbeat };
    port.onLost((reason) => this.#fail(reason));
    pins.prepare((line, on) => host.input(line, on));
    await heartbeat.first();
    board.onWords((text) => this.#fail(`it refused what it was told to do ("${text}")`));
    this.#status.next({ kind: 'ready' });
    return {
      kind: 'firmata',
      rigName: file.name,
      simulated: file.simulated,
      boardId: null,
      bootId: 0,
      firmware: board.firmware,
      linkVersion: null,
      engine: 'xstate',
      timing: 'host',
      deadMansSwitch: false,
    };
  }

  #inTurn(trial: number, bound: BoundProgram, startAt: DeviceTicks | null, source: TrialSource): Promise<TrialTrace> {
    const aborted = this.#aborted;
    const trace = this.#turn.then(async () => {
      const { host, pins } = this.#ready();
      this.#status.next({ kind: 'trial', trial });
      pins.takeShapes();
      const running = host.start(this.#enactor(source, host), trial, bound, startAt);
      if (aborted !== this.#aborted || this.#closed) host.abort();
      try {
        return await running;
      } finally {
        if (this.#status.value.kind === 'trial' && !this.#closed) this.#status.next({ kind: 'ready' });
      }
    });
    this.#turn = trace.catch(() => {});
    return trace;
  }

  #enactor({ chart, input }: TrialSource, host: TrialHost): Enactor {
    const enactor = this.#enactors.get(chart) ?? new Enactor(chart, host.sink);
    this.#enactors.set(chart, enactor);
    enactor.plan(input);
    return enactor;
  }

  #fail(reason: string): void {
    const opened = this.#opened;
    if (this.#closed || this.#failure !== null || opened === null) return;
    const error = new RigError(
      'linkLost',
      `The board at ${this.#port!.name} is lost: ${reason}. A stock board keeps its outputs as they are, so a valve that was open may still be open: cut the valves' power now, and free the animal. The trial that ran has no end in the record; every trial before it is complete. Check cable and board, then start a new session.`,
    );
    this.#failure = error;
    opened.heartbeat.stop();
    opened.pins.release();
    this.#status.next({ kind: 'faulted', message: error.message });
    opened.host.fail(error);
    this.#events.error(error);
  }

  #ready(): Opened {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed || this.#opened === null) {
      throw new RigError(
        'closed',
        `The rig ${this.#options.file.name} is not open: nothing was started and no line was driven. Open a rig first; a closed one stays closed.`,
      );
    }
    return this.#opened;
  }
}

/**
 * The virtual rig: a Rig without hardware, for simulations, cohorts and tests. Strict where the board is strict (groups,
 * longest on-times, one trial at a time), so that what passes here passes there.
 *
 * Virtual time passes only while a trial or a pulse runs or is waited for. Unpaced, a trial takes microseconds and an
 * abort acts between two steps of it, from within a subscriber to `events$`; paced, it acts within PACE_SLICE_MS.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { BehaviorSubject, of, Subject } from 'rxjs';
import { Enactor } from '#machines/enact.ts';
import { Interpreter } from '#machines/interpret.ts';
import type { BoundProgram, LineTable, TrialProgram } from '#machines/program.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { type DeviceTicks, deviceTicks, ticksBetween } from '#machines/time.ts';
import type { TrialRunner } from '#machines/trial-runner.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import { Waves } from '../board/waves.ts';
import type { Mouse } from '../mouse/mouse.ts';
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
import { VirtualDevice } from './virtual-device.ts';

export interface VirtualRigOptions {
  readonly file: RigFile;
  readonly mouse: Mouse | null;
  /** What runs the trials: the table, or XState itself. */
  readonly engine?: 'interpreter' | 'xstate';
  /** The device's counter at power-up. */
  readonly startTicks?: DeviceTicks;
  /** Virtual seconds in a real second; null: as fast as it goes. */
  readonly paced?: number | null;
  /** Waits so many real milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** A paced rig looks for an abort this often, in real time. */
const PACE_SLICE_MS = 20;
/** An unpaced rig lets signals and timers in once in so many trials; a turn of the event loop costs some microseconds. */
const TRIALS_A_TURN = 16;

/** A trial or pulse, from the moment it is asked for. */
interface Run {
  readonly trial: number;
  readonly bound: BoundProgram;
  readonly startAt: DeviceTicks | null;
  readonly source: TrialSource | undefined;
  aborted: boolean;
}

export class VirtualRig implements Rig {
  readonly lines: LineTable;
  readonly #file: RigFile;
  readonly #engine: 'interpreter' | 'xstate';
  readonly #paced: number | null;
  readonly #sleep: (ms: number) => Promise<unknown>;
  readonly #device: VirtualDevice;
  readonly #interpreter: Interpreter;
  readonly #enactors = new Map<TrialSource['chart'], Enactor>();
  readonly #pulses: PulsePrograms;
  readonly #proved = new WeakSet<TrialProgram>();
  readonly #events = new Subject<RawEvent>();
  readonly #status = new BehaviorSubject<RigStatus>({ kind: 'closed' });
  readonly events$ = this.#events.asObservable();
  readonly status$ = this.#status.asObservable();
  readonly segments$ = of({ segment: 0, bootId: 0, firstSeq: 0 });
  #open = false;
  #closed = false;
  /** The trial asked for, waiting or running. */
  #trial: Run | null = null;
  /** The trial or pulse that runs. */
  #running: Run | null = null;
  /** Time that passes between trials. */
  #idling: { aborted: boolean } | null = null;
  #trials = 0;
  /** Trials and pulses run one after another; settles, never rejects, when the last one asked for is over. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: VirtualRigOptions) {
    this.#file = options.file;
    this.#engine = options.engine ?? 'interpreter';
    this.#paced = options.paced ?? null;
    this.#sleep = options.sleep ?? setTimeout;
    this.lines = lineTable(options.file);
    const emit = (event: RawEvent) => this.#events.next(event);
    this.#device = new VirtualDevice(options.file, options.mouse, options.startTicks ?? deviceTicks(0), emit);
    this.#interpreter = new Interpreter(this.#device.sink);
    this.#pulses = new PulsePrograms(options.file);
  }

  get ticksPerMs(): number {
    return this.#device.ticksPerMs;
  }

  async open(): Promise<RigIdentity> {
    if (this.#closed) throw this.#closedError();
    this.#open = true;
    this.#status.next({ kind: 'ready' });
    return {
      kind: 'virtual',
      rigName: this.#file.name,
      simulated: true,
      boardId: null,
      bootId: 0,
      firmware: 'none',
      linkVersion: null,
      engine: this.#engine,
      timing: 'device',
      deadMansSwitch: false,
    };
  }

  clock(): ClockReading {
    const { ticksPerMs } = this;
    const hostMsOf = (ticks: DeviceTicks) =>
      (this.#device.now + ticksBetween(deviceTicks(this.#device.now), ticks)) / ticksPerMs;
    return { segment: 0, ticksPerMs, uncertaintyUs: null, driftPpmPerMin: null, hostMsOf };
  }

  /** Refuses what a board would refuse; here the line is on or off, and no wave is drawn. */
  async shape(line: string, waveform: Waveform): Promise<void> {
    if (!this.#open) throw this.#closedError();
    new Waves(this.#file).want(line, waveform);
  }

  async allowWater(ul: number): Promise<void> {
    if (!this.#open) throw this.#closedError();
    this.#device.envelope.allowWater(ul);
  }

  async timing(): Promise<RigTiming | null> {
    return null;
  }

  async runTrial(
    trial: number,
    bound: BoundProgram,
    startAt: DeviceTicks | null,
    source?: TrialSource,
  ): Promise<TrialTrace> {
    if (!this.#open) throw this.#closedError();
    if (this.#trial !== null) {
      throw new RigError(
        'busy',
        `The rig ${this.#file.name} is still running a trial; trial ${trial} was not started and the running one goes on. Wait for it, or abort it.`,
      );
    }
    this.#prove(bound.program);
    const run: Run = { trial, bound, startAt, source, aborted: false };
    this.#trial = run;
    try {
      return await this.#inTurn(run);
    } finally {
      this.#trial = null;
    }
  }

  /** The device's time, as `clock` turns stamps into it. */
  get nowMs(): number {
    return this.#device.now / this.ticksPerMs;
  }

  /** Lets so many milliseconds pass between trials, with whatever happens at the pins meanwhile. */
  async pass(ms: number): Promise<void> {
    if (!this.#open) throw this.#closedError();
    const passed = this.#turn.then(() => this.#idle(ms));
    this.#turn = passed.catch(() => {});
    await passed;
  }

  async pulse(line: string, us: number): Promise<void> {
    if (!this.#open) throw this.#closedError();
    const program = this.#pulses.bind(line, us, this.ticksPerMs);
    await this.#inTurn({ trial: PULSE_TRIAL, startAt: null, ...program, aborted: false });
  }

  async abort(_reason: string): Promise<void> {
    if (this.#trial === null && this.#running === null) return;
    const ended = this.#turn;
    this.#abortAll();
    await ended;
  }

  /** The virtual rig hands events over as they happen and keeps none. @throws RangeError for one it never sent. */
  acknowledge(seq: number): void {
    if (seq >= this.#device.nextSeq) {
      throw new RangeError(
        `Event ${seq} is acknowledged, but the rig has only numbered up to ${this.#device.nextSeq - 1}.`,
      );
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#open = false;
    this.#abortAll();
    await this.#turn;
    this.#status.next({ kind: 'closed' });
    this.#status.complete();
    this.#events.complete();
  }

  #abortAll(): void {
    if (this.#trial !== null) this.#trial.aborted = true;
    if (this.#running !== null) this.#running.aborted = true;
    if (this.#idling !== null) this.#idling.aborted = true;
  }

  async #idle(ms: number): Promise<void> {
    const to = this.#device.now + Math.round(ms * this.ticksPerMs);
    if (this.#paced === null) {
      await setImmediate();
      this.#device.pass(this.#interpreter, to);
    } else if (!this.#closed) {
      this.#idling = { aborted: false };
      await this.#passAtPace(this.#idling, this.#interpreter, to, this.#paced);
      this.#idling = null;
    }
  }

  #inTurn(run: Run): Promise<TrialTrace> {
    const trace = this.#turn.then(() => this.#run(run));
    this.#turn = trace.catch(() => {});
    return trace;
  }

  async #run(run: Run): Promise<TrialTrace> {
    if (!this.#open) throw this.#closedError();
    const runner = this.#runner(run.source);
    this.#running = run;
    this.#status.next({ kind: 'trial', trial: run.trial });
    let begun = false;
    try {
      await this.#wait(run, runner);
      begun = !run.aborted;
      if (begun) this.#device.begin(runner, run.trial, run.bound);
      while (runner.running && !run.aborted) {
        if (this.#paced !== null) await this.#passAtPace(run, runner, this.#device.next(runner), this.#paced);
        if (!run.aborted) this.#device.step(runner);
      }
    } finally {
      if (!begun || runner.running) this.#device.abort(runner, run.trial, begun);
      this.#running = null;
      if (this.#open) this.#status.next({ kind: 'ready' });
    }
    return this.#device.trace(run.trial);
  }

  /** Until the run's start, with whatever the mouse does meanwhile. */
  async #wait(run: Run, runner: TrialRunner): Promise<void> {
    const start = this.#device.timeOf(run.startAt);
    if (this.#paced !== null) return this.#passAtPace(run, runner, start, this.#paced);
    if (++this.#trials % TRIALS_A_TURN === 0) await setImmediate();
    if (!run.aborted) this.#device.pass(runner, start);
  }

  async #passAtPace(run: Pick<Run, 'aborted'>, runner: TrialRunner, to: number, pace: number): Promise<void> {
    const slice = PACE_SLICE_MS * pace * this.ticksPerMs;
    while (this.#device.now < to && !run.aborted) {
      const next = Math.min(to, Math.ceil(this.#device.now + slice));
      await this.#sleep((next - this.#device.now) / this.ticksPerMs / pace);
      if (!run.aborted) this.#device.pass(runner, next);
    }
  }

  #runner(source: TrialSource | undefined): TrialRunner {
    if (this.#engine === 'interpreter') return this.#interpreter;
    if (source === undefined) {
      throw new TypeError('The engine xstate runs the chart itself: give runTrial the chart and its input as well.');
    }
    let enactor = this.#enactors.get(source.chart);
    if (enactor === undefined) {
      enactor = new Enactor(source.chart, this.#device.sink);
      this.#enactors.set(source.chart, enactor);
    }
    enactor.plan(source.input);
    return enactor;
  }

  #prove(program: TrialProgram): void {
    if (this.#proved.has(program)) return;
    proveProgram(this.#file, program);
    this.#proved.add(program);
  }

  #closedError(): RigError {
    return new RigError(
      'closed',
      `The rig ${this.#file.name} is not open: no trial was started and all outputs are off. Open a rig first; a closed one stays closed.`,
    );
  }
}

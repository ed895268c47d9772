/**
 * The contract of a rig. Every implementation passes test/hardware/rig-contract.ts.
 *
 * A rig runs one trial at a time, stamps everything that happens with its own clock and numbers it without a gap.
 * It keeps what was not acknowledged; the session acknowledges after the commit.
 */
import type { Observable } from 'rxjs';
import type { BoundProgram, LineTable } from '#machines/program.ts';
import type { DeviceTicks } from '#machines/time.ts';
import type { EndReason, RawEvent } from '#machines/vocabulary.ts';
import type { DrawnTrial, Task } from '#protocols/task.ts';

export type RigKind = 'virtual' | 'emulated' | 'board' | 'firmata';

/** What stands in the record about the rig that ran a session. */
export interface RigIdentity {
  readonly kind: RigKind;
  readonly rigName: string;
  /** No animal and no valve at the other end. */
  readonly simulated: boolean;
  readonly boardId: string | null;
  /** Distinguishes power-ups of one board. */
  readonly bootId: number;
  readonly firmware: string;
  readonly linkVersion: string | null;
  /** What runs the trial: `interpreter`, `xstate` or `firmware`. */
  readonly engine: string;
  /** Who stamps and times: the device itself, or the host, with whatever its scheduler and the line add ("soft"). */
  readonly timing: 'device' | 'host';
  /** The device shuts its outputs by itself when the host falls silent. */
  readonly deadMansSwitch: boolean;
}

export type RigStatus =
  | { readonly kind: 'closed' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'trial'; readonly trial: number }
  /** The device is gone or silent and is being looked for; `message` is one sentence for the technician. */
  | { readonly kind: 'reconnecting'; readonly message: string }
  | { readonly kind: 'faulted'; readonly message: string };

/** A trial as it ran: its events from `start` to `end`, both included. */
export interface TrialTrace {
  readonly trial: number;
  readonly events: readonly RawEvent[];
  readonly reason: EndReason;
  /** Index in the program's results; meaningless unless the reason is `completed`. */
  readonly result: number;
  /** As the rig computed it over the raw events (machines/digest.ts). */
  readonly digest: { readonly count: number; readonly crc32: number };
  /** The trial's first and last stamp. */
  readonly startTicks: DeviceTicks;
  readonly endTicks: DeviceTicks;
}

/** A power-up of the device within the session: a clock of its own, never spliced with the one before. */
export interface ClockSegment {
  /** 0, 1, 2 ... */
  readonly segment: number;
  readonly bootId: number;
  /** The first event that this clock stamps. */
  readonly firstSeq: number;
}

/** The device's clock against the host's monotonic one, as known now. */
export interface ClockReading {
  readonly segment: number;
  /** Ticks per true millisecond. */
  readonly ticksPerMs: number;
  /** Of `hostMsOf`; null: the device's time is the only one there is (virtual). */
  readonly uncertaintyUs: number | null;
  readonly driftPpmPerMin: number | null;
  /** The host's monotonic milliseconds at a stamp of the current segment, less than 17 minutes old. */
  hostMsOf(ticks: DeviceTicks): number;
}

/** How an output line on a PWM pin shows while it is on. The ramp down starts at the instant the line goes off. */
export interface Waveform {
  readonly shape: 'constant' | 'square' | 'sine';
  /** Share of full power at the peak, over 0 to 1. */
  readonly amplitude: number;
  /** Of square and sine; 0.02 to 500 Hz. */
  readonly frequencyHz: number;
  /** Of square: share of the period that is on. */
  readonly dutyFraction: number;
  /** Linear; 0: at once; at most 10000. */
  readonly rampUpMs: number;
  readonly rampDownMs: number;
}

/** What the device and the link measured since the rig opened; the timing certificate is made of it. Ticks: 0.5 us. */
export interface RigTiming {
  /** From a deadline to the pins, timers that changed an output. */
  readonly timers: { readonly count: number; readonly meanTicks: number; readonly worstTicks: number };
  /** From an edge's stamp to the pins, inputs that changed an output. */
  readonly inputs: { readonly count: number; readonly meanTicks: number; readonly worstTicks: number };
  readonly roundTripsMs: { readonly count: number; readonly p50: number; readonly p95: number; readonly max: number };
  /** Frames of the host sent again, frames of the board found damaged, frames the board found damaged. */
  readonly resent: number;
  readonly badFramesHere: number;
  readonly badFramesThere: number;
  /** Bytes the board's receiver lost. */
  readonly overruns: number;
  readonly reconnections: number;
  readonly boardResets: number;
  readonly clock: {
    readonly ticksPerMs: number;
    readonly ratePpm: number;
    readonly driftPpmPerMin: number | null;
    readonly uncertaintyUs: number;
  };
}

/** What a program was compiled from. Only a rig that runs the chart itself (engine `xstate`) looks at it. */
export interface TrialSource {
  readonly chart: Task['chart'];
  readonly input: DrawnTrial['input'];
}

export interface Rig {
  readonly lines: LineTable;
  /** Ticks of the device clock per true millisecond, to bind the next trial's durations with; it may change with time. */
  readonly ticksPerMs: number;
  /** The device's clock as known now. */
  clock(): ClockReading;
  /** Each power-up of the device, before its first event; the first one on subscription. */
  readonly segments$: Observable<ClockSegment>;
  /** Every event, in order of `seq`, each once. Completes when the rig closes; errors with a RigError when it is lost. */
  readonly events$: Observable<RawEvent>;
  /** The current status at once on subscription, then each change. */
  readonly status$: Observable<RigStatus>;

  /** Connects, checks that the right device answers, leaves all outputs at their safe level. */
  open(): Promise<RigIdentity>;
  /**
   * Runs one trial. `startAt`: the device time of its first state, or null for "now". A start that has already passed
   * begins at once. Rejects with a RigError when the rig is lost or refuses the program; the outputs are then safe.
   */
  runTrial(trial: number, bound: BoundProgram, startAt: DeviceTicks | null, source?: TrialSource): Promise<TrialTrace>;
  /** How a line shows while it is on, from the next trial on. @throws RigError programRefused: no such line, or no PWM. */
  shape(line: string, waveform: Waveform): Promise<void>;
  /** What may still be given in this session, in ul; replaces what was loaded before. Opening loads the rig file's. */
  allowWater(ul: number): Promise<void>;
  /** Null: nothing is measured, because time is virtual. */
  timing(): Promise<RigTiming | null>;
  /** Opens one output for so many microseconds, timed by the device. During a trial it waits for the interval. */
  pulse(line: string, us: number): Promise<void>;
  /** Ends the running trial with all outputs safe; nothing to do when none runs. */
  abort(reason: string): Promise<void>;
  /** All events up to and including `seq` are committed; the rig may forget them. */
  acknowledge(seq: number): void;
  /** Outputs safe, device disarmed, resources released. May be called at any time and more than once. */
  close(): Promise<void>;
}

/** What the world does to a rig: told to the technician as it stands. */
export class RigError extends Error {
  readonly code: RigErrorCode;

  constructor(code: RigErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RigError';
    this.code = code;
  }
}

export type RigErrorCode =
  | 'portNotFound'
  | 'portBusy'
  | 'noAnswer'
  | 'wrongBoard'
  | 'linkLost'
  | 'programRefused'
  | 'rigFile'
  | 'busy'
  | 'closed';

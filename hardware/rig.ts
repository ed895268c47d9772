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

export type RigKind = 'virtual' | 'emulated' | 'board';

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
}

export type RigStatus =
  | { readonly kind: 'closed' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'trial'; readonly trial: number }
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

/** What a program was compiled from. Only a rig that runs the chart itself (engine `xstate`) looks at it. */
export interface TrialSource {
  readonly chart: Task['chart'];
  readonly input: DrawnTrial['input'];
}

export interface Rig {
  readonly lines: LineTable;
  /** Ticks of the device clock per true millisecond, to bind durations with. */
  readonly ticksPerMs: number;
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

/**
 * What runs one trial in virtual time: the interpreter (a table), or XState itself (an actor). Both report the same
 * events for the same inputs; so does the board.
 */
import type { BoundProgram } from './program.ts';
import type { EndReason, EventCode } from './vocabulary.ts';

/** Receives each event as it happens. `ticks` are unwrapped: they grow past 32 bits, and whoever records them wraps them. */
export type EventSink = (ticks: number, code: EventCode, value: number) => void;

export interface TrialRunner {
  /** False before the first trial and once a trial is over. */
  readonly running: boolean;
  /** Levels of the outputs, bit = output line. */
  readonly outputs: number;
  /** When the next timer is due; Infinity when none runs. */
  readonly nextDeadline: number;
  begin(trial: number, bound: BoundProgram, at: number): void;
  /** Fires all timers that are due by `to`, in the order of the tie rule (machines/program.ts). */
  advance(to: number): void;
  /** An input edge (index = line x 2 + level) at `at`; timers due by then fire first. Outside a trial it is only reported. */
  input(index: number, at: number): void;
  /** Ends a running trial at `at`: outputs off, then the end with this reason. */
  end(reason: EndReason, at: number): void;
}

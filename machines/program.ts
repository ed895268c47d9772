/**
 * A trial program: the table that a chart is compiled to, and that the interpreter and the board run.
 *
 * A node is a reachable situation of the chart: its state, its counters in context, its running timers and the levels of
 * the outputs. An edge leads to the next node, on an input or on a timer, and says which timers it starts. Durations are
 * slots, filled in by `bind`. Numbering of inputs and outputs is the rig's (`LineTable`), so the record needs no mapping.
 *
 * Tie rule: the earliest deadline first, of equal deadlines the timer started first; a timer before an input that bears
 * the same stamp.
 */

/** The lines of a rig, in the order that gives each its number. */
export interface LineTable {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Charts hear of a line's edges as the events `<line>.on` and `<line>.off`. Index = line x 2 + level. */
export function inputEvents(lines: LineTable): string[] {
  return lines.inputs.flatMap((line) => [`${line}.off`, `${line}.on`]);
}

export interface DurationSlot {
  /** The delay's name in the chart, or its milliseconds where the chart gives a plain number. */
  readonly name: string;
  /** As compiled; `bind` may replace it. */
  readonly ms: number;
}

export interface Edge {
  readonly to: number;
  /** Timers this edge starts, in the order the chart starts them. */
  readonly starts: readonly { readonly timer: number; readonly slot: number }[];
}

interface ProgramNode {
  /** Index in `states`. */
  readonly state: number;
  /** Output levels, bit = output line. */
  readonly outputs: number;
  /** Timers running in this node, bit = timer. A timer that is not in it stops when the node is entered. */
  readonly running: number;
  /** Index in `results` when the trial is over here, else -1. */
  readonly result: number;
  /** By input index; null: the input changes nothing. */
  readonly onInput: readonly (Edge | null)[];
  /** By timer; null: the timer does not run here. */
  readonly onTimer: readonly (Edge | null)[];
}

export interface TrialProgram {
  readonly lines: LineTable;
  /** State labels, e.g. `epoch.choice water.armed`. */
  readonly states: readonly string[];
  /** The chart's outputs at its end (`snapshot.output`). */
  readonly results: readonly unknown[];
  readonly slots: readonly DurationSlot[];
  /** How many timers may run at once. */
  readonly timers: number;
  /** The edge by which the trial enters its first node. */
  readonly start: Edge;
  readonly nodes: readonly ProgramNode[];
}

/** A program with one trial's durations, in ticks of the clock that will run it. */
export interface BoundProgram {
  readonly program: TrialProgram;
  /** By slot. */
  readonly ticks: readonly number[];
  readonly ticksPerMs: number;
}

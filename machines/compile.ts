/**
 * compile: from an XState chart and one trial's input to a trial program.
 *
 * The chart is explored breadth-first with XState's own pure functions: from every node, each input of the rig and each
 * running timer is tried, until no new node appears. Every order of timers is explored, whatever their durations, so one
 * program serves all trials that differ in durations only.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { canonical, NotPlain } from './canonical.ts';
import { ChartRefused } from './chart-refused.ts';
import { type ChartEvent, ChartStepper, labelOf, type Step } from './chart-step.ts';
import { inputEvents, type LineTable, type TrialProgram } from './program.ts';
import { assemble } from './program-assemble.ts';
import { mergeEquivalent } from './program-merge.ts';

export interface CompileOptions {
  /** More nodes than this before merging: the context never closes. */
  readonly maxNodes?: number;
}

const MAX_NODES = 3000;

/** A timer of the chart, as it runs: which event it will raise. */
interface ChartTimer {
  readonly id: string;
  readonly event: ChartEvent;
}

interface RawStart {
  readonly id: string;
  /** The delay's name in the chart. */
  readonly name: string;
  readonly ms: number;
}

export interface RawEdge {
  readonly to: number;
  readonly starts: readonly RawStart[];
}

/** A node before merging; timers by the chart's ids. */
export interface RawNode {
  readonly label: string;
  readonly outputs: number;
  readonly timers: readonly ChartTimer[];
  /** Canonical text of the chart's output, or null while the trial goes on. */
  readonly result: string | null;
  readonly onInput: (RawEdge | null)[];
  readonly onTimer: Map<string, RawEdge>;
}

export interface RawGraph {
  readonly start: RawEdge;
  readonly nodes: readonly RawNode[];
}

/**
 * Compiles `chart` with `input` for a rig with these lines.
 * @throws ChartRefused for what no board can run, naming the state and the remedy.
 */
export function compile(
  chart: AnyStateMachine,
  input: unknown,
  lines: LineTable,
  options: CompileOptions = {},
): TrialProgram {
  return assemble(mergeEquivalent(new Explorer(chart, lines, options.maxNodes ?? MAX_NODES).explore(input)), lines);
}

interface Situation {
  readonly snapshot: AnyMachineSnapshot;
  readonly outputs: number;
  readonly timers: ReadonlyMap<string, ChartTimer>;
}

class Explorer {
  readonly #stepper: ChartStepper;
  readonly #lines: LineTable;
  readonly #maxNodes: number;
  readonly #index = new Map<string, number>();
  readonly #situations: Situation[] = [];
  readonly #nodes: RawNode[] = [];

  constructor(chart: AnyStateMachine, lines: LineTable, maxNodes: number) {
    this.#stepper = new ChartStepper(chart);
    this.#lines = lines;
    this.#maxNodes = maxNodes;
  }

  explore(input: unknown): RawGraph {
    const alphabet = inputEvents(this.#lines);
    const start = this.#follow(this.#stepper.start(input), 0, new Map());
    for (let at = 0; at < this.#situations.length; at++) {
      const { snapshot, outputs, timers } = this.#situations[at]!;
      const node = this.#nodes[at]!;
      if (snapshot.status !== 'active') continue;
      for (const [index, type] of alphabet.entries()) {
        const edge = this.#follow(this.#stepper.step(snapshot, { type }), outputs, timers);
        node.onInput[index] = edge.to === at && edge.starts.length === 0 ? null : edge;
      }
      for (const timer of timers.values()) {
        const rest = new Map(timers);
        rest.delete(timer.id);
        node.onTimer.set(timer.id, this.#follow(this.#stepper.step(snapshot, timer.event), outputs, rest));
      }
    }
    return { start, nodes: this.#nodes };
  }

  /** Applies a step's effects and finds or makes the node it leads to. */
  #follow(step: Step, outputsBefore: number, timersBefore: ReadonlyMap<string, ChartTimer>): RawEdge {
    const { snapshot } = step;
    const label = labelOf(snapshot.value);
    const timers = new Map(timersBefore);
    const starts = new Map<string, RawStart>();
    let outputs = outputsBefore;
    for (const effect of step.effects) {
      if (effect.kind === 'level') {
        const line = this.#lines.outputs.indexOf(effect.line);
        if (line < 0) {
          throw new ChartRefused(
            label,
            `switches the line "${effect.line}", which this rig does not have`,
            `Add the line to the rig file, or choose a task without it (lines here: ${this.#lines.outputs.join(', ')}).`,
          );
        }
        outputs = effect.on ? outputs | (1 << line) : outputs & ~(1 << line);
      } else if (effect.kind === 'cancel') {
        timers.delete(effect.id);
        starts.delete(effect.id);
      } else {
        if (timers.has(effect.id)) {
          throw new ChartRefused(
            label,
            `starts the timer "${effect.id}" while it is still running, which would leave two of them`,
            'Cancel it first, or give each raise an id of its own.',
          );
        }
        timers.set(effect.id, { id: effect.id, event: effect.event });
        starts.set(effect.id, { id: effect.id, name: effect.name, ms: effect.ms });
      }
    }
    if (snapshot.status !== 'active') {
      timers.clear();
      starts.clear();
    }
    return { to: this.#nodeOf({ snapshot, outputs, timers }, label), starts: [...starts.values()] };
  }

  #nodeOf(situation: Situation, label: string): number {
    const { snapshot, outputs, timers } = situation;
    const key = this.#plain(label, () =>
      canonical([
        snapshot.value,
        snapshot.context,
        snapshot.status,
        history(snapshot),
        outputs,
        [...timers.values()].sort(byId),
      ]),
    );
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    if (this.#nodes.length >= this.#maxNodes) {
      throw new ChartRefused(
        label,
        `is still reached in new ways after ${this.#maxNodes} nodes: its context never closes`,
        'Stop counting at the number that matters, or keep the count outside the trial.',
      );
    }
    const index = this.#nodes.length;
    this.#index.set(key, index);
    this.#situations.push(situation);
    this.#nodes.push({
      label,
      outputs,
      timers: [...timers.values()].sort(byId),
      result: snapshot.status === 'active' ? null : this.#plain(label, () => canonical(snapshot.output)),
      onInput: inputEvents(this.#lines).map(() => null),
      onTimer: new Map(),
    });
    return index;
  }

  #plain(label: string, read: () => string): string {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof NotPlain)) throw error;
      throw new ChartRefused(
        label,
        `keeps something in its context or output that is no plain data: ${error.message}`,
        'Keep numbers, strings, booleans, arrays and plain objects only.',
      );
    }
  }
}

function byId(a: ChartTimer, b: ChartTimer): number {
  return a.id < b.id ? -1 : 1;
}

/** Remembered states, by the ids of the history states that remember them. */
function history(snapshot: AnyMachineSnapshot): Record<string, string[]> {
  const { historyValue } = snapshot as unknown as { historyValue: Record<string, readonly { id: string }[]> };
  return Object.fromEntries(Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)]));
}

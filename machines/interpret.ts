/**
 * interpret: runs trial programs in TypeScript, on integers, without allocating during a trial.
 * The firmware's engine (hardware/firmware/engine.c) is its twin; differential tests hold both to XState.
 */
import type { BoundProgram, Edge, TrialProgram } from './program.ts';
import type { EventSink, TrialRunner } from './trial-runner.ts';
import { EndReason, EventCode } from './vocabulary.ts';

/** A chart whose timers of 0 ms lead back to themselves would never let time pass. */
const MAX_TIMERS_AT_ONE_INSTANT = 1000;

/** A program laid out in arrays: trigger = input index, or number of inputs + timer. */
interface FlatProgram {
  readonly triggers: number;
  readonly inputs: number;
  readonly state: Uint16Array;
  readonly outputs: Int32Array;
  readonly running: Int32Array;
  readonly result: Int16Array;
  /** Node x triggers + trigger -> edge number, or -1. Edge 0 is the start. */
  readonly edge: Int32Array;
  readonly to: Uint16Array;
  /** Starts of edge e: from startsAt[e] to startsAt[e + 1]. */
  readonly startsAt: Uint32Array;
  readonly startTimer: Uint8Array;
  readonly startSlot: Uint16Array;
}

function flatten(program: TrialProgram): FlatProgram {
  const inputs = program.lines.inputs.length * 2;
  const triggers = inputs + program.timers;
  const edges: Edge[] = [program.start];
  const edge = Int32Array.from(
    program.nodes.flatMap((node) =>
      [...node.onInput, ...node.onTimer].map((next) => (next === null ? -1 : edges.push(next) - 1)),
    ),
  );
  const starts = edges.flatMap((each) => each.starts);
  const startsAt = new Uint32Array(edges.length + 1);
  for (const [index, each] of edges.entries()) startsAt[index + 1] = startsAt[index]! + each.starts.length;
  return {
    triggers,
    inputs,
    state: Uint16Array.from(program.nodes, (node) => node.state),
    outputs: Int32Array.from(program.nodes, (node) => node.outputs),
    running: Int32Array.from(program.nodes, (node) => node.running),
    result: Int16Array.from(program.nodes, (node) => node.result),
    edge,
    to: Uint16Array.from(edges, (each) => each.to),
    startsAt,
    startTimer: Uint8Array.from(starts, (start) => start.timer),
    startSlot: Uint16Array.from(starts, (start) => start.slot),
  };
}

const flatPrograms = new WeakMap<TrialProgram, FlatProgram>();

function flat(program: TrialProgram): FlatProgram {
  let layout = flatPrograms.get(program);
  if (layout === undefined) {
    layout = flatten(program);
    flatPrograms.set(program, layout);
  }
  return layout;
}

export class Interpreter implements TrialRunner {
  readonly #sink: EventSink;
  #program: FlatProgram | null = null;
  #ticks: readonly number[] = [];
  #node = -1;
  #state = -1;
  #outputs = 0;
  /** Running timers in the order they were started, which breaks ties of deadlines. */
  readonly #order = new Uint8Array(32);
  #timers = 0;
  readonly #deadline = new Float64Array(32);
  #next = Number.POSITIVE_INFINITY;
  #nextTimer = -1;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  get running(): boolean {
    return this.#node >= 0;
  }

  get outputs(): number {
    return this.#outputs;
  }

  get nextDeadline(): number {
    return this.#next;
  }

  begin(trial: number, bound: BoundProgram, at: number): void {
    this.#program = flat(bound.program);
    this.#ticks = bound.ticks;
    this.#timers = 0;
    this.#state = -1;
    this.#sink(at, EventCode.start, trial & 0xffff);
    this.#take(0, at);
    this.advance(at);
  }

  advance(to: number): void {
    let sameInstant = 0;
    let last = -1;
    while (this.#next <= to) {
      const at = this.#next;
      sameInstant = at === last ? sameInstant + 1 : 0;
      last = at;
      if (sameInstant > MAX_TIMERS_AT_ONE_INSTANT) {
        throw new Error(
          `The trial stands still at ${at} ticks: its timers of 0 ms lead back to themselves. Give one of them a duration.`,
        );
      }
      const timer = this.#nextTimer;
      this.#remove(timer);
      this.#take(this.#edgeOf(this.#program!.inputs + timer), at);
    }
  }

  input(index: number, at: number): void {
    if (this.#next <= at) this.advance(at);
    this.#sink(at, EventCode.input, index);
    if (this.#node < 0) return;
    const edge = this.#edgeOf(index);
    if (edge >= 0) {
      this.#take(edge, at);
      if (this.#next <= at) this.advance(at);
    }
  }

  end(reason: EndReason, at: number): void {
    if (this.running) this.#finish(reason, 0, at);
  }

  #edgeOf(trigger: number): number {
    const { edge, triggers } = this.#program!;
    return edge[this.#node * triggers + trigger]!;
  }

  #take(edge: number, at: number): void {
    const program = this.#program!;
    const node = program.to[edge]!;
    this.#node = node;
    this.#keep(program.running[node]!);
    for (let start = program.startsAt[edge]!; start < program.startsAt[edge + 1]!; start++) {
      const timer = program.startTimer[start]!;
      this.#remove(timer);
      this.#deadline[timer] = at + this.#ticks[program.startSlot[start]!]!;
      this.#order[this.#timers++] = timer;
    }
    this.#findNext();
    const state = program.state[node]!;
    if (state !== this.#state) {
      this.#state = state;
      this.#sink(at, EventCode.state, state);
    }
    this.#drive(program.outputs[node]!, at);
    const result = program.result[node]!;
    if (result >= 0) this.#finish(EndReason.completed, result, at);
  }

  #drive(outputs: number, at: number): void {
    if (outputs === this.#outputs) return;
    this.#outputs = outputs;
    this.#sink(at, EventCode.output, outputs);
  }

  #finish(reason: EndReason, result: number, at: number): void {
    this.#timers = 0;
    this.#findNext();
    this.#drive(0, at);
    this.#node = -1;
    this.#sink(at, EventCode.end, result * 256 + reason);
  }

  /** Drops the timers that the new node does not run. */
  #keep(running: number): void {
    let kept = 0;
    for (let index = 0; index < this.#timers; index++) {
      const timer = this.#order[index]!;
      if (running & (1 << timer)) this.#order[kept++] = timer;
    }
    this.#timers = kept;
  }

  #remove(timer: number): void {
    let kept = 0;
    for (let index = 0; index < this.#timers; index++) {
      const other = this.#order[index]!;
      if (other !== timer) this.#order[kept++] = other;
    }
    this.#timers = kept;
  }

  #findNext(): void {
    let next = Number.POSITIVE_INFINITY;
    let nextTimer = -1;
    for (let index = 0; index < this.#timers; index++) {
      const timer = this.#order[index]!;
      const deadline = this.#deadline[timer]!;
      if (deadline < next) {
        next = deadline;
        nextTimer = timer;
      }
    }
    this.#next = next;
    this.#nextTimer = nextTimer;
  }
}

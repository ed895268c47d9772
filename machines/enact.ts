/**
 * enact: runs a trial with XState itself, as a live actor on a clock of whole ticks that steps from deadline to deadline
 * (XState's own SimulatedClock jumps to its target before it fires timers). The reference that interpreter and board are
 * held to, and on the firmata rig the runner itself.
 */
import { type Actor, type AnyStateMachine, createActor } from 'xstate';
import { canonical } from './canonical.ts';
import { labelOf } from './chart-step.ts';
import type { BoundProgram } from './program.ts';
import type { EventSink, TrialRunner } from './trial-runner.ts';
import { EndReason, EventCode } from './vocabulary.ts';

/** XState's `Clock` in ticks: delays come in milliseconds and are rounded once, as `bind` rounds them. */
class TickClock {
  ticksPerMs = 1;
  now = 0;
  readonly #timeouts = new Map<number, { readonly fire: () => void; readonly at: number }>();
  #id = 0;

  setTimeout(fire: () => void, delayMs: number): number {
    this.#timeouts.set(++this.#id, { fire, at: this.now + Math.round(delayMs * this.ticksPerMs) });
    return this.#id;
  }

  clearTimeout(id: number): void {
    this.#timeouts.delete(id);
  }

  clear(): void {
    this.#timeouts.clear();
  }

  /** Of equal deadlines the one set first: a Map keeps the order of insertion. */
  next(): { id: number; at: number } | null {
    let first: { id: number; at: number } | null = null;
    for (const [id, { at }] of this.#timeouts) if (first === null || at < first.at) first = { id, at };
    return first;
  }

  fire(id: number): void {
    const { fire, at } = this.#timeouts.get(id)!;
    this.#timeouts.delete(id);
    this.now = at;
    fire();
  }
}

export class Enactor implements TrialRunner {
  readonly #machine: AnyStateMachine;
  readonly #sink: EventSink;
  readonly #clock = new TickClock();
  #actor: Actor<AnyStateMachine> | null = null;
  #bound: BoundProgram | null = null;
  #inputs: string[] = [];
  #input: unknown;
  #state = '';
  #levels = 0;
  #outputs = 0;

  constructor(machine: AnyStateMachine, sink: EventSink) {
    const order =
      (on: boolean) =>
      (_: unknown, { line }: { line: string }) => {
        const bit = 1 << this.#bound!.program.lines.outputs.indexOf(line);
        this.#levels = on ? this.#levels | bit : this.#levels & ~bit;
      };
    this.#machine = machine.provide({ actions: { open: order(true), close: order(false) } } as never);
    this.#sink = sink;
  }

  get running(): boolean {
    return this.#actor !== null;
  }

  get outputs(): number {
    return this.#outputs;
  }

  get nextDeadline(): number {
    return this.#clock.next()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** The chart's input for the next `begin`; its durations must be those the program was bound with. */
  plan(input: unknown): void {
    this.#input = input;
  }

  begin(trial: number, bound: BoundProgram, at: number): void {
    this.#bound = bound;
    this.#inputs = bound.program.lines.inputs.flatMap((line) => [`${line}.off`, `${line}.on`]);
    this.#clock.now = at;
    this.#clock.ticksPerMs = bound.ticksPerMs;
    this.#state = '';
    this.#levels = 0;
    this.#sink(at, EventCode.start, trial & 0xffff);
    this.#actor = createActor(this.#machine, { clock: this.#clock, input: this.#input as never });
    this.#actor.start();
    this.#report(at);
    this.advance(at);
  }

  advance(to: number): void {
    for (let due = this.#clock.next(); due !== null && due.at <= to; due = this.#clock.next()) {
      this.#clock.fire(due.id);
      this.#report(due.at);
    }
  }

  input(index: number, at: number): void {
    this.advance(at);
    this.#sink(at, EventCode.input, index);
    if (this.#actor === null) return;
    this.#clock.now = at;
    this.#actor.send({ type: this.#inputs[index]! });
    this.#report(at);
    this.advance(at);
  }

  end(reason: EndReason, at: number): void {
    if (this.#actor !== null) this.#finish(reason, 0, at);
  }

  #report(at: number): void {
    const snapshot = this.#actor!.getSnapshot();
    const { states, results } = this.#bound!.program;
    const state = labelOf(snapshot.value);
    if (state !== this.#state) {
      this.#state = state;
      this.#sink(at, EventCode.state, states.indexOf(state));
    }
    this.#drive(this.#levels, at);
    if (snapshot.status === 'active') return;
    const output = canonical(snapshot.output);
    this.#finish(
      EndReason.completed,
      results.findIndex((result) => canonical(result) === output),
      at,
    );
  }

  #drive(outputs: number, at: number): void {
    if (outputs === this.#outputs) return;
    this.#outputs = outputs;
    this.#sink(at, EventCode.output, outputs);
  }

  #finish(reason: EndReason, result: number, at: number): void {
    this.#actor!.stop();
    this.#actor = null;
    this.#clock.clear();
    this.#drive(0, at);
    this.#sink(at, EventCode.end, result * 256 + reason);
  }
}

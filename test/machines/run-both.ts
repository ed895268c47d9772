/**
 * Runs one chart twice, as a compiled program by the interpreter and as itself by XState, on the same random inputs, and
 * holds both to the same events. Inputs fall on a coarse grid that deadlines share, so that ties are the rule.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { Enactor } from '#machines/enact.ts';
import { Interpreter } from '#machines/interpret.ts';
import type { BoundProgram, LineTable, TrialProgram } from '#machines/program.ts';
import type { EventSink, TrialRunner } from '#machines/trial-runner.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';

export interface Input {
  readonly at: number;
  /** Input line x 2 + level. */
  readonly index: number;
}

export type Noted = readonly [ticks: number, code: EventCode, value: number];

/** Two buttons and two lamps; charts hear `a.on`, `a.off`, `b.on`, `b.off`. */
export const bench: LineTable = { inputs: ['a', 'b'], outputs: ['red', 'green'] };

const GRID_TICKS = 5;
const HORIZON_TICKS = 200;

/** Runs to the end, or to `abortAt` (then aborted there). */
function run(
  make: (sink: EventSink) => TrialRunner,
  bound: BoundProgram,
  inputs: readonly Input[],
  abortAt = Number.POSITIVE_INFINITY,
  startAt = 0,
): Noted[] {
  const events: Noted[] = [];
  const runner = make((ticks, code, value) => events.push([ticks, code, value]));
  runner.begin(1, bound, startAt);
  for (const { at, index } of inputs) if (at <= abortAt && runner.running) runner.input(index, at);
  while (runner.running && runner.nextDeadline <= abortAt) runner.advance(runner.nextDeadline);
  runner.end(EndReason.aborted, abortAt);
  return events;
}

export function interpreted(
  bound: BoundProgram,
  inputs: readonly Input[],
  abortAt?: number,
  startAt?: number,
): Noted[] {
  return run((sink) => new Interpreter(sink), bound, inputs, abortAt, startAt);
}

export function enacted(
  chart: AnyStateMachine,
  input: unknown,
  bound: BoundProgram,
  inputs: readonly Input[],
  abortAt?: number,
  startAt?: number,
): Noted[] {
  const make = (sink: EventSink) => {
    const enactor = new Enactor(chart, sink);
    enactor.plan(input);
    return enactor;
  };
  return run(make, bound, inputs, abortAt, startAt);
}

/** Input trains with gaps of 0 to 4 steps of the grid. */
export const trains: fc.Arbitrary<Input[]> = fc
  .array(fc.tuple(fc.nat(4), fc.nat(bench.inputs.length * 2 - 1)), { maxLength: 16 })
  .map((steps) => {
    let at = 0;
    return steps.map(([gap, index]) => {
      at += gap * GRID_TICKS;
      return { at, index };
    });
  });

/** The same events from both, on many trains; `visits`: states that the trains must have reached, so that it means something. */
export function expectSame(
  chart: AnyStateMachine,
  visits: readonly string[],
  input?: unknown,
  numRuns = 150,
): TrialProgram {
  const bound = bind(compile(chart, input, bench), {}, 1);
  const seen = new Set<string>();
  fc.assert(
    fc.property(trains, (inputs) => {
      const events = interpreted(bound, inputs, HORIZON_TICKS);
      expect(events).toEqual(enacted(chart, input, bound, inputs, HORIZON_TICKS));
      for (const [, code, value] of events) if (code === EventCode.state) seen.add(bound.program.states[value]!);
    }),
    { seed: 20241, numRuns },
  );
  expect([...seen]).toEqual(expect.arrayContaining([...visits]));
  return bound.program;
}

/**
 * Compiles once per structure: trials that differ in durations only share a program. Compiling takes milliseconds, a
 * lookup microseconds, and a cohort has tens of thousands of trials.
 */
import { createHash } from 'node:crypto';
import type { AnyStateMachine } from 'xstate';
import { canonical } from './canonical.ts';
import { ChartRefused } from './chart-refused.ts';
import { compile } from './compile.ts';
import type { LineTable, TrialProgram } from './program.ts';

export interface CachedProgram {
  readonly program: TrialProgram;
  /** First 16 hex digits of the SHA-256 of the program's canonical text. Stands with every trial. */
  readonly hash: string;
}

export class ProgramCache {
  readonly #lines: LineTable;
  readonly #programs = new Map<AnyStateMachine, Map<string, CachedProgram>>();
  /** Planners draw the same few values again and again. Inputs are values: nobody changes one. */
  readonly #byInput = new WeakMap<object, { readonly chart: AnyStateMachine; readonly entry: CachedProgram }>();

  constructor(lines: LineTable) {
    this.#lines = lines;
  }

  /** @throws ChartRefused also for a chart that an animal could keep from ending. */
  get(chart: AnyStateMachine, input: { readonly durations: object }): CachedProgram {
    const seen = this.#byInput.get(input);
    if (seen?.chart === chart) return seen.entry;
    const { durations: _, ...structure } = input;
    const key = canonical(structure);
    const known = this.#programs.get(chart) ?? new Map<string, CachedProgram>();
    this.#programs.set(chart, known);
    let entry = known.get(key);
    if (entry === undefined) {
      const program = compile(chart, input, this.#lines);
      assertEnds(program);
      assertBindable(program, chart, input.durations);
      entry = { program, hash: programHash(program) };
      known.set(key, entry);
    }
    this.#byInput.set(input, { chart, entry });
    return entry;
  }
}

/** A shared program gets each trial's durations by name alone, so a delay must be that duration, or the same in all trials. */
function assertBindable(program: TrialProgram, chart: AnyStateMachine, durations: object): void {
  for (const { name, ms } of program.slots) {
    const wanted: unknown = Object.entries(durations).find(([key]) => key === name)?.[1];
    const computed = typeof chart.implementations.delays[name] === 'function';
    if (wanted === undefined ? !computed : wanted === ms) continue;
    throw new ChartRefused(
      null,
      `waits ${ms} ms for "${name}", which is not the duration of that name`,
      `Give the trial a duration "${name}" and let the delay read it unchanged.`,
    );
  }
}

/** Slot durations as compiled are left out: they are one trial's, and stand with each trial as bound. */
export function programHash(program: TrialProgram): string {
  const structure = { ...program, slots: program.slots.map(({ name }) => name) };
  return createHash('sha256').update(canonical(structure)).digest('hex').slice(0, 16);
}

/** Whatever the animal does or leaves, timers alone must bring the trial to its end from every node. */
export function assertEnds(program: TrialProgram): void {
  const ends = new Set<number>();
  for (const [index, node] of program.nodes.entries()) if (node.result >= 0) ends.add(index);
  for (let size = -1; size !== ends.size; ) {
    size = ends.size;
    for (const [index, node] of program.nodes.entries()) {
      if (node.onTimer.some((edge) => edge !== null && ends.has(edge.to))) ends.add(index);
    }
  }
  const stuck = program.nodes.filter((_, index) => !ends.has(index));
  const first = stuck.find(({ running }) => running === 0) ?? stuck[0];
  if (first !== undefined) {
    throw new ChartRefused(
      program.states[first.state]!,
      'can be waited in for ever: no timer leads from it to the end of the trial',
      'Give it, or a parent, an `after`.',
    );
  }
}

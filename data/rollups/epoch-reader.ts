/**
 * Which epoch each recorded state belongs to. A recorded state is an index in the program that ran; a task whose chart has
 * changed since compiles to another program, and then nobody knows what the index meant.
 */
import { ChartRefused } from '#machines/chart-refused.ts';
import { epochsOfStates } from '#machines/epochs.ts';
import type { LineTable, TrialProgram } from '#machines/program.ts';
import { type CachedProgram, ProgramCache } from '#machines/program-cache.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { tasks } from '#protocols/registry.ts';
import type { Task } from '#protocols/task.ts';

export type EpochOfState = (state: number) => Epoch | null;

export class EpochReader {
  readonly #programs: ProgramCache;
  readonly #refused = new WeakSet<object>();
  readonly #byProgram = new WeakMap<object, readonly (Epoch | null)[]>();

  /** Programs depend on a rig's lines: one reader for all sessions with the same ones. */
  constructor(lines: LineTable) {
    this.#programs = new ProgramCache(lines);
  }

  /**
   * Null: the task is not known, or its program is not the one that ran. `programHash` null: it is this program's own, as
   * while a session runs.
   */
  epochs(task: string, plan: { readonly durations: object }, programHash: string | null): EpochOfState | null {
    const chart = tasks.find(({ name }) => name === task)?.chart;
    if (chart === undefined) return null;
    const ran = this.#program(chart, plan);
    if (ran === null || (programHash !== null && ran.hash !== programHash)) return null;
    const { program } = ran;
    const epochs = this.#byProgram.get(program) ?? this.#read(chart, program);
    return (state) => epochs[state] ?? null;
  }

  /** Null: this program's chart has no trial for such a plan. */
  #program(chart: Task['chart'], plan: { readonly durations: object }): CachedProgram | null {
    if (this.#refused.has(plan)) return null;
    try {
      return this.#programs.get(chart, plan);
    } catch (error) {
      if (!(error instanceof ChartRefused)) throw error;
      this.#refused.add(plan);
      return null;
    }
  }

  #read(chart: Task['chart'], program: TrialProgram): readonly (Epoch | null)[] {
    const epochs = epochsOfStates(chart, program);
    this.#byProgram.set(program, epochs);
    return epochs;
  }
}

/** Numbers of the lick sensors: lines whose name begins with `lick` (machines/vocabulary.ts). */
export function lickLinesOf({ inputs }: LineTable): ReadonlySet<number> {
  return new Set(inputs.flatMap((name, line) => (name.startsWith('lick') ? [line] : [])));
}

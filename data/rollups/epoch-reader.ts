/**
 * Which epoch each recorded state belongs to. A recorded state is an index in the program that ran; a task whose chart has
 * changed since compiles to another program, and then nobody knows what the index meant.
 */
import type { AnyStateMachine } from 'xstate';
import { epochsOfStates } from '#machines/epochs.ts';
import type { LineTable } from '#machines/program.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { tasks } from '#protocols/registry.ts';

export type EpochOfState = (state: number) => Epoch | null;

export class EpochReader {
  readonly #programs: ProgramCache;
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
    const { program, hash } = this.#programs.get(chart, plan);
    if (programHash !== null && hash !== programHash) return null;
    const epochs = this.#byProgram.get(program) ?? this.#read(chart, program);
    return (state) => epochs[state] ?? null;
  }

  #read(chart: AnyStateMachine, program: ReturnType<ProgramCache['get']>['program']): readonly (Epoch | null)[] {
    const epochs = epochsOfStates(chart, program);
    this.#byProgram.set(program, epochs);
    return epochs;
  }
}

/** Numbers of the lick sensors: lines whose name begins with `lick` (machines/vocabulary.ts). */
export function lickLinesOf({ inputs }: LineTable): ReadonlySet<number> {
  return new Set(inputs.flatMap((name, line) => (name.startsWith('lick') ? [line] : [])));
}

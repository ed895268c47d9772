/**
 * A task made ready for one rig: planner and programs, every trial that it may draw tried out before anything is opened or
 * written.
 */
import { lineTable, type RigFile, rigFacts } from '#hardware/rig-file.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { parseParameters } from '#protocols/parameters.ts';
import type { Planner, Task } from '#protocols/task.ts';
import { assertFits } from './task-fit.ts';

export interface SessionTask {
  readonly task: Task;
  /** Checked, with defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly planner: Planner;
  readonly programs: ProgramCache;
}

/**
 * `settings`: as typed, by parameter. `programs`: of a rig with the same lines, where several sessions share them.
 * @throws ParameterError, RigError `rigFile` or `programRefused`, ChartRefused
 */
export function prepareTask(
  task: Task,
  settings: Readonly<Record<string, string>>,
  seed: number,
  file: RigFile,
  programs: ProgramCache = new ProgramCache(lineTable(file)),
): SessionTask {
  const parameters = parseParameters(task, settings);
  const planner = task.planner(parameters, seed, rigFacts(file));
  assertFits({ task, parameters, file, programs }, planner);
  return { task, parameters, seed, planner, programs };
}

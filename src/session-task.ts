/**
 * A task made ready for one rig: planner and programs, tried out on every pair before anything is opened or written, so
 * that a task which cannot run is refused while the animal is still in its cage.
 */
import { lineTable, type RigFile, rigFacts } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import { parseParameters } from '#protocols/parameters.ts';
import type { PastTrial, Planner, Task } from '#protocols/task.ts';

export interface SessionTask {
  readonly task: Task;
  /** Checked, with defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly planner: Planner;
  readonly programs: ProgramCache;
}

/** `settings`: as typed, by parameter. @throws ParameterError, RigError `rigFile`, ChartRefused */
export function prepareTask(
  task: Task,
  settings: Readonly<Record<string, string>>,
  seed: number,
  file: RigFile,
): SessionTask {
  const parameters = parseParameters(task, settings);
  const planner = task.planner(parameters, seed, rigFacts(file));
  const programs = new ProgramCache(lineTable(file));
  const history: PastTrial[] = [];
  for (const _ of task.trialTypes) {
    const { trialType, input } = planner.next(history);
    bind(programs.get(task.chart, input).program, { ...input.durations }, NOMINAL_TICKS_PER_MS);
    history.push({ trialType, outcome: null });
  }
  return { task, parameters, seed, planner, programs };
}

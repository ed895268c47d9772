/** What a task will ask of a rig: which odours, spouts and light, and how long its delay is; read off the trials it may draw. */
import { type RigFile, rigFacts } from '#hardware/rig-file.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { type Odour, odours, type Spout, spouts } from '#machines/vocabulary.ts';
import { parseParameters } from '#protocols/parameters.ts';
import type { Task } from '#protocols/task.ts';

export interface TaskAsks {
  readonly odours: readonly Odour[];
  readonly spouts: readonly Spout[];
  /** Drive of the opto light at its peak; null: no light. */
  readonly drive: number | null;
  /** The shortest between two odours; null: there are no two. */
  readonly delayMs: number | null;
  /** Null: the task has no drop of its own. */
  readonly rewardUl: number | null;
  /** All vials hold solvent. */
  readonly blank: boolean;
}

/** `file`: as written, where a letter is its line. @throws ParameterError, RigError */
export function taskAsks(task: Task, settings: Readonly<Record<string, string>>, file: RigFile): TaskAsks {
  const parameters = parseParameters(task, settings);
  const plans = task.planner(parameters, 0, rigFacts(file)).structures() as readonly TrialPlan[];
  const shown = new Set(plans.flatMap(({ odour1, odour2 }) => [odour1, odour2]));
  const used = new Set(plans.flatMap((plan) => plan.spouts));
  const lit = plans.find(({ light }) => light?.on === true);
  const delays = plans.flatMap(({ odour1, odour2, durations: { earlyDelayMs, lateDelayMs } }) =>
    odour1 === null || odour2 === null ? [] : [earlyDelayMs + lateDelayMs],
  );
  const { rewardUl } = parameters;
  return {
    odours: odours.filter((odour) => shown.has(odour)),
    spouts: spouts.filter((spout) => used.has(spout)),
    drive: lit?.light?.wave.amplitude ?? null,
    delayMs: delays.length === 0 ? null : Math.min(...delays),
    rewardUl: typeof rewardUl === 'number' ? rewardUl : null,
    blank: task.blank,
  };
}

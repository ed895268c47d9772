/**
 * Training without a record: mice on the virtual device through the planner, the rules and the stages of a task, one session
 * a day, as fast as it goes. What `rig simulate` does, less the session and the writing.
 */
import type { MouseState } from '#hardware/mouse/learning-mouse.ts';
import { createMouse } from '#hardware/mouse/learning-mouse.ts';
import type { Mouse } from '#hardware/mouse/mouse.ts';
import { findRigFile, lineTable, rigFacts } from '#hardware/rig-file.ts';
import { VirtualDevice } from '#hardware/virtual/virtual-device.ts';
import { bind } from '#machines/bind.ts';
import { Interpreter } from '#machines/interpret.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { deviceTicks } from '#machines/time.ts';
import type { TrialPlan, TrialResult } from '#machines/trial-plan.ts';
import { Engagement } from '#protocols/engagement.ts';
import { measure } from '#protocols/measures.ts';
import { findTask } from '#protocols/registry.ts';
import { whyNotCounted } from '#protocols/session-kind.ts';
import { ruleFigures, type StageChange, type StageSession, stageChange } from '#protocols/stages.ts';
import type { PastTrial } from '#protocols/task.ts';
import { askedBy, isControl, type TrialRecord } from '#protocols/trial-record.ts';

const file = findRigFile('virtual');
const programs = new ProgramCache(lineTable(file));
const { stages } = findTask('delayed-association');

/** One session of a stage; its engaged trials. */
function drySession(stageName: string, mouse: Mouse, seed: number, trials: number): TrialRecord[] {
  const stage = stages.find(({ name }) => name === stageName)!;
  const task = findTask(stage.task);
  const planner = task.planner(task.parameters.parse(stage.settings), seed, rigFacts(file));
  const device = new VirtualDevice(file, mouse, deviceTicks(0), () => {});
  const interpreter = new Interpreter(device.sink);
  const engagement = new Engagement();
  const history: PastTrial[] = [];
  const records: TrialRecord[] = [];
  for (let trial = 1; trial <= trials && engagement.lastEngaged === null; trial++) {
    const { input, intervalMs, trialType, assisted } = planner.next(history);
    const { program } = programs.get(task.chart, input);
    device.pass(interpreter, device.now + intervalMs * device.ticksPerMs);
    device.begin(interpreter, trial, bind(program, { ...input.durations }, device.ticksPerMs));
    while (interpreter.running) device.step(interpreter);
    const { outcome, answer } = program.results[device.trace(trial).result] as TrialResult;
    history.push({ trialType, outcome, answer });
    records.push({ trialType, outcome, assisted, ...askedBy(input as TrialPlan) });
    engagement.take(trial, outcome);
  }
  return records.slice(0, engagement.lastEngaged ?? records.length);
}

export interface DryTraining {
  /** Stage of each day's session. */
  readonly stages: readonly string[];
  /** Balanced accuracy of each day's engaged control trials; null where only go trials were shown. */
  readonly accuracies: readonly (number | null)[];
  readonly changes: readonly StageChange[];
}

/** So many days of one animal; proposals are accepted. `mouseOf`: the mouse of a day, and whom to ask what it has learned. */
export function dryTraining(
  mouseOf: (day: number) => Mouse,
  seedOf: (day: number) => number,
  { days, trials }: { days: number; trials: number },
): DryTraining {
  const visited: string[] = [];
  const accuracies: (number | null)[] = [];
  const changes: StageChange[] = [];
  let stage = stages[0]!.name;
  let counted: StageSession[] = [];
  for (let day = 0; day < days; day++) {
    visited.push(stage);
    const engaged = drySession(stage, mouseOf(day), seedOf(day), trials);
    accuracies.push(measure(engaged.filter(isControl)).balancedAccuracy);
    const condition = { kind: 'training', offTask: false, stage, excluded: false } as const;
    if (whyNotCounted({ ...condition, trials: engaged.filter(isControl).length }) !== null) continue;
    counted.push({ session: day + 1, trials: engaged });
    const { trialTypes } = findTask(stages.find(({ name }) => name === stage)!.task);
    const change = stageChange(stages, stage, (rule) => counted.map((each) => ruleFigures(rule, each, trialTypes)));
    if (change === null) continue;
    changes.push(change);
    stage = change.to;
    counted = [];
  }
  return { stages: visited, accuracies, changes };
}

/** A mouse that learns, from day to day. */
export function learningMouse(state: MouseState, seedOf: (day: number) => number): (day: number) => Mouse {
  let before = state;
  let today: ReturnType<typeof createMouse> | null = null;
  return (day) => {
    if (today !== null) before = today.state();
    today = createMouse({ seed: seedOf(day), spouts: ['centre'], state: before });
    return today;
  };
}

import { describe, expect, it } from 'vitest';
import { canonical } from '#machines/canonical.ts';
import type { Odour } from '#machines/vocabulary.ts';
import type { ParameterRow } from '#protocols/parameters.ts';
import { describeParameters, parseParameters, valueText } from '#protocols/parameters.ts';
import { findTask, tasks } from '#protocols/registry.ts';
import type { DrawnTrial, PastTrial, Task } from '#protocols/task.ts';

const rig = { waterMs: (ul: number) => ul * 12, valveOf: (odour: Odour) => odour };
const TRIALS = 10_000;

function draw(task: Task, seed: number, n: number): DrawnTrial[] {
  const planner = task.planner(parseParameters(task, {}), seed, rig);
  const history: PastTrial[] = [];
  return Array.from({ length: n }, () => {
    const trial = planner.next(history);
    history.push({ trialType: trial.trialType, outcome: null, answer: null });
    return trial;
  });
}

function longestRun(values: readonly unknown[]): number {
  let longest = 0;
  let run = 0;
  values.forEach((value, index) => {
    run = value === values[index - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  });
  return longest;
}

describe('the registry', () => {
  it('finds a task by its name', () => {
    expect(findTask('delayed-association').title).toBe('Olfactory delayed association');
  });

  it('names the known tasks when asked for another', () => {
    expect(() => findTask('delayed-asociation')).toThrow(
      /Did you mean delayed-association\? Tasks: delayed-association/,
    );
    expect(() => findTask('five-choice')).toThrow(
      /no task "five-choice"\. Tasks: delayed-association, go-pairs, habituation/,
    );
  });

  it('has each name once', () => {
    expect(new Set(tasks.map((task) => task.name)).size).toBe(tasks.length);
  });
});

describe.each(tasks.map((task) => ({ name: task.name, task })))('task $name', ({ task }) => {
  const drawn = draw(task, 1, TRIALS);

  it('tells a biologist what it is', () => {
    expect(task.prose.length).toBeGreaterThan(200);
    expect(task.title).not.toBe('');
    expect(task.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it.each(describeParameters(task))(
    'says what $name is: unit, bounds, default within them, source',
    (row: ParameterRow) => {
      expect(row.unit).not.toBe('');
      const suffix = /(Ms|Ul)$/.exec(row.name)?.[0];
      if (suffix !== undefined) expect(row.unit).toBe(suffix.toLowerCase());
      expect(row.bounds).toMatch(/^(-?[\d.]+ to [\d.]+|\S+(, \S+)+)$/);
      expect(row.source).not.toBe('');
      expect(row.description).toMatch(/\.$/);
      expect(row.default).not.toBe('undefined');
      expect(() => parseParameters(task, { [row.name]: row.default })).not.toThrow();
    },
  );

  it('draws the same trials from the same seed', () => {
    expect(draw(task, 1, 200)).toEqual(drawn.slice(0, 200));
  });

  it('draws others from another seed', () => {
    const order = (trials: readonly DrawnTrial[]) => trials.map((trial) => trial.trialType);
    if (task.trialTypes.length > 1) expect(order(draw(task, 2, 200))).not.toEqual(order(drawn.slice(0, 200)));
  });

  it('numbers trials from 1 and leaves the board time to load between them', () => {
    drawn.forEach((trial, index) => {
      expect(trial.trial).toBe(index + 1);
      expect(trial.intervalMs).toBeGreaterThanOrEqual(250);
    });
  });

  it('draws only durations that are finite and not negative', () => {
    for (const duration of new Set(drawn.flatMap((trial) => Object.values(trial.input.durations)))) {
      expect(Number.isFinite(duration) && duration >= 0).toBe(true);
    }
  });

  const { blockLength = 1, sideOrder } = parseParameters(task, {}) as { blockLength?: number; sideOrder?: string };
  const types = [...task.trialTypes].sort();

  it('shows every trial type equally often: in each block, or in the long run where sides are drawn', () => {
    const counted = (trials: readonly DrawnTrial[], type: string) =>
      trials.filter(({ trialType }) => trialType === type).length;
    for (const type of types) {
      expect(Math.abs(counted(drawn, type) / TRIALS - 1 / types.length)).toBeLessThan(0.02);
      for (let start = 0; sideOrder !== 'antiBias' && start + blockLength <= TRIALS; start += blockLength) {
        expect(counted(drawn.slice(start, start + blockLength), type)).toBe(blockLength / types.length);
      }
    }
  });

  it('never runs a trial type longer than two blocks hold of it, nor what is rewarded longer than a block', () => {
    const rewarded = drawn.map((trial) => ('rewarded' in trial.input ? trial.input.rewarded : null));
    if (new Set(rewarded).size > 1)
      expect(longestRun(rewarded)).toBeLessThanOrEqual(sideOrder === 'antiBias' ? 3 : blockLength);
    if (types.length > 1) {
      const most = sideOrder === 'antiBias' ? 3 : (2 * blockLength) / types.length;
      expect(longestRun(drawn.map((trial) => trial.trialType))).toBeLessThanOrEqual(most);
    }
  });

  it('names every structure that it draws', () => {
    const planner = task.planner(parseParameters(task, {}), 1, rig);
    const sorted = (inputs: Iterable<object>) => [...new Set([...inputs].map((input) => canonical(input)))].sort();
    expect(sorted(planner.structures())).toEqual(sorted(drawn.map(({ input }) => input)));
  });

  it('is trained, if in stages, in stages that can be run: known tasks, settings within their bounds, rules on both ends', () => {
    const { stages } = task;
    expect(new Set(stages.map(({ name }) => name)).size).toBe(stages.length);
    for (const [index, stage] of stages.entries()) {
      const typed = Object.fromEntries(Object.entries(stage.settings).map(([name, value]) => [name, valueText(value)]));
      expect(() => parseParameters(findTask(stage.task), typed)).not.toThrow();
      expect(stage.prose).toMatch(/\.$/);
      expect(stage.promote === null).toBe(index === stages.length - 1);
      if (index === 0) expect(stage.demote).toBeNull();
    }
    const rules = stages.flatMap(({ promote, demote }) => [promote, demote]).filter((rule) => rule !== null);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const rule of rules) expect(rule.mode).toBe(rule.is === 'below' ? 'propose' : 'auto');
  });
});

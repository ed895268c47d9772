import { describe, expect, it } from 'vitest';
import type { ParameterRow } from '#protocols/parameters.ts';
import { describeParameters, parseParameters } from '#protocols/parameters.ts';
import { findTask, tasks } from '#protocols/registry.ts';
import type { DrawnTrial, PastTrial, Task } from '#protocols/task.ts';

const rig = { waterMs: (ul: number) => ul * 12 };
const TRIALS = 10_000;

function draw(task: Task, seed: number, n: number): DrawnTrial[] {
  const planner = task.planner(parseParameters(task, {}), seed, rig);
  const history: PastTrial[] = [];
  return Array.from({ length: n }, () => {
    const trial = planner.next(history);
    history.push({ trialType: trial.trialType, outcome: null });
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
    expect(() => findTask('five-choice')).toThrow(/no task "five-choice"\. Tasks: delayed-association/);
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
    expect(order(draw(task, 2, 200))).not.toEqual(order(drawn.slice(0, 200)));
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

  it('shows every trial type once in each block', () => {
    const types = [...task.trialTypes].sort();
    for (let start = 0; start < TRIALS; start += types.length) {
      const block = drawn.slice(start, start + types.length).map((trial) => trial.trialType);
      expect(block.sort()).toEqual(types);
    }
  });

  it('never runs a pair more than twice, nor rewards or withholds more than four times, in a row', () => {
    const rewarded = drawn.map((trial) => ('rewarded' in trial.input ? trial.input.rewarded : null));
    expect(longestRun(rewarded)).toBe(4);
    expect(longestRun(drawn.map((trial) => trial.trialType))).toBe(2);
  });
});

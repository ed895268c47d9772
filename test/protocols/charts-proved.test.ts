/**
 * Every trial that any task can ask for, with every combination of its switches, held to what its plan promises on every
 * path that time allows.
 */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bind } from '#machines/bind.ts';
import { canonical } from '#machines/canonical.ts';
import { epochsOfStates } from '#machines/epochs.ts';
import { provePaths } from '#machines/path-proof.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import type { Odour } from '#machines/vocabulary.ts';
import { tasks } from '#protocols/registry.ts';
import type { DrawnTrial, Task } from '#protocols/task.ts';
import { rigLines } from '../machines/trial-driver.ts';

const TICKS_PER_MS = 2000;
const rig = { waterMs: (ul: number) => ul * 10, valveOf: (odour: Odour) => odour };
const programs = new ProgramCache(rigLines);

/** Numbers that add parts to the trial when they are not 0, or 1. */
const partsByNumber: Readonly<Record<string, readonly unknown[]>> = {
  licksToAnswer: [1, 3],
  rewardDelayMs: [0, 150],
  freeWaterShare: [0, 0.5],
  probeShare: [0, 0.1],
  answerStartMs: [0, 300],
};
/** What changes the order or the look of the light changes no path of a trial. */
const ofOrder = new Set(['lightWaveform', 'sideOrder', 'replaceAborted', 'corrections', 'optoSham']);

/** Every choice of each switch; of lists each item alone. */
function switchesOf(task: Task): [string, readonly unknown[]][] {
  return Object.entries(task.parameters.shape).flatMap(([name, schema]): [string, readonly unknown[]][] => {
    if (ofOrder.has(name) || !(schema instanceof z.ZodDefault)) return [];
    const kind = schema.unwrap();
    if (kind instanceof z.ZodBoolean) return [[name, [false, true]]];
    if (kind instanceof z.ZodEnum) return [[name, kind.options]];
    if (kind instanceof z.ZodArray) return [[name, [[], ...(kind.element as z.ZodEnum).options.map((item) => [item])]]];
    return [];
  });
}

function combinations(switches: readonly [string, readonly unknown[]][]): Record<string, unknown>[] {
  return switches.reduce<Record<string, unknown>[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

/** All inputs a task can draw with these settings; settings that contradict each other give none. */
function inputsOf(task: Task, settings: Record<string, unknown>): readonly DrawnTrial['input'][] {
  const lit = Array.isArray(settings.optoEpoch) && settings.optoEpoch.length > 0 ? { optoShare: 0.25 } : {};
  const timeout = settings.abortOnEarlyLick === true ? { timeoutMs: 4000 } : {};
  const parsed = task.parameters.safeParse({ ...lit, ...timeout, ...settings });
  return parsed.success ? task.planner(parsed.data, 1, rig).structures() : [];
}

/** Proves it, unless the same was proved before; null when all holds, else the violation as text. */
const proved = new Set<string>();
function problemOf(task: Task, input: DrawnTrial['input']): string | null {
  const key = `${(task.chart as { id: string }).id} ${canonical(input)}`;
  if (proved.has(key)) return null;
  proved.add(key);
  const { program } = programs.get(task.chart, input);
  const bound = bind(program, { ...input.durations }, TICKS_PER_MS);
  const { violation } = provePaths(bound, task.expectation(input), epochsOfStates(task.chart, program));
  return violation === null ? null : [violation.rule, violation.problem, ...violation.path].join('\n');
}

describe.each(tasks.map((task) => ({ name: task.name, task })))('$name', ({ task }) => {
  it('holds to what it promises, with every combination of its switches', { timeout: 120_000 }, () => {
    let trials = 0;
    for (const settings of combinations(switchesOf(task))) {
      for (const input of inputsOf(task, settings)) {
        trials++;
        expect(problemOf(task, input)).toBeNull();
      }
    }
    expect(trials).toBeGreaterThan(0);
  });

  it('holds to it whatever parts its numbers add, with light and without', { timeout: 120_000 }, () => {
    const numbers = Object.entries(partsByNumber).filter(([name]) => name in task.parameters.shape);
    const lights = 'optoEpoch' in task.parameters.shape ? [{}, { optoEpoch: ['choice'], lightMask: true }] : [{}];
    for (const settings of combinations(numbers)) {
      for (const light of lights) {
        for (const input of inputsOf(task, { ...settings, ...light })) expect(problemOf(task, input)).toBeNull();
      }
    }
  });
});

/** Every task the rigs know. A new task is one file in this folder and one line in this list. */
import { delayedAssociation } from './delayed-association.ts';
import { nearest } from './nearest.ts';
import { ParameterError } from './parameters.ts';
import type { Task } from './task.ts';

export const tasks: readonly Task[] = [delayedAssociation];

/** Throws a ParameterError when there is no such task, naming those there are. */
export function findTask(name: string): Task {
  const task = tasks.find((known) => known.name === name);
  if (task !== undefined) return task;
  const names = tasks.map((known) => known.name);
  const near = nearest(name, names);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  throw new ParameterError('unknown', `There is no task "${name}".${hint} Tasks: ${names.join(', ')}.`);
}

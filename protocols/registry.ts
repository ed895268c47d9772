/** Every task the rigs know. A new task is one file in this folder and one line in this list. */
import { blank } from './blank.ts';
import { confusion } from './confusion.ts';
import { delayVariants } from './delay-variants.ts';
import { delayedAssociation } from './delayed-association.ts';
import { goPairs } from './go-pairs.ts';
import { habituation } from './habituation.ts';
import { delayedMatch, delayedNonMatch } from './match-to-sample.ts';
import { nearest } from './nearest.ts';
import { odourVariants } from './odour-variants.ts';
import { ParameterError } from './parameters.ts';
import { singleOdour } from './single-odour.ts';
import type { Task } from './task.ts';
import { twoSpoutDelay } from './two-spout-delay.ts';

/** Each has its own parameters; whoever goes through them all knows none of these by type. */
export const tasks = [
  delayedAssociation,
  goPairs,
  habituation,
  singleOdour,
  confusion,
  delayVariants,
  odourVariants,
  blank,
  delayedMatch,
  delayedNonMatch,
  twoSpoutDelay,
] as unknown as readonly Task[];

/** Throws a ParameterError when there is no such task, naming those there are. */
export function findTask(name: string): Task {
  const task = tasks.find((known) => known.name === name);
  if (task !== undefined) return task;
  const names = tasks.map((known) => known.name);
  const near = nearest(name, names);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  throw new ParameterError('unknown', `There is no task "${name}".${hint} Tasks: ${names.join(', ')}.`);
}

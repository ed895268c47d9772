/**
 * Will every trial that a task may draw with these settings run on this rig? Tried out whole before anything is opened, so
 * that what cannot run is refused while the animal is still in its cage, and not at the first trial of its kind. A program
 * that is more than a board can hold is told with the settings that would make it fit, each of them tried.
 */
import { z } from 'zod';
import { programImage } from '#hardware/link/program-image.ts';
import { proveProgram } from '#hardware/prove-program.ts';
import { type RigFile, rigFacts } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import type { ProgramCache } from '#machines/program-cache.ts';
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import { ParameterError } from '#protocols/parameters.ts';
import type { Planner, Task } from '#protocols/task.ts';
import { assertShows } from './light-lines.ts';

type Parameters = Readonly<Record<string, unknown>>;

export interface TriedTask {
  readonly task: Task;
  readonly parameters: Parameters;
  readonly file: RigFile;
  readonly programs: ProgramCache;
}

/** A number with few values is lowered by one at a time; of one with many only its ends are tried. */
const FEW_VALUES = 10;

/** @throws ChartRefused, RigError programRefused, ParameterError when a trial does not fit the board or its light lines. */
export function assertFits(tried: TriedTask, planner: Planner): void {
  const { task, file } = tried;
  for (const input of planner.structures()) assertShows(input, file);
  const excess = excessOf(tried, planner);
  if (excess === null) return;
  const remedies = remediesFor(tried);
  const remedy =
    remedies.length === 0
      ? 'Ask less of a trial, or use a rig without a board.'
      : `${remedies.length === 1 ? 'Set' : 'Set one of'} ${remedies.join(', ')}; or use a rig without a board.`;
  throw new ParameterError(
    'conflict',
    `The task ${task.name} with these settings is too much for the board of the rig ${file.name}. ${excess}. ${remedy}`,
  );
}

/** By how much the first trial that does not fit is too much for the board; null: all fit. */
function excessOf({ task, file, programs }: TriedTask, planner: Planner): string | null {
  for (const input of planner.structures()) {
    const { program } = programs.get(task.chart, input);
    const bound = bind(program, { ...input.durations }, NOMINAL_TICKS_PER_MS);
    proveProgram(file, program);
    if (file.kind !== 'board' && file.kind !== 'emulated') continue;
    try {
      programImage(bound);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return error.message.split('. ')[0]!;
    }
  }
  return null;
}

/** Settings of which each alone would make all trials fit, as they are typed. */
function remediesFor(tried: TriedTask): string[] {
  const { task, parameters } = tried;
  return Object.entries(task.parameters.shape).flatMap(([name, schema]) => {
    const value = simplerValues(schema, parameters[name]).find((each) => fitsWith(tried, name, each));
    return value === undefined ? [] : [`${name}=${value}`];
  });
}

function fitsWith(tried: TriedTask, name: string, value: unknown): boolean {
  const { task, parameters, file } = tried;
  const changed = task.parameters.safeParse({ ...parameters, [name]: value });
  if (!changed.success) return false;
  try {
    return excessOf(tried, task.planner(changed.data, 0, rigFacts(file))) === null;
  } catch {
    // The rig has no line for it.
    return false;
  }
}

/** What might ask less of a trial than this value, the nearest first. */
function simplerValues(schema: unknown, value: unknown): unknown[] {
  if (!(schema instanceof z.ZodDefault)) return [];
  const kind = schema.unwrap();
  const usual = schema.def.defaultValue;
  if (typeof value !== 'number' || !(kind instanceof z.ZodNumber)) return value === usual ? [] : [usual];
  const least = kind.minValue ?? value;
  const few = kind.format === 'safeint' && value - least < FEW_VALUES;
  return few ? Array.from({ length: value - least }, (_, index) => value - 1 - index) : [usual, least];
}

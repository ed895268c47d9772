/**
 * One place where errors become words and exit codes. What the world does is told as it stands: what happened, what it
 * means for animal and data, what to do. What the program does wrong goes to a file, with a short message on screen.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import { recordPlace } from '#data/place.ts';
import { RecordError } from '#data/record-error.ts';
import { RigError } from '#hardware/rig.ts';
import { ChartRefused } from '#machines/chart-refused.ts';
import { SessionFault } from '#machines/session.ts';
import { ParameterError } from '#protocols/parameters.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

export const ExitCode = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The message of an error that the world, the task or the person caused; null for a fault of the program. */
export function worldly(error: unknown): string | null {
  if (error instanceof ChartRefused) {
    return `The task cannot run on this rig with these settings. ${error.message} Nothing was started; animal and record are as before.`;
  }
  const known = [RigError, RecordError, ParameterError, SessionFault, UsageError];
  return known.some((kind) => error instanceof kind) ? (error as Error).message : null;
}

/** Prints one message; the exit code. */
export function complain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // Commander has printed its own text; help and version are no errors.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  const message = worldly(error);
  io.err(`rig: ${message ?? programFault(error, io)}\n`);
  return error instanceof UsageError ? ExitCode.usage : ExitCode.failed;
}

/** What to say of an error that is the program's own; its stack goes to a file for whoever repairs it. */
export function programFault(error: unknown, io: Io): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const home = { flag: undefined, env: { ...io.env, REHEARSAL_DB: undefined }, platform: io.platform, home: io.home };
  const folder = dirname(recordPlace({ ...home, simulated: true }).path);
  const path = join(folder, `fault-${io.now().toISOString().replaceAll(':', '')}.txt`);
  const first = error instanceof Error ? error.message : String(error);
  let where = `The details are in ${path}; send that file with your report.`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, `${text}\n`);
  } catch {
    where = `The details could not be written to ${path}.`;
  }
  return `This is a fault of the program, not of yours: ${first}. Outputs were left safe, and what was reported as saved is safe. Take the animal out if one is in the rig. ${where}`;
}

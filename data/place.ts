/**
 * Where the record lies when nobody says: a folder of the user's, by the habits of the operating system, with a file of
 * its own for simulations so that they never stand beside real animals.
 * XDG Base Directory Specification 0.8; Apple File System Programming Guide; Windows known folders.
 */
import { posix, win32 } from 'node:path';

export interface PlaceQuestion {
  /** What was given as `--db`. */
  readonly flag: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The user's home folder. */
  readonly home: string;
  readonly simulated: boolean;
}

export interface Place {
  readonly path: string;
  /** The folder is ours to make; a folder that somebody named must exist, else a typing error makes a second record. */
  readonly createFolder: boolean;
}

/** `--db`, else REHEARSAL_DB, else the user's data folder. Pure. */
export function recordPlace({ flag, env, platform, home, simulated }: PlaceQuestion): Place {
  const given = flag ?? (env.REHEARSAL_DB || undefined);
  if (given !== undefined) return { path: given, createFolder: false };
  const { join } = platform === 'win32' ? win32 : posix;
  const file = simulated ? 'simulations.sqlite' : 'rehearsal.sqlite';
  return { path: join(dataFolder(env, platform, home), file), createFolder: true };
}

function dataFolder(env: PlaceQuestion['env'], platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return win32.join(env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), 'Rehearsal');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Rehearsal');
  return posix.join(env.XDG_DATA_HOME || posix.join(home, '.local', 'share'), 'rehearsal');
}

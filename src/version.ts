/**
 * What stands in the record about this program: its version, and a hash over the sources that decide what a trial is.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { limits } from '#hardware/link/declaration.ts';

const root = new URL('../', import.meta.url);

export const softwareVersion: string = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version;

/** Format of trial programs, as compiled and as loaded into a board. */
export const programVersion = String(limits.PROGRAM_FORMAT.value);

/** Any change to a chart, a task or the rules they share changes it: first 16 hex digits of a SHA-256. */
export function taskHash(): string {
  known ??= hashOfSources();
  return known;
}

let known: string | null = null;

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const room of ['machines/', 'protocols/']) {
    const folder = new URL(room, root);
    for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(new URL(file, folder)));
  }
  return hash.digest('hex').slice(0, 16);
}

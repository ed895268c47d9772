/**
 * Plumbing of the record's tests: a folder that goes away, and the error of a refused call.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of this test's own. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rehearsal-record-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file name in a folder of this test's own; nothing is there yet. */
export function newPath(name = 'record.sqlite'): string {
  return join(folder(), name);
}

/** The error that `work` throws or rejects with. */
export async function errorOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, got none');
}

/**
 * Files that are there whole or not at all: written beside their place under another name, waited for on the disk, then
 * renamed. A file that somebody has is replaced only when that was asked for, and the record itself never.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { RecordError } from '../record-error.ts';

export interface Target {
  readonly path: string;
  /** A file of that name is replaced. */
  readonly replace: boolean;
  /** The record that is read. */
  readonly record: string;
}

/** Thrown by whoever writes, to give it up: nothing stays. */
export class Stopped extends Error {}

/** @throws RecordError */
export function expectFree({ path, replace, record }: Target): void {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    throw new RecordError(
      'folderMissing',
      `There is no folder ${folder}. Nothing was written. Check the spelling, or make it.`,
    );
  }
  if (isRecord(path, record)) {
    throw new RecordError(
      'nameTaken',
      `${path} is the record itself, or belongs to it. Nothing was written. Give the file another name.`,
    );
  }
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    throw new RecordError(
      'nameTaken',
      `${path} is a folder or a device. Nothing was written. Give the name of a file.`,
    );
  }
  if (replace) return;
  throw new RecordError(
    'nameTaken',
    `There is a file ${path} already. Nothing was written, and it is as it was. Give another name, or replace it with --force.`,
  );
}

/**
 * Has `write` make a file at the path that it is given, and puts it in its place. When it throws, all is as before.
 * @throws RecordError, and what `write` throws
 */
export async function wholeFile<T>(target: Target, write: (temporary: string) => Promise<T>): Promise<T> {
  expectFree(target);
  // A link stays one: what it points to is replaced.
  const path = existsSync(target.path) ? realpathSync(target.path) : target.path;
  const temporary = `${path}.${process.pid}.part`;
  try {
    const result = await write(temporary);
    toDisk(temporary);
    expectFree(target);
    renameSync(temporary, path);
    // A folder can be waited for on POSIX only.
    if (process.platform !== 'win32') toDisk(dirname(path));
    return result;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fromFiles(error, path);
  }
}

function toDisk(path: string): void {
  const file = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The record, by whatever name, and the files that SQLite keeps beside it. */
function isRecord(path: string, record: string): boolean {
  const one = statSync(path, { throwIfNoEntry: false });
  const other = statSync(record, { throwIfNoEntry: false });
  if (one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev) return true;
  const real = existsSync(record) ? realpathSync(record) : record;
  const beside = ['-wal', '-shm', '-journal'].map((end) => basename(real) + end);
  return existsSync(dirname(path)) && realpathSync(dirname(path)) === dirname(real) && beside.includes(basename(path));
}

/** What the world does to a file, in the words of the record's errors; errors of any other kind come back as they are. */
function fromFiles(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'syscall' in error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined) return error;
  const after = 'Nothing of it stays, and the record is as it was.';
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new RecordError(
      'diskFull',
      `The disk has no room for ${path}. ${after} Make room, or give a place on another disk.`,
      { cause: error },
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new RecordError(
      'readOnly',
      `${path} may not be written. ${after} Check the rights on its folder, or give another place.`,
      {
        cause: error,
      },
    );
  }
  return new RecordError(
    'disk',
    `${path} could not be written (${code}). ${after} Check the disk, or give another place.`,
    {
      cause: error,
    },
  );
}

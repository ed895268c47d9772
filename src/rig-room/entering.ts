/** What the commands of the rig room share: which rig, as its file says, and in which record. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { entering } from '#data/animal-room/entry.ts';
import type { RecordDatabase } from '#data/open.ts';
import type { Place } from '#data/place.ts';
import { rigFor } from '#data/rigs.ts';
import { findRigFile, type RigFile } from '#hardware/rig-file.ts';
import { nowOf } from '../animal-room/entering.ts';
import { type Io, pathOf } from '../io.ts';
import { placeOf, readingFrom } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

export interface RigEntryOptions {
  readonly db?: string;
  readonly operator?: string;
}

export interface RigRoom {
  readonly file: RigFile;
  /** As it must be typed again. */
  readonly typed: string;
  /** As `chooseRig` takes it. */
  readonly named: string;
  readonly place: Place;
}

export function withPerson(command: Command): Command {
  return command.option('--operator <name>', 'who says so');
}

/** @throws RigError `rigFile` */
export function rigRoom(io: Io, typed: string, { db }: RigEntryOptions): RigRoom {
  const named = /[/\\.]/.test(typed) ? pathOf(io, typed) : typed;
  const file = findRigFile(named);
  return { file, typed, named, place: placeOf(io, db, file.simulated) };
}

/** Enters something about the rig, as one transaction; a rig that is new to the record is entered first. */
export function enterForRig<T>(io: Io, { file, place }: RigRoom, work: (db: RecordDatabase, rig: number) => T): T {
  return entering(place, (db) => work(db, rigFor(db, file, nowOf(io).at)));
}

/** Reads from the record; null where there is none yet. */
export function readForRig<T>({ place }: RigRoom, read: (db: RecordDatabase | null) => T): T {
  return existsSync(place.path) ? readingFrom(place.path, read) : read(null);
}

/** @throws UsageError when the rig has no such output line */
export function expectLine({ file }: RigRoom, name: string): RigFile['outputs'][number] {
  const line = file.outputs.find((output) => output.name === name);
  if (line !== undefined) return line;
  const names = file.outputs.map((output) => output.name).join(', ');
  throw new UsageError(
    `The rig ${file.name} has no output line "${name}". Nothing was changed. Its lines are ${names}.`,
  );
}

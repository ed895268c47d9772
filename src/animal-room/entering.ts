/** What the commands of the animal room share: which animal, who says so, and when. */
import { existsSync } from 'node:fs';
import { type Animal, animalNamed, formerlyNamed, listAnimals } from '#data/animal-room/animals.ts';
import { entering } from '#data/animal-room/entry.ts';
import type { RecordDatabase } from '#data/open.ts';
import { nearest } from '#protocols/nearest.ts';
import { commandName, type Io, isoWithOffset } from '../io.ts';
import { placeOf, type RecordOptions, readingFrom } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

export interface EntryOptions extends RecordOptions {
  readonly operator?: string;
}

/** The time of an entry, and the animal's day that it belongs to. */
export function nowOf(io: Io): { at: string; day: string } {
  const at = isoWithOffset(io.now());
  return { at, day: at.slice(0, 10) };
}

/** @throws UsageError */
export function personOf({ operator }: EntryOptions): string {
  if (operator?.trim()) return operator.trim();
  throw new UsageError(
    'What is entered about an animal is kept with who entered it. Nothing was changed. Add --operator NAME.',
  );
}

/** Enters something about one animal, as one transaction. @throws UsageError, RecordError */
export function enterFor<T>(
  io: Io,
  name: string,
  options: RecordOptions,
  work: (db: RecordDatabase, animal: Animal) => T,
): T {
  const place = placeOf(io, options.db, options.simulated === true);
  if (!existsSync(place.path)) throw new UsageError(unknownWords(null, name, place.path, options, io));
  return entering(place, (db) => work(db, expectAnimal(db, name, place.path, options, io)));
}

/** Shows something of one animal. @throws UsageError, RecordError */
export function showFor<T>(
  io: Io,
  name: string,
  options: RecordOptions,
  read: (db: RecordDatabase, animal: Animal) => T,
): T {
  const { path } = placeOf(io, options.db, options.simulated === true);
  if (!existsSync(path)) throw new UsageError(unknownWords(null, name, path, options, io));
  return readingFrom(path, (db) => read(db, expectAnimal(db, name, path, options, io)));
}

/** @throws UsageError */
export function expectAnimal(db: RecordDatabase, name: string, path: string, options: RecordOptions, io: Io): Animal {
  const animal = animalNamed(db, name);
  if (animal === null) throw new UsageError(unknownWords(db, name, path, options, io));
  return animal;
}

function unknownWords(
  db: RecordDatabase | null,
  name: string,
  path: string,
  { db: named, simulated }: RecordOptions,
  io: Io,
): string {
  const now = db === null ? [] : formerlyNamed(db, name);
  if (now.length > 0) {
    return `${name} is now called ${now.join(' or ')}. Nothing was changed. Type the name on the cage card.`;
  }
  const names = db === null ? [] : listAnimals(db).map((animal) => animal.name);
  const near = nearest(name, names);
  const hint =
    named === undefined && simulated !== true ? ' Simulated animals have a record of their own: add --simulated.' : '';
  return `There is no subject ${name} in ${path}.${near === null ? '' : ` Did you mean ${near}?`} Nothing was changed.${hint} "${commandName(io)} subject list" shows who is there.`;
}

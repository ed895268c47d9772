/** `rig odour-map`: which odorant a letter of the task stands for, animal by animal. */
import type { Command } from 'commander';
import type { Animal } from '#data/animal-room/animals.ts';
import { entering } from '#data/animal-room/entry.ts';
import type { RecordDatabase } from '#data/open.ts';
import { listOdorants, type OdourMap, odourMapOf, setOdourMap } from '#data/rig-room/vials.ts';
import { type Odour, odours } from '#machines/vocabulary.ts';
import { counterbalanced } from '#protocols/counterbalance.ts';
import { type EntryOptions, enterFor, expectAnimal, nowOf, personOf, showFor } from '../animal-room/entering.ts';
import { commandName, type Io } from '../io.ts';
import { whole } from '../option-values.ts';
import { placeOf, withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { UsageError } from '../usage-error.ts';
import { mixtureText } from './odorant.ts';

interface DrawOptions extends EntryOptions {
  readonly odorants: string;
  readonly seed: number;
}

export function addOdourMapCommand(program: Command, io: Io): void {
  const command = program
    .command('odour-map')
    .summary('which odorant A, B, C and D stand for with an animal')
    .description(
      'Which odorant each letter of the task stands for with an animal; without a map a letter is its valve. A map that changes stays in the record with all that came before it.',
    );
  withRecord(
    withPerson(
      command
        .command('set')
        .description('Letters of one animal, e.g. A=3 B=1 C=4 D=2; letters not named stay.')
        .argument('<subject>', 'the animal')
        .argument('<letters...>', 'letter=number of the odorant'),
    ),
  ).action((name: string, typed: readonly string[], options: EntryOptions) => {
    const person = personOf(options);
    const map = lettersOf(typed);
    const { at } = nowOf(io);
    const said = enterFor(io, name, options, (db, animal) => {
      expectOdorants(db, Object.values(map), io);
      const after = { ...odourMapOf(db, animal.id), ...map };
      expectDistinct(after, animal.name);
      setOdourMap(db, animal.id, map, { at, person, reason: null });
      return mapText(db, animal);
    });
    io.out(said);
  });
  withRecord(
    withPerson(
      command
        .command('draw')
        .description(
          'Draws a counterbalanced map for each animal of a cohort: over every four animals each odorant stands for each letter once.',
        )
        .argument('<subjects...>', 'the animals')
        .requiredOption('--odorants <list>', 'numbers of four odorants, e.g. 1,2,3,4')
        .requiredOption('--seed <n>', 'the same seed draws the same maps', whole(0, 2 ** 32 - 1)),
    ),
  ).action((names: readonly string[], options: DrawOptions) => {
    const person = personOf(options);
    const numbers = options.odorants.split(',').map(Number);
    if (numbers.length !== odours.length || new Set(numbers).size !== odours.length) {
      throw new UsageError('Give four different odorants, e.g. --odorants 1,2,3,4. Nothing was entered.');
    }
    if (new Set(names.map((each) => each.toLowerCase())).size !== names.length) {
      throw new UsageError('An animal is named twice. Nothing was entered.');
    }
    const { at } = nowOf(io);
    const place = placeOf(io, options.db, options.simulated === true);
    const said = entering(place, (db) => {
      expectOdorants(db, numbers, io);
      const maps = counterbalanced(numbers, names.length, options.seed);
      return names.map((name, index) => {
        const animal = expectAnimal(db, name, place.path, options, io);
        const map = Object.fromEntries(odours.map((odour, at) => [odour, maps[index]![at]!]));
        const reason = `drawn with seed ${options.seed} for ${names.join(', ')}`;
        setOdourMap(db, animal.id, map, { at, person, reason });
        return mapText(db, animal);
      });
    });
    io.out(said.join(''));
  });
  withRecord(command.command('show').description('The map of an animal.').argument('<subject>', 'the animal')).action(
    (name: string, options: EntryOptions) => {
      io.out(showFor(io, name, options, mapText));
    },
  );
}

function mapText(db: RecordDatabase, { id, name }: Animal): string {
  const map = odourMapOf(db, id);
  const odorants = new Map(listOdorants(db).map((each) => [each.id, each]));
  const entries = odours.flatMap((odour) => {
    const odorant = map[odour];
    return odorant === undefined ? [] : [`${odour} is ${mixtureText(odorants.get(odorant)!)} (${odorant})`];
  });
  return entries.length === 0
    ? `${name} has no odour map: a letter is its valve.\n`
    : `${name}: ${entries.join('; ')}.\n`;
}

function lettersOf(typed: readonly string[]): OdourMap {
  const map: Partial<Record<Odour, number>> = {};
  for (const text of typed) {
    const [letter, number] = text.split('=');
    const odour = odours.find((each) => each === letter?.toUpperCase());
    if (odour === undefined || !/^\d{1,9}$/.test(number ?? '') || map[odour] !== undefined) {
      throw new UsageError(
        `"${text}" is no letter=odorant, or its letter is named twice. Nothing was entered. Write e.g. A=3 B=1 C=4 D=2.`,
      );
    }
    map[odour] = Number(number);
  }
  return map;
}

function expectOdorants(db: RecordDatabase, numbers: readonly number[], io: Io): void {
  const known = new Set(listOdorants(db).map(({ id }) => id));
  const unknown = numbers.find((each) => !known.has(each));
  if (unknown === undefined) return;
  throw new UsageError(
    `There is no odorant ${unknown}. Nothing was entered. "${commandName(io)} odorant list" shows them.`,
  );
}

/** One odorant for two letters would make two pairs the same. */
function expectDistinct(map: OdourMap, name: string): void {
  const numbers = Object.values(map);
  if (new Set(numbers).size === numbers.length) return;
  throw new UsageError(
    `One odorant would stand for two letters with ${name}, and the animal could not tell their pairs apart. Nothing was entered.`,
  );
}

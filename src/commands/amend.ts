/** `rig amend`: corrects a weighing or an entry of water; the raw row stays. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Amendment, amend, readAmended } from '#data/animal-room/amendments.ts';
import { type Animal, animalNumbered } from '#data/animal-room/animals.ts';
import { entering } from '#data/animal-room/entry.ts';
import type { RecordDatabase } from '#data/open.ts';
import { type EntryOptions, expectAnimal, nowOf, personOf } from '../animal-room/entering.ts';
import { careOf, waterLine } from '../animal-room/standing.ts';
import { followWeight } from '../animal-room/under-limit.ts';
import { commandName, type Io } from '../io.ts';
import { decimal, whole } from '../option-values.ts';
import { placeOf, withRecord } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';
import { addAmendWords } from './amend-words.ts';

interface AmendOptions extends EntryOptions {
  readonly grams?: number;
  readonly ul?: number;
  readonly animal?: string;
  readonly void?: boolean;
  readonly reason?: string;
}

type Change = Pick<Amendment, 'column' | 'value'>;

export function addAmendCommand(program: Command, io: Io): void {
  const command = program
    .command('amend')
    .summary('correct a weighing, water, a remark, or what a session was for')
    .description(
      'Corrects what was entered wrongly: the amount, the animal, or that it was entered at all. The first entry stays in the record, with who corrected it, when and why; whatever is computed uses the correction.',
    );
  addAmendWords(command, io);
  const both = (sub: Command) =>
    withRecord(
      sub
        .option('--animal <name>', 'it was this animal')
        .option('--void', 'it should not have been entered')
        .option('--reason <text>', 'why')
        .option('--operator <name>', 'who says so'),
    );
  both(
    command
      .command('weight')
      .description('Corrects a weighing, by its number as "rig weigh SUBJECT" lists it.')
      .argument('<weighing>', 'its number', whole(1, 2 ** 31))
      .option('--grams <g>', 'what the scale said', decimal(1, 1000))
      .action((row: number, options: AmendOptions) => correct(io, 'weights', row, options)),
  );
  both(
    command
      .command('water')
      .description('Corrects an entry of water, by its number as "rig water SUBJECT" lists it.')
      .argument('<entry>', 'its number', whole(1, 2 ** 31))
      .option('--ul <ul>', 'what it was', decimal(0, 20_000))
      .action((row: number, options: AmendOptions) => correct(io, 'water_ledger', row, options)),
  );
}

function correct(io: Io, table: Amendment['table'], row: number, options: AmendOptions): void {
  const { grams, ul, animal, reason } = options;
  const asked = [grams ?? ul, animal, options.void].filter((each) => each !== undefined);
  if (asked.length !== 1) {
    throw new UsageError(
      `One correction at a time: ${table === 'weights' ? '--grams' : '--ul'}, --animal or --void. Nothing was changed.`,
    );
  }
  if (!reason?.trim())
    throw new UsageError('A correction is kept with its reason. Nothing was changed. Add --reason "...".');
  const person = personOf(options);
  const place = placeOf(io, options.db, options.simulated === true);
  const what = table === 'weights' ? 'weighing' : 'entry of water';
  const none = () =>
    new UsageError(
      `There is no ${what} ${row} in ${place.path}, or it was voided. Nothing was changed. "${commandName(io)} ${table === 'weights' ? 'weigh' : 'water'} SUBJECT" lists them.`,
    );
  if (!existsSync(place.path)) throw none();
  entering(place, (db) => {
    const before = readAmended(db, table, row);
    if (before === null || before.subject === null) throw none();
    const from = animalNumbered(db, before.subject)!;
    const change = changeOf(db, table, from, { ...options, reason }, io, place.path);
    if (change.column === 'ul' && before.value === null) {
      throw new UsageError(`Entry ${row} is free access, which nobody measured. Nothing was changed. Void it instead.`);
    }
    const { at, day } = nowOf(io);
    amend(db, { ...change, table, row, person, reason, at });
    const now = readAmended(db, table, row);
    const to = now === null || now.subject === null ? null : animalNumbered(db, now.subject)!;
    io.out(
      `${what[0]!.toUpperCase()}${what.slice(1)} ${row} of ${from.name}, ${before.day}: ${changeWords(change, to)}.\n`,
    );
    if (before.day !== day) return;
    for (const each of new Set([from.id, to?.id ?? from.id])) {
      const care = careOf(db, animalNumbered(db, each)!, day);
      const line = waterLine(care);
      if (table === 'weights') io.out(followWeight(db, care, at, io));
      if (line !== null) io.out(`${line}\n`);
    }
  });
}

function changeOf(
  db: RecordDatabase,
  table: Amendment['table'],
  from: Animal,
  options: AmendOptions,
  io: Io,
  path: string,
): Change {
  const { grams, ul, animal } = options;
  if (options.void) return { column: 'void', value: 1 };
  if (animal !== undefined) {
    const to = expectAnimal(db, animal, path, options, io);
    if (to.id === from.id) throw new UsageError(`It is of ${from.name} already. Nothing was changed.`);
    if (to.simulated !== from.simulated) {
      throw new UsageError(`${to.name} and ${from.name} are a live and a simulated animal. Nothing was changed.`);
    }
    return { column: 'subject', value: to.id };
  }
  if (table === 'weights' && grams! <= (from.implantWeightG ?? 0)) {
    throw new UsageError(
      `${grams} g is no more than the implant of ${from.name} alone (${from.implantWeightG} g). Nothing was changed.`,
    );
  }
  return table === 'weights' ? { column: 'grams', value: grams! } : { column: 'ul', value: ul! };
}

function changeWords({ column, value }: Change, to: Animal | null): string {
  if (column === 'void') return 'void, it does not count';
  if (column === 'subject') return `it was ${to!.name}`;
  return `${value} ${column === 'grams' ? 'g' : 'ul'} counts now`;
}

/** `rig subject`: who the animals are. */
import type { Command } from 'commander';
import {
  type Animal,
  type AnimalDetails,
  animalNamed,
  describeAnimal,
  detailColumns,
  formerlyNamed,
  listAnimals,
  renameAnimal,
  retireAnimal,
} from '#data/animal-room/animals.ts';
import { casesOf } from '#data/animal-room/cases.ts';
import { entering } from '#data/animal-room/entry.ts';
import { addSubject } from '#data/subjects.ts';
import { type EntryOptions, enterFor, nowOf, personOf, showFor } from '../animal-room/entering.ts';
import { careOf, waterLine } from '../animal-room/standing.ts';
import type { Io } from '../io.ts';
import { day, decimal, oneOf } from '../option-values.ts';
import { placeOf, type RecordOptions, readingFrom, withRecord } from '../record-option.ts';
import { count, percent, table, words } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface DetailOptions extends Omit<Partial<AnimalDetails>, 'opsinControl'>, EntryOptions {
  readonly opsinControl?: boolean;
  readonly reason?: string;
}

export function addSubjectCommand(program: Command, io: Io): void {
  const subject = program
    .command('subject')
    .summary('enter, list, describe, rename and retire animals')
    .description('Who the animals are. An animal keeps its number in the record for ever; its name may change.');
  const add = subject
    .command('add <name>')
    .description('Enters a new animal.')
    .action((typed: string, options: DetailOptions) => {
      const place = placeOf(io, options.db, options.simulated === true);
      const name = subjectName(typed);
      const person = personOf(options);
      entering(place, (db) => {
        refuseOldName(formerlyNamed(db, name), name);
        const { at } = nowOf(io);
        const id = addSubject(db, { name, simulated: options.simulated === true, createdAt: at });
        const entered = { person, reason: 'entered', at };
        describeAnimal(db, animalNamed(db, name)!, detailsOf(options), entered);
        io.out(`Entered ${name}, number ${id} in the record.\n${aboutText(animalNamed(db, name)!)}`);
      });
    });
  withRecord(withDetails(add, io));
  const set = subject
    .command('set <name>')
    .description('Describes an animal further, or corrects its description.')
    .action((name: string, options: DetailOptions) => {
      const details = detailsOf(options);
      if (Object.keys(details).length === 0) {
        throw new UsageError('Nothing to set was given. Nothing was changed. "--help" lists what an animal may have.');
      }
      const person = personOf(options);
      const { reason = 'described further' } = options;
      enterFor(io, name, options, (db, animal) => {
        describeAnimal(db, animal, details, { person, reason, at: nowOf(io).at });
        io.out(aboutText(animalNamed(db, animal.name)!));
      });
    });
  withRecord(withDetails(set, io)).option('--reason <text>', 'why it is corrected');
  withRecord(
    subject
      .command('list')
      .description('All animals, those still in the experiment first.')
      .action((options: RecordOptions) => {
        const { path } = placeOf(io, options.db, options.simulated === true);
        io.out(readingFrom(path, (db) => listText(listAnimals(db))));
      }),
  );
  withRecord(
    subject
      .command('show <name>')
      .description('One animal: description, restriction, weight and water of today, cases.')
      .action((name: string, options: RecordOptions) => {
        showFor(io, name, options, (db, animal) => {
          const care = careOf(db, animal, nowOf(io).day);
          const { restriction, weight, share } = care;
          io.out(aboutText(animal));
          if (restriction !== null) {
            const most =
              restriction.mostUlPerDay === null ? '' : `, at most ${restriction.mostUlPerDay} ul a day from rigs`;
            io.out(
              `On ${restriction.kind} restriction since ${restriction.startedOn} (${restriction.person}); reference ${restriction.referenceWeightG} g${most}.\n`,
            );
          }
          if (weight !== null)
            io.out(`Weighs ${weight.grams} g today${share === null ? '' : `, ${percent(share)}`}.\n`);
          const line = waterLine(care);
          if (line !== null) io.out(`${line}\n`);
          const open = care.openCases.length;
          const all = casesOf(db, animal.id).length;
          if (all > 0) io.out(`${count(all, 'case')}, ${open} open.\n`);
        });
      }),
  );
  withRecord(
    subject
      .command('rename <name> <new-name>')
      .description('Gives an animal another name; the old one still finds it.')
      .option('--operator <name>', 'who says so')
      .action((name: string, typed: string, options: EntryOptions) => {
        const person = personOf(options);
        const to = subjectName(typed);
        enterFor(io, name, options, (db, animal) => {
          refuseOldName(
            formerlyNamed(db, to).filter((bearer) => bearer !== animal.name),
            to,
          );
          renameAnimal(db, animal, { name: to, person, at: nowOf(io).at });
          io.out(`${animal.name} is now called ${to}. Its number in the record is ${animal.id}, as before.\n`);
        });
      }),
  );
  withRecord(
    subject
      .command('retire <name>')
      .description(
        "An animal's last day. Its restriction ends, and no session can be started with it; nothing is deleted.",
      )
      .requiredOption('--status <text>', 'what became of it, e.g. "perfused"')
      .option('--operator <name>', 'who says so')
      .action((name: string, options: EntryOptions & { status: string }) => {
        const person = personOf(options);
        enterFor(io, name, options, (db, animal) => {
          if (animal.endedOn !== null) {
            throw new UsageError(`${animal.name} was retired on ${animal.endedOn} already. Nothing was changed.`);
          }
          const today = nowOf(io).day;
          retireAnimal(db, animal.id, { day: today, status: options.status, person });
          io.out(`${animal.name} left the experiment today, ${today}: ${options.status}.\n`);
        });
      }),
  );
}

function withDetails(command: Command, io: Io): Command {
  return command
    .option('--sex <sex>', 'female, male or unknown', oneOf('female', 'male', 'unknown'))
    .option('--birth-date <day>', 'YYYY-MM-DD', day(io))
    .option('--species <name>', 'e.g. "Mus musculus"')
    .option('--strain <name>', 'as the breeder names it')
    .option('--genotype <text>')
    .option('--cage <label>')
    .option('--ear-mark <text>')
    .option('--implant-date <day>', 'surgery of the head plate; YYYY-MM-DD', day(io))
    .option('--implant-weight-g <g>', 'head plate and cement; taken off in every percentage', decimal(0, 20))
    .option('--opsin <name>', 'opsin or control construct, e.g. stGtACR2')
    .option('--opsin-control', 'it carries the control virus')
    .option('--cohort <name>', 'experimental group')
    .option('--licence <number>', 'approved animal protocol')
    .option('--operator <name>', 'who says so');
}

function detailsOf(options: DetailOptions): Partial<AnimalDetails> {
  const given = Object.entries(options).filter(([name]) => Object.hasOwn(detailColumns, name));
  return Object.fromEntries(given.map(([name, value]) => [name, value === true ? 1 : value]));
}

/** @throws UsageError */
export function subjectName(typed: string): string {
  const name = typed.trim();
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u.test(name)) return name;
  throw new UsageError(
    `"${typed}" is no name for a subject. Nothing was started. Give 1 to 40 letters, digits, blanks, dots, hyphens or underscores, as on the cage card.`,
  );
}

/** A name that another animal bore would send old notes to the wrong animal. */
function refuseOldName(bearers: readonly string[], name: string): void {
  if (bearers.length === 0) return;
  throw new UsageError(
    `${name} is the old name of ${bearers.join(' and ')}. Nothing was changed. Choose a name that no animal bore before.`,
  );
}

function aboutText(animal: Animal): string {
  const facts = Object.keys(detailColumns).flatMap((field) => {
    const value = animal[field as keyof AnimalDetails];
    if (value === null) return [];
    if (field === 'opsinControl') return value === 1 ? ['control virus'] : [];
    return [field === 'implantWeightG' ? `implant ${value} g` : `${words(field)} ${value}`];
  });
  const old = animal.oldNames.length === 0 ? '' : `, formerly ${animal.oldNames.join(', ')}`;
  const ended = animal.endedOn === null ? '' : `; left on ${animal.endedOn}: ${animal.endStatus}`;
  return `${animal.simulated ? 'SIMULATED ' : ''}${animal.name} (${animal.id})${old}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}${ended}\n`;
}

function listText(animals: readonly Animal[]): string {
  if (animals.length === 0) return 'No animals.\n';
  const order = [...animals].sort((a, b) => Number(a.endedOn !== null) - Number(b.endedOn !== null));
  return table(
    [
      { head: 'animal', cell: ({ name }) => name },
      { head: 'number', align: 'right', cell: ({ id }) => id },
      { head: 'sex', cell: ({ sex }) => sex },
      { head: 'born', cell: ({ birthDate }) => birthDate },
      { head: 'cage', cell: ({ cage }) => cage },
      { head: 'group', cell: ({ cohort }) => cohort },
      { head: 'formerly', cell: ({ oldNames }) => oldNames.join(', ') },
      { head: 'left', cell: ({ endedOn, endStatus }) => (endedOn === null ? null : `${endedOn}: ${endStatus}`) },
    ],
    order,
  );
}

/** `rig water`: water by hand, in all its forms, and the day's ledger of an animal. */
import type { Command } from 'commander';
import { addWater, type LedgerLine, waterOn } from '#data/animal-room/water.ts';
import { type EntryOptions, enterFor, nowOf, personOf, showFor } from '../animal-room/entering.ts';
import { careOf, noteText, waterLine } from '../animal-room/standing.ts';
import type { Io } from '../io.ts';
import { day as dayOption, decimal } from '../option-values.ts';
import { withRecord } from '../record-option.ts';
import { table, words } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface WaterOptions extends EntryOptions {
  readonly form: string;
  readonly freeAccess?: number;
  readonly note?: string;
  readonly day?: string;
}

export function addWaterCommand(program: Command, io: Io): void {
  const command = program
    .command('water')
    .summary('enter water given by hand; show the day of an animal')
    .description(
      "Enters water given by hand, or minutes of free access, and says what is still due. Without an amount: the animal's ledger of the day. What sessions gave stands there by itself.",
    )
    .argument('<subject>', 'the animal')
    .argument('[ul]', 'microlitres given by hand', decimal(1, 20_000))
    .option('--free-access <min>', 'minutes with a bottle, unmeasured', decimal(0.5, 1440))
    .option('--form <text>', 'water, gel, sucrose ...', 'water')
    .option('--note <text>', 'remark')
    .option('--day <day>', 'the day to show; YYYY-MM-DD (else today)', dayOption(io))
    .option('--operator <name>', 'who gave it');
  withRecord(command).action((name: string, ul: number | undefined, options: WaterOptions) => {
    const { freeAccess } = options;
    const { at, day } = nowOf(io);
    if (ul !== undefined && freeAccess !== undefined) {
      throw new UsageError('Either microlitres or free access, one entry at a time. Nothing was entered.');
    }
    if (ul === undefined && freeAccess === undefined) {
      showFor(io, name, options, (db, animal) => {
        const shown = options.day ?? day;
        const line = waterLine(careOf(db, animal, shown));
        io.out(ledgerText(waterOn(db, animal.id, shown), shown));
        if (line !== null && shown === day) io.out(`${line}\n`);
      });
      return;
    }
    if (options.day !== undefined && options.day !== day) {
      throw new UsageError('Water is entered on the day it is given; --day is for looking. Nothing was entered.');
    }
    const person = personOf(options);
    enterFor(io, name, options, (db, animal) => {
      addWater(db, {
        subject: animal.id,
        day,
        at,
        kind: freeAccess === undefined ? 'byHand' : 'freeAccess',
        ul: ul ?? null,
        minutes: freeAccess ?? null,
        form: options.form,
        session: null,
        person,
        note: options.note ?? null,
      });
      const line = waterLine(careOf(db, animal, day));
      const what = freeAccess === undefined ? `${ul} ul of ${options.form}` : `${freeAccess} minutes of free access`;
      io.out(`Entered: ${what} for ${animal.name}.\n${line === null ? '' : `${line}\n`}`);
    });
  });
}

function ledgerText(entries: readonly LedgerLine[], day: string): string {
  if (entries.length === 0) return `No water on ${day}.\n`;
  return table(
    [
      { head: 'entry', align: 'right', cell: ({ id }) => id },
      { head: 'time', cell: ({ at }) => at.slice(11, 16) },
      { head: 'what', cell: ({ kind }) => words(kind) },
      {
        head: 'ul',
        align: 'right',
        cell: ({ ul, minutes }) => (ul === null ? `${minutes} min` : Number(ul.toFixed(1))),
      },
      { head: 'form', cell: ({ form }) => form },
      { head: 'session', align: 'right', cell: ({ session }) => session },
      { head: 'who', cell: ({ person }) => person ?? 'the rig' },
      { head: 'note', cell: ({ note, amended }) => noteText(note, amended) },
    ],
    entries,
  );
}

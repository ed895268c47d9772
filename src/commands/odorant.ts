/** `rig odorant`: the substances as mixed, each with a number of its own. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { entering } from '#data/animal-room/entry.ts';
import { addOdorant, listOdorants, type Odorant } from '#data/rig-room/vials.ts';
import { type EntryOptions, nowOf, personOf } from '../animal-room/entering.ts';
import type { Io } from '../io.ts';
import { decimal } from '../option-values.ts';
import { placeOf, type RecordOptions, readingFrom, withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface AddOptions extends EntryOptions {
  readonly cas?: string;
  readonly solvent?: string;
  readonly percent?: number;
  readonly supplier?: string;
  readonly lot?: string;
  readonly blank?: boolean;
}

export function addOdorantCommand(program: Command, io: Io): void {
  const command = program
    .command('odorant')
    .summary('the substances, as mixed')
    .description(
      'Substances as they are mixed; another solvent, concentration or lot is another odorant. A vial holds one ("rig vial"), and with each animal a letter of the task stands for one ("rig odour-map").',
    );
  withRecord(
    withPerson(
      command
        .command('add')
        .description('Enters a mixture; prints its number.')
        .argument('<chemical>', 'name of the substance; for a blank, of the solvent')
        .option('--cas <number>', 'CAS number')
        .option('--solvent <name>', 'diluted in; left out: pure')
        .option('--percent <p>', 'concentration by volume', decimal(0, 100))
        .option('--supplier <name>', 'supplier')
        .option('--lot <number>', 'lot')
        .option('--blank', 'solvent only, for blank sessions'),
    ),
  ).action((typed: string, options: AddOptions) => {
    const chemical = typed.trim();
    if (chemical === '') throw new UsageError('An odorant needs the name of its substance. Nothing was entered.');
    const { cas = null, solvent = null, percent = null, supplier = null, lot = null } = options;
    const person = personOf(options);
    const { at } = nowOf(io);
    const blank = options.blank ? 1 : 0;
    const entry = { chemical, cas, solvent, concentrationPercent: percent, supplier, lot, blank } as const;
    const place = placeOf(io, options.db, options.simulated === true);
    const id = entering(place, (db) => addOdorant(db, entry, { at, person }));
    io.out(`Odorant ${id}: ${mixtureText({ ...entry, id })}.\n`);
  });
  withRecord(command.command('list').description('Every mixture that was entered.')).action(
    (options: RecordOptions) => {
      const { path } = placeOf(io, options.db, options.simulated === true);
      const all = existsSync(path) ? readingFrom(path, listOdorants) : [];
      if (all.length === 0) return io.out('No odorant was entered.\n');
      io.out(
        table(
          [
            { head: 'number', align: 'right', cell: ({ id }: Odorant) => String(id) },
            { head: 'mixture', cell: mixtureText },
            { head: 'CAS', cell: ({ cas }) => cas },
            { head: 'supplier', cell: ({ supplier }) => supplier },
            { head: 'lot', cell: ({ lot }) => lot },
          ],
          all,
        ),
      );
    },
  );
}

/** `isoamyl acetate, 1 % in mineral oil`. */
export function mixtureText({ chemical, solvent, concentrationPercent, blank }: Odorant): string {
  const share = concentrationPercent === null ? '' : `${concentrationPercent} %`;
  const diluted = solvent === null ? share : `${share} in ${solvent}`.trim();
  return `${[chemical, diluted].filter(Boolean).join(', ')}${blank === 1 ? ' (blank)' : ''}`;
}

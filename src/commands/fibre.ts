/** `rig fibre`: optical fibres in an animal. */
import type { Command } from 'commander';
import { addFibre, type Fibre, fibresOf, hemispheres } from '#data/animal-room/fibres.ts';
import { type EntryOptions, enterFor, nowOf, personOf, showFor } from '../animal-room/entering.ts';
import type { Io } from '../io.ts';
import { day, decimal, oneOf } from '../option-values.ts';
import { withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface FibreOptions extends EntryOptions {
  readonly label?: string;
  readonly site?: string;
  readonly hemisphere?: Fibre['hemisphere'];
  readonly transmission?: number;
  readonly implanted?: string;
}

export function addFibreCommand(program: Command, io: Io): void {
  const command = program
    .command('fibre')
    .summary('optical fibres in an animal, and where they point')
    .description(
      'Enters a fibre of an animal; with only the animal, lists them. Each lit trial keeps the fibre that was entered last.',
    )
    .argument('<subject>', 'the animal')
    .option('--label <text>', 'what is written on the fibre')
    .option('--site <area>', 'brain area, e.g. M2')
    .option('--hemisphere <side>', hemispheres.join(', '), oneOf(...hemispheres))
    .option(
      '--transmission <share>',
      'share of light that leaves the tip, measured before implanting',
      decimal(0.01, 1),
    )
    .option('--implanted <day>', 'day of the surgery', day(io));
  withRecord(withPerson(command)).action((name: string, options: FibreOptions) => {
    const { label, site, hemisphere, transmission, implanted } = options;
    if ([label, site, hemisphere, transmission, implanted].every((each) => each === undefined)) {
      io.out(
        showFor(io, name, options, (db, animal) => {
          const fibres = fibresOf(db, animal.id);
          return fibres.length === 0 ? `${animal.name} has no fibre.\n` : fibreTable(fibres);
        }),
      );
      return;
    }
    if (!label?.trim() || !site?.trim() || hemisphere === undefined || implanted === undefined) {
      throw new UsageError('A fibre needs --label, --site, --hemisphere and --implanted. Nothing was entered.');
    }
    const person = personOf(options);
    const said = enterFor(io, name, options, (db, animal) => {
      addFibre(db, animal.id, {
        fibre: label.trim(),
        site: site.trim(),
        hemisphere,
        transmissionFraction: transmission ?? null,
        implantedOn: implanted,
        enteredAt: nowOf(io).at,
        person,
      });
      return `Fibre ${label.trim()} of ${animal.name} points at ${site.trim()} (${hemisphere}).\n`;
    });
    io.out(said);
  });
}

function fibreTable(fibres: readonly Fibre[]): string {
  return table(
    [
      { head: 'fibre', cell: ({ fibre }: Fibre) => fibre },
      { head: 'site', cell: ({ site }) => site },
      { head: 'hemisphere', cell: ({ hemisphere }) => hemisphere },
      {
        head: 'transmission',
        align: 'right',
        cell: ({ transmissionFraction }) =>
          transmissionFraction === null ? '' : `${Math.round(transmissionFraction * 100)} %`,
      },
      { head: 'implanted', cell: ({ implantedOn }) => implantedOn },
      { head: 'by', cell: ({ person }) => person },
    ],
    fibres,
  );
}

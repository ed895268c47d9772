/** `rig log`: weight and water of an animal, day by day, as a page to print. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type EntryOptions, nowOf, showFor } from '../animal-room/entering.ts';
import { animalLog } from '../animal-room/log.ts';
import { logPage } from '../animal-room/log-page.ts';
import { type Io, pathOf } from '../io.ts';
import { day } from '../option-values.ts';
import { withRecord } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

interface LogOptions extends EntryOptions {
  readonly from?: string;
  readonly to?: string;
  readonly out: string;
}

export function addLogCommand(program: Command, io: Io): void {
  const command = program
    .command('log')
    .summary("an animal's weight and water, to print")
    .description(
      'Writes a page with every day of an animal: weight, percent, water by kind, what was due, sessions, cases, remarks and corrections. It opens in any browser, without a network, and prints on A4 (or into a PDF).',
    )
    .argument('<subject>', 'the animal')
    .option('--from <day>', 'first day, e.g. 2026-03-02; left out: the first of its record', day(io))
    .option('--to <day>', 'last day; left out: today', day(io))
    .requiredOption('--out <file>', 'where to write it, e.g. M001.html');
  withRecord(command).action((name: string, options: LogOptions) => {
    const { at, day: today } = nowOf(io);
    const { from, to = today } = options;
    if (from !== undefined && from > to) throw new UsageError('The first day is after the last. Nothing was written.');
    const file = pathOf(io, options.out);
    const log = showFor(io, name, options, (db, animal) => animalLog(db, animal, { from: from ?? null, to }));
    try {
      writeFileSync(file, logPage(log, at));
    } catch (error) {
      throw new UsageError(
        `${file} could not be written (${(error as Error).message}). Choose another place with --out.`,
      );
    }
    io.out(`${log.days.length} days of ${log.animal.name}: ${file}\n`);
  });
}

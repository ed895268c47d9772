/** `rig nightly`: the pages that the lab opens in the morning; with `--at`, every night by itself. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Place } from '#data/place.ts';
import { commandName, type Io, isoWithOffset, pathOf } from '../io.ts';
import { stayUp } from '../nightly/stay.ts';
import { day } from '../option-values.ts';
import { pagesFolder } from '../pages-folder.ts';
import { placeOf, type RecordOptions, recordFlags, withRecord } from '../record-option.ts';
import { simulatedMark } from '../show.ts';
import { count, paint } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { softwareVersion } from '../version.ts';

interface NightlyOptions extends RecordOptions {
  readonly date?: string;
  readonly out?: string;
  readonly png?: boolean;
  readonly at?: string;
}

export function addNightlyCommand(program: Command, io: Io): void {
  const command = program
    .command('nightly')
    .summary('pages of all animals and rigs, for the morning')
    .description(
      'Makes one page for the facility, one for each animal and each rig, with the same numbers as CSV and JSON and a picture of each animal. They need no server and no network. Before noon the day summarised is the day before; a record of simulations is summarised up to its last session.',
    )
    .option('--date <day>', 'the day to summarise, e.g. 2026-03-02', day(io))
    .option(
      '--out <folder>',
      "where the pages are written (else a folder beside the record, named like it with '-pages')",
    )
    .option('--png', 'a picture of every figure, not of the sheet alone')
    .option('--at <time>', 'stay up, and do it each night at this time of day, e.g. 02:00');
  withRecord(command).action(async (options: NightlyOptions) => {
    const simulated = options.simulated === true;
    const place = placeOf(io, options.db, simulated);
    const flags = recordFlags(io, options.db, simulated);
    const out = options.out === undefined ? pagesFolder(place.path) : pathOf(io, options.out);
    const png = options.png === true;
    if (options.at !== undefined) {
      if (options.date !== undefined) {
        throw new UsageError('Give --date for one day, or --at to stay up; not both. Nothing was done.');
      }
      return stayUp({ at: options.at, place, out, png, flags }, io);
    }
    if (!existsSync(place.path)) {
      const elsewhere =
        options.db === undefined && !simulated ? ' Simulations have a record of their own: add --simulated.' : '';
      throw new UsageError(`There is no record at ${place.path} yet, so there is nothing to summarise.${elsewhere}`);
    }
    await tellNight(place, { day: options.date ?? null, folder: out, png }, io);
  });
}

/** Makes the pages and says where they are. @throws RecordError, UsageError */
export async function tellNight(
  { path }: Place,
  { day: asked, folder, png }: { readonly day: string | null; readonly folder: string; readonly png: boolean },
  io: Io,
): Promise<void> {
  // Only who draws waits for the drawing library.
  const { makeNight } = await import('../nightly/make.ts');
  const began = performance.now();
  const report = await writing(folder, () =>
    makeNight({ path, day: asked, folder, allPictures: png, now: isoWithOffset(io.now()), software: softwareVersion }),
  );
  const { animals, rigs, alarms, rolledUp, notice, simulated } = report;
  if (notice !== null) io.err(`${paint(io, 'yellow', notice)}\n`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  io.out(
    `${simulatedMark(simulated)}${report.day}: ${count(animals, 'animal')}, ${count(rigs, 'rig')}, ${count(alarms, 'alarm')}; ${count(rolledUp, 'session')} newly rolled up, in ${seconds} s.\n`,
  );
  io.out(`Open it: ${paint(io, 'bold', report.page)}\n`);
  if (animals === 0) io.out(`No animal is on it. Another day: ${commandName(io)} nightly --date YYYY-MM-DD\n`);
}

async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (
      code === undefined ||
      !['EACCES', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EEXIST', 'EISDIR', 'EROFS', 'EPERM'].includes(code)
    )
      throw error;
    throw new UsageError(
      `The pages could not be written to ${folder} (${message}). The record is as it was. Choose another folder with --out.`,
    );
  }
}

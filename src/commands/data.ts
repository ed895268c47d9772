/** `rig data`: care of the record. Is it whole, a copy of it while sessions run, and what is derived made anew. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { backUp } from '#data/care/backup.ts';
import { rebuild } from '#data/care/rebuild.ts';
import { Stopped } from '#data/export/whole-file.ts';
import { ExitCode } from '../complain.ts';
import { type Io, pathOf } from '../io.ts';
import { whole } from '../option-values.ts';
import { placeOf, type RecordOptions, withRecord } from '../record-option.ts';
import { count } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { checkRecordNow, shown } from './data-check.ts';

export function addDataCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('data')
    .summary('care of the record: check, back up, rebuild')
    .description('Care of the record as a file. Sessions may run meanwhile.');
  withRecord(
    command
      .command('check')
      .description(
        'Looks the whole record through: the file and its layout, rows without what they belong to, the events of every session against their digests, and the last sessions against the charts of their tasks. Names what is wrong, what it means and what to do. It changes nothing but the verdicts on trials.',
      )
      .option('--sessions <n>', 'replay so many of the last sessions', whole(0, 1_000_000), 5),
  ).action((options: RecordOptions & { sessions: number }) => {
    if (!checkRecordNow(io, options)) exit(ExitCode.failed);
  });
  withRecord(
    command
      .command('backup')
      .description(
        'Copies the record, as it is at that instant, into one file, and looks the copy through. It is there whole or not at all.',
      )
      .argument('<file>', 'where to: another disk, best in another room')
      .option('--force', 'replace the file if there is one'),
  ).action(async (file: string, options: RecordOptions & { force?: boolean }) => exit(await backup(io, file, options)));
  withRecord(
    command
      .command('rebuild')
      .description(
        'Empties the roll-ups and the facts of trials, and makes them anew from trials and raw events, which stay as they are.',
      ),
  ).action((options: RecordOptions) => {
    const path = recordAt(io, options);
    io.out(`${count(rebuild(path), 'session')} rolled up anew in ${path}.\n`);
  });
}

/** The exit code. @throws UsageError, RecordError */
async function backup(io: Io, file: string, options: RecordOptions & { force?: boolean }): Promise<number> {
  const target = { path: pathOf(io, file), replace: options.force === true, record: recordAt(io, options) };
  let stopped = false;
  const interrupts = io.interrupts$.subscribe(() => {
    stopped = true;
  });
  try {
    const { bytes, sessions, trials, events } = await backUp(target, {
      stopped: () => stopped,
      onPages: (done, of) => shown(io, `${Math.floor((100 * done) / of)} % copied`),
    });
    shown(io, null);
    io.out(
      `Backed up and looked through: ${target.path}, ${sizeText(bytes)} (${count(sessions, 'session')}, ${count(trials, 'trial')}, ${count(events, 'event')}).\n`,
    );
    return ExitCode.ok;
  } catch (error) {
    shown(io, null);
    if (!(error instanceof Stopped)) throw error;
    io.err('Stopped as asked. Nothing was written, and the record is as it was.\n');
    return ExitCode.interrupted;
  } finally {
    interrupts.unsubscribe();
  }
}

/** Opening it to write would make it. @throws UsageError */
function recordAt(io: Io, { db, simulated }: RecordOptions): string {
  const { path } = placeOf(io, db, simulated === true);
  if (existsSync(path)) return path;
  throw new UsageError(
    `There is no record ${path} yet. Nothing was done. Give the right file with --db, or --simulated.`,
  );
}

function sizeText(bytes: number): string {
  const mb = bytes / 1e6;
  return mb < 1000 ? `${mb.toFixed(1)} MB` : `${(mb / 1000).toFixed(1)} GB`;
}

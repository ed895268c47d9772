/** `rig export`: trials as other programs read them, one row a trial with all that is known of it. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Command } from 'commander';
import { type RowFormat, rowFormats, sessionFormats } from '#data/export/formats.ts';
import { exported, type Selected, type Selection, selected } from '#data/export/trials-wide.ts';
import { expectFree, Stopped, type Target, wholeFile } from '#data/export/whole-file.ts';
import { openRecord } from '#data/open.ts';
import { RecordError } from '#data/record-error.ts';
import { refreshRollups } from '#data/rollups/refresh.ts';
import { ExitCode } from '../complain.ts';
import { type Io, isoWithOffset, pathOf } from '../io.ts';
import { oneOf } from '../option-values.ts';
import { placeOf, readingFrom, withRecord } from '../record-option.ts';
import { simulatedMark } from '../show.ts';
import { count, paint } from '../table.ts';
import { softwareVersion } from '../version.ts';
import { type ExportOptions, selectionOf } from './export-selection.ts';
import { sessionFiles, writeSessions } from './export-sessions.ts';

export function addExportCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const formats = [...Object.keys(rowFormats), ...Object.keys(sessionFormats)];
  const command = program
    .command('export')
    .summary('trials for other programs, one row a trial')
    .description(
      'Writes the trials of a session, or of --all, with the columns of the view trials_wide (docs/data.md). What their events say is brought up to date first. As nwb: one session a file, with all its events on one clock (docs/nwb.md). Real and simulated trials never stand in one file: of a record with both, the real ones, or with --simulated the others.',
    )
    .argument('[session]', 'number of the session')
    .option('--all', 'all sessions')
    .option('--subject <name>', 'with --all: of this animal only')
    .requiredOption('--format <format>', formats.join(', '), oneOf(...formats))
    .option('--out <file>', 'where to write it; else to standard output. Of nwb always a file, with --all a folder')
    .option('--force', 'replace the file if there is one');
  withRecord(command).action(async (typed: string | undefined, options: ExportOptions) => {
    const { path } = placeOf(io, options.db, options.simulated === true);
    const selection = selectionOf(io, typed, options);
    const target: Target | null =
      options.out === undefined
        ? null
        : { path: pathOf(io, options.out), replace: options.force === true, record: path };
    const what = readingFrom(path, (db) => selected(db, selection));
    const sessionFormat = sessionFormats[options.format];
    const files = sessionFormat === undefined ? null : sessionFiles(options.format, selection, what, target, io);
    if (target !== null && files === null) expectFree(target);
    if (what.stale.length > 0) refresh(path, what.stale, io);
    for (const session of files === null ? what.open : []) {
      io.err(
        `Note: Session ${session} is still open. Its trials up to now are there, without what their events say (times, licks, water).\n`,
      );
    }
    let stopped = false;
    const interrupts = io.interrupts$.subscribe(() => {
      stopped = true;
    });
    let written = 0;
    const job: Job = { path, selection, what, io, stopped: () => stopped };
    try {
      if (target === null) await rowsTo(job, rowFormats[options.format]!, (text) => io.out(text));
      else if (sessionFormat === undefined) await rowsToFile(job, rowFormats[options.format]!, target);
      else {
        const about = aboutExport(io);
        await writeSessions({ ...job, format: sessionFormat, files: files!, about, written: () => written++ });
      }
      if (target !== null && files !== null && selection.session === null)
        io.out(
          `${simulatedMark(selection.simulated)}${count(files.length, 'session')}, one file each: ${target.path}\n`,
        );
      else if (target !== null)
        io.out(
          `${simulatedMark(selection.simulated)}${count(what.trials, 'trial')} of ${count(what.sessions.length, 'session')}: ${target.path}\n`,
        );
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      const left =
        target === null
          ? 'What was printed is not whole.'
          : written > 0
            ? `${count(written, 'file')} of ${files!.length} are there, each whole.`
            : 'Nothing was written.';
      io.err(`Stopped as asked. ${left}\n`);
      exit(ExitCode.interrupted);
    } finally {
      interrupts.unsubscribe();
    }
  });
}

interface Job {
  /** The record. */
  readonly path: string;
  readonly selection: Selection;
  readonly what: Selected;
  readonly io: Io;
  stopped(): boolean;
}

async function rowsToFile(job: Job, format: RowFormat, target: Target): Promise<void> {
  await wholeFile(target, async (temporary) => {
    const file = openSync(temporary, 'wx');
    try {
      await rowsTo(job, format, (text) => writeFileSync(file, text), true);
    } finally {
      closeSync(file);
    }
  });
}

async function rowsTo(
  { path, selection, what, io, stopped }: Job,
  format: RowFormat,
  put: (text: string) => void,
  shown = false,
) {
  const db = openRecord(path, { mode: 'read' });
  const about = { record: path, ...aboutExport(io) };
  let done = 0;
  try {
    for (const { text, trials } of exported(db, selection, format, about)) {
      put(text);
      done += trials;
      if (shown && io.tty) io.out(`\r\u001b[2K${done} of ${what.trials} trials`);
      // What was printed leaves, and Ctrl-C is heard.
      await turn();
      if (stopped()) throw new Stopped();
    }
  } finally {
    if (shown && io.tty) io.out('\r\u001b[2K');
    db.close();
  }
}

function aboutExport(io: Io) {
  return { software: `rehearsal ${softwareVersion}`, madeAt: isoWithOffset(io.now()) };
}

/** Facts of trials from their events; where the record cannot be written, the export goes on without them. */
function refresh(path: string, stale: readonly number[], io: Io): void {
  try {
    refreshRollups(path, { only: stale });
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    io.err(
      `${paint(io, 'yellow', 'Note:')} The record cannot be written, so what the events say (times, licks, water) is missing or out of date for ${count(stale.length, 'session')}. ${error.message}\n`,
    );
  }
}

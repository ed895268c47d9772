/** `rig summary SESSION`: how a session went, on the terminal and as a page; as told when it ended. */
import type { Command } from 'commander';
import { certificateLine } from '../certificate-text.ts';
import { type Io, pathOf } from '../io.ts';
import { placeOf, type RecordOptions, readingSession, withRecord } from '../record-option.ts';
import { summaryText, writeSummary } from '../session-summary.ts';
import { sessionHeading } from '../show.ts';
import { UsageError } from '../usage-error.ts';

export function addSummaryCommand(program: Command, io: Io): void {
  const command = program
    .command('summary')
    .summary('how a session went, and its page')
    .description(
      'Tells how a session went, pairs first, and writes its page: every lick, light against control, first licks, water, stage, timing and alarms. The same is done when a session ends.',
    )
    .argument('<session>', 'number of the session')
    .option('--out <file>', 'where to write the page (else beside the record)');
  withRecord(command).action(async (typed: string, options: RecordOptions & { out?: string }) => {
    const id = readingSession(io, typed, options, (_, session) => session.id);
    const { path } = placeOf(io, options.db, options.simulated === true);
    const out = options.out === undefined ? null : pathOf(io, options.out);
    const written = await writeSummary(path, id, { out, io }).catch((error: NodeJS.ErrnoException) => {
      if (error.syscall === undefined) throw error;
      throw new UsageError(
        `The page could not be written (${error.message}). The record is as it was. Choose another place with --out.`,
      );
    });
    const { summary, file } = written!;
    const { certificate } = summary;
    io.out(`${sessionHeading(summary.record)}\n\n${summaryText(summary, io)}`);
    if (certificate !== null) io.out(certificateLine(certificate, io));
    io.out(`Page: ${file}\n`);
  });
}

/** `rig certificate SESSION`: the timing certificate that stands with a session, with all its figures. */
import type { Command } from 'commander';
import { readCertificate } from '#data/reads.ts';
import { certificateLine, figuresTable, type StoredFigures } from '../certificate-text.ts';
import { ExitCode } from '../complain.ts';
import type { Io } from '../io.ts';
import { type RecordOptions, readingSession, withRecord } from '../record-option.ts';
import { sessionHeading } from '../show.ts';

const SPEAKS_OF = 'It speaks of what was commanded at the pins, not of odour or water delivered.\n';
const STAMPED = '"lick to pins" is from the board\'s stamp; the interrupt\'s entry, about 1 us, comes before it.\n';

export function addCertificateCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('certificate')
    .summary("show a session's timing certificate")
    .description(
      'Shows how exact the timing of a session was, as the board measured it: lateness, clock, link, events lost, trials proved by replay.',
    )
    .argument('<session>', 'number of the session');
  withRecord(command).action((typed: string, options: RecordOptions) => {
    readingSession(io, typed, options, (db, session) => {
      io.out(`${sessionHeading(session)}\n`);
      const certificate = readCertificate(db, session.id);
      if (certificate === undefined) {
        io.out('It has no timing certificate: it was cut off, or a version before certificates recorded it.\n');
        exit(ExitCode.failed);
        return;
      }
      io.out(certificateLine(certificate, io));
      const figures = certificate.figures as StoredFigures;
      io.out(`\n${figuresTable(figures)}${SPEAKS_OF}${figures.measuredBy === 'device' ? STAMPED : ''}`);
    });
  });
}

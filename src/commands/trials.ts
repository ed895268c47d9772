/** `rig trials SESSION`: every trial of a session, and how the animal did; as a table, CSV or JSON. */
import { type Command, Option } from 'commander';
import { stringify } from 'csv-stringify/sync';
import type { SessionRecord } from '#data/reads.ts';
import type { Io } from '../io.ts';
import { readPerformance } from '../performance.ts';
import { type RecordOptions, readingSession, withRecord } from '../record-option.ts';
import { performanceText, sessionHeading, trialTable } from '../show.ts';
import { readTrialFacts, type TrialFacts } from '../trial-facts.ts';

export function addTrialsCommand(program: Command, io: Io): void {
  const command = program
    .command('trials')
    .summary("show a session's trials")
    .description(
      "Shows a session's trials and the animal's performance, pairs first. --csv and --json print data only.",
    )
    .argument('<session>', 'number of the session')
    .addOption(new Option('--csv', 'comma-separated values, one line a trial').conflicts('json'))
    .option('--json', 'one JSON array, one object a trial');
  withRecord(command).action((typed: string, options: RecordOptions & { csv?: boolean; json?: boolean }) => {
    readingSession(io, typed, options, (db, session) => {
      const trials = readTrialFacts(db, session);
      if (options.csv) return io.out(csv(session, trials));
      if (options.json)
        return io.out(
          `${JSON.stringify(
            trials.map((facts) => dataRow(session, facts)),
            null,
            2,
          )}\n`,
        );
      io.out(
        `${sessionHeading(session)}\n\n${trialTable(trials)}\n${performanceText(readPerformance(db, session), io)}`,
      );
    });
  });
}

/** Each row says whose it is and whether it is simulated: files are merged and passed on. */
function dataRow({ id, subject, simulated }: SessionRecord, facts: TrialFacts) {
  return { session: id, subject, simulated, ...facts };
}

/** RFC 4180. */
function csv(session: SessionRecord, trials: readonly TrialFacts[]): string {
  const rows = trials.map((facts) => dataRow(session, facts));
  const first = rows[0];
  if (first === undefined) return '';
  const lines = [Object.keys(first), ...rows.map((row) => Object.values(row))];
  return stringify(lines, { record_delimiter: 'windows', cast: { boolean: String } });
}

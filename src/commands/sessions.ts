/** `rig sessions`: what stands in the record, real sessions and simulations apart. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { listSessions } from '#data/reads.ts';
import type { Io } from '../io.ts';
import { isNamed, placeOf, type RecordOptions, readingFrom, withRecord } from '../record-option.ts';
import { sessionTable, simulatedMark } from '../show.ts';

export function addSessionsCommand(program: Command, io: Io): void {
  const command = program
    .command('sessions')
    .summary('list recorded sessions')
    .description('Lists the recorded sessions, oldest first: those on real rigs, then simulations.')
    .option('--subject <name>', 'of this animal only');
  withRecord(command).action((options: RecordOptions & { subject?: string }) => {
    const both = !isNamed(io, options) && options.simulated !== true;
    const kinds = both ? [false, true] : [options.simulated === true];
    const places = kinds.map((simulated) => ({ simulated, path: placeOf(io, options.db, simulated).path }));
    const found = places.filter(({ path }) => existsSync(path));
    // With nothing there, opening the first one says so.
    for (const { path, simulated } of found.length > 0 ? found : places.slice(0, 1)) {
      const sessions = readingFrom(path, (db) => listSessions(db, options.subject));
      const mark = both ? simulatedMark(simulated) : '';
      io.out(`${mark}record ${path}\n`);
      io.out(sessions.length === 0 ? 'No sessions.\n' : sessionTable(sessions));
    }
  });
}

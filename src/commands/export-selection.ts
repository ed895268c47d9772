/** Which trials an export is of, from what was typed: one session, or all of one kind. */
import { existsSync } from 'node:fs';
import { type Selection, selected } from '#data/export/trials-wide.ts';
import { expectAnimal } from '../animal-room/entering.ts';
import { commandName, type Io } from '../io.ts';
import { isNamed, placeOf, type RecordOptions, readingFrom, readingSession } from '../record-option.ts';
import { count } from '../table.ts';
import { UsageError } from '../usage-error.ts';

export interface ExportOptions extends RecordOptions {
  readonly all?: boolean;
  readonly subject?: string;
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** @throws UsageError, RecordError */
export function selectionOf(io: Io, typed: string | undefined, options: ExportOptions): Selection {
  const { all = false, subject } = options;
  if ((typed !== undefined) === all) {
    throw new UsageError('Say what: the number of one session, or --all. Nothing was written.');
  }
  if (typed !== undefined) {
    if (subject !== undefined)
      throw new UsageError('--subject goes with --all. Nothing was written. Leave one of the two out.');
    return readingSession(io, typed, options, (_, { id, simulated }) => ({ session: id, subject: null, simulated }));
  }
  const { path } = placeOf(io, options.db, options.simulated === true);
  const elsewhere =
    options.simulated === true || isNamed(io, options)
      ? ''
      : ' Simulated sessions stand in a record of their own: add --simulated.';
  if (!existsSync(path)) throw new UsageError(`There is no record ${path} yet. Nothing was written.${elsewhere}`);
  return readingFrom(path, (db) => {
    const animal = subject === undefined ? null : expectAnimal(db, subject, path, options, io);
    const of = { session: null, subject: animal?.id ?? null };
    const [real, simulated] = [false, true].map((each) => selected(db, { ...of, simulated: each }).sessions.length) as [
      number,
      number,
    ];
    if (options.simulated === true ? simulated === 0 : real + simulated === 0) {
      throw new UsageError(
        `There is no ${options.simulated === true ? 'simulated ' : ''}session${animal === null ? '' : ` of ${animal.name}`} in ${path}. Nothing was written.${elsewhere} See "${commandName(io)} sessions".`,
      );
    }
    const takeSimulated = options.simulated === true || real === 0;
    const left = takeSimulated ? real : simulated;
    if (left > 0) {
      io.err(
        `Left out: ${count(left, takeSimulated ? 'real session' : 'SIMULATED session')}. Real and simulated trials never stand in one file; ${takeSimulated ? 'leave --simulated out' : 'add --simulated'} for a file of those.\n`,
      );
    }
    return { ...of, simulated: takeSimulated };
  });
}

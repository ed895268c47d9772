/** `rig exclude`: leaves a session, or trials of it, out of an analysis. */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { animalNumbered } from '#data/animal-room/animals.ts';
import { entering } from '#data/animal-room/entry.ts';
import {
  type Exclusion,
  type ExclusionUse,
  exclude,
  exclusionsOf,
  exclusionUses,
  liftExclusion,
} from '#data/animal-room/exclusions.ts';
import { ownerOf } from '#data/animal-room/reassign.ts';
import { readOutcomes } from '#data/reads.ts';
import { type EntryOptions, nowOf, personOf } from '../animal-room/entering.ts';
import { reassess } from '../animal-room/reassess.ts';
import { commandName, type Io } from '../io.ts';
import { oneOf, whole } from '../option-values.ts';
import { placeOf, readingFrom, withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface ExcludeOptions extends EntryOptions {
  readonly trials?: readonly [number, number];
  readonly use?: ExclusionUse;
  readonly reason?: string;
  readonly lift?: number;
}

export function addExcludeCommand(program: Command, io: Io): void {
  const command = program
    .command('exclude')
    .summary('leave a session, or trials of it, out of an analysis')
    .description(
      'Leaves a session, or --trials of it, out of one use: behaviour, imaging or opto. Nothing is deleted: who, when and why are kept, --lift takes it back, and every measure and stage rule is computed anew. With only a session: what is excluded of it.',
    )
    .argument('<session>', 'its number, as "rig sessions" lists it', whole(1, 2 ** 31))
    .option('--trials <a-b>', 'only these, both included', span)
    .option('--use <use>', exclusionUses.join(', '), oneOf(...exclusionUses))
    .option('--reason <text>', 'why')
    .option('--lift <number>', 'take this exclusion back', whole(1, 2 ** 31));
  withRecord(withPerson(command)).action((session: number, options: ExcludeOptions) => {
    const { path } = placeOf(io, options.db, options.simulated === true);
    if (!existsSync(path)) throw none(session, path, io);
    const { use, lift, trials, reason } = options;
    const asked = [use, lift, trials, reason].some((each) => each !== undefined);
    io.out(asked ? change(session, options, io) : listText(session, path, io));
  });
}

function change(session: number, options: ExcludeOptions, io: Io): string {
  const { use, lift, trials } = options;
  const reason = options.reason?.trim() ?? '';
  if (lift !== undefined && (use !== undefined || trials !== undefined)) {
    throw new UsageError('Exclude or lift, one at a time. Nothing was changed.');
  }
  if (lift === undefined && use === undefined) {
    throw new UsageError(`Say out of which use: --use ${exclusionUses.join(', ')}. Nothing was changed.`);
  }
  if (reason === '') throw new UsageError('It is kept with its reason. Nothing was changed. Add --reason "...".');
  const person = personOf(options);
  const place = placeOf(io, options.db, options.simulated === true);
  const said = entering(place, (db) => {
    const owner = ownerOf(db, session);
    if (owner === null) throw none(session, place.path, io);
    if (owner.endReason === null) {
      throw new UsageError(`Session ${session} has not ended. Nothing was changed. End it first.`);
    }
    const { at } = nowOf(io);
    const animal = animalNumbered(db, owner.subject)!;
    if (lift !== undefined) {
      const known = exclusionsOf(db, session).find(({ id }) => id === lift);
      if (known === undefined || !liftExclusion(db, lift, { at, person })) {
        throw new UsageError(`Session ${session} has no exclusion ${lift} in force. Nothing was changed.`);
      }
      const taken = `Exclusion ${lift} is lifted: ${whatText(known)} of session ${session} count for ${known.use} again.`;
      if (known.use !== 'behaviour') return [taken];
      return [taken, ...reassess(db, animal, { session, person, at, reason: `is taken back in: ${reason}` }, io)];
    }
    const [firstTrial, lastTrial] = trials ?? [null, null];
    const last = readOutcomes(db, session).at(-1)?.trial ?? 0;
    if (lastTrial !== null && lastTrial > last) {
      throw new UsageError(`Session ${session} has ${last} trials. Nothing was changed.`);
    }
    const row = { session, firstTrial, lastTrial, use: use!, reason, person, at };
    const id = exclude(db, row);
    const made = `Exclusion ${id}: ${whatText(row)} of session ${session} of ${animal.name} stay out of ${use}.`;
    if (use !== 'behaviour') return [made];
    return [made, ...reassess(db, animal, { session, person, at, reason: `was excluded: ${reason}` }, io)];
  });
  return `${said.join('\n')}\n`;
}

function listText(session: number, path: string, io: Io): string {
  const rows = readingFrom(path, (db) => {
    if (ownerOf(db, session) === null) throw none(session, path, io);
    return exclusionsOf(db, session);
  });
  if (rows.length === 0) return `Nothing of session ${session} is excluded.\n`;
  return table(
    [
      { head: 'number', align: 'right', cell: ({ id }: Exclusion) => String(id) },
      { head: 'what', cell: whatText },
      { head: 'out of', cell: ({ use }) => use },
      { head: 'why', cell: ({ reason }) => reason },
      { head: 'by', cell: ({ person, at }) => `${person} ${at.slice(0, 10)}` },
      {
        head: 'lifted',
        cell: ({ liftedAt, liftedBy }) => (liftedAt === null ? '' : `${liftedBy} ${liftedAt.slice(0, 10)}`),
      },
    ],
    rows,
  );
}

function whatText({ firstTrial, lastTrial }: Pick<Exclusion, 'firstTrial' | 'lastTrial'>): string {
  return firstTrial === null ? 'all trials' : `trials ${firstTrial} to ${lastTrial}`;
}

function none(session: number, path: string, io: Io): UsageError {
  return new UsageError(
    `There is no session ${session} in ${path}. Nothing was changed. "${commandName(io)} sessions" lists them.`,
  );
}

function span(text: string): [number, number] {
  const [first, last = first] = text.split('-').map(Number);
  if (/^\d+(-\d+)?$/.test(text) && first! >= 1 && last! >= first!) return [first!, last!];
  throw new InvalidArgumentError('It must be trials as 12-40, or one as 12.');
}

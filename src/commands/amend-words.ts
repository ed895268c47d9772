/** `rig amend note` and `rig amend session`: corrections of remarks, and of what a session was for. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { animalNumbered } from '#data/animal-room/animals.ts';
import { entering } from '#data/animal-room/entry.ts';
import { amendWords, conditionColumns, conditionOf, noteNumbered } from '#data/animal-room/notes.ts';
import { ownerOf } from '#data/animal-room/reassign.ts';
import type { RecordDatabase } from '#data/open.ts';
import type { ConditionRow } from '#data/rows.ts';
import { type SessionKind, sessionKinds } from '#protocols/session-kind.ts';
import { type EntryOptions, nowOf, personOf } from '../animal-room/entering.ts';
import { reassess } from '../animal-room/reassess.ts';
import { commandName, type Io } from '../io.ts';
import { oneOf, timeOfDay, whole } from '../option-values.ts';
import { placeOf, withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { UsageError } from '../usage-error.ts';

interface WordsOptions extends EntryOptions {
  readonly text?: string;
  readonly void?: boolean;
  readonly reason?: string;
  readonly kind?: SessionKind;
  readonly agent?: string;
  readonly dose?: string;
  readonly site?: string;
  readonly givenAt?: string;
}

/** Takes back what was said to be given. */
const NOTHING = 'nothing';

export function addAmendWords(amend: Command, io: Io): void {
  const both = (command: Command) => withRecord(withPerson(command.option('--reason <text>', 'why')));
  both(
    amend
      .command('note')
      .description('Corrects a remark, by its number as "rig note SESSION" lists it.')
      .argument('<note>', 'its number', whole(1, 2 ** 31))
      .option('--text <text>', 'what it should say')
      .option('--void', 'it should not have been entered'),
  ).action((note: number, options: WordsOptions) => io.out(amendNote(note, options, io)));
  both(
    amend
      .command('session')
      .description(
        'Corrects what a session was for and what the animal was given; whether it counts is decided anew. Another animal: "rig session reassign".',
      )
      .argument('<session>', 'its number', whole(1, 2 ** 31))
      .option('--kind <kind>', sessionKinds.join(', '), oneOf(...sessionKinds))
      .option('--agent <name>', `what it was given; "${NOTHING}": nothing`)
      .option('--dose <text>', 'how much of it')
      .option('--site <text>', 'where it was given')
      .option('--given-at <time>', 'when, e.g. 2026-03-02T09:40', timeOfDay(io)),
  ).action((session: number, options: WordsOptions) => io.out(amendSession(session, options, io)));
}

function amendNote(note: number, options: WordsOptions, io: Io): string {
  const { text } = options;
  if ((text === undefined) === (options.void !== true)) {
    throw new UsageError('One correction at a time: --text or --void. Nothing was changed.');
  }
  if (text?.trim() === '')
    throw new UsageError('A remark needs words. Nothing was changed. Use --void to take it out.');
  return correcting(options, io, (db, said) => {
    const before = noteNumbered(db, note);
    if (before === null) {
      throw new UsageError(
        `There is no note ${note}, or it was voided. Nothing was changed. "${commandName(io)} note SESSION" lists them.`,
      );
    }
    const row = { ...said, table: 'notes', row: note } as const;
    if (text === undefined) amendWords(db, { ...row, column: 'void', old: '0', value: '1' });
    else amendWords(db, { ...row, column: 'body', old: before.body, value: text.trim() });
    return `Note ${note} on session ${before.session}: ${text === undefined ? 'void, it does not count' : text.trim()}.\n`;
  });
}

function amendSession(session: number, options: WordsOptions, io: Io): string {
  return correcting(options, io, (db, said) => {
    const before = conditionOf(db, session);
    const owner = ownerOf(db, session);
    if (before === null || owner === null) {
      throw new UsageError(
        `There is no session ${session}. Nothing was changed. "${commandName(io)} sessions" lists them.`,
      );
    }
    if (owner.endReason === null) {
      throw new UsageError(`Session ${session} has not ended. Nothing was changed. End it first.`);
    }
    const after = changed(before, options);
    const columns = (Object.keys(conditionColumns) as (keyof ConditionRow)[]).filter(
      (field) => after[field] !== before[field],
    );
    if (columns.length === 0) throw new UsageError(`Session ${session} says so already. Nothing was changed.`);
    for (const field of columns) {
      const row = { ...said, table: 'session_conditions', row: session } as const;
      amendWords(db, { ...row, column: conditionColumns[field], old: before[field], value: after[field] });
    }
    const given = after.agent === null ? '' : `: ${[after.agent, after.dose, after.site].filter(Boolean).join(', ')}`;
    const change = { session, person: said.person, at: said.at, reason: `was another kind: ${said.reason}` };
    const stages = reassess(db, animalNumbered(db, owner.subject)!, change, io);
    return [`Session ${session} counts as ${after.kind}${given}.`, ...stages, ''].join('\n');
  });
}

/** As `rig run` would have taken it. @throws UsageError */
function changed(before: ConditionRow, { kind, agent, dose, site, givenAt }: WordsOptions): ConditionRow {
  const nothing = agent === NOTHING;
  if (nothing && (dose ?? site ?? givenAt) !== undefined) {
    throw new UsageError('Nothing was given, so there is no dose, site or time of it. Nothing was changed.');
  }
  const given = nothing
    ? { agent: null, dose: null, site: null, givenAt: null }
    : {
        agent: agent?.trim() || before.agent,
        dose: dose ?? before.dose,
        site: site ?? before.site,
        givenAt: givenAt ?? before.givenAt,
      };
  const after = { kind: kind ?? before.kind, ...given };
  if ((after.kind === 'drug') !== (after.agent !== null)) {
    throw new UsageError(
      `A session of kind ${after.kind} ${after.agent === null ? 'must say what was given' : `cannot have ${after.agent} given`}. Nothing was changed. Correct --kind and --agent together.`,
    );
  }
  if (after.agent === null && (after.dose ?? after.site ?? after.givenAt) !== null) {
    throw new UsageError('A dose, site or time was named, but not what was given. Nothing was changed. Add --agent.');
  }
  return after;
}

interface Said {
  readonly person: string;
  readonly reason: string;
  readonly at: string;
}

function correcting(options: WordsOptions, io: Io, work: (db: RecordDatabase, said: Said) => string): string {
  const reason = options.reason?.trim();
  if (!reason) throw new UsageError('A correction is kept with its reason. Nothing was changed. Add --reason "...".');
  const said = { person: personOf(options), reason, at: nowOf(io).at };
  const place = placeOf(io, options.db, options.simulated === true);
  if (!existsSync(place.path)) throw new UsageError(`There is no record at ${place.path}. Nothing was changed.`);
  return entering(place, (db) => work(db, said));
}

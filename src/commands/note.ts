/** `rig note`: remarks on a session, during and after it. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { entering } from '#data/animal-room/entry.ts';
import { addNote, type NumberedNote, notesOf } from '#data/animal-room/notes.ts';
import { ownerOf } from '#data/animal-room/reassign.ts';
import { type EntryOptions, nowOf, personOf } from '../animal-room/entering.ts';
import { noteText } from '../animal-room/standing.ts';
import { commandName, type Io } from '../io.ts';
import { whole } from '../option-values.ts';
import { placeOf, readingFrom, withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

export function addNoteCommand(program: Command, io: Io): void {
  const command = program
    .command('note')
    .summary('remarks on a session')
    .description('Adds a remark to a session; without a text, lists the remarks on it with their numbers.')
    .argument('<session>', 'its number, as "rig sessions" lists it', whole(1, 2 ** 31))
    .argument('[text]', 'the remark');
  withRecord(withPerson(command)).action((session: number, text: string | undefined, options: EntryOptions) => {
    const place = placeOf(io, options.db, options.simulated === true);
    const none = () =>
      new UsageError(
        `There is no session ${session} in ${place.path}. Nothing was changed. "${commandName(io)} sessions" lists them.`,
      );
    if (!existsSync(place.path)) throw none();
    if (text === undefined) {
      const notes = readingFrom(place.path, (db) => {
        if (ownerOf(db, session) === null) throw none();
        return notesOf(db, session);
      });
      io.out(notes.length === 0 ? `No remark on session ${session}.\n` : notesTable(notes));
      return;
    }
    const body = text.trim();
    if (body === '') throw new UsageError('A remark needs words. Nothing was entered.');
    const person = personOf(options);
    const { at } = nowOf(io);
    const id = entering(place, (db) => {
      if (ownerOf(db, session) === null) throw none();
      return addNote(db, session, { at, trial: null, person, body });
    });
    io.out(`Note ${id} on session ${session}.\n`);
  });
}

function notesTable(notes: readonly NumberedNote[]): string {
  return table(
    [
      { head: 'number', align: 'right', cell: ({ id }: NumberedNote) => String(id) },
      { head: 'when', cell: ({ at }) => at.slice(0, 16).replace('T', ' ') },
      { head: 'by', cell: ({ person }) => person },
      { head: 'remark', cell: ({ body, amended }) => noteText(body, amended) },
    ],
    notes,
  );
}

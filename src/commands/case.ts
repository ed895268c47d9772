/** `rig case`: welfare cases of an animal, and what people did about them. */
import type { Command } from 'commander';
import { addCaseEntry, type CaseEntry, casesOf, openCase, type WelfareCase } from '#data/animal-room/cases.ts';
import { type EntryOptions, enterFor, nowOf, personOf, showFor } from '../animal-room/entering.ts';
import type { Io } from '../io.ts';
import { withRecord } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

interface CaseOptions extends EntryOptions {
  readonly open?: string;
  readonly told?: string;
  readonly done?: string;
  readonly override?: string;
  readonly close?: string;
}

export function addCaseCommand(program: Command, io: Io): void {
  const command = program
    .command('case <subject>')
    .summary('welfare cases of an animal: told, done, overridden, closed')
    .description(
      'A case is opened by a weight under the limit, or by a person. While it is open it stands first on "rig today" and no session starts, unless a person overrides it by name. Nothing of it is ever deleted.',
    )
    .option('--open <reason>', 'open a case: what is wrong')
    .option('--told <who>', 'who was told')
    .option('--done <text>', 'what was done for the animal')
    .option('--override <reason>', 'why it may run all the same')
    .option('--close <reason>', 'why it is over')
    .option('--operator <name>', 'who says so');
  withRecord(command).action((name: string, options: CaseOptions) => {
    const entries = entriesOf(options);
    if (options.open !== undefined || entries.length > 0) {
      const person = personOf(options);
      const { at } = nowOf(io);
      enterFor(io, name, options, (db, animal) => {
        let id = casesOf(db, animal.id).find(({ open }) => open)?.id;
        if (options.open !== undefined) {
          if (id !== undefined) {
            throw new UsageError(
              `Case ${id} of ${animal.name} is open already. Nothing was changed. Add to it with --done.`,
            );
          }
          id = openCase(db, animal.id, { weight: null, at, reason: `${options.open} (${person})` });
        }
        if (id === undefined) throw new UsageError(`${animal.name} has no open case. Nothing was changed.`);
        for (const { kind, body } of entries) addCaseEntry(db, id, { kind, body, person, at });
      });
    }
    showFor(io, name, options, (db, animal) => {
      const cases = casesOf(db, animal.id);
      io.out(cases.length === 0 ? `${animal.name} has no cases.\n` : cases.map(caseText).join(''));
    });
  });
}

function entriesOf({ told, done, override, close }: CaseOptions): Pick<CaseEntry, 'kind' | 'body'>[] {
  const given = { told, done, override, closed: close };
  return Object.entries(given).flatMap(([kind, body]) => {
    if (body === undefined) return [];
    if (!body.trim()) throw new UsageError(`--${kind} needs words. Nothing was changed.`);
    return [{ kind: kind as CaseEntry['kind'], body }];
  });
}

function caseText({ id, openedAt, reason, entries, open }: WelfareCase): string {
  const lines = entries.map(({ kind, body, person, at }) => `  ${when(at)} ${kind}: ${body} (${person})\n`);
  return `Case ${id}, ${open ? 'open' : 'closed'}, since ${when(openedAt)}: ${reason}\n${lines.join('')}`;
}

function when(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

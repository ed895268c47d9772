/** `rig mouse in|out`: the head-fixed clock. */
import type { Command } from 'commander';
import { addHeadFixation, headFixedSince } from '#data/animal-room/head-fixations.ts';
import { openSessionsOf } from '#data/reads.ts';
import { type EntryOptions, enterFor, nowOf, personOf } from '../animal-room/entering.ts';
import type { Io } from '../io.ts';
import { timeOfDay } from '../option-values.ts';
import { withRecord } from '../record-option.ts';
import { withPerson } from '../rig-room/entering.ts';
import { UsageError } from '../usage-error.ts';

interface MouseOptions extends EntryOptions {
  readonly at?: string;
}

export function addMouseCommand(program: Command, io: Io): void {
  const command = program
    .command('mouse')
    .summary('mouse in, mouse out: the head-fixed clock')
    .description(
      'From mouse in to mouse out an animal is head-fixed, pauses and waiting included. A session that starts without "mouse in" counts from its start; it ends at the limit of the rig file (headFixedMin). Until "mouse out" the animal stands open in "rig today".',
    );
  for (const step of ['in', 'out'] as const) {
    withRecord(
      withPerson(
        command
          .command(step)
          .description(step === 'in' ? 'Its head is fixed now.' : 'Its head is free again.')
          .argument('<subject>', 'the animal')
          .option('--at <time>', 'when, e.g. 09:40; left out: now', timeOfDay(io)),
      ),
    ).action((name: string, options: MouseOptions) => io.out(enter(step, name, options, io)));
  }
}

function enter(step: 'in' | 'out', name: string, options: MouseOptions, io: Io): string {
  const person = personOf(options);
  const now = nowOf(io).at;
  const at = options.at ?? now;
  if (Date.parse(at) > Date.parse(now)) throw new UsageError('That is still to come. Nothing was entered.');
  return enterFor(io, name, options, (db, animal) => {
    const since = headFixedSince(db, animal.id);
    if (step === 'in' && since !== null) {
      throw new UsageError(`${animal.name} is head-fixed since ${clock(since)} already. Nothing was entered.`);
    }
    if (step === 'out' && since === null) {
      throw new UsageError(`${animal.name} is not head-fixed. Nothing was entered. Check the cage card.`);
    }
    if (since !== null && Date.parse(at) < Date.parse(since)) {
      throw new UsageError(`${animal.name} was head-fixed at ${clock(since)} only. Nothing was entered.`);
    }
    const running = step === 'out' ? openSessionsOf(db, animal.id)[0] : undefined;
    if (running !== undefined) {
      throw new UsageError(
        `${animal.name} is in session ${running.session} on the rig ${running.rigName}. Nothing was entered. End that session first.`,
      );
    }
    addHeadFixation(db, animal.id, { step, at, session: null, person });
    if (since === null) return `${animal.name} is head-fixed since ${clock(at)}.\n`;
    const minutes = Math.round((Date.parse(at) - Date.parse(since)) / 60_000);
    return `${animal.name} is out, head-fixed for ${minutes} minutes.\n`;
  });
}

function clock(at: string): string {
  return at.slice(11, 16);
}

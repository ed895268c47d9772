/** `rig session reassign`: this was another animal. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { animalNumbered } from '#data/animal-room/animals.ts';
import { casesOf } from '#data/animal-room/cases.ts';
import { entering } from '#data/animal-room/entry.ts';
import { addHeadFixation, headFixedSince } from '#data/animal-room/head-fixations.ts';
import { ownerOf, reassign } from '#data/animal-room/reassign.ts';
import { weightsOf } from '#data/animal-room/weights.ts';
import { odourMapOf } from '#data/rig-room/vials.ts';
import { canonical } from '#machines/canonical.ts';
import { type EntryOptions, expectAnimal, nowOf, personOf } from '../animal-room/entering.ts';
import { stagesAfterChange } from '../animal-room/stage-after-change.ts';
import { careOf, ulText, waterLine } from '../animal-room/standing.ts';
import { followWeight } from '../animal-room/under-limit.ts';
import { commandName, type Io } from '../io.ts';
import { whole } from '../option-values.ts';
import { placeOf, withRecord } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

interface ReassignOptions extends EntryOptions {
  readonly animal: string;
  readonly keepWeight?: boolean;
  readonly reason?: string;
}

export function addSessionCommand(program: Command, io: Io): void {
  const command = program
    .command('session')
    .summary('say that a session was another animal')
    .description('Corrections of a session; it is named by its number as "rig sessions" lists it.');
  withRecord(
    command
      .command('reassign')
      .description(
        'It was another animal: moves the session, its water and the weighing before it, and computes the ledgers and stages of both animals anew. What was recorded stays, with who moved it, when and why.',
      )
      .argument('<session>', 'its number', whole(1, 2 ** 31))
      .requiredOption('--animal <name>', 'the animal that it was')
      .option('--keep-weight', 'the weighing was of the animal that it was entered for')
      .option('--reason <text>', 'why')
      .option('--operator <name>', 'who says so'),
  ).action((session: number, options: ReassignOptions) => move(io, session, options));
}

function move(io: Io, session: number, options: ReassignOptions): void {
  const reason = options.reason?.trim();
  if (!reason) throw new UsageError('A correction is kept with its reason. Nothing was changed. Add --reason "...".');
  const person = personOf(options);
  const place = placeOf(io, options.db, options.simulated === true);
  const rig = commandName(io);
  const none = () =>
    new UsageError(
      `There is no session ${session} in ${place.path}. Nothing was changed. "${rig} sessions" lists them.`,
    );
  if (!existsSync(place.path)) throw none();
  const lines = entering(place, (db) => {
    const owner = ownerOf(db, session);
    if (owner === null) throw none();
    if (owner.endReason === null) {
      throw new UsageError(
        `Session ${session} has not ended, or its process died. Nothing was changed. End it first; one whose process died is closed by the next "${rig} run" on its rig.`,
      );
    }
    const from = animalNumbered(db, owner.subject)!;
    const to = expectAnimal(db, options.animal, place.path, options, io);
    if (to.id === from.id) throw new UsageError(`Session ${session} is of ${from.name} already. Nothing was changed.`);
    if (to.simulated !== from.simulated) {
      throw new UsageError(`${to.name} and ${from.name} are a live and a simulated animal. Nothing was changed.`);
    }
    const { at, day: today } = nowOf(io);
    const day = owner.startedAt.slice(0, 10);
    const started = Date.parse(owner.startedAt);
    const before = weightsOf(db, from.id).findLast(
      ({ measuredAt }) => measuredAt.slice(0, 10) === day && Date.parse(measuredAt) <= started,
    );
    const weight = options.keepWeight ? null : (before ?? null);
    const ul = reassign(db, { session, to: to.id, weight, person, reason, at });
    const said = [
      `Session ${session} of ${day} was ${to.name}, not ${from.name}. With it goes ${ulText(ul)} of water.`,
    ];
    if (weight !== null) {
      said.push(
        `So does weighing ${weight.id}, ${weight.grams} g. If that was ${from.name}: ${rig} amend weight ${weight.id} --animal ${from.name} --reason "..." --operator NAME`,
      );
      const opened = casesOf(db, from.id).find((each) => each.open && each.weight === weight.id);
      if (opened !== undefined) {
        said.push(
          `Case ${opened.id} of ${from.name} was opened by that weighing. A person closes it: ${rig} case ${from.name} --close "..." --operator NAME`,
        );
      }
    }
    const shown = odourMapOf(db, from.id);
    if (Object.keys(shown).length > 0 && canonical(shown) !== canonical(odourMapOf(db, to.id))) {
      said.push(
        `It was shown the odours of ${from.name}'s map: A to D are other substances to ${to.name}. What each trial showed stands in the record; exclude the session if ${to.name} could not know them: ${rig} exclude ${session} --use behaviour --reason "..." --operator NAME`,
      );
    }
    const fixedSince = headFixedSince(db, from.id);
    if (fixedSince !== null && Date.parse(fixedSince) <= started) {
      addHeadFixation(db, from.id, { step: 'out', at, session, person });
      addHeadFixation(db, to.id, { step: 'in', at: fixedSince, session, person });
    }
    const change = { session, person, reason: `was another animal: ${reason}`, at, figures: null };
    for (const animal of [from, to]) said.push(...stagesAfterChange(db, animal, change, io));
    for (const animal of [from, to]) {
      const care = careOf(db, animal, day);
      if (day === today) said.push(...followWeight(db, care, at, io).split('\n').filter(Boolean));
      const water = waterLine(care);
      if (day === today && water !== null) said.push(water);
    }
    return said;
  });
  io.out(`${lines.join('\n')}\n`);
}

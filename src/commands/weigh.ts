/** `rig weigh`: a weighing, questioned where it cannot be right, and what follows from it. */
import type { Command } from 'commander';
import { type Animal, animalNamed } from '#data/animal-room/animals.ts';
import { addWeight, type Weight, weightsOf } from '#data/animal-room/weights.ts';
import type { RecordDatabase } from '#data/open.ts';
import { bodyShare, isQuestionable } from '#protocols/animal-care.ts';
import { type EntryOptions, enterFor, nowOf, personOf, showFor } from '../animal-room/entering.ts';
import { careOf, noteText, waterLine } from '../animal-room/standing.ts';
import { followWeight } from '../animal-room/under-limit.ts';
import { askYes } from '../ask.ts';
import type { Io } from '../io.ts';
import { decimal } from '../option-values.ts';
import { withRecord } from '../record-option.ts';
import { percent, table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface WeighOptions extends EntryOptions {
  readonly note?: string;
  readonly sure?: boolean;
}

export function addWeighCommand(program: Command, io: Io): void {
  const command = program
    .command('weigh')
    .summary('enter a weight of today; show the weighings of an animal')
    .description(
      "Enters an animal's weight of today as read on the scale, implant included, and says what follows: percent of the reference, water due, a case. Without a weight: the last weighings.",
    )
    .argument('<subject>', 'the animal')
    .argument('[grams]', 'on the scale', decimal(1, 1000))
    .option('--operator <name>', 'who weighed')
    .option('--note <text>', 'remark')
    .option('--sure', 'it was weighed again and is right, however strange');
  withRecord(command).action(async (name: string, grams: number | undefined, options: WeighOptions) => {
    if (grams === undefined) return showFor(io, name, options, (db, { id }) => io.out(weightTable(weightsOf(db, id))));
    const person = personOf(options);
    const { at, day } = nowOf(io);
    const doubt = showFor(io, name, options, (db, animal) => doubtOf(db, animal, grams, day));
    if (doubt !== null && !options.sure && !(await askYes(io, `${doubt} Is it right?`))) {
      throw new UsageError(
        `${doubt} Nothing was entered. Check the animal and the scale; if it is right, type it again with --sure.`,
      );
    }
    enterFor(io, name, options, (db, animal) => {
      const weight = addWeight(db, animal.id, { measuredAt: at, grams, person, note: options.note ?? null });
      const care = careOf(db, animal, day);
      const { share } = care;
      io.out(
        `Weighing ${weight}: ${animal.name} weighs ${grams} g${share === null ? '' : `, ${percent(share)} of its reference`}.\n`,
      );
      io.out(followWeight(db, care, at, io));
      const line = waterLine(care);
      if (line !== null) io.out(`${line}\n`);
    });
  });
}

/** Why the weight is hard to believe; null: it is not. @throws UsageError where it cannot be */
function doubtOf(db: RecordDatabase, { name }: Animal, grams: number, day: string): string | null {
  const animal = animalNamed(db, name)!;
  const implant = animal.implantWeightG ?? 0;
  if (grams <= implant) {
    throw new UsageError(
      `${grams} g is no more than the implant of ${name} alone (${implant} g). Nothing was entered. Weigh again, animal and implant together.`,
    );
  }
  const { weight, before, restriction } = careOf(db, animal, day);
  const last = weight ?? before;
  if (last !== null && isQuestionable(grams, last.grams)) {
    return `${name} weighed ${last.grams} g on ${last.measuredAt.slice(0, 10)}, and now ${grams} g.`;
  }
  const share = restriction === null ? null : bodyShare(grams, restriction.referenceWeightG, implant);
  if (last === null && share !== null && (share < 0.7 || share > 1.3)) {
    return `${grams} g is ${percent(share)} of the reference of ${name} (${restriction!.referenceWeightG} g).`;
  }
  return null;
}

/** Weighings shown: two weeks of one a day. */
const SHOWN = 14;

function weightTable(weights: readonly Weight[]): string {
  if (weights.length === 0) return 'Never weighed.\n';
  return table(
    [
      { head: 'weighing', align: 'right', cell: ({ id }) => id },
      { head: 'when', cell: ({ measuredAt }) => measuredAt.slice(0, 16).replace('T', ' ') },
      { head: 'g', align: 'right', cell: ({ grams }) => grams },
      { head: 'who', cell: ({ person }) => person },
      { head: 'note', cell: ({ note, amended }) => noteText(note, amended) },
    ],
    weights.slice(-SHOWN),
  );
}

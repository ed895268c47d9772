/** `rig restrict`: water or food restriction, from its first day to its last. */
import type { Command } from 'commander';
import { endRestriction, restrict, restrictionOn } from '#data/animal-room/weights.ts';
import { NEED_ML_PER_G } from '#protocols/animal-care.ts';
import { type EntryOptions, enterFor, nowOf, personOf } from '../animal-room/entering.ts';
import type { Io } from '../io.ts';
import { decimal, oneOf } from '../option-values.ts';
import { withRecord } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

interface RestrictOptions extends EntryOptions {
  readonly reference?: number;
  readonly kind: 'water' | 'food';
  readonly need: number;
  readonly warn: number;
  readonly stop: number;
  readonly mostUl?: number;
  readonly end?: boolean;
  readonly reason?: string;
}

export function addRestrictCommand(program: Command, io: Io): void {
  const command = program
    .command('restrict <subject>')
    .summary('begin or end the water (or food) restriction of an animal')
    .description(
      'Begins a restriction, or ends it with --end. While it runs the animal stands on "rig today", must be weighed on the day of a session, and is owed its daily need of water whether it runs or not.',
    )
    .option('--reference <g>', 'weight before restriction, implant included: 100 percent', decimal(1, 1000))
    .option('--kind <kind>', 'water or food', oneOf('water', 'food'), 'water')
    .option('--need <ml/g>', 'daily need of water per gram of body', decimal(0.01, 1), NEED_ML_PER_G)
    .option('--warn <percent>', 'warned below', decimal(50, 100), 85)
    .option('--stop <percent>', 'a welfare case is opened below', decimal(50, 100), 80)
    .option('--most-ul <ul>', 'rigs give no more than this on one day', decimal(1, 20_000))
    .option('--end', 'today is its last day')
    .option('--reason <text>', 'why')
    .option('--operator <name>', 'who orders it');
  withRecord(command).action((name: string, options: RestrictOptions) => {
    const person = personOf(options);
    const { day } = nowOf(io);
    enterFor(io, name, options, (db, animal) => {
      const running = restrictionOn(db, animal.id, day);
      if (options.end) {
        if (running === null) throw new UsageError(`${animal.name} is on no restriction. Nothing was changed.`);
        endRestriction(db, running.id, { day, person });
        io.out(`The ${running.kind} restriction of ${animal.name} ends today, ${day}.\n`);
        return;
      }
      if (animal.endedOn !== null) {
        throw new UsageError(`${animal.name} left the experiment on ${animal.endedOn}. Nothing was changed.`);
      }
      const { reference, warn, stop } = options;
      if (reference === undefined) {
        throw new UsageError(
          'A restriction needs the weight that counts as 100 percent. Nothing was changed. Add --reference GRAMS, implant included.',
        );
      }
      if (stop >= warn) {
        throw new UsageError(
          `The limit that opens a case (${stop} %) must lie below the one that warns (${warn} %). Nothing was changed.`,
        );
      }
      if (reference <= (animal.implantWeightG ?? 0)) {
        throw new UsageError(
          `A reference of ${reference} g is no more than the implant alone (${animal.implantWeightG} g). Nothing was changed. Give the weight of animal and implant together.`,
        );
      }
      if (running !== null) {
        throw new UsageError(
          `${animal.name} is on ${running.kind} restriction since ${running.startedOn}. Nothing was changed. End that one first, with --end.`,
        );
      }
      restrict(db, animal.id, {
        kind: options.kind,
        startedOn: day,
        referenceWeightG: reference,
        referenceDate: day,
        needMlPerG: options.need,
        warnFraction: warn / 100,
        stopFraction: stop / 100,
        mostUlPerDay: options.mostUl ?? null,
        person,
        reason: options.reason ?? null,
      });
      io.out(
        `${animal.name} is on ${options.kind} restriction from today, ${day}: reference ${reference} g, warned below ${warn} %, a case below ${stop} %.\n`,
      );
    });
  });
}

/** `rig today`: nobody is forgotten. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { nowOf } from '../animal-room/entering.ts';
import { type CareStanding, openPoints, restrictedOn, ulText } from '../animal-room/standing.ts';
import { ExitCode } from '../complain.ts';
import type { Io } from '../io.ts';
import { whole } from '../option-values.ts';
import { placeOf, type RecordOptions, readingFrom, withRecord } from '../record-option.ts';
import { count, paint, percent, table } from '../table.ts';
import { type Standing, standingOf } from '../training.ts';

interface TodayOptions extends RecordOptions {
  readonly from: number;
}

interface Line extends CareStanding {
  readonly toRun: string;
}

export function addTodayCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('today')
    .summary('every restricted animal: weighed, run, water, open cases')
    .description(
      'Every animal on restriction, run or not, weekends included; open cases first. From the hour --from on, what is still open fails the command (exit code 1), so that cron can mail it.',
    )
    .option('--from <hour>', 'hour of the day from which open points fail', whole(0, 24), 17);
  withRecord(command).action((options: TodayOptions) => {
    const { path } = placeOf(io, options.db, options.simulated === true);
    const { at, day } = nowOf(io);
    const lines = !existsSync(path)
      ? []
      : readingFrom(path, (db) =>
          restrictedOn(db, day).map((care): Line => {
            const standing = standingOf(db, care.animal.id);
            return { ...care, toRun: standing === null ? '' : toRunText(standing) };
          }),
        );
    if (lines.length === 0) {
      io.out(`${day}: no animal is on restriction.\n`);
      return;
    }
    io.out(`${lines[0]!.animal.simulated ? 'SIMULATED ' : ''}${day}\n${todayTable(lines)}`);
    for (const { animal, openCases } of lines) {
      for (const { id, reason } of openCases)
        io.out(`${paint(io, 'red', `Case ${id} of ${animal.name}:`)} ${reason}\n`);
    }
    for (const { animal, falling } of lines) {
      if (falling) io.out(`${paint(io, 'yellow', `${animal.name} has lost weight for three days.`)}\n`);
    }
    const open = lines.filter((line) => openPoints(line).length > 0);
    if (open.length === 0) {
      io.out('All is settled.\n');
      return;
    }
    const late = Number(at.slice(11, 13)) >= options.from;
    const names = open.map(({ animal }) => animal.name).join(', ');
    io.out(`${paint(io, late ? 'red' : 'yellow', `Open for ${count(open.length, 'animal')}:`)} ${names}\n`);
    if (late) exit(ExitCode.failed);
  });
}

/** What its next session is, unless a person says otherwise. */
function toRunText({ ladder, stage, held, proposal }: Standing): string {
  const wait = proposal !== null ? `, back to ${proposal.to} proposed: decide` : held ? ', held' : '';
  return `${ladder.name}, ${stage.name}${wait}`;
}

function todayTable(lines: readonly Line[]): string {
  return table(
    [
      { head: 'animal', cell: ({ animal }) => animal.name },
      { head: 'weight', align: 'right', cell: ({ weight }) => (weight === null ? 'none' : `${weight.grams} g`) },
      { head: 'percent', align: 'right', cell: ({ share }) => percent(share) },
      { head: 'sessions', align: 'right', cell: ({ sessions }) => sessions.join(', ') || 'none' },
      {
        head: 'water',
        align: 'right',
        cell: ({ givenUl, freeAccess }) => (freeAccess ? 'free access' : ulText(givenUl)),
      },
      { head: 'due', align: 'right', cell: ({ dueUl }) => (dueUl === null ? null : ulText(dueUl)) },
      { head: 'to run', cell: ({ toRun }) => toRun },
      { head: 'open', cell: (line) => openPoints(line).join('; ') || 'settled' },
    ],
    lines,
  );
}

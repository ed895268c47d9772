/** `rig vial`: which vial sits on which valve. */
import type { Command } from 'commander';
import { listOdorants, mountVial, removeVial, type Vial, vialsOn } from '#data/rig-room/vials.ts';
import { rigId } from '#data/rigs.ts';
import { valveLetter } from '#hardware/rig-file.ts';
import { nowOf, personOf } from '../animal-room/entering.ts';
import { commandName, type Io } from '../io.ts';
import { timeOfDay } from '../option-values.ts';
import { withDb } from '../record-option.ts';
import {
  enterForRig,
  expectLine,
  type RigEntryOptions,
  type RigRoom,
  readForRig,
  rigRoom,
  withPerson,
} from '../rig-room/entering.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { mixtureText } from './odorant.ts';

interface MountOptions extends RigEntryOptions {
  readonly filled?: string;
}

export function addVialCommand(program: Command, io: Io): void {
  const command = program
    .command('vial')
    .summary('which odorant sits on which valve')
    .description(
      'Vials on the valves of a rig. A session finds the valve of each letter by the animal\'s odour map ("rig odour-map") and these; each trial keeps vial and valve.',
    );
  withDb(
    withPerson(
      command
        .command('mount')
        .description('A vial is put on a valve; the one that was there is taken off.')
        .argument('<rig>', 'as for "rig run"')
        .argument('<line>', 'line of the valve, e.g. odourA')
        .argument('<odorant>', 'its number, as "rig odorant list" shows it')
        .option('--filled <time>', 'when the vial was filled, e.g. 2026-03-02T09:00; left out: now', timeOfDay(io)),
    ),
  ).action((typed: string, line: string, number: string, options: MountOptions) => {
    const room = rigRoom(io, typed, options);
    expectOdourLine(room, line);
    const person = personOf(options);
    const { at } = nowOf(io);
    const filledAt = options.filled ?? at;
    if (Date.parse(filledAt) > Date.parse(at))
      throw new UsageError('A vial is filled before it is mounted. Nothing was entered.');
    const said = enterForRig(io, room, (db, rig) => {
      const odorant = listOdorants(db).find(({ id }) => String(id) === number);
      if (odorant === undefined) {
        throw new UsageError(
          `There is no odorant ${number}. Nothing was entered. "${commandName(io)} odorant list" shows them${room.file.simulated ? ' (add --simulated)' : ''}.`,
        );
      }
      const before = removeVial(db, { rig, line, at, person });
      const vial = mountVial(db, { rig, line, odorant: odorant.id, filledAt, at, person });
      return `Vial ${vial} (${mixtureText(odorant)}) sits on ${line} of ${room.file.name}${before ? '; the one before it is off' : ''}.`;
    });
    io.out(`${said}\n`);
  });
  withDb(
    withPerson(
      command
        .command('remove')
        .description('The vial is taken off a valve.')
        .argument('<rig>', 'as for "rig run"')
        .argument('<line>', 'line of the valve'),
    ),
  ).action((typed: string, line: string, options: RigEntryOptions) => {
    const room = rigRoom(io, typed, options);
    expectOdourLine(room, line);
    const person = personOf(options);
    const { at } = nowOf(io);
    const was = enterForRig(io, room, (db, rig) => removeVial(db, { rig, line, at, person }));
    if (!was) throw new UsageError(`No vial sits on ${line} of ${room.file.name}. Nothing was changed.`);
    io.out(`${line} of ${room.file.name} has no vial now.\n`);
  });
  withDb(
    command
      .command('list')
      .description('Every vial of a rig: what is in it, since when, openings and hours.')
      .argument('<rig>', 'as for "rig run"'),
  ).action((typed: string, options: RigEntryOptions) => {
    const room = rigRoom(io, typed, options);
    const now = Date.parse(nowOf(io).at);
    const rows = readForRig(room, (db) => {
      const rig = db === null ? null : rigId(db, room.file);
      if (db === null || rig === null) return [];
      const odorants = new Map(listOdorants(db).map((each) => [each.id, each]));
      return vialsOn(db, rig).map((vial) => ({ ...vial, mixture: mixtureText(odorants.get(vial.odorant)!) }));
    });
    if (rows.length === 0) return io.out(`No vial was entered for ${room.file.name}.\n`);
    const hours = (from: string, to: number) => String(Math.round((to - Date.parse(from)) / 3_600_000));
    io.out(
      table(
        [
          { head: 'vial', align: 'right', cell: ({ id }: Vial & { mixture: string }) => String(id) },
          { head: 'line', cell: ({ line }) => line },
          { head: 'mixture', cell: ({ mixture }) => mixture },
          { head: 'mounted', cell: ({ mountedAt }) => mountedAt.slice(0, 16).replace('T', ' ') },
          { head: 'taken off', cell: ({ removedAt }) => removedAt?.slice(0, 16).replace('T', ' ') ?? '' },
          { head: 'openings', align: 'right', cell: ({ openings }) => String(openings) },
          {
            head: 'hours since filled',
            align: 'right',
            cell: ({ filledAt, removedAt }) => hours(filledAt, removedAt === null ? now : Date.parse(removedAt)),
          },
        ],
        rows,
      ),
    );
  });
}

function expectOdourLine(room: RigRoom, name: string): void {
  const line = expectLine(room, name);
  if (line.kind === 'odour' && valveLetter(line.name) !== null) return;
  throw new UsageError(
    `"${name}" of ${room.file.name} is no odour valve that a task opens (odourA to odourD). Nothing was entered.`,
  );
}

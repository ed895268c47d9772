/** The rig made ready for one session: what is refused, what is told, and the rig file as it will be used. */
import { existsSync } from 'node:fs';
import type { Place } from '#data/place.ts';
import { type LineCalibration, valueAt } from '#hardware/calibration.ts';
import { holdsRules, type RigFile, rigFacts } from '#hardware/rig-file.ts';
import { spoutLines } from '#machines/vocabulary.ts';
import type { Task } from '#protocols/task.ts';
import { nowOf } from '../animal-room/entering.ts';
import { commandName, type Io } from '../io.ts';
import { readingFrom } from '../record-option.ts';
import type { KnownSubject } from '../session-plan.ts';
import { UsageError } from '../usage-error.ts';
import type { SessionUse } from './as-used.ts';
import { type TaskAsks, taskAsks } from './asks.ts';
import { concernsOf } from './before-start.ts';
import { loadedOdours } from './loaded.ts';
import { type RigStanding, rigStanding } from './standing.ts';

interface Wanted {
  readonly place: Place;
  /** As written. */
  readonly plain: RigFile;
  readonly task: Task;
  readonly settings: Readonly<Record<string, string>>;
  readonly known: KnownSubject;
  readonly subject: string;
  /** How the rig was typed. */
  readonly typed: string;
}

export interface ReadyRig {
  readonly use: SessionUse;
  readonly asks: TaskAsks;
  readonly notes: readonly string[];
  /** Minutes that the animal may still be head-fixed; null: the rig does not hold to the rules. */
  readonly headFixedMin: number | null;
}

/** @throws UsageError with the first thing that stands against a start */
export function readyRig({ place, plain, task, settings, known, subject, typed }: Wanted, io: Io): ReadyRig {
  const { at } = nowOf(io);
  const standing = existsSync(place.path)
    ? readingFrom(place.path, (db) => rigStanding(db, plain, at))
    : rigStanding(null, plain, at);
  const asks = taskAsks(task, settings, plain);
  const odours = loadedOdours(known.odourMap, standing, task.blank);
  const rig = commandName(io);
  const { refusals, notes } = concernsOf({ standing, asks, odours, file: plain, typed, rig, subject });
  if (refusals.length > 0) throw new UsageError(`${refusals[0]} No session was started.`);
  const headFixedMin = minutesLeft(plain, known.headFixedSince, at, subject, rig);
  const elsewhere =
    known.usualRig === null || known.usualRig.toLowerCase() === plain.name.toLowerCase()
      ? []
      : [
          `The last sessions of ${subject} were on the rig ${known.usualRig}, and this is ${plain.name}. Check the cage card.`,
        ];
  const use = { calibrations: usedCalibrations(standing), loaded: odours.loaded, mostUl: known.remainingUl };
  return { use, asks, notes: [...notes, ...elsewhere], headFixedMin };
}

/** Of water and light, the last of each; where it does not count the session is a simulation, or was refused. */
function usedCalibrations({ lines }: RigStanding): Map<string, LineCalibration> {
  return new Map(
    lines.flatMap(({ line, calibration }) =>
      calibration?.kind === 'water' || calibration?.kind === 'opto'
        ? [[line, { id: calibration.id, measuredAt: calibration.measuredAt, ...calibration.fit }] as const]
        : [],
    ),
  );
}

/** @throws UsageError when it has been in for too long already */
function minutesLeft(file: RigFile, since: string | null, at: string, subject: string, rig: string): number | null {
  if (!holdsRules(file)) return null;
  const been = since === null ? 0 : (Date.parse(at) - Date.parse(since)) / 60_000;
  if (been < file.headFixedMin) return file.headFixedMin - been;
  throw new UsageError(
    `${subject} is head-fixed since ${since!.slice(0, 16).replace('T', ' ')}, and ${file.headFixedMin} minutes are the limit. No session was started. Take it out, then: ${rig} mouse out ${subject} --operator NAME. If it was out already, say when with --at.`,
  );
}

/** What a drop of the task is on this rig, a line for each spout. */
export function dropLines(file: RigFile, { rewardUl, spouts, drive }: TaskAsks): string[] {
  if (rewardUl === null) return [];
  const measured = (calibration: LineCalibration | null) =>
    calibration === null
      ? 'by the nominal flow of the rig file'
      : `by the calibration of ${calibration.measuredAt.slice(0, 10)}`;
  const drops = spouts.map((spout) => {
    const { water } = spoutLines[spout];
    const line = file.outputs.find(({ name }) => name === water)!;
    const ms = rigFacts(file).waterMs(rewardUl, spout);
    const ul = line.calibration === null ? rewardUl : valueAt(line.calibration, ms);
    return `A drop of ${Number(ul.toFixed(2))} ul opens "${water}" for ${ms} ms, ${measured(line.calibration)}.`;
  });
  const opto = file.outputs.find(({ name }) => name === 'opto')?.calibration ?? null;
  if (drive === null || opto === null) return drops;
  const power = `Opto light at drive ${drive} is ${valueAt(opto, drive).toFixed(2)} mW at the fibre tip, ${measured(opto)}.`;
  return [...drops, power];
}

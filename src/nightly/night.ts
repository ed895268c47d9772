/** One day's pages, made once: claimed in the record, made by a child, noted as done, or told why they are not. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entering } from '#data/animal-room/entry.ts';
import {
  claimNight,
  endNight,
  NIGHT_TRIES,
  type Night,
  type NightClaim,
  nightOf,
  passNight,
  readNights,
  releaseNight,
} from '#data/nights.ts';
import type { RecordDatabase } from '#data/open.ts';
import type { Place } from '#data/place.ts';
import { RecordError } from '#data/record-error.ts';
import { type ChildLimits, runChild } from './child.ts';
import { type Outcome, PAUSE_MS } from './clock.ts';

export interface NightWork {
  readonly place: Place;
  /** Folder of the pages. */
  readonly out: string;
  /** What Node runs for a day. */
  command(day: string): readonly string[];
  /** What a person types to have a day in a folder of its own. */
  byHand(day: string): string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly host: string;
  readonly limits: ChildLimits;
  /** ISO 8601 with offset. */
  now(): string;
  say(line: string): void;
  warn(line: string): void;
}

/** Does a day, once. @throws RecordError where the record cannot be read or written */
export async function doNight(work: NightWork, day: string, signal: AbortSignal): Promise<Outcome> {
  const { place, host, limits, now, say } = work;
  const starter: NightClaim = { day, host, pid: process.pid };
  const answer = inRecord(place, (db) => claimNight(db, { ...starter, at: now() }));
  if (answer === 'running') return 'elsewhere';
  if (answer !== 'claimed') return 'over';
  say(`${day}: begun.`);
  let claim = starter;
  const started = (pid: number) => {
    try {
      inRecord(place, (db) => passNight(db, starter, pid));
      claim = { ...starter, pid };
    } catch {
      // The claim stays with this process, which lives too.
    }
  };
  const { cwd, env } = work;
  const ended = await runChild({ command: work.command(day), cwd, env, limits, signal, started, said: say });
  if (ended.end === 'stopped') {
    inRecord(place, (db) => releaseNight(db, claim));
    say(`${day}: stopped. It is not done, and is made at the next start.`);
    return 'stopped';
  }
  if (ended.end === 'done') {
    const mine = inRecord(place, (db) => endNight(db, claim, now(), work.out));
    say(mine ? `${day}: done.` : `${day}: another process had taken it over.`);
    return 'over';
  }
  const tries = inRecord(place, (db) => nightOf(db, day))?.tries ?? NIGHT_TRIES;
  const again = tries < NIGHT_TRIES;
  const details = ended.details === null ? '' : keptIn(dirname(place.path), day, ended.details);
  work.warn(
    `The pages of ${day} are not made: their process ${ended.why} (try ${tries} of ${NIGHT_TRIES}). Animals, sessions and the record are as they were.${details} ${
      again
        ? `It is tried again in ${PAUSE_MS / 60_000} minutes.`
        : `It is not tried again. To see what is wrong, make it by hand, in a folder of its own: ${work.byHand(day)}`
    }`,
  );
  return again ? 'again' : 'over';
}

/** As the record has them. @throws RecordError */
export function nightsIn(place: Place): Night[] {
  return inRecord(place, readNights);
}

/** A record that has gone is not made anew. @throws RecordError */
function inRecord<T>(place: Place, work: (db: RecordDatabase) => T): T {
  if (!existsSync(place.path)) {
    throw new RecordError(
      'missing',
      `There is no record at ${place.path}. No pages were made, and no new record was begun. Give the right file with --db; if it was there before, see whether its disk is connected.`,
    );
  }
  return entering(place, work);
}

/** Where the traces of a crash are, for whoever repairs it. */
function keptIn(folder: string, day: string, details: string): string {
  const path = join(folder, `nightly-fault-${day}.txt`);
  try {
    writeFileSync(path, details);
    return ` The details are in ${path}.`;
  } catch {
    return ` The details could not be written to ${path}.`;
  }
}

/** `rig nightly --at HH:MM`: stays up, and makes the pages of each day by itself until Ctrl-C. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstValueFrom } from 'rxjs';
import type { Place } from '#data/place.ts';
import { programFault, worldly } from '../complain.ts';
import { commandName, type Io, isoWithOffset } from '../io.ts';
import { count } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { CHILD_LIMITS, type ChildLimits } from './child.ts';
import { cronScheduler, NightClock, PAUSE_MS, type Scheduler } from './clock.ts';
import { CATCH_UP_DAYS, isOfDayBefore, parseTimeOfDay, timeText } from './due.ts';
import { doNight, type NightWork, nightsIn } from './night.ts';

export interface StayOptions {
  /** HH:MM, as typed. */
  readonly at: string;
  readonly place: Place;
  /** Folder of the pages; its full path. */
  readonly out: string;
  readonly png: boolean;
  /** What must be typed after a command to find the record again. */
  readonly flags: string;
  /** What Node runs for a day, before `--date` and the rest; else this program. */
  readonly command?: readonly string[];
  readonly limits?: Partial<ChildLimits>;
  readonly scheduler?: Scheduler;
  /** IANA name; else this computer's. */
  readonly timezone?: string;
}

/** Resolves when it was ended by Ctrl-C. @throws UsageError, RecordError before anything is begun */
export async function stayUp(options: StayOptions, io: Io): Promise<void> {
  const { place, out, png, flags, timezone } = options;
  const at = parseTimeOfDay(options.at);
  if (at === null) {
    throw new UsageError(
      `--at ${options.at} is no time of day. Nothing was started. Give hour and minute, from 00:00 to 23:59, as --at 02:00.`,
    );
  }
  const done = nightsIn(place).findLast(({ endedAt }) => endedAt !== null);
  const interrupted = firstValueFrom(io.interrupts$);
  const byHand = (day: string) => `${commandName(io)} nightly --date ${day} --out ${day}${flags}`;
  const stamped = (line: string) => `${isoWithOffset(io.now()).slice(0, 19).replace('T', ' ')}  ${line}\n`;
  const say = (line: string) => io.out(stamped(line));
  const warn = (line: string) => io.err(stamped(`rig: ${line}`));
  const launch = options.command ?? [fileURLToPath(new URL('../launch.mjs', import.meta.url)), 'nightly'];
  const work: NightWork = {
    place,
    out,
    // The child may stand in another folder: a full path.
    command: (day) => [...launch, '--date', day, '--db', resolve(place.path), '--out', out, ...(png ? ['--png'] : [])],
    byHand,
    cwd: io.cwd,
    env: { ...process.env, ...io.env },
    host: hostname(),
    limits: { ...CHILD_LIMITS, ...options.limits },
    now: () => isoWithOffset(io.now()),
    say,
    warn,
  };
  const clock = new NightClock({
    at,
    timezone,
    scheduler: options.scheduler ?? cronScheduler(timezone),
    now: () => io.now(),
    nights: () => nightsIn(place),
    doNight: (day, signal) => doNight(work, day, signal),
    left: (days) =>
      warn(
        `${count(days.length, 'night')} from ${days[0]} to ${days.at(-1)} ${days.length === 1 ? 'is' : 'are'} left out: at most ${CATCH_UP_DAYS} are caught up. Nothing of the record is lost. To have one of them, make it by hand, in a folder of its own: ${byHand(days[0]!)}`,
      ),
    waits: (day) =>
      say(`${day}: another process is making it. The nightly looks again every ${PAUSE_MS / 60_000} minutes.`),
    trouble: (error, again) =>
      warn(
        `${worldly(error) ?? programFault(error, io)} ${again ? `The nightly looks again in ${PAUSE_MS / 60_000} minutes.` : 'The nightly looks again the next night.'}`,
      ),
  });
  const ofWhich = isOfDayBefore(at) ? 'the day before' : 'that day';
  io.out(
    `Each ${isOfDayBefore(at) ? 'night' : 'day'} at ${timeText(at)} the pages of ${ofWhich} are made in ${out},\n`,
  );
  io.out(`from the record ${place.path}.\n`);
  io.out(done === undefined ? 'No night was done yet.\n' : `The last one done is ${done.day}.\n`);
  io.out('Ctrl-C ends it.\n');
  clock.start();
  await interrupted;
  await clock.stop();
  io.out('The nightly has ended.\n');
}

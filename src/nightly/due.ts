/** Which days are to be done: given the time, and what was done. Pure. */
import { Cron } from 'croner';
import { NIGHT_TRIES, type Night } from '#data/nights.ts';
import { nextDay } from '../animal-room/days.ts';

/** A time of day by the clock on the wall. */
export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** Two weeks: who was away for longer wants the last days first, and can have the others made by hand. */
export const CATCH_UP_DAYS = 14;

/** `2:00` or `02:00`; null for what is no time of day. */
export function parseTimeOfDay(text: string): TimeOfDay | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text)?.map(Number) ?? [];
  return hour === undefined || minute === undefined || hour > 23 || minute > 59 ? null : { hour, minute };
}

/** `02:00`. */
export function timeText({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
}

/**
 * One value each for minute and hour: croner then runs once a night over every change of the clocks, after the gap where
 * the time does not exist, at the first of the two where it exists twice.
 */
export function cronPattern({ hour, minute }: TimeOfDay): string {
  return `${minute} ${hour} * * *`;
}

/** Before noon a run looks back at the day before, else at the day itself. */
export function isOfDayBefore({ hour }: TimeOfDay): boolean {
  return hour < 12;
}

/** The day of the latest run up to `now`, that moment included. `timezone`: IANA name; undefined: this computer's. */
export function latestDay(at: TimeOfDay, now: Date, timezone: string | undefined): string {
  const cron = new Cron(cronPattern(at), timezone === undefined ? {} : { timezone });
  const [run] = cron.previousRuns(1, new Date(now.getTime() + 1));
  const date = localDay(run!, timezone);
  return isOfDayBefore(at) ? dayBefore(date) : date;
}

/** YYYY-MM-DD of the clock on the wall. */
export function localDay(at: Date, timezone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

export interface Due {
  /** To be done, oldest first. */
  readonly days: readonly string[];
  /** Missed as well, and too many to catch up; oldest first. */
  readonly left: readonly string[];
}

/**
 * The days up to `latest` that are to be done: those after the last one done, without those that were given up. Where none
 * was done yet, they begin with the first that was begun, else with `latest`.
 */
export function daysDue(latest: string, nights: readonly Night[], most = CATCH_UP_DAYS): Due {
  // A clock that was wrong by a year has left rows of days to come; they hold nothing up.
  const past = nights.filter(({ day }) => day <= latest);
  const settled = new Set(past.filter((night) => isDone(night) || isGivenUp(night)).map(({ day }) => day));
  const lastDone = past.findLast(isDone)?.day;
  const all: string[] = [];
  let day = lastDone === undefined ? (past[0]?.day ?? latest) : nextDay(lastDone);
  for (; day <= latest; day = nextDay(day)) if (!settled.has(day)) all.push(day);
  return { days: all.slice(-most), left: all.slice(0, -most) };
}

function isDone({ endedAt }: Night): boolean {
  return endedAt !== null;
}

function isGivenUp({ tries }: Night): boolean {
  return tries >= NIGHT_TRIES;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

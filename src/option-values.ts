/** Values of command line options, each refused with what it must be. */
import { InvalidArgumentError } from 'commander';
import { type Io, isoWithOffset } from './io.ts';

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

export function decimal(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

/** `09:40` of today, or a day and a time, as ISO 8601 with the offset of local time. */
export function timeOfDay(io: Io): (text: string) => string {
  return (text) => {
    const today = isoWithOffset(io.now()).slice(0, 10);
    const local = /^\d{1,2}:\d{2}$/.test(text) ? `${today}T${text.padStart(5, '0')}` : text;
    const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local) ? new Date(local) : new Date(Number.NaN);
    if (!Number.isNaN(at.getTime())) return isoWithOffset(at);
    throw new InvalidArgumentError('It must be a time, as 09:40 for today, or 2026-03-02T09:40.');
  };
}

export function oneOf<const Choice extends string>(...choices: Choice[]): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
  };
}

/** A day of the calendar up to today, YYYY-MM-DD. */
export function day(io: Io): (text: string) => string {
  return (text) => {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T12:00:00Z`) : new Date(Number.NaN);
    const exists = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
    if (exists && text <= isoWithOffset(io.now()).slice(0, 10)) return text;
    throw new InvalidArgumentError('It must be a day up to today, as 2026-03-02.');
  };
}

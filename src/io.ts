/**
 * What a command may know of the world around it: where it prints, what it was told by the environment, what time it is.
 * Handed in, so that tests run commands in their own process.
 */
import { resolve } from 'node:path';
import type { Observable } from 'rxjs';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Both ends are a terminal: a progress bar may be redrawn in place and keys may be pressed. */
  readonly tty: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
  now(): Date;
  /** Ctrl-C and requests to terminate, for as long as somebody listens. */
  readonly interrupts$: Observable<void>;
  /** Single keys, while somebody listens; never anything when it is no terminal. */
  readonly keys$: Observable<string>;
}

/** A path as the person typed it, seen from the folder where they typed it. */
export function pathOf(io: Io, typed: string): string {
  return resolve(io.cwd, typed);
}

/** How this program was called, for messages that say what to type next. */
export function commandName(io: Io): string {
  return io.env.npm_lifecycle_event === undefined ? 'rig' : 'npm run -s rig --';
}

/** ISO 8601 with its offset, of local time unless another is given: its date is the animal's day. */
export function isoWithOffset(date: Date, offsetMin = -date.getTimezoneOffset()): string {
  const local = new Date(date.getTime() + offsetMin * 60_000).toISOString().slice(0, -1);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(offsetMin);
  return `${local}${offsetMin < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}

/**
 * Fires each night and does what is due, oldest first, so that the last pages written are those of the last day. It only
 * asks what the time is and what the record says is done: a late firing, one too many, or a start in the middle of the day
 * all come to the same, each day is done once.
 */
import { Cron } from 'croner';
import type { Night } from '#data/nights.ts';
import { cronPattern, daysDue, latestDay, type TimeOfDay } from './due.ts';

/** Whatever kept a day from being done (a full disk, a held record) gets time to pass. */
export const PAUSE_MS = 5 * 60_000;
/** Troubles in a row with the record itself; the next night looks again. */
const TROUBLES = 3;

/** When the clock is woken. */
export interface Scheduler {
  /** Calls `fire` at that time of each day, until `signal`. */
  daily(at: TimeOfDay, fire: () => void, signal: AbortSignal): void;
  /** Resolves after that time; at once when `signal` comes. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * `over`: it is done, or given up. `again`: it is not, and may be tried again. `elsewhere`: another process is at it.
 * `stopped`: by the signal.
 */
export type Outcome = 'over' | 'again' | 'elsewhere' | 'stopped';

export interface NightClockParts {
  readonly at: TimeOfDay;
  /** IANA name; undefined: this computer's. */
  readonly timezone: string | undefined;
  readonly scheduler: Scheduler;
  now(): Date;
  /** As the record has them. May throw. */
  nights(): readonly Night[];
  /** May throw, where the record cannot be written. */
  doNight(day: string, signal: AbortSignal): Promise<Outcome>;
  /** Days that are too many to catch up. */
  left(days: readonly string[]): void;
  /** A day that another process is at; the next ones wait for it. */
  waits(day: string): void;
  /** What kept a look from its end, and whether there is another one after the pause. */
  trouble(error: unknown, again: boolean): void;
}

export class NightClock {
  readonly #parts: NightClockParts;
  readonly #ending = new AbortController();
  #working: Promise<void> | null = null;
  #firedMeanwhile = false;
  readonly #told = new Set<string>();

  constructor(parts: NightClockParts) {
    this.#parts = parts;
  }

  /** Catches up, and from then on fires each night. */
  start(): void {
    const { scheduler, at } = this.#parts;
    scheduler.daily(at, () => this.#fire(), this.#ending.signal);
    this.#fire();
  }

  /** Resolves when nothing is being made. */
  async idle(): Promise<void> {
    await this.#working;
  }

  /** Ends what is being made, and fires no more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.idle();
  }

  #fire(): void {
    this.#firedMeanwhile = true;
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    const { signal } = this.#ending;
    let troubles = 0;
    let again = false;
    while ((this.#firedMeanwhile || again) && !signal.aborted) {
      this.#firedMeanwhile = false;
      try {
        again = await this.#look();
        troubles = 0;
      } catch (error) {
        again = ++troubles < TROUBLES;
        this.#parts.trouble(error, again);
      }
      if (again && !signal.aborted) await this.#parts.scheduler.pause(PAUSE_MS, signal);
    }
    // At once, so that no firing falls between.
    this.#working = null;
  }

  /** Whether to look again after a pause. */
  async #look(): Promise<boolean> {
    const { at, timezone, now, nights, doNight, left, waits } = this.#parts;
    const { signal } = this.#ending;
    const due = daysDue(latestDay(at, now(), timezone), nights());
    if (due.left.length > 0) this.#once(`left ${due.left.join()}`, () => left(due.left));
    for (const day of due.days) {
      if (signal.aborted) return false;
      const outcome = await doNight(day, signal);
      if (outcome === 'elsewhere') this.#once(`waits ${day}`, () => waits(day));
      // No later day before it: its pages would then replace newer ones.
      if (outcome !== 'over') return outcome !== 'stopped';
    }
    return false;
  }

  #once(key: string, tell: () => void): void {
    if (!this.#told.has(key)) tell();
    this.#told.add(key);
  }
}

/** croner looks at the clock every half minute at most, so a computer that slept over the time is noticed on waking. */
export function cronScheduler(timezone: string | undefined): Scheduler {
  return {
    daily(at, fire, signal) {
      const job = new Cron(cronPattern(at), timezone === undefined ? {} : { timezone }, fire);
      signal.addEventListener('abort', () => job.stop(), { once: true });
    },
    pause: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end, { once: true });
      }),
  };
}

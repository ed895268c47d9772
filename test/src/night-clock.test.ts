/** Which days the nightly does, and when: over missed nights, sleeps of the computer, and changes of the clocks. */
import { Cron } from 'croner';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Night } from '#data/nights.ts';
import { nextDay } from '#src/animal-room/days.ts';
import { cronScheduler, NightClock, type Outcome, PAUSE_MS, type Scheduler } from '#src/nightly/clock.ts';
import { cronPattern, daysDue, latestDay, localDay, parseTimeOfDay, timeText } from '#src/nightly/due.ts';

const HOUR_MS = 3_600_000;
const at = (text: string) => parseTimeOfDay(text)!;

/** `done`, or begun so many times. */
function night(day: string, state: 'done' | number = 'done'): Night {
  const done = state === 'done';
  const startedAt = `${day}T23:00:00.000Z`;
  return {
    day,
    startedAt,
    host: 'here',
    pid: 1,
    tries: done ? 1 : state,
    endedAt: done ? startedAt : null,
    folder: done ? '/pages' : null,
  };
}

function days(from: string, to: string): string[] {
  const all: string[] = [];
  for (let day = from; day <= to; day = nextDay(day)) all.push(day);
  return all;
}

describe('a time of day', () => {
  it.each(['02:00', '2:00', '00:00', '23:59', '9:05'])('is %s', (text) => {
    expect(timeText(at(text))).toBe(text.padStart(5, '0'));
  });

  it.each(['24:00', '12:60', '2', '02:0', '2am', '-1:00', '02:00:00', '', ' 02:00', '002:00'])(
    'is not "%s"',
    (text) => {
      expect(parseTimeOfDay(text)).toBeNull();
    },
  );
});

describe('the day of the latest run', () => {
  it.each([
    // Before noon a run is about the day before.
    ['02:00', '2026-06-10T01:59:59+02:00', '2026-06-08'],
    ['02:00', '2026-06-10T02:00:00+02:00', '2026-06-09'],
    ['02:00', '2026-06-10T23:59:00+02:00', '2026-06-09'],
    ['11:59', '2026-06-10T12:00:00+02:00', '2026-06-09'],
    // From noon on, about the day itself.
    ['12:00', '2026-06-10T11:59:59+02:00', '2026-06-09'],
    ['12:00', '2026-06-10T12:00:00+02:00', '2026-06-10'],
    ['23:30', '2026-06-10T23:30:00+02:00', '2026-06-10'],
    ['00:00', '2026-03-01T00:00:00+01:00', '2026-02-28'],
    // Where 02:30 does not exist, the run is at 03:00.
    ['02:30', '2026-03-29T01:59:59+01:00', '2026-03-27'],
    ['02:30', '2026-03-29T03:00:00+02:00', '2026-03-28'],
    // Where it exists twice, it is the first one; while the clock shows earlier times again, that stays so.
    ['02:30', '2026-10-25T02:29:59+02:00', '2026-10-23'],
    ['02:30', '2026-10-25T02:30:00+02:00', '2026-10-24'],
    ['02:30', '2026-10-25T02:00:00+01:00', '2026-10-24'],
    ['02:30', '2026-10-25T02:30:00+01:00', '2026-10-24'],
  ])('at %s, at %s in Berlin, is %s', (time, now, day) => {
    expect(latestDay(at(time), new Date(now), 'Europe/Berlin')).toBe(day);
  });

  it('is by the clock on the wall, wherever that is', () => {
    const now = new Date('2026-06-10T12:00:00Z');
    expect(latestDay(at('02:00'), now, 'America/Los_Angeles')).toBe('2026-06-09');
    expect(latestDay(at('02:00'), now, 'Pacific/Auckland')).toBe('2026-06-09');
    expect(latestDay(at('06:00'), now, 'America/Los_Angeles')).toBe('2026-06-08');
    expect(localDay(now, 'Pacific/Auckland')).toBe('2026-06-11');
  });
});

describe('the days that are due', () => {
  it('are only the latest where none was begun', () => {
    expect(daysDue('2026-03-10', [])).toEqual({ days: ['2026-03-10'], left: [] });
  });

  it('are none where the latest is done', () => {
    expect(daysDue('2026-03-10', [night('2026-03-10')])).toEqual({ days: [], left: [] });
  });

  it('are those since the last one done, oldest first', () => {
    const due = daysDue('2026-03-02', [night('2026-02-20'), night('2026-02-26')]);
    expect(due).toEqual({ days: ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'], left: [] });
  });

  it('are the last fourteen of many; the others are left', () => {
    const due = daysDue('2026-03-31', [night('2026-03-10')]);
    expect(due).toEqual({ days: days('2026-03-18', '2026-03-31'), left: days('2026-03-11', '2026-03-17') });
  });

  it('are also those that were begun and may be tried again, but none that was given up', () => {
    const nights = [night('2026-03-05'), night('2026-03-06', 2), night('2026-03-07', 3), night('2026-03-08', 0)];
    expect(daysDue('2026-03-09', nights).days).toEqual(['2026-03-06', '2026-03-08', '2026-03-09']);
  });

  it('are none before the last one done: their pages would replace newer ones', () => {
    expect(daysDue('2026-03-09', [night('2026-03-05', 2), night('2026-03-08')]).days).toEqual(['2026-03-09']);
  });

  it('do not begin anew with the latest where the first nights failed', () => {
    expect(daysDue('2026-03-04', [night('2026-03-01', 3)]).days).toEqual(days('2026-03-02', '2026-03-04'));
    expect(daysDue('2026-03-04', [night('2026-03-02', 1)]).days).toEqual(days('2026-03-02', '2026-03-04'));
  });

  it('are not held up by days to come, done while the clock of the computer was wrong', () => {
    expect(daysDue('2026-03-04', [night('2026-03-03'), night('2027-03-03')]).days).toEqual(['2026-03-04']);
    expect(daysDue('2026-03-04', [night('2027-03-03')]).days).toEqual(['2026-03-04']);
  });
});

describe('over changes of the clocks', () => {
  afterEach(() => void vi.useRealTimers());

  // `from`: hours of UTC before the first run, on the date of the change.
  const changes = [
    { zone: 'Europe/Berlin', changed: '2026-03-29', from: -1, runs: { '02:00': '03:00', '02:30': '03:00' } },
    { zone: 'Europe/Berlin', changed: '2026-10-25', from: -1, runs: { '02:00': '02:00', '02:30': '02:30' } },
    { zone: 'America/Los_Angeles', changed: '2026-03-08', from: 8, runs: { '02:00': '03:00', '02:30': '03:00' } },
    { zone: 'America/Los_Angeles', changed: '2026-11-01', from: 7, runs: { '01:00': '01:00', '01:30': '01:30' } },
  ];
  const nightsOfChange = changes.flatMap(({ runs, ...rest }) =>
    Object.entries(runs).map(([time, run]) => ({ ...rest, time, run })),
  );

  it.each(nightsOfChange)('$time in $zone on $changed is fired once, at $run', async ({ time, run, ...where }) => {
    const { zone, changed } = where;
    const start = Date.parse(`${changed}T00:00:00Z`) + where.from * HOUR_MS;
    vi.useFakeTimers({ now: start, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const local = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    const fired: string[] = [];
    const lab = new Lab(time, zone);
    lab.doNight = async () => {
      fired.push(local.format(new Date()));
      return 'over';
    };
    const clock = lab.clock(cronScheduler(zone));
    clock.start();
    // Both times of a repeated hour, then those of the next night.
    await vi.advanceTimersByTimeAsync(5 * HOUR_MS);
    vi.setSystemTime(start + 23 * HOUR_MS);
    await vi.advanceTimersByTimeAsync(5 * HOUR_MS);
    await clock.stop();
    expect(fired.slice(1)).toEqual([`${changed} ${run}`, `${nextDay(changed)} ${time}`]);
    expect(lab.made.slice(1).map(nextDay)).toEqual([changed, nextDay(changed)]);
  });

  it.each(['Europe/Berlin', 'America/Los_Angeles', 'Australia/Lord_Howe', 'America/Havana'])(
    'every time of day has one run on every date of the months in which clocks change in %s',
    (zone) => {
      for (const time of ['00:00', '00:30', '01:00', '01:30', '01:59', '02:00', '02:15', '02:30', '02:59', '03:00']) {
        for (const [first, last] of [
          ['2026-03-01', '2026-04-30'],
          ['2026-10-01', '2026-11-30'],
        ] as const) {
          const dates = days(first, last);
          const cron = new Cron(cronPattern(at(time)), { timezone: zone, startAt: `${first}T00:00:00` });
          expect(cron.nextRuns(dates.length, '2026-01-01T00:00:00').map((run) => localDay(run, zone))).toEqual(dates);
        }
      }
    },
  );

  it('a night whose time is skipped over midnight is done with the next one', () => {
    // In Nuuk 23:30 of 28 March 2026 does not exist, nor any later time of that date.
    const time = at('23:30');
    const before = latestDay(time, new Date('2026-03-29T12:00:00Z'), 'America/Nuuk');
    const after = latestDay(time, new Date('2026-03-30T00:30:00Z'), 'America/Nuuk');
    expect([before, after]).toEqual(['2026-03-27', '2026-03-29']);
    expect(daysDue(after, [night(before)]).days).toEqual(['2026-03-28', '2026-03-29']);
  });

  it('a computer that slept over nights fires once on waking, and catches up', async () => {
    vi.useFakeTimers({ now: new Date('2026-06-10T12:00:00Z'), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const lab = new Lab('02:00', 'Europe/Berlin');
    const clock = lab.clock(cronScheduler('Europe/Berlin'));
    clock.start();
    await vi.advanceTimersByTimeAsync(13 * HOUR_MS);
    expect(lab.made).toEqual(['2026-06-09', '2026-06-10']);
    // Asleep: the time goes on, and no timer runs.
    vi.setSystemTime(new Date('2026-06-14T07:00:00Z'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lab.made.slice(2)).toEqual(['2026-06-11', '2026-06-12', '2026-06-13']);
    await vi.advanceTimersByTimeAsync(18 * HOUR_MS);
    expect(lab.made.slice(5)).toEqual(['2026-06-14']);
    // Its clock is set back by two days: nothing is done again, and the nights go on where they were.
    vi.setSystemTime(new Date('2026-06-13T07:00:00Z'));
    await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
    expect(lab.made.length).toBe(6);
    vi.setSystemTime(new Date('2026-06-15T23:00:00Z'));
    await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(lab.made.slice(6)).toEqual(['2026-06-15']);
    await clock.stop();
  });

  it('it fires no more once stopped', async () => {
    vi.useFakeTimers({ now: new Date('2026-06-10T12:00:00Z'), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const clock = new Lab('02:00', 'Europe/Berlin').clock(cronScheduler('Europe/Berlin'));
    clock.start();
    await clock.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Nights as a record would have them, and a clock over them. */
class Lab {
  readonly nights = new Map<string, Night>();
  readonly made: string[] = [];
  readonly left: string[] = [];
  readonly waits: string[] = [];
  readonly troubles: string[] = [];
  readonly #at;
  readonly #zone: string;
  /** What becomes of a day; done, unless a test says otherwise. */
  doNight: (day: string, signal: AbortSignal) => Promise<Outcome> = async () => 'over';
  read: () => void = () => {};
  now: () => Date = () => new Date();

  constructor(time: string, zone: string) {
    this.#at = at(time);
    this.#zone = zone;
  }

  clock(scheduler: Scheduler): NightClock {
    return new NightClock({
      at: this.#at,
      timezone: this.#zone,
      scheduler,
      now: () => this.now(),
      nights: () => {
        this.read();
        return [...this.nights.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
      },
      doNight: async (day, signal) => {
        this.made.push(day);
        const tries = (this.nights.get(day)?.tries ?? 0) + 1;
        this.nights.set(day, night(day, tries));
        const outcome = await this.doNight(day, signal);
        if (outcome === 'over' && !signal.aborted && tries < 3) this.nights.set(day, night(day));
        return outcome;
      },
      waits: (day) => void this.waits.push(day),
      left: (left) => void this.left.push(`${left[0]} to ${left.at(-1)}`),
      trouble: (error, again) => void this.troubles.push(`${(error as Error).message}${again ? ', again' : ''}`),
    });
  }
}

/** Woken and paused by hand. */
class ByHand implements Scheduler {
  fire: () => void = () => {};
  readonly pauses: number[] = [];

  daily(_at: unknown, fire: () => void): void {
    this.fire = fire;
  }

  async pause(ms: number): Promise<void> {
    this.pauses.push(ms);
  }
}

describe('the clock of the nightly', () => {
  function started(now: string, prepare: (lab: Lab) => void = () => {}) {
    const lab = new Lab('02:00', 'UTC');
    const scheduler = new ByHand();
    lab.now = () => new Date(now);
    prepare(lab);
    const clock = lab.clock(scheduler);
    clock.start();
    const setClock = (text: string) => {
      lab.now = () => new Date(text);
    };
    return { lab, scheduler, clock, setClock };
  }

  it('does the latest night at its first start, and nothing at the next', async () => {
    const { lab, scheduler, clock } = started('2026-03-10T12:00:00Z');
    await clock.idle();
    scheduler.fire();
    await clock.idle();
    expect(lab.made).toEqual(['2026-03-09']);
    expect(scheduler.pauses).toEqual([]);
  });

  it('says once which nights it leaves out', async () => {
    const { lab, scheduler, clock } = started('2026-04-01T12:00:00Z', ({ nights }) => {
      nights.set('2026-03-10', night('2026-03-10'));
    });
    await clock.idle();
    scheduler.fire();
    await clock.idle();
    expect(lab.made).toEqual(days('2026-03-18', '2026-03-31'));
    expect(lab.left).toEqual(['2026-03-11 to 2026-03-17']);
  });

  it('tries a day that failed again after a pause of minutes, before the days after it', async () => {
    const { lab, scheduler, clock } = started('2026-03-12T12:00:00Z', (it) => {
      it.nights.set('2026-03-09', night('2026-03-09'));
      it.doNight = async (day) => (day === '2026-03-10' && it.nights.get(day)!.tries < 3 ? 'again' : 'over');
    });
    await clock.idle();
    expect(lab.made).toEqual(['2026-03-10', '2026-03-10', '2026-03-10', '2026-03-11']);
    expect(scheduler.pauses).toEqual([PAUSE_MS, PAUSE_MS]);
    scheduler.fire();
    await clock.idle();
    expect(lab.made.length).toBe(4);
  });

  it('waits for a day that another process is at, and says so once', async () => {
    let looks = 0;
    const { lab, scheduler, clock } = started('2026-03-12T12:00:00Z', (it) => {
      it.nights.set('2026-03-09', night('2026-03-09'));
      it.read = () => {
        // The other process ends.
        if (++looks === 4) it.nights.set('2026-03-10', night('2026-03-10'));
      };
      it.doNight = async (day) => {
        if (day !== '2026-03-10') return 'over';
        it.nights.delete(day);
        return 'elsewhere';
      };
    });
    await clock.idle();
    expect(lab.waits).toEqual(['2026-03-10']);
    expect(scheduler.pauses.length).toBe(3);
    expect(lab.made).toEqual(['2026-03-10', '2026-03-10', '2026-03-10', '2026-03-11']);
  });

  it('that fires while it works looks again afterwards', async () => {
    let finish = () => {};
    const { lab, scheduler, clock, setClock } = started('2026-03-10T12:00:00Z', (it) => {
      it.doNight = () =>
        new Promise((resolve) => {
          finish = () => resolve('over');
        });
    });
    setClock('2026-03-11T02:00:00Z');
    scheduler.fire();
    scheduler.fire();
    expect(lab.made).toEqual(['2026-03-09']);
    finish();
    await vi.waitUntil(() => lab.made.length === 2);
    finish();
    await clock.idle();
    expect(lab.made).toEqual(['2026-03-09', '2026-03-10']);
  });

  it('looks three times at a record that cannot be read, and again the next night', async () => {
    const { lab, scheduler, clock, setClock } = started('2026-03-10T12:00:00Z', (it) => {
      it.read = () => {
        throw new Error('held');
      };
    });
    await clock.idle();
    expect(lab.troubles).toEqual(['held, again', 'held, again', 'held']);
    expect(scheduler.pauses).toEqual([PAUSE_MS, PAUSE_MS]);
    lab.read = () => {};
    setClock('2026-03-11T02:00:00Z');
    scheduler.fire();
    await clock.idle();
    expect(lab.made).toEqual(['2026-03-10']);
  });

  it('that is stopped begins no other day', async () => {
    const { lab, clock } = started('2026-03-12T12:00:00Z', (it) => {
      it.nights.set('2026-03-08', night('2026-03-08'));
      it.doNight = (_day, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'), { once: true }));
    });
    await vi.waitUntil(() => lab.made.length === 1);
    await clock.stop();
    expect(lab.made).toEqual(['2026-03-09']);
  });

  it('does each day once, whenever it is fired, started anew or put to sleep', async () => {
    const hours = fc.integer({ min: 0, max: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(hours, fc.boolean()), { maxLength: 40 }), async (steps) => {
        const lab = new Lab('02:30', 'Europe/Berlin');
        const scheduler = new ByHand();
        let now = Date.parse('2026-03-20T12:00:00Z');
        lab.now = () => new Date(now);
        let clock = lab.clock(scheduler);
        clock.start();
        await clock.idle();
        for (const [passed, startedAnew] of steps) {
          now += passed * HOUR_MS;
          if (startedAnew) {
            await clock.stop();
            clock = lab.clock(scheduler);
            clock.start();
          } else {
            scheduler.fire();
          }
          await clock.idle();
        }
        const latest = latestDay(at('02:30'), new Date(now), 'Europe/Berlin');
        expect(lab.made).toEqual(days('2026-03-19', latest));
      }),
    );
  });
});

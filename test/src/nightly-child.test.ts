/** The nightly by itself: its children end well or badly, and the clock and all sessions go on. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, hostname } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NEVER, Subject } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entering } from '#data/animal-room/entry.ts';
import { CLAIM_ELSEWHERE_MS, claimNight, type Night, nightOf, readNights } from '#data/nights.ts';
import { openRecord } from '#data/open.ts';
import { type Io, isoWithOffset } from '#src/io.ts';
import { CHILD_LIMITS } from '#src/nightly/child.ts';
import { PAUSE_MS, type Scheduler } from '#src/nightly/clock.ts';
import { type StayOptions, stayUp } from '#src/nightly/stay.ts';
import { UsageError } from '#src/usage-error.ts';
import { place } from './driver.ts';

// The child stands in a folder of the test's own, from which no package is found.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const fixture = (name: string) => ['--import', tsx, fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url))];

/** The nightly of a lab, in this process; its clock is fired and its pauses are over when a test says so. */
function lab(command: readonly string[], options: Partial<StayOptions> = {}, env: Io['env'] = {}) {
  const at = place();
  const record = at.file('record.sqlite');
  openRecord(record, { mode: 'write' }).close();
  let now = new Date('2026-03-02T09:00:00Z');
  let log = '';
  const heard: (() => void)[] = [];
  const take = (text: string) => {
    log += text;
    for (const hear of heard) hear();
  };
  const interrupts = new Subject<void>();
  // A test that fails leaves no child behind.
  onTestFinished(() => interrupts.next());
  const io: Io = {
    out: take,
    err: take,
    tty: false,
    columns: 100,
    env,
    platform: 'linux',
    home: at.folder,
    cwd: at.folder,
    now: () => now,
    interrupts$: interrupts,
    keys$: NEVER,
  };
  let fire = () => {};
  const pauses: number[] = [];
  const scheduler: Scheduler = {
    daily: (_at, each) => {
      fire = each;
    },
    pause: async (ms) => void pauses.push(ms),
  };
  return {
    ...at,
    record,
    pauses,
    log: () => log,
    /** The log, once these words are in it so many times. */
    until: (words: string, times = 1) =>
      new Promise<string>((resolve) => {
        const hear = () => {
          if (log.split(words).length > times) resolve(log);
        };
        heard.push(hear);
        hear();
      }),
    start: () =>
      stayUp(
        {
          at: '2:00',
          place: { path: record, createFolder: false },
          out: at.folder,
          png: false,
          flags: ' --db record.sqlite',
          command,
          scheduler,
          timezone: 'UTC',
          ...options,
        },
        io,
      ),
    setClock: (date: Date) => {
      now = date;
    },
    fireOn: (day: string) => {
      now = new Date(`${day}T02:00:00Z`);
      fire();
    },
    end: async (running: Promise<void>) => {
      interrupts.next();
      await running;
    },
    night: (day: string): Night | null => entering({ path: record, createFolder: false }, (db) => nightOf(db, day)),
  };
}

describe('a night that goes well', () => {
  it('is made by a child at low priority with limited memory, told line by line, and noted as done', async () => {
    const nightly = lab(fixture('makes-a-file'), { png: true });
    const running = nightly.start();
    const log = await nightly.until('2026-03-01: done.');
    expect(log.split('\n').slice(0, 4)).toEqual([
      `Each night at 02:00 the pages of the day before are made in ${nightly.folder},`,
      `from the record ${nightly.record}.`,
      'No night was done yet.',
      'Ctrl-C ends it.',
    ]);
    const made = `made at priority ${constants.priority.PRIORITY_LOW} with --max-old-space-size=400`;
    expect(log).toMatch(new RegExp(`^2026-03-02 \\d\\d:00:00 {2}${made}$`, 'm'));
    expect(log).toMatch(/^2026-03-02 \d\d:00:00 {2}One animal was not weighed\.$/m);
    expect(readFileSync(nightly.file('2026-03-01.txt'), 'utf8')).toBe(
      `--date 2026-03-01 --db ${nightly.record} --out ${nightly.folder} --png`,
    );
    expect(nightly.night('2026-03-01')).toMatchObject({ host: hostname(), tries: 1, folder: nightly.folder });
    await nightly.end(running);
    expect(nightly.log()).toMatch(/The nightly has ended\.\n$/);
  });

  it('is not made again at the next start; what was missed is, oldest first', async () => {
    const nightly = lab(fixture('makes-a-file'));
    const first = nightly.start();
    await nightly.until('2026-03-01: done.');
    await nightly.end(first);
    const second = nightly.start();
    nightly.fireOn('2026-03-04');
    await nightly.until('2026-03-03: done.');
    await nightly.end(second);
    expect(nightly.log()).toContain('The last one done is 2026-03-01.');
    const begun = [...nightly.log().matchAll(/(\S+): begun\./g)].map(([, day]) => day);
    expect(begun).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
  });
});

describe('a night that goes badly', () => {
  it('by a crash is told in plain words, tried three times in all, and does not end the clock', async () => {
    const nightly = lab(fixture('crashes'), {}, { CRASHES_ON: '2026-03-01' });
    const running = nightly.start();
    const log = await nightly.until('It is not tried again');
    const told = log.split('\n').filter((line) => line.includes('rig:'));
    const details = nightly.file('nightly-fault-2026-03-01.txt');
    const what = `The pages of 2026-03-01 are not made: their process crashed (TypeError: no such page)`;
    const rest = `Animals, sessions and the record are as they were. The details are in ${details}.`;
    expect(told.map((line) => line.slice(21))).toEqual([
      `rig: ${what} (try 1 of 3). ${rest} It is tried again in 5 minutes.`,
      `rig: ${what} (try 2 of 3). ${rest} It is tried again in 5 minutes.`,
      `rig: ${what} (try 3 of 3). ${rest} It is not tried again. To see what is wrong, make it by hand, in a folder of its own: rig nightly --date 2026-03-01 --out 2026-03-01 --db record.sqlite`,
    ]);
    expect(log).not.toMatch(/^.*\s+at .*\.ts/m);
    expect(readFileSync(details, 'utf8')).toMatch(/\s+at .*crashes\.ts/);
    expect(nightly.pauses).toEqual([PAUSE_MS, PAUSE_MS]);
    nightly.fireOn('2026-03-03');
    await nightly.until('2026-03-02: done.');
    await nightly.end(running);
    expect(nightly.night('2026-03-01')).toMatchObject({ tries: 3, endedAt: null, folder: null });
  });

  it('by an error of the world is told with what it said itself', async () => {
    const nightly = lab(fixture('complains'));
    const running = nightly.start();
    const log = await nightly.until('try 1 of 3');
    expect(log).toMatch(
      / {2}rig: The disk is full\. No pages were written\.\n.*process ended with exit code 1 \(try 1 of 3\)/,
    );
    await nightly.end(running);
    expect(readdirSync(nightly.folder).filter((name) => name.startsWith('nightly-fault'))).toEqual([]);
  });

  it('because it never ends is killed, and told', async () => {
    const nightly = lab(fixture('hangs'), { limits: { timeMs: 1500, graceMs: 100 } });
    const running = nightly.start();
    const log = await nightly.until('try 1 of 3');
    expect(log).toMatch(
      /pages of 2026-03-01 are not made: their process had not ended after \S+ minutes and was killed \(try/,
    );
    await nightly.end(running);
  });

  it('because it cannot be started is told', async () => {
    const nightly = lab(fixture('makes-a-file'), { command: ['--no-such-option'] });
    const running = nightly.start();
    await nightly.until('ended with exit code 9 (try 1 of 3)');
    await nightly.end(running);
  });

  it('by the end of memory leaves a session that runs on the same record as it is', async () => {
    const nightly = lab(fixture('eats-memory'), { limits: { memoryMb: 64 } });
    const running = nightly.start();
    await nightly.until('waits');
    // Paused in the middle, so that the child dies while the session runs.
    const keys = new Subject<string>();
    let shown = '';
    let shownAtDeath = '';
    const session = await nightly.rig('run --subject M001 --rig virtual --trials 30 --seed 3 --db record.sqlite', {
      tty: true,
      keys$: keys,
      onOut: (text) => {
        const begins = !shown.includes('10/30') && text.includes('10/30');
        shown = text;
        if (!begins) return;
        keys.next('p');
        writeFileSync(nightly.file('go'), '');
        void nightly.until('try 1 of 3').then(() => {
          shownAtDeath = shown;
          keys.next('p');
        });
      },
    });
    expect(session.code).toBe(0);
    expect(shownAtDeath).toContain('10/30');
    expect(shownAtDeath).not.toContain('20/30');
    expect(nightly.log()).toContain('their process needed more than 64 MB of memory and died (try 1 of 3)');
    const verdict = await nightly.rig('verify 1 --db record.sqlite');
    expect(verdict.out).toContain('consistent: 30 trials (sequence, digest, durations, chart).');
    await nightly.until('2026-03-01: begun.', 2);
    await nightly.end(running);
  });
});

describe('Ctrl-C', () => {
  it('ends a child too, even one that hangs; its night is not done and has used up no try', async () => {
    const nightly = lab(fixture('hangs'), { limits: { graceMs: 100 } });
    const running = nightly.start();
    await nightly.until('hangs');
    const { pid } = nightly.night('2026-03-01')!;
    expect(isAlive(pid)).toBe(true);
    await nightly.end(running);
    expect(isAlive(pid)).toBe(false);
    expect(nightly.log()).toContain('2026-03-01: stopped. It is not done, and is made at the next start.');
    expect(nightly.night('2026-03-01')).toMatchObject({ tries: 0, endedAt: null });
  });
});

describe('the nightly', () => {
  it('refuses what is no time of day, and a record that is not there', async () => {
    const nightly = lab(fixture('makes-a-file'), { at: '25:00' });
    const refused = await nightly.start().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UsageError);
    expect((refused as Error).message).toBe(
      '--at 25:00 is no time of day. Nothing was started. Give hour and minute, from 00:00 to 23:59, as --at 02:00.',
    );
    const elsewhere = lab(fixture('makes-a-file'), {
      place: { path: nightly.file('other.sqlite'), createFolder: false },
    });
    expect(await elsewhere.start().catch((error: unknown) => error)).toMatchObject({ code: 'missing' });
    expect(existsSync(nightly.file('other.sqlite'))).toBe(false);
  });

  it('waits for the process that is at a night, and takes it over when that has died', async () => {
    const at = isoWithOffset(new Date('2026-03-02T08:59:00Z'));
    const nightly = lab(fixture('makes-a-file'), {
      scheduler: {
        daily: () => {},
        // That computer was switched off meanwhile.
        pause: async () => nightly.setClock(new Date(Date.parse(at) + CLAIM_ELSEWHERE_MS + 1)),
      },
    });
    entering({ path: nightly.record, createFolder: false }, (db) =>
      claimNight(db, { day: '2026-03-01', at, host: 'other', pid: 1 }),
    );
    const running = nightly.start();
    const log = await nightly.until('2026-03-01: done.');
    expect(log).toContain('2026-03-01: another process is making it. The nightly looks again every 5 minutes.');
    expect(nightly.night('2026-03-01')).toMatchObject({ host: hostname(), tries: 2 });
    await nightly.end(running);
  });

  it('makes no new record where its own has gone, and goes on when it is back', async () => {
    const nightly = lab(fixture('makes-a-file'));
    const running = nightly.start();
    await nightly.until('2026-03-01: done.');
    renameSync(nightly.record, nightly.file('away'));
    nightly.fireOn('2026-03-03');
    const log = await nightly.until('The nightly looks again the next night.');
    expect(log.split('There is no record at').length - 1).toBe(3);
    expect(existsSync(nightly.record)).toBe(false);
    renameSync(nightly.file('away'), nightly.record);
    nightly.fireOn('2026-03-04');
    await nightly.until('2026-03-03: done.');
    await nightly.end(running);
    const nights = entering({ path: nightly.record, createFolder: false }, readNights);
    expect(nights.map(({ day, tries }) => [day, tries])).toEqual([
      ['2026-03-01', 1],
      ['2026-03-02', 1],
      ['2026-03-03', 1],
    ]);
  });

  it('is over long before another computer would take a night from it', () => {
    expect(CLAIM_ELSEWHERE_MS).toBeGreaterThan(CHILD_LIMITS.timeMs + CHILD_LIMITS.graceMs);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entering } from '#data/animal-room/entry.ts';
import {
  CLAIM_ELSEWHERE_MS,
  CLAIM_HERE_MS,
  type ClaimAnswer,
  claimNight,
  endNight,
  lastNight,
  NIGHT_TRIES,
  nightOf,
  passNight,
  readNights,
  releaseNight,
} from '#data/nights.ts';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { newPath } from './driver.ts';

const fixture = fileURLToPath(new URL('./fixtures/claim-nights.ts', import.meta.url));

const DAY = '2026-03-01';
const AT = '2026-03-02T02:00:00.000+01:00';
/** This process lives; no process has the other number. */
const LIVING = process.ppid;
const DEAD = 999_999_999;

function later(ms: number): string {
  return new Date(Date.parse(AT) + ms).toISOString().replace('Z', '+00:00');
}

function record() {
  const path = newPath();
  openRecord(path, { mode: 'write' }).close();
  const enter = <T>(work: (db: RecordDatabase) => T) => entering({ path, createFolder: false }, work);
  const claim = (who: { pid: number; at?: string; host?: string; day?: string }) =>
    enter((db) => claimNight(db, { day: DAY, at: AT, host: 'here', ...who }));
  return { path, enter, claim };
}

/** A process that claims `days` when told to. */
async function claimer(path: string, host: string, at: string, days: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', fixture, path, host, at, ...days], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    claims: async (): Promise<ClaimAnswer[]> => {
      child.stdin.write('go\n');
      return JSON.parse((await lines.next()).value!);
    },
    die: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

describe('a night', () => {
  it('is claimed by one of several processes at once, on one computer or two', async () => {
    const { path, enter } = record();
    const days = Array.from({ length: 12 }, (_, index) => `2026-03-${String(index + 1).padStart(2, '0')}`);
    const hosts = ['here', 'here', 'elsewhere'];
    const claimers = await Promise.all(hosts.map((host) => claimer(path, host, AT, days)));
    const answers = await Promise.all(claimers.map(({ claims }) => claims()));
    for (const [index] of days.entries()) {
      expect(answers.map((each) => each[index]).sort()).toEqual(['claimed', 'running', 'running']);
    }
    expect(enter(readNights).map(({ day, tries }) => [day, tries])).toEqual(days.map((day) => [day, 1]));
  });

  it('of a process that was killed is claimed again at once', async () => {
    const { path, claim, enter } = record();
    const other = await claimer(path, 'here', AT, [DAY]);
    expect(await other.claims()).toEqual(['claimed']);
    expect(claim({ pid: process.pid })).toBe('running');
    await other.die();
    expect(claim({ pid: process.pid })).toBe('claimed');
    expect(enter((db) => nightOf(db, DAY))).toMatchObject({ tries: 2, pid: process.pid, endedAt: null });
  });

  it('that is done is not done again, by whoever asks', () => {
    const { enter, claim } = record();
    claim({ pid: DEAD });
    const done = later(60_000);
    expect(enter((db) => endNight(db, { day: DAY, host: 'here', pid: DEAD }, done, '/pages'))).toBe(true);
    expect(claim({ pid: DEAD })).toBe('done');
    expect(claim({ pid: 1, host: 'elsewhere', at: later(10 * CLAIM_HERE_MS) })).toBe('done');
    expect(enter(lastNight)).toEqual({
      day: DAY,
      startedAt: AT,
      host: 'here',
      pid: DEAD,
      tries: 1,
      endedAt: done,
      folder: '/pages',
    });
  });

  it('is begun three times at most', () => {
    const { claim, enter } = record();
    for (let tries = 1; tries <= NIGHT_TRIES; tries++) expect(claim({ pid: DEAD })).toBe('claimed');
    expect(claim({ pid: DEAD })).toBe('givenUp');
    expect(enter((db) => nightOf(db, DAY))).toMatchObject({ tries: 3, endedAt: null });
    expect(enter(lastNight)).toBeNull();
  });

  it('that a person stopped has used up no try', () => {
    const { claim, enter } = record();
    for (let starts = 0; starts < 5; starts++) {
      expect(claim({ pid: DEAD })).toBe('claimed');
      enter((db) => releaseNight(db, { day: DAY, host: 'here', pid: DEAD }));
    }
    expect(enter((db) => nightOf(db, DAY))?.tries).toBe(0);
  });

  it('on another computer counts as running for two hours', () => {
    const { claim } = record();
    claim({ pid: DEAD, host: 'elsewhere' });
    expect(claim({ pid: LIVING, at: later(CLAIM_ELSEWHERE_MS) })).toBe('running');
    expect(claim({ pid: LIVING, at: later(CLAIM_ELSEWHERE_MS + 1) })).toBe('claimed');
  });

  it('on this computer counts as running while its process lives, but not when its number is another one by now', () => {
    const { claim } = record();
    claim({ pid: LIVING });
    expect(claim({ pid: DEAD, at: later(CLAIM_HERE_MS) })).toBe('running');
    expect(claim({ pid: DEAD, at: later(CLAIM_HERE_MS + 1) })).toBe('claimed');
  });

  it('is free to the process that claimed it: its own earlier try has ended', () => {
    const { claim } = record();
    claim({ pid: process.pid });
    expect(claim({ pid: process.pid })).toBe('claimed');
  });

  it('is held by the process that it was passed to', () => {
    const { claim, enter } = record();
    claim({ pid: DEAD });
    enter((db) => passNight(db, { day: DAY, host: 'here', pid: DEAD }, LIVING));
    expect(claim({ pid: DEAD })).toBe('running');
  });

  it('is ended by its holder only', () => {
    const { claim, enter } = record();
    claim({ pid: DEAD });
    claim({ pid: LIVING });
    expect(enter((db) => endNight(db, { day: DAY, host: 'here', pid: DEAD }, AT, '/pages'))).toBe(false);
    expect(enter(lastNight)).toBeNull();
  });
});

it('the last night is the latest day done, whenever it was done', () => {
  const { claim, enter } = record();
  for (const day of ['2026-03-03', '2026-03-01', '2026-03-04']) claim({ pid: DEAD, day });
  for (const day of ['2026-03-03', '2026-03-01']) {
    enter((db) => endNight(db, { day, host: 'here', pid: DEAD }, AT, '/pages'));
  }
  expect(enter(lastNight)?.day).toBe('2026-03-03');
  expect(enter(readNights).map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-03', '2026-03-04']);
});

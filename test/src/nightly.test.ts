/** `rig nightly` as its reader meets it: numbers that agree wherever they stand, odd nights, pages that need nothing. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { openWriter } from '#data/writer.ts';
import { generateRecord } from '../bench/generated-record.ts';
import { endedAt, recordedTrial, segment0, sessionOn, subjectNamed } from '../data/rows.ts';
import { type Place, place, placeIn } from './driver.ts';

let folder: string;
let cohort: Place;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rehearsal-nightly-'));
  cohort = placeIn(folder);
  await cohort.rig('simulate --subjects 2 --days 12 --trials 80 --seed 11 --db cohort.sqlite');
  const ran = await cohort.rig('nightly --db cohort.sqlite --out pages --png');
  expect(ran).toMatchObject({ code: 0, err: '' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reading<T>(path: string, read: (db: RecordDatabase) => T): T {
  const db = openRecord(path, { mode: 'read' });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

const text = (name: string, at: Place = cohort) => readFileSync(at.file(`pages/${name}`), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: rows of several tables.
const json = (name: string, at: Place = cohort): Record<string, any>[] => JSON.parse(text(`${name}.json`, at));
/** What a reader sees: tags away, entities back. */
const seen = (page: string) =>
  page
    .replace(/<(style|svg)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

describe('the numbers of a night', () => {
  it('are the same in CSV and JSON, to the last digit', () => {
    for (const name of ['sessions', 'pairs', 'light', 'subjects', 'rigs', 'alarms']) {
      const rows = json(name);
      const csv: string[][] = parse(text(`${name}.csv`), { relax_column_count: false });
      expect(csv.length).toBe(rows.length === 0 ? 0 : rows.length + 1);
      rows.forEach((row, index) => {
        expect(csv[0]).toEqual(Object.keys(row));
        expect(csv[index + 1]).toEqual(Object.values(row).map((value) => (value === null ? '' : String(value))));
      });
    }
    expect(json('sessions')).toHaveLength(24);
    expect(json('light').length).toBeGreaterThan(0);
  });

  it('are those of a fresh query of the trials, written apart from the program', () => {
    reading(cohort.file('cohort.sqlite'), (db) => {
      // The definition in the glossary, in SQL of the test's own: engaged, scored, no light.
      const rates = db.prepare<[number], { hit: number; falseAlarm: number; n: number }>(
        `SELECT avg(CASE WHEN o.word IN ('hit', 'miss') THEN o.word = 'hit' END) AS hit,
           avg(CASE WHEN o.word IN ('falseAlarm', 'correctRejection') THEN o.word = 'falseAlarm' END) AS falseAlarm,
           count(*) AS n
         FROM trials t JOIN outcomes o ON o.code = t.outcome JOIN session_conditions c USING (session)
         WHERE t.session = ? AND assisted = 0 AND correction = 0 AND probe = 0
           AND (c.last_engaged_trial IS NULL OR t.trial <= c.last_engaged_trial)
           AND NOT EXISTS (SELECT 1 FROM opto WHERE opto.session = t.session AND opto.trial = t.trial
             AND coalesce(sham, '') <> 'maskOnly')`,
      );
      for (const row of json('sessions')) {
        const { hit, falseAlarm, n } = rates.get(row.session!)!;
        expect(row.controlTrials).toBe(n);
        expect(row.hitRate).toBe(hit);
        expect(row.falseAlarmRate).toBe(falseAlarm);
        if (row.balancedAccuracy !== null) expect(row.balancedAccuracy).toBeCloseTo((hit + 1 - falseAlarm) / 2, 14);
      }
      const ledger = db.prepare<[number], number>('SELECT sum(ul) FROM water_ledger WHERE session = ?').pluck();
      for (const row of json('sessions')) expect(row.waterUl).toBe(ledger.get(row.session!));
    });
  });

  it('stand on the pages as in the tables, rounded', () => {
    const facility = seen(text('index.html'));
    for (const { subjectId, subject, balancedAccuracyToday, dPrimeToday } of json('subjects')) {
      expect(facility).toContain(subject);
      expect(facility).toContain(`${Math.round(balancedAccuracyToday! * 100)} %`);
      expect(facility).toContain((dPrimeToday as number).toFixed(2));
      const page = seen(text(`subject-${subjectId}.html`));
      for (const row of json('sessions').filter((each) => each.subjectId === subjectId)) {
        const shown = (row.balancedAccuracy ?? row.correctRate) as number | null;
        expect(page).toContain(
          `${row.day} ${row.rig} ${row.stage} ${row.kind} ${shown === null ? '–' : `${Math.round(shown * 100)} %`}`,
        );
      }
      for (const pair of json('pairs').filter(
        (each) => each.subjectId === subjectId && each.day === json('subjects')[0]!.day,
      )) {
        const [correct, low, high] = [pair.correctRate, pair.correctLow, pair.correctHigh].map((share) =>
          Math.round(share! * 100),
        );
        expect(page).toContain(
          `${pair.pair} ${pair.asks === 'go' ? 'lick' : 'no lick'} ${pair.controlTrials} ${correct} % [${low}, ${high}]`,
        );
      }
    }
  });

  it('count expert days as the view of the record does', () => {
    const days = reading(
      cohort.file('cohort.sqlite'),
      (db) =>
        new Map(
          db
            .prepare<[], { session: number; day: number }>('SELECT session, expert_day AS day FROM expert_days')
            .all()
            .map(({ session, day }) => [session, day]),
        ),
    );
    for (const { session, expertDay } of json('sessions')) expect(expertDay).toBe(days.get(session!) ?? null);
    expect(Math.max(...days.values())).toBeGreaterThan(0);
  });

  it('say that they are simulated, on every page and every figure', () => {
    const pages = readdirSync(cohort.file('pages')).filter((name) => name.endsWith('.html'));
    expect(pages).toEqual(expect.arrayContaining(['index.html', 'subject-1.html', 'subject-2.html', 'rig-1.html']));
    for (const name of pages) {
      const page = text(name);
      expect(page).toContain('SIMULATED: no animal, no valve');
      for (const [figure] of page.matchAll(/<figure>[\s\S]*?<\/figure>/g))
        expect(figure).toContain('>SIMULATED</text>');
    }
  });

  it('come with a picture an animal, and with --png one of each figure', () => {
    const names = readdirSync(cohort.file('pages')).filter((name) => name.endsWith('.png'));
    expect(names).toEqual(expect.arrayContaining(['subject-1.png', 'subject-1-pairs.png', 'subject-1-light.png']));
    for (const name of names) {
      const bytes = readFileSync(cohort.file(`pages/${name}`));
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(bytes.readUInt32BE(16)).toBeGreaterThan(1000);
    }
  });

  it('change nothing in the record but its roll-ups, and leave no half-written file', async () => {
    const raw = () =>
      reading(cohort.file('cohort.sqlite'), (db) =>
        ['trials', 'events', 'sessions', 'decisions', 'assessments'].map((table) =>
          db
            .prepare(`SELECT count(*), max(rowid) FROM ${table === 'events' ? 'trials' : table}`)
            .raw()
            .get(),
        ),
      );
    const before = raw();
    await cohort.rig('nightly --db cohort.sqlite --out pages');
    expect(raw()).toEqual(before);
    expect(readdirSync(cohort.file('pages')).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

/** Records sessions of made-up trials: each a day, and so many trials. */
async function recorded(
  path: string,
  sessions: readonly { subject: string; startedAt: string; trials: number; aborted?: boolean }[],
): Promise<void> {
  const writer = openWriter(path);
  for (const { subject, startedAt, trials, aborted = false } of sessions) {
    const id = await writer.subjectFor({ ...subjectNamed(subject), createdAt: startedAt });
    await writer.openSession({ ...sessionOn('bench', id), startedAt });
    writer.clockSegment(segment0);
    let seq = 0;
    for (let trial = 1; trial <= trials; trial++) {
      const { events, row } = recordedTrial(trial, seq);
      seq += events.length;
      writer.events(events);
      writer.trial(aborted && trial === trials ? { ...row, endReason: 1, outcome: null, result: null } : row);
    }
    await writer.closeSession({
      endReason: aborted ? 'stopped by operator' : 'trials reached',
      endedAt,
      lastEngagedTrial: null,
    });
  }
  await writer.close();
}

const night = (at: Place, words = '') => at.rig(`nightly --db a.sqlite --out pages ${words}`);

describe('a session\u2019s own page', () => {
  it('is made anew by the night when something was excluded of the session since', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [{ subject: 'M1', startedAt: '2026-03-01T09:00:00.000+01:00', trials: 20 }]);
    await at.rig('summary 1 --db a.sqlite --out pages/session-1.html');
    expect(seen(text('session-1.html', at))).toContain('A-C lick 10 10');
    await at.rig('exclude 1 --use behaviour --trials 1-10 --reason air --operator Kim --db a.sqlite');
    await night(at);
    expect(seen(text('session-1.html', at))).toContain('A-C lick 10 5');
    expect(seen(text('session-1.html', at))).toContain('10 excluded');
  });
});

describe('a long life', () => {
  it('is shown by its last eighty sessions, numbered and with expert days counted from the first', async () => {
    const at = place();
    const day = generateRecord(at.file('a.sqlite'), { subjects: 2, sessionsEach: 90, trialsEach: 40 });
    const ran = await at.rig(`nightly --date ${day} --db a.sqlite --out pages`);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const rows = json('sessions', at);
    expect(rows).toHaveLength(160);
    expect(rows.slice(0, 80).map(({ number }) => number)).toEqual(Array.from({ length: 80 }, (_, index) => index + 11));
    const days = reading(
      at.file('a.sqlite'),
      (db) => new Map(db.prepare<[], [number, number]>('SELECT session, expert_day FROM expert_days').raw().all()),
    );
    for (const { session, expertDay } of rows) expect(expertDay).toBe(days.get(session) ?? null);
    expect(rows.at(-1)!.expertDay).toBeGreaterThan(40);
    expect(json('subjects', at)[0]).toMatchObject({ sessions: 90 });
    expect(seen(text('subject-1.html', at))).toContain('the last 80 of 90');
  });
});

describe('odd nights', () => {
  it('a record without a session: a page that says so', async () => {
    const at = place();
    await at.rig('subject add M001 --operator Kim --db a.sqlite');
    const ran = await night(at);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(seen(text('index.html', at))).toContain('Not shown');
    const empty = place();
    openRecord(empty.file('a.sqlite'), { mode: 'write' }).close();
    expect((await night(empty)).code).toBe(0);
    expect(seen(text('index.html', empty))).toContain('No animal and no rig was seen');
  });

  it('no record at all: told, and nothing is made', async () => {
    const at = place();
    const ran = await night(at);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('There is no record at');
    expect(existsSync(at.file('pages'))).toBe(false);
  });

  it('a subject with one trial, and one with none', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [
      { subject: 'one', startedAt: '2026-03-02T09:00:00.000+01:00', trials: 1 },
      { subject: 'none', startedAt: '2026-03-02T10:00:00.000+01:00', trials: 0 },
    ]);
    expect(await night(at)).toMatchObject({ code: 0, err: '' });
    const [one, none] = json('subjects', at);
    expect([one!.subject, none!.subject]).toEqual(['none', 'one']);
    expect(text('subject-1.html', at)).not.toContain('NaN');
    expect(text('subject-2.html', at)).not.toContain('NaN');
    expect(existsSync(at.file('pages/subject-1.png'))).toBe(true);
  });

  it('an aborted session counts its whole trials and says how it ended', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [
      { subject: 'M1', startedAt: '2026-03-02T09:00:00.000+01:00', trials: 5, aborted: true },
    ]);
    await night(at);
    expect(json('sessions', at)[0]).toMatchObject({ trials: 5, controlTrials: 4, endReason: 'stopped by operator' });
    expect(seen(text('subject-1.html', at))).toContain('stopped by operator');
  });

  it('a session over midnight belongs to the day on which it began; two in a day are both there', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [
      { subject: 'M1', startedAt: '2026-03-02T23:50:00.000+01:00', trials: 4 },
      { subject: 'M1', startedAt: '2026-03-02T09:00:00.000+01:00', trials: 6 },
      { subject: 'M1', startedAt: '2026-03-03T09:00:00.000+01:00', trials: 2 },
    ]);
    await night(at, '--date 2026-03-02');
    // In the order in which they began, and none of the day after.
    expect(json('sessions', at).map(({ day, trials }) => [day, trials])).toEqual([
      ['2026-03-02', 6],
      ['2026-03-02', 4],
    ]);
    expect(json('subjects', at)[0]).toMatchObject({ sessionsToday: 2, day: '2026-03-02' });
  });

  it('a clock that was changed: sessions stand in the order of true time', async () => {
    const at = place();
    // Europe, autumn: 02:30 comes twice.
    await recorded(at.file('a.sqlite'), [
      { subject: 'M1', startedAt: '2026-10-25T02:30:00.000+01:00', trials: 3 },
      { subject: 'M1', startedAt: '2026-10-25T02:30:00.000+02:00', trials: 7 },
    ]);
    const ran = await at.rig('nightly --db a.sqlite --out pages', { now: () => new Date('2026-10-26T09:00:00Z') });
    expect(ran.code).toBe(0);
    expect(json('sessions', at).map(({ trials }) => trials)).toEqual([7, 3]);
  });

  it('a renamed animal keeps its page, under its new name and with its old one told', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [{ subject: 'M1', startedAt: '2026-03-01T09:00:00.000+01:00', trials: 4 }]);
    await at.rig('subject rename M1 M9 --operator Kim --db a.sqlite');
    await night(at);
    const page = seen(text('subject-1.html', at));
    expect(page).toContain('M9');
    expect(page).toContain('before: M1');
    expect(json('sessions', at)[0]!.subject).toBe('M9');
  });

  it('a reassigned session moves to the right animal with its water, and both say so', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [
      { subject: 'M1', startedAt: '2026-03-01T09:00:00.000+01:00', trials: 4 },
      { subject: 'M2', startedAt: '2026-03-01T10:00:00.000+01:00', trials: 6 },
    ]);
    await night(at);
    expect(json('sessions', at).map(({ session, subject }) => [session, subject])).toEqual([
      [1, 'M1'],
      [2, 'M2'],
    ]);
    const ran = await at.rig('session reassign 2 --animal M1 --operator Kim --reason cages --db a.sqlite');
    expect(ran.code, ran.err).toBe(0);
    await night(at);
    expect(json('sessions', at).map(({ session, subject }) => [session, subject])).toEqual([
      [1, 'M1'],
      [2, 'M1'],
    ]);
    expect(seen(text('subject-1.html', at))).toContain('session 2, subject: 2 to 1. cages');
  });

  it('names with quotes, angle brackets and emoji are shown as they are, and nothing is injected', async () => {
    const at = place();
    const name = `<img src=x onerror="alert(1)">'&"🐭</title><script>alert(2)</script>`;
    await recorded(at.file('a.sqlite'), [{ subject: name, startedAt: '2026-03-01T09:00:00.000+01:00', trials: 45 }]);
    await night(at);
    for (const file of ['index.html', 'subject-1.html', 'rig-1.html']) {
      const page = text(file, at);
      expect(page).not.toMatch(/<img|<script|onerror="/);
      expect(seen(page)).toContain(name);
    }
    expect(json('subjects', at)[0]!.subject).toBe(name);
    const csv: string[][] = parse(text('subjects.csv', at));
    expect(csv[1]![1]).toBe(name);
    expect(existsSync(at.file('pages/subject-1.png'))).toBe(true);
  });

  it('a record that is being written to meanwhile: the pages are of one instant, and the session goes on', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [{ subject: 'M1', startedAt: '2026-03-01T09:00:00.000+01:00', trials: 4 }]);
    const writer = openWriter(at.file('a.sqlite'), { commit: 'bursts' });
    await writer.takeLease({ rigName: 'bench', simulated: true });
    const id = await writer.subjectFor(subjectNamed('M2'));
    await writer.openSession({ ...sessionOn('bench', id), startedAt: '2026-03-01T10:00:00.000+01:00' });
    writer.clockSegment(segment0);
    const first = recordedTrial(1, 0);
    writer.events(first.events);
    writer.trial(first.row);
    expect(await night(at)).toMatchObject({ code: 0, err: '' });
    expect(seen(text('index.html', at))).toContain(
      'session 2 on rig bench is not closed: it runs, or its program died',
    );
    const second = recordedTrial(2, first.events.length);
    writer.events(second.events);
    writer.trial(second.row);
    const totals = await writer.closeSession({ endReason: 'trials reached', endedAt, lastEngagedTrial: null });
    await writer.close();
    expect(totals.eventCount).toBe(first.events.length + second.events.length);
    await night(at);
    expect(json('sessions', at).map(({ trials }) => trials)).toEqual([4, 2]);
  });

  it('real and simulated animals in one record: a page each, and neither is in the other', async () => {
    const at = place();
    await at.rig('subject add Real --operator Kim --db a.sqlite');
    await at.rig('restrict Real --reference 26 --operator Kim --db a.sqlite');
    await recorded(at.file('a.sqlite'), [{ subject: 'Mouse', startedAt: '2026-03-02T07:00:00.000+00:00', trials: 4 }]);
    await night(at, '--date 2026-03-02');
    const real = seen(text('index.html', at));
    expect(real).toContain('Real');
    expect(real).not.toContain('Mouse');
    expect(text('index.html', at)).not.toContain('SIMULATED');
    const simulated = text('simulated.html', at);
    expect(seen(simulated)).toContain('Mouse');
    expect(simulated).toContain('SIMULATED: no animal');
  });

  it.each([
    ['--date 2026-13-01', 'It must be a day'],
    ['--at 25:00', 'no time of day'],
    ['--at 02:00 --date 2026-03-01', 'not both'],
  ])('refuses %s', async (words, message) => {
    const at = place();
    const ran = await night(at, words);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(message);
  });

  it('a folder that cannot be written is told in words', async () => {
    const at = place();
    await recorded(at.file('a.sqlite'), [{ subject: 'M1', startedAt: '2026-03-01T09:00:00.000+01:00', trials: 4 }]);
    const ran = await at.rig('nightly --db a.sqlite --out a.sqlite/pages');
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('Choose another folder with --out');
    expect(ran.err).not.toContain('at Object');
  });
});

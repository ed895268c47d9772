/** Trials out of the record: every format says the same, to the last digit, as the record itself; a file is whole or not there. */
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { rowFormats, sessionFormats } from '#data/export/formats.ts';
import { exported } from '#data/export/trials-wide.ts';
import { openRecord } from '#data/open.ts';
import { openWriter } from '#data/writer.ts';
import { endedAt, recordedTrial, segment0, sessionOn, subjectNamed } from '../data/rows.ts';
import { type Place, place, placeIn } from './driver.ts';

type Row = Record<string, string | number | null>;

/** The view, read afresh. */
function asked(path: string, where = ''): { columns: string[]; rows: Row[] } {
  const db = openRecord(path, { mode: 'read' });
  try {
    const columns = db.prepare<[], string>("SELECT name FROM pragma_table_info('trials_wide')").pluck().all();
    return { columns, rows: db.prepare<[], Row>(`SELECT * FROM trials_wide ${where} ORDER BY session, trial`).all() };
  } finally {
    db.close();
  }
}

/** RFC 4180, read by nothing of ours; null is an empty field, "" an empty text. */
function parsed(text: string): (string | null)[][] {
  const lines: (string | null)[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    lines.at(-1)!.push(quoted?.replaceAll('""', '"') ?? (plain || null));
    if (end !== ',') lines.push([]);
  }
  expect(lines.pop()).toEqual([]);
  return lines;
}

describe('rig export, of a cohort', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-export-'));
  const path = join(folder, 'x.sqlite');
  const { rig } = placeIn(folder);
  const parts = () => readdirSync(folder).filter((name) => name.endsWith('.part'));
  const outcome = async (line: string) => {
    const { code, err } = await rig(line);
    return [code, err.replace(/\s+/g, ' ')] as const;
  };

  beforeAll(async () => {
    expect((await rig('simulate --subjects 2 --days 3 --trials 40 --seed 7 --db x.sqlite')).code).toBe(0);
    // Whoever rolls sessions up, here the export does.
    const db = openRecord(path, { mode: 'write' });
    db.exec('DELETE FROM trial_facts; DELETE FROM rolled_up');
    db.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives CSV, JSON and a fresh query that agree to the last digit, with what the events say', async () => {
    const csv = await rig('export --all --format csv --db x.sqlite');
    const json = await rig('export --all --format json --db x.sqlite');
    expect([csv.code, csv.err, json.code, json.err]).toEqual([0, '', 0, '']);
    const { columns, rows } = asked(path);
    expect(rows).toHaveLength(240);
    expect(rows.every((row) => typeof row.start_s === 'number' && row.licks_choice !== null)).toBe(true);
    expect(rows.some((row) => !Number.isInteger(row.first_lick_choice_ms ?? 0))).toBe(true);
    const [head, ...lines] = parsed(csv.out);
    expect(head).toEqual(columns);
    expect(lines).toEqual(rows.map((row) => columns.map((name) => (row[name] === null ? null : String(row[name])))));
    for (const [at, line] of lines.entries()) {
      for (const [index, name] of columns.entries()) {
        if (typeof rows[at]![name] === 'number') expect(Number(line[index])).toBe(rows[at]![name]);
      }
    }
    const { trials, ...about } = JSON.parse(json.out) as { trials: Row[] };
    expect(trials).toEqual(rows);
    expect(trials.map((row) => Object.keys(row))).toEqual(rows.map(() => columns));
    expect(about).toEqual({
      ...{ record: path, simulated: true, software: expect.stringMatching(/^rehearsal \d/) },
      madeAt: expect.stringMatching(/^2026-03-02T/),
    });
  });

  it('is of one session, or of one animal, and says how much it wrote and that it is simulated', async () => {
    const one = await rig('export 3 --format csv --db x.sqlite --out 3.csv');
    expect(one).toMatchObject({
      code: 0,
      err: '',
      out: `SIMULATED 40 trials of 1 session: ${join(folder, '3.csv')}\n`,
    });
    expect(parsed(readFileSync(join(folder, '3.csv'), 'utf8'))).toHaveLength(41);
    const [{ subject }] = asked(path, 'WHERE session = 1').rows as [Row];
    const animal = await rig(`export --all --subject ${subject} --format json --db x.sqlite`);
    expect(JSON.parse(animal.out).trials).toEqual(asked(path, `WHERE subject = '${subject}'`).rows);
  });

  it('replaces a file only when told, and no other file is left', async () => {
    const file = join(folder, 'kept.csv');
    writeFileSync(file, 'mine');
    const [code, err] = await outcome('export --all --format csv --db x.sqlite --out kept.csv');
    expect([code, err]).toEqual([
      1,
      `rig: There is a file ${file} already. Nothing was written, and it is as it was. Give another name, or replace it with --force. `,
    ]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await rig('export --all --format csv --db x.sqlite --out kept.csv --force')).code).toBe(0);
    expect(parsed(readFileSync(file, 'utf8'))).toHaveLength(241);
    expect(parts()).toEqual([]);
  });

  it('never replaces the record, by whatever name', async () => {
    const before = readFileSync(path);
    linkSync(path, join(folder, 'hard.csv'));
    symlinkSync(path, join(folder, 'soft.csv'));
    for (const name of ['x.sqlite', 'hard.csv', 'soft.csv', 'x.sqlite-wal', 'x.sqlite-shm']) {
      const [code, err] = await outcome(`export --all --format csv --db x.sqlite --out ${name} --force`);
      expect([name, code, err]).toEqual([name, 1, expect.stringMatching(/is the record itself, or belongs to it/)]);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('writes through a link to the file behind it', async () => {
    writeFileSync(join(folder, 'behind.csv'), 'old');
    symlinkSync(join(folder, 'behind.csv'), join(folder, 'link.csv'));
    await rig('export 1 --format csv --db x.sqlite --out link.csv --force');
    expect(parsed(readFileSync(join(folder, 'behind.csv'), 'utf8'))).toHaveLength(41);
  });

  it('leaves nothing when it is stopped', async () => {
    const { rig: run, interrupt, file } = placeIn(folder);
    let drawn = false;
    const { code, err } = await run('export --all --format csv --db x.sqlite --out stopped.csv', {
      tty: true,
      onOut: (out) => {
        if (!drawn && / of 240 trials/.test(out)) interrupt();
        drawn = drawn || / of 240 trials/.test(out);
      },
    });
    expect([code, err]).toEqual([130, 'Stopped as asked. Nothing was written.\n']);
    expect([drawn, existsSync(file('stopped.csv')), parts()]).toEqual([true, false, []]);
  });

  it('refuses what was mistyped, and says what to type', async () => {
    for (const [line, words] of [
      ['export --format csv --db x.sqlite', /number of one session, or --all\. Nothing was written/],
      ['export 1 --all --format csv --db x.sqlite', /number of one session, or --all/],
      ['export 1 --subject M1 --format csv --db x.sqlite', /--subject goes with --all/],
      ['export 99 --format csv --db x.sqlite', /There is no session 99 in/],
      ['export one --format csv --db x.sqlite', /"one" is no session number/],
      ['export --all --format xls --db x.sqlite', /one of csv, json/],
      ['export --all --db x.sqlite', /required option '--format/],
      ['export --all --subject sim7-09 --format csv --db x.sqlite', /no subject sim7-09 .*Did you mean sim7-0/],
      ['export --all --format csv', /There is no record .* yet\. Nothing was written\. .*add --simulated/],
    ] as const) {
      expect([line, ...(await outcome(line))]).toEqual([line, 2, expect.stringMatching(words)]);
    }
    for (const [line, words] of [
      ['export 1 --format csv --db x.sqlite --out none/x.csv', /There is no folder .*none\. Nothing was written/],
      ['export 1 --format csv --db x.sqlite --out .', /is a folder or a device/],
      ['export 1 --format csv --db x.sqlite --out /dev/null --force', /is a folder or a device/],
    ] as const) {
      expect([line, ...(await outcome(line))]).toEqual([line, 1, expect.stringMatching(words)]);
    }
  });
});

describe('rig export, of one session in a file of its own', () => {
  const whole = async (write: (path: string) => void) => {
    const at = place();
    await at.rig('run --subject M1 --rig virtual --trials 1 --db x.sqlite');
    sessionFormats.toy = (_, session, path) => write(`${path}:${session}`.slice(0, -2));
    onTestFinished(() => {
      delete sessionFormats.toy;
    });
    return { at, ran: await at.rig('export 1 --format toy --db x.sqlite --out s.toy') };
  };

  it('is written under another name, and gets its own when it is whole', async () => {
    const seen: boolean[] = [];
    const { at, ran } = await whole((path) => {
      writeFileSync(path, 'whole');
      seen.push(path.includes('s.toy.'), existsSync(path.replace(/\.\d+\.part$/, '')));
    });
    expect([ran.code, seen, readFileSync(at.file('s.toy'), 'utf8')]).toEqual([0, [true, false], 'whole']);
    expect((await at.rig('export 1 --format toy --db x.sqlite')).err).toMatch(/one session is written into one file/);
    expect((await at.rig('export --all --format toy --db x.sqlite --out t')).err).toMatch(/one session is written/);
  });

  it('is not there when it could not be written', async () => {
    const { at, ran } = await whole((path) => {
      writeFileSync(path, 'half');
      throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
    });
    expect([ran.code, ran.err]).toEqual([
      1,
      expect.stringMatching(/^rig: The disk has no room for .*s\.toy\. Nothing of it stays/),
    ]);
    expect(readdirSync(at.folder).filter((name) => name.startsWith('s.toy'))).toEqual([]);
  });
});

/** What the chart asks, as it was in the first version. */
const plan = {
  ...{ odour1: 'A', odour2: 'C', spouts: ['centre'], rewarded: 'centre', licksToAnswer: 1, rewardDelayed: false },
  abortOnEarlyLick: false,
  durations: {
    ...{ baselineMs: 5000, odour1Ms: 1000, earlyDelayMs: 2500, lateDelayMs: 2500, odour2Ms: 1000, answerStartMs: 0 },
    ...{ choiceMs: 3000, rewardDelayMs: 0, waterMs: 40, consumptionMs: 5000, timeoutMs: 0 },
  },
};

interface MadeUp {
  readonly simulated?: boolean;
  readonly trials?: number;
  readonly ended?: boolean;
  readonly name?: string;
}

/** A made-up session; left open where it is not ended. */
async function recorded(at: Place, { simulated = true, trials = 3, ended = true, name = 'sim-1' }: MadeUp = {}) {
  const writer = openWriter(at.file('x.sqlite'), { commit: 'bursts' });
  const rigName = simulated ? 'bench' : 'uno';
  await writer.takeLease({ rigName, simulated });
  const subject = simulated
    ? await writer.subjectFor(subjectNamed(name))
    : await writer.addSubject(subjectNamed(name, false));
  await writer.openSession({ ...sessionOn(rigName, subject, simulated), operator: '+Kim, "the ō"' });
  writer.clockSegment(segment0);
  let seq = 0;
  for (let trial = 1; trial <= trials; trial++) {
    const { events, row } = recordedTrial(trial, seq, 20);
    seq += events.length;
    writer.events(events);
    writer.trial({ ...row, plan });
  }
  if (ended) await writer.closeSession({ endReason: 'trials reached', endedAt, lastEngagedTrial: null });
  await writer.close();
}

describe('rig export, of what a record may hold', () => {
  it('never mixes real and simulated trials, and says what it left out', async () => {
    const at = place();
    await recorded(at);
    await recorded(at, { simulated: false, name: 'M1' });
    const subjects = (text: string) => JSON.parse(text).trials.map(({ subject }: Row) => subject);
    const real = await at.rig('export --all --format json --db x.sqlite');
    expect([subjects(real.out), JSON.parse(real.out).simulated]).toEqual([['M1', 'M1', 'M1'], false]);
    expect(real.err).toMatch(/^Left out: 1 SIMULATED session\. .*add --simulated/);
    const simulated = await at.rig('export --all --simulated --format json --db x.sqlite');
    expect([subjects(simulated.out), JSON.parse(simulated.out).simulated]).toEqual([Array(3).fill('sim-1'), true]);
    expect(simulated.err).toMatch(/^Left out: 1 real session\./);
    const none = await at.rig('export --all --simulated --subject M1 --format csv --db x.sqlite');
    expect([none.code, none.out, none.err]).toEqual([2, '', expect.stringMatching(/no simulated session of M1/)]);
  });

  it('leaves names as they are, whatever they begin with', async () => {
    const at = place();
    await recorded(at, { name: '=cmd|"é,\n' });
    const { out } = await at.rig('export 1 --format csv --db x.sqlite');
    const [head, first] = parsed(out);
    expect(first![head!.indexOf('subject')]).toBe('=cmd|"é,\n');
    expect(first![head!.indexOf('operator')]).toBe('+Kim, "the ō"');
  });

  it('tells an empty text from none', async () => {
    const at = place();
    await recorded(at);
    const db = openRecord(at.file('x.sqlite'), { mode: 'write' });
    db.exec("UPDATE sessions SET operator = ''");
    db.close();
    const { out } = await at.rig('export 1 --format csv --db x.sqlite');
    expect(out.split('\r\n')[1]).toMatch(/^1,1,1,sim-1,bench,1,"",2026-03-02,/);
    expect(out.split('\r\n')[1]).toMatch(/,$/);
  });

  it('gives of an open session what is there, and says so', async () => {
    const at = place();
    await recorded(at, { trials: 60, ended: false });
    const { code, out, err } = await at.rig('export 1 --format json --db x.sqlite');
    const { trials } = JSON.parse(out);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^Note: Session 1 is still open\. Its trials up to now are there/),
    ]);
    expect(trials.length).toBeGreaterThan(0);
    expect(trials[0]).toMatchObject({ trial: 1, outcome: 'hit', start_s: null });
  });

  it('holds five hundred trials at a time, however many there are', async () => {
    const at = place();
    await recorded(at, { trials: 1200 });
    const db = openRecord(at.file('x.sqlite'), { mode: 'read' });
    const of = { session: null, subject: null, simulated: true };
    const chunks = [...exported(db, of, rowFormats.csv!, { record: 'r', software: 's', madeAt: 'm' })];
    db.close();
    expect(chunks.map(({ trials }) => trials)).toEqual([0, 500, 500, 200, 0]);
    expect(parsed(chunks.map(({ text }) => text).join(''))).toHaveLength(1201);
    const { trials } = JSON.parse((await at.rig('export 1 --format json --db x.sqlite')).out);
    expect(trials).toEqual(asked(at.file('x.sqlite')).rows);
  });

  it('gives a header and no more of a session without trials', async () => {
    const at = place();
    await recorded(at, { trials: 0 });
    expect(parsed((await at.rig('export 1 --format csv --db x.sqlite')).out)).toEqual([
      asked(at.file('x.sqlite')).columns,
    ]);
    expect(JSON.parse((await at.rig('export 1 --format json --db x.sqlite')).out).trials).toEqual([]);
  });
});

describe('rig trials --csv', () => {
  it('holds what --json holds, in words', async () => {
    const at = place();
    await at.rig(
      'run --subject M1 --rig virtual --trials 6 --seed 3 --set optoEpoch=lateDelay optoShare=0.5 --db x.sqlite',
    );
    await at.rig('exclude 1 --trials 2 --use behaviour --reason x --operator Kim --db x.sqlite');
    const [head, ...lines] = (await at.rig('trials 1 --csv --db x.sqlite')).out
      .split('\r\n')
      .map((line) => line.split(','));
    const rows = JSON.parse((await at.rig('trials 1 --json --db x.sqlite')).out) as Record<string, unknown>[];
    expect(lines.pop()).toEqual(['']);
    expect(lines).toEqual(rows.map((row) => head!.map((name) => (row[name] === null ? '' : String(row[name])))));
    expect(new Set(rows.flatMap((row) => Object.values(row).map((value) => typeof value)))).toContain('boolean');
  });
});

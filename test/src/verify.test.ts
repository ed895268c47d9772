/** A record altered by hand is found out, with the trial and the place named. Each alteration is made on a copy. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readEvents } from '#data/reads.ts';
import { EventDigest } from '#machines/digest.ts';
import { placeIn } from './driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearsal-verify-'));
const original = join(folder, 'original.sqlite');

beforeAll(async () => {
  const run = `run --subject M001 --rig virtual --trials 6 --seed 11 --db ${original}`;
  expect((await placeIn(folder).rig(run)).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Alter = (db: Database.Database) => void;

/** Puts a statement past the record's own guards, as a person with a database browser could. */
async function verifyAltered(alter: Alter) {
  const path = join(folder, 'altered.sqlite');
  copyFileSync(original, path);
  const db = new Database(path);
  db.pragma('journal_mode = DELETE');
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as {
    name: string;
  }[]) {
    db.exec(`DROP TRIGGER ${name}`);
  }
  alter(db);
  db.close();
  const { code, out } = await placeIn(folder).rig(`verify 1 --db ${path}`);
  rmSync(path);
  return { code, lines: out.trimEnd().split('\n').slice(1) };
}

function sql(...statements: string[]): Alter {
  return (db) => {
    for (const statement of statements) expect(db.prepare(statement).run().changes).toBeGreaterThan(0);
  };
}

/** The session's own count and CRC-32, so that only the trial can tell. */
function resealSession(db: Database.Database): void {
  const digest = new EventDigest();
  for (const { ticks, code, value } of readEvents(db, 1)) digest.add(ticks, code, value);
  db.prepare('UPDATE sessions SET event_count = ?, event_crc32 = ? WHERE id = 1').run(digest.count, digest.crc32);
}

/** As the view shows them, by trial. */
function verdicts(path: string): unknown[] {
  const db = openRecord(path, { mode: 'read' });
  try {
    return db.prepare('SELECT verdict FROM trials_wide ORDER BY trial').pluck().all();
  } finally {
    db.close();
  }
}

const trial3 = '(SELECT first_seq FROM trials WHERE trial = 3)';
/** The event of trial 3 where odour 1 closes. */
const inTrial3 = `(SELECT seq FROM events WHERE seq > ${trial3} AND code = 3 ORDER BY seq LIMIT 1 OFFSET 2)`;
const text = (body: string) => `INSERT INTO texts (body) VALUES ('${body}')`;
const lastText = '(SELECT max(id) FROM texts)';

describe('rig verify', () => {
  it('finds nothing wrong with the record as it was written', async () => {
    expect(await verifyAltered(() => {})).toEqual({
      code: 0,
      lines: ['consistent: 6 trials (sequence, digest, durations, chart).'],
    });
  });

  const alterations: [what: string, alter: Alter, found: RegExp[]][] = [
    [
      'one event moved by one tick',
      sql(`UPDATE events SET ticks = ticks + 1 WHERE seq = ${inTrial3}`),
      [/^trial 3, event \d+: .*1 ticks later/, /^trial 3.*CRC-32 that the rig computed/, /^session: .*CRC-32/],
    ],
    [
      'one event removed',
      sql(`DELETE FROM events WHERE seq = ${inTrial3}`),
      [/^trial 3, event \d+: between event/, /^session, event \d+: event \d+ is missing/],
    ],
    [
      'one event removed and all that follow renumbered',
      (db) => {
        const { seq } = db.prepare(`SELECT ${inTrial3} AS seq`).get() as { seq: number };
        db.exec(`DELETE FROM events WHERE seq = ${seq}; UPDATE events SET seq = -seq WHERE seq > ${seq};
          UPDATE events SET seq = -seq - 1 WHERE seq < 0;`);
      },
      [/^trial 3.*the rig counted/, /^session: the session has \d+ events and was closed with/],
    ],
    [
      'a lick added between two events, all that follow renumbered, and the session sealed anew',
      (db) => {
        const at = db.prepare(`SELECT seq, ticks FROM events WHERE seq = ${inTrial3}`).get() as Record<string, number>;
        db.exec(`UPDATE events SET seq = -seq - 1 WHERE seq > ${at.seq}; UPDATE events SET seq = -seq WHERE seq < 0;
          INSERT INTO events VALUES (1, ${at.seq! + 1}, ${at.ticks! + 5}, 1, 1);`);
        resealSession(db);
      },
      [/^trial 3.*the rig counted/, /^trial 4: its first event is \d+ in its row/],
    ],
    [
      'one outcome changed',
      sql("UPDATE trials SET outcome = (SELECT code FROM outcomes WHERE word = 'miss') WHERE trial = 3"),
      [/^trial 3: its outcome is \w+ by the chart and miss in its row/],
    ],
    [
      'one result changed',
      sql(text('{"outcome":"miss","answer":null}'), `UPDATE trials SET result_text = ${lastText} WHERE trial = 3`),
      [/^trial 3: the chart gives .*, and .*miss.* stands in its row/],
    ],
    [
      'one duration as run changed',
      (db) => {
        const slots = db
          .prepare('SELECT body FROM texts JOIN trials ON slot_ticks_text = texts.id WHERE trial = 3')
          .get() as { body: string };
        const { earlyDelayMs, ...rest } = JSON.parse(slots.body) as Record<string, number>;
        sql(
          text(JSON.stringify({ ...rest, earlyDelayMs: earlyDelayMs! + 2 })),
          `UPDATE trials SET slot_ticks_text = ${lastText} WHERE trial = 3`,
        )(db);
      },
      [
        /^trial 3: its earlyDelayMs ran 5000002 ticks, and 2500 ms are 5000000/,
        /^trial 3, event \d+: .*2 ticks earlier/,
      ],
    ],
    [
      'one duration of the plan changed',
      (db) => {
        const plan = db.prepare('SELECT body FROM texts JOIN trials ON plan_text = texts.id WHERE trial = 3').get() as {
          body: string;
        };
        sql(
          text(plan.body.replace('"choiceMs":3000', '"choiceMs":3001')),
          `UPDATE trials SET plan_text = ${lastText} WHERE trial = 3`,
        )(db);
      },
      [/^trial 3: its choiceMs ran 6000000 ticks, and 3001 ms are 6002000/, /^trial 3: its planned choiceMs is 3001/],
    ],
    [
      'one pair changed',
      sql("UPDATE trials SET trial_type = 'X-Y' WHERE trial = 3"),
      [/^trial 3: its pair is "X-Y" in its row, and the seed draws "[AB]-[CD]"/],
    ],
    ['the seed changed', sql('UPDATE sessions SET seed = seed + 1'), [/^trial \d: its pair is .*, and the seed draws/]],
    [
      'a parameter changed',
      (db) => {
        const set = db.prepare('SELECT body FROM texts JOIN sessions ON parameters_text = texts.id').get() as {
          body: string;
        };
        sql(
          text(set.body.replace('"delayMs":5000', '"delayMs":4000')),
          `UPDATE sessions SET parameters_text = ${lastText}`,
        )(db);
      },
      [/^trial 1: its planned earlyDelayMs is 2500 in its row, and the seed draws 2000/],
    ],
    [
      'one trial removed',
      sql('DELETE FROM trials WHERE trial = 3'),
      [/^session, event \d+: trial 3 has events and stands in no row/],
    ],
    [
      'the last trial cut off',
      sql('DELETE FROM events WHERE seq >= (SELECT last_seq FROM trials WHERE trial = 6)'),
      [/^trial 6: it stands in a row and has no events from start to end/, /^session, event \d+: a trial was cut off/],
    ],
    [
      'the digest of one trial changed',
      sql('UPDATE trials SET digest_crc32 = digest_crc32 + 1 WHERE trial = 3'),
      [/^trial 3: its events do not give the digest in its row/],
    ],
    [
      'one program hash changed',
      sql(text('0123456789abcdef'), `UPDATE trials SET program_hash_text = ${lastText} WHERE trial = 3`),
      [/^trial 3: its plan gives the program \w+, and 0123456789abcdef/],
    ],
  ];

  it.each(alterations)('finds %s', async (_, alter, found) => {
    const { code, lines } = await verifyAltered(alter);
    expect(code).toBe(1);
    for (const pattern of found) expect(lines).toContainEqual(expect.stringMatching(pattern));
    expect(lines.at(-1)).toMatch(/^NOT consistent: \d of \d trials are/);
  });

  it('names no other trial when one event of one trial was moved', async () => {
    const { lines } = await verifyAltered(sql(`UPDATE events SET ticks = ticks + 1 WHERE seq = ${inTrial3}`));
    expect(lines.filter((line) => /^trial [^3]/.test(line))).toEqual([]);
    expect(lines.at(-1)).toContain('5 of 6 trials');
  });

  it("finds any single event's ticks, code or value changed, wherever it stands", async () => {
    const db = openRecord(original, { mode: 'read' });
    const events = [...readEvents(db, 1)];
    db.close();
    const step = Math.floor(events.length / 12);
    for (let seq = 0; seq < events.length; seq += step) {
      for (const column of ['ticks', 'code', 'value']) {
        const { code } = await verifyAltered(sql(`UPDATE events SET ${column} = ${column} + 1 WHERE seq = ${seq}`));
        expect([seq, column, code]).toEqual([seq, column, 1]);
      }
    }
  });

  it('keeps a verdict on each trial with the record, and the last one counts', async () => {
    const path = join(folder, 'judged.sqlite');
    copyFileSync(original, path);
    const { rig } = placeIn(folder);
    const at = (hour: number) => ({ now: () => new Date(Date.UTC(2026, 2, 2, hour)) });
    expect(verdicts(path)).toEqual(Array(6).fill(null));
    await rig(`verify 1 --db ${path}`, at(9));
    expect(verdicts(path)).toEqual(Array(6).fill('consistent'));
    const db = new Database(path);
    db.exec(`DROP TRIGGER events_never_change; UPDATE events SET ticks = ticks + 1 WHERE seq = ${inTrial3}`);
    const { seq } = db.prepare(`SELECT ${inTrial3} AS seq`).get() as { seq: number };
    await rig(`verify 1 --db ${path}`, at(10));
    expect(verdicts(path)).toEqual(Array.from({ length: 6 }, (_, index) => (index === 2 ? 'departs' : 'consistent')));
    expect(db.prepare('SELECT * FROM verdicts WHERE trial = 3 AND consistent = 0').all()).toEqual([
      {
        ...{ session: 1, trial: 3, consistent: 0, departs_at_seq: seq, software_version: expect.any(String) },
        ...{ detail: expect.stringContaining('1 ticks later'), at: '2026-03-02T10:00:00.000Z' },
      },
    ]);
    db.exec(`UPDATE events SET ticks = ticks - 1 WHERE seq = ${inTrial3}`);
    db.close();
    // In the same instant once more: the second stands.
    await rig(`verify 1 --db ${path}`, at(10));
    expect(verdicts(path)).toEqual(Array(6).fill('consistent'));
  });

  it('judges a session that runs, and keeps nothing of it', async () => {
    const path = join(folder, 'running.sqlite');
    copyFileSync(original, path);
    const db = new Database(path);
    db.exec('UPDATE sessions SET end_reason = NULL, ended_at = NULL, event_count = NULL, event_crc32 = NULL');
    db.close();
    const { code, out, err } = await placeIn(folder).rig(`verify 1 --db ${path}`);
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain('session: the session was never closed: it runs, or its process died');
    expect(verdicts(path)).toEqual(Array(6).fill(null));
  });

  it('says when the task has changed since', async () => {
    const { code, lines } = await verifyAltered(sql("UPDATE sessions SET task_hash = 'older'"));
    expect(lines[0]).toMatch(/^Note: The task's sources have changed since/);
    expect(code).toBe(0);
  });
});

/** Care of the record: whatever is wrong with it is found, named, and said what to do; what is derived can be made anew. */
import { copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Subject } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { openWriter } from '#data/writer.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { segment0, sessionOn, subjectNamed } from '../data/rows.ts';
import { place, placeIn } from './driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearsal-data-'));
const original = join(folder, 'original.sqlite');
const { rig } = placeIn(folder);

beforeAll(async () => {
  const light = '--set optoEpoch=lateDelay optoShare=0.5';
  for (const seed of [1, 2, 3]) {
    expect((await rig(`run --subject M1 --rig virtual --trials 4 --seed ${seed} ${light} --db ${original}`)).code).toBe(
      0,
    );
  }
  // Rolled up, so that these rows are there to be altered too.
  await rig(`export --all --format csv --db ${original}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is left to do once the file is closed comes back. */
type Alter = (db: Database.Database) => undefined | ((path: string) => void);

let copies = 0;

/** Past the record's own guards, as a person with a database browser could. */
async function checkAltered(alter: Alter, options = '') {
  const path = join(folder, `altered-${++copies}.sqlite`);
  copyFileSync(original, path);
  const db = new Database(path);
  db.pragma('journal_mode = DELETE');
  db.pragma('foreign_keys = OFF');
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as Record<
    string,
    string
  >[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  const then = alter(db);
  for (const { sql } of triggers) db.exec(sql!);
  db.close();
  then?.(path);
  const checked = await rig(`data check --db ${path} ${options}`);
  return { path, code: checked.code, err: checked.err, lines: checked.out.trimEnd().split('\n') };
}

function sql(...statements: string[]): Alter {
  return (db) => {
    for (const statement of statements) expect(db.prepare(statement).run().changes).toBeGreaterThan(0);
    return undefined;
  };
}

const lick = '(SELECT min(seq) + 3 FROM events WHERE session = 2)';

describe('rig data check', () => {
  it('says in one line that a sound record is sound, and what it holds', async () => {
    const { code, lines, path, err } = await checkAltered(() => undefined);
    expect({ code, err, lines }).toEqual({
      ...{ code: 0, err: '' },
      lines: [
        expect.stringMatching(
          /^Sound: .*altered-\d+\.sqlite, 3 sessions, 12 trials, \d+ events, schema \d+; 3 sessions replayed\.$/,
        ),
      ],
    });
    const raw = (file: string) => {
      const db = openRecord(file, { mode: 'read' });
      const rows = ['sessions', 'trials', 'events', 'drops', 'opto'].map((table) =>
        db.prepare(`SELECT * FROM ${table}`).all(),
      );
      db.close();
      return rows;
    };
    expect(raw(path)).toEqual(raw(original));
  });

  it('keeps the verdicts of the last sessions that it replays, and of no more', async () => {
    const { path } = await checkAltered(() => undefined, '--sessions 2');
    const db = openRecord(path, { mode: 'read' });
    const verdicts = db.prepare('SELECT DISTINCT session, verdict FROM trials_wide ORDER BY session').raw().all();
    db.close();
    expect(verdicts).toEqual([
      [1, null],
      [2, 'consistent'],
      [3, 'consistent'],
    ]);
  });

  it.each<[what: string, alter: Alter, found: RegExp]>([
    [
      'a stamp that was changed',
      sql(`UPDATE events SET ticks = ticks + 1 WHERE session = 2 AND seq = ${lick}`),
      /^Session 2: the events of trial 1 do not give the digest that the rig counted\. .* "rig exclude 2 --db .*altered-\d+\.sqlite", .*"rig verify 2/,
    ],
    [
      'an event between trials that was changed',
      sql(
        'UPDATE events SET ticks = ticks + 1 WHERE session = 2 AND seq = (SELECT last_seq + 1 FROM trials WHERE session = 2 AND trial = 2)',
      ),
      /^Session 2: its events do not give the CRC-32 that it was closed with\./,
    ],
    [
      'an event that was taken away',
      sql(`DELETE FROM events WHERE session = 2 AND seq = ${lick}`),
      /^Session 2 has \d+ events, and was closed with \d+\./,
    ],
    [
      'an outcome that was changed',
      sql(
        "UPDATE trials SET outcome = (SELECT code FROM outcomes WHERE word = 'early') WHERE session = 3 AND trial = 2",
      ),
      /^Session 3 is not what its task's chart, .* give: 1 of 4 trials depart\. It was changed since/,
    ],
    [
      'events of no session',
      sql('INSERT INTO events SELECT 77, seq, ticks, code, value FROM events WHERE session = 1 AND seq < 4'),
      /^Rows of events that belong to no row of sessions: 4\. Rows were taken away or put in by hand/,
    ],
    [
      'trials without events',
      sql('DELETE FROM events WHERE session = 2'),
      /^Trials without their first or last event: 4, in session 2\./,
    ],
    [
      'drops of no trial',
      sql('UPDATE drops SET trial = 9 WHERE session = 1'),
      /^Drops of water of no trial: \d, in session 1\./,
    ],
    [
      'drops of no event',
      sql('UPDATE drops SET seq = 1 WHERE session = 1 AND seq = (SELECT min(seq) FROM drops WHERE session = 1)'),
      /^Drops of water that no event opened: 1, in session 1\./,
    ],
    [
      'light of no trial',
      sql(
        'INSERT INTO opto SELECT session, 9, from_epoch, to_epoch, site, sham, waveform, frequency_hz, duty_fraction, drive, power_mw, calibration, ramp_ms, ramp_side, masked FROM opto LIMIT 1',
      ),
      /^Opto light of no trial: 1, in session/,
    ],
    [
      'odours of no trial',
      sql(
        "INSERT INTO odorants (chemical, entered_at, person) VALUES ('octanal', 'x', 'Kim')",
        "INSERT INTO vials (odorant, rig, line, filled_at, mounted_at, person) VALUES (1, 1, 'odourA', 'x', 'x', 'Kim')",
        "INSERT INTO trial_odours VALUES (1, 9, 1, 'A', 1, 'odourA')",
      ),
      /^Odours of no trial: 1, in session 1\./,
    ],
    [
      'frames of no event',
      sql('INSERT INTO frames VALUES (1, 0, 999999, NULL)'),
      /^Frames without their event: 1, in session 1\./,
    ],
    [
      'a session of which nobody knows what it was for',
      sql('DELETE FROM session_conditions WHERE session = 2'),
      /^Sessions without what they were for: 1, in session 2\. They are in no list/,
    ],
    [
      'roll-ups of no session',
      sql('UPDATE rollups SET session = 77 WHERE session = 1'),
      /^Rows of rollups that belong to no row of sessions: \d+\. They are derived.*"rig data rebuild --db/,
    ],
    [
      'facts of no trial',
      sql('UPDATE trial_facts SET trial = 9 WHERE session = 1 AND trial = 1'),
      /^Facts of no trial: 1, in session 1\. They are derived/,
    ],
    [
      'an open session that nobody runs',
      sql('UPDATE sessions SET end_reason = NULL, event_count = NULL, event_crc32 = NULL WHERE id = 3'),
      /^Session 3 on virtual is open, and no process gives a sign of life there\. .*Start virtual again/,
    ],
    [
      'a guard that was taken away',
      (db) => void db.exec('DROP VIEW expert_days'),
      /^Not there is what every record has: view expert_days\. Somebody took it away by hand/,
    ],
    [
      'a page of the file that was overwritten',
      (db) => {
        const { page } = db
          .prepare<[], { page: number }>(
            "SELECT rootpage AS page FROM sqlite_schema WHERE name = 'sessions_by_subject'",
          )
          .get()!;
        const size = db.pragma('page_size', { simple: true }) as number;
        // Its rows stand at the end of a page.
        return (path) => writeSync(openSync(path, 'r+'), Buffer.alloc(20, 7), 0, 20, page * size - 20);
      },
      /^SQLite finds: .*sessions_by_subject.* The file was damaged/,
    ],
  ])('finds %s', async (_, alter, found) => {
    const { code, lines } = await checkAltered(alter);
    expect(lines).toContainEqual(expect.stringMatching(found));
    expect(lines.at(-1)).toMatch(/^NOT sound: \d+ findings?\. /);
    expect(code).toBe(1);
  });

  it('asks the other questions too where a table cannot be read', async () => {
    const { code, lines } = await checkAltered((db) => {
      db.exec('UPDATE events SET ticks = 5 WHERE session = 1 AND seq = 1');
      return (path) => new Database(path).exec('ALTER TABLE drops RENAME TO dops').close();
    });
    expect(code).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^Not there is what every record has: table drops\./));
    expect(lines).toContainEqual(
      expect.stringMatching(/^The check of rows that belong to nothing came to a stop: no such table: drops\./),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^Session 1: the events of trial 1 do not/));
  });

  it('comes to a verdict whatever is left of the record', async () => {
    const gone = await checkAltered(() => (path) => new Database(path).exec('ALTER TABLE trials RENAME TO tr').close());
    expect(gone.lines.at(-1)).toMatch(/^NOT sound: \d+ findings\. .*of which nobody can say what it holds/);
    const text = await checkAltered(
      sql(
        "INSERT INTO texts (body) VALUES ('{')",
        'UPDATE trials SET plan_text = (SELECT max(id) FROM texts) WHERE session = 2 AND trial = 1',
      ),
    );
    expect(text.lines).toContainEqual(expect.stringMatching(/^Session 2 cannot be replayed: .*JSON/));
    expect(text.lines.at(-1)).toMatch(/^NOT sound: 1 finding\. .*; 3 sessions replayed\.$/);
  });

  it('takes free water, a trial that was cut off and a session that runs for what they are', async () => {
    const at = place();
    const keys$ = new Subject<string>();
    let pressed = false;
    await at.rig('run --subject M1 --rig virtual --pace 400 --trials 2 --seed 1 --db a.sqlite', {
      ...{ tty: true, keys$, env: { NO_COLOR: '1' } },
      onOut: (out) => {
        if (!pressed && /trial +1\/2/.test(out)) queueMicrotask(() => keys$.next('w'));
        pressed = pressed || /trial +1\/2/.test(out);
      },
    });
    const path = at.file('a.sqlite');
    const cutOff = openWriter(path, { commit: 'bursts' });
    await cutOff.takeLease({ rigName: 'bench', simulated: true });
    await cutOff.openSession(sessionOn('bench', await cutOff.subjectFor(subjectNamed('sim-1'))));
    cutOff.clockSegment(segment0);
    cutOff.events(
      [
        [EventCode.output, 16],
        [EventCode.output, 0],
        [EventCode.start, 1],
        [EventCode.output, 16],
        [EventCode.output, 0],
      ].map(([code, value], seq) => ({ seq, ticks: 1000 * seq, code: code as EventCode, value: value! })),
    );
    await cutOff.closeSession({ endReason: 'interrupted', endedAt: '2026-03-02T10:00:00Z', lastEngagedTrial: null });
    await cutOff.openSession(sessionOn('bench', await cutOff.subjectFor(subjectNamed('sim-1'))));
    const drops = openRecord(path, { mode: 'read' });
    expect(
      drops
        .prepare(
          'SELECT count(*) FROM drops WHERE NOT EXISTS (SELECT 1 FROM trials t WHERE t.trial = drops.trial AND t.session = drops.session)',
        )
        .pluck()
        .get(),
    ).toBe(3);
    drops.close();
    const now = { now: () => new Date() };
    expect((await at.rig('data check --sessions 0 --db a.sqlite', now)).out).toMatch(/^Sound: .*, 3 sessions, /);
    await cutOff.close();
    expect((await at.rig('data check --sessions 0 --db a.sqlite', now)).out).toMatch(
      /^Session 3 on bench is open, and no process/,
    );
  });

  it('shows on a terminal how far it is, and nothing of that elsewhere', async () => {
    const seen = (await rig(`data check --db ${original}`, { tty: true, env: { NO_COLOR: '1' } })).out;
    expect(seen).toContain('Looking at the events: 2 of 3 sessions');
    expect(seen.split('\r\u001b[2K').at(-1)).toMatch(/^Sound: .*\.\n$/);
  });

  it('does not make a record that is not there', async () => {
    for (const command of ['data check', 'data rebuild', 'data backup b.sqlite']) {
      const { code, err } = await rig(`${command} --db none.sqlite`);
      expect([command, code, err]).toEqual([command, expect.any(Number), expect.stringMatching(/There is no record/)]);
      expect(code).not.toBe(0);
    }
    expect(() => readFileSync(join(folder, 'none.sqlite'))).toThrow();
  });
});

describe('rig data rebuild', () => {
  it('makes anew what is derived, strays included, and leaves the rest as it is', async () => {
    const { path } = await checkAltered(
      sql(
        'UPDATE rollups SET session = 77 WHERE session = 1',
        'UPDATE trial_facts SET trial = 9, licks_choice = 99 WHERE session = 2 AND trial = 1',
        'UPDATE lick_lines SET licks = 1',
      ),
    );
    const all = (file: string) => {
      const db = openRecord(file, { mode: 'read' });
      const names = db
        .prepare<[], string>(
          "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name <> 'verdicts'",
        )
        .pluck()
        .all();
      const rows = names.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]);
      db.close();
      return Object.fromEntries(rows.sort()) as Record<string, unknown>;
    };
    expect(all(path).rollups).not.toEqual(all(original).rollups);
    expect((await rig(`data rebuild --db ${path}`)).out).toBe(`3 sessions rolled up anew in ${path}.\n`);
    expect(all(path)).toEqual({ ...all(original), sqlite_schema: expect.anything() });
    expect((await rig(`data check --db ${path}`)).code).toBe(0);
  });
});

describe('rig data backup', () => {
  it('makes a copy that is a record of its own, and says what it holds', async () => {
    const { code, out, err } = await rig(`data backup copy.sqlite --db ${original}`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Backed up and looked through: .*copy\.sqlite, \d+\.\d MB \(3 sessions, 12 trials, \d+ events\)\.\n$/,
    );
    for (const line of ['verify 2', 'data check', 'trials 1'])
      expect((await rig(`${line} --db copy.sqlite`)).code).toBe(0);
  });

  it('replaces a file only when told, and the record never', async () => {
    const { file, rig: run } = place();
    copyFileSync(original, file('x.sqlite'));
    await run('data backup copy.sqlite --db x.sqlite');
    const before = readFileSync(file('x.sqlite'));
    for (const [line, words] of [
      ['data backup copy.sqlite --db x.sqlite', /There is a file .*copy\.sqlite already\. Nothing was written/],
      ['data backup x.sqlite --db x.sqlite', /is the record itself/],
      ['data backup x.sqlite --db x.sqlite --force', /is the record itself/],
      ['data backup x.sqlite-wal --db x.sqlite --force', /is the record itself, or belongs to it/],
    ] as const) {
      const { code, err } = await run(line);
      expect([line, code, err]).toEqual([line, 1, expect.stringMatching(words)]);
    }
    expect((await run('data backup copy.sqlite --db x.sqlite --force')).code).toBe(0);
    expect(readFileSync(file('x.sqlite')).equals(before)).toBe(true);
  });
});

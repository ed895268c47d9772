/** The water ledger: what sessions gave is entered from their events, however they ended. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { animalNamed } from '#data/animal-room/animals.ts';
import { entering } from '#data/animal-room/entry.ts';
import { addWater, waterOn } from '#data/animal-room/water.ts';
import { openRecord } from '#data/open.ts';
import { SessionWater } from '#data/session-water.ts';
import { addSubject } from '#data/subjects.ts';
import { WriterCore } from '#data/writer-core.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { careOf } from '#src/animal-room/standing.ts';
import { errorOf, newPath } from './driver.ts';
import { endedAt, recordedTrial, segment0, sessionOn, startedAt, subjectNamed } from './rows.ts';

const lines = { inputs: ['lick'], outputs: ['odourA', 'waterLeft', 'waterRight'] };
const rigFile = JSON.stringify({
  lines: { waterLeft: { kind: 'water', flowUlPerS: 100 }, waterRight: { kind: 'water', flowUlPerS: 250 } },
});
const LEFT = 0b010;
const RIGHT = 0b100;

describe('water of a session', () => {
  const water = () => {
    const session = new SessionWater(lines, rigFile);
    session.clockSegment(2000);
    return session;
  };

  it('is on-time by flow of each valve, also across the wrap of the counter', () => {
    const session = water();
    session.event(2 ** 32 - 40_000, EventCode.start, 1);
    session.event(2 ** 32 - 20_000, EventCode.output, LEFT | 1);
    session.event(20_000, EventCode.output, LEFT | RIGHT);
    session.event(60_000, EventCode.output, RIGHT);
    session.event(80_000, EventCode.output, 0);
    session.event(80_000, EventCode.end, EndReason.completed);
    session.trial(false);
    // Left 80,000 ticks = 40 ms at 0.1 ul/ms, right 60,000 ticks = 30 ms at 0.25 ul/ms.
    expect(session.given()).toEqual({ earnedUl: 11.5, freeUl: 0, missing: null });
  });

  it('is free outside trials, and where no answer brought it', () => {
    const session = water();
    session.event(0, EventCode.output, LEFT);
    session.event(20_000, EventCode.output, 0);
    for (const free of [true, false]) {
      session.event(30_000, EventCode.start, 1);
      session.event(40_000, EventCode.output, LEFT);
      session.event(80_000, EventCode.output, 0);
      session.event(90_000, EventCode.end, EndReason.completed);
      session.trial(free);
    }
    expect(session.given()).toEqual({ earnedUl: 2, freeUl: 3, missing: null });
  });

  it('is free where a person gave it: a pulse is a trial of the board, and none of the animal', () => {
    const session = water();
    session.event(0, EventCode.start, PULSE_TRIAL);
    session.event(0, EventCode.output, LEFT);
    session.event(80_000, EventCode.output, 0);
    session.event(80_000, EventCode.end, EndReason.completed);
    expect(session.takeDrops()).toMatchObject([{ trial: null, ul: 4 }]);
    session.event(100_000, EventCode.start, 1);
    session.event(120_000, EventCode.end, EndReason.completed);
    session.trial(false);
    expect(session.given()).toMatchObject({ earnedUl: 0, freeUl: 4 });
  });

  it('says what it cannot count: a valve that was open when the board went, a flow that nobody stated', () => {
    const cut = water();
    cut.event(0, EventCode.output, LEFT);
    cut.clockSegment(2000);
    expect(cut.given()).toMatchObject({ freeUl: 0, missing: expect.stringContaining('a valve was open') });
    const unstated = new SessionWater(lines, '{}');
    unstated.clockSegment(2000);
    unstated.event(0, EventCode.output, LEFT);
    unstated.event(9, EventCode.output, 0);
    expect(unstated.given()).toMatchObject({ freeUl: 0, missing: expect.stringContaining('states no flow') });
  });
});

/** One open session in which a drop of 4 ul was earned and one of 2 ul was free. */
function twoDrops(core: WriterCore): number {
  core.takeLease({ rigName: 'bench', simulated: true });
  const start = sessionOn('bench', core.subjectFor(subjectNamed('sim-1')));
  const session = core.openSession({ ...start, lines, rigFile });
  core.clockSegment(segment0);
  const { events, row } = recordedTrial(1, 0, 2);
  const at = events.at(-2)!.ticks;
  const drop = (first: number, ticks: number, ms: number): RawEvent[] => [
    { seq: first, ticks, code: EventCode.output, value: LEFT },
    { seq: first + 1, ticks: (ticks + ms * 2000) >>> 0, code: EventCode.output, value: 0 },
  ];
  const [start1, ...rest] = events;
  const inTrial = [start1!, ...drop(1, start1!.ticks, 40), ...rest.slice(1).map((e) => ({ ...e, seq: e.seq + 1 }))];
  core.events(inTrial);
  core.trial({ ...row, lastSeq: row.lastSeq + 1 });
  core.events(drop(inTrial.length, at, 20));
  return session;
}

const day = startedAt.slice(0, 10);
const kinds = (path: string) => {
  const db = openRecord(path, { mode: 'read' });
  const found = waterOn(db, animalNamed(db, 'sim-1')!.id, day).map(({ kind, ul, session }) => [kind, ul, session]);
  db.close();
  return found;
};

describe('the ledger', () => {
  const coreAt = (path: string) =>
    new WriterCore(openRecord(path, { mode: 'write' }), { commit: 'batch', now: Date.now, onCommitted: () => {} });

  it('takes what a session gave when it is closed', () => {
    const path = newPath();
    const core = coreAt(path);
    const session = twoDrops(core);
    expect(kinds(path)).toEqual([]);
    core.closeSession({ endReason: 'trials', endedAt, lastEngagedTrial: null });
    core.close();
    expect(kinds(path)).toEqual([
      ['earned', 4, session],
      ['free', 2, session],
    ]);
  });

  it('counts what an open session has given up to now, and counts it once', () => {
    const path = newPath();
    const core = coreAt(path);
    twoDrops(core);
    const given = () => {
      const db = openRecord(path, { mode: 'read' });
      const { givenUl, byRigsUl } = careOf(db, animalNamed(db, 'sim-1')!, day);
      db.close();
      return [givenUl, byRigsUl];
    };
    expect(given()).toEqual([6, 6]);
    core.closeSession({ endReason: 'trials', endedAt, lastEngagedTrial: null });
    core.close();
    expect(given()).toEqual([6, 6]);
  });

  it('takes the same of a session whose process died', () => {
    const path = newPath();
    const session = twoDrops(coreAt(path));
    const sql = new Database(path);
    // As if that process were gone.
    sql.exec('DELETE FROM rig_leases');
    sql.close();
    const next = coreAt(path);
    expect(next.takeLease({ rigName: 'bench', simulated: true })).toEqual([session]);
    next.close();
    expect(kinds(path)).toEqual([
      ['earned', 4, session],
      ['free', 2, session],
    ]);
  });

  it('is never changed: not an entry of water, not a weight, not a case', async () => {
    const path = newPath();
    entering({ path, createFolder: false }, (db) => {
      addSubject(db, subjectNamed('sim-1'));
      db.exec(`INSERT INTO weights (subject, measured_at, grams, person) VALUES (1, '${startedAt}', 20, 'operator-1');
        INSERT INTO water_ledger (subject, day, at, kind, ul) VALUES (1, '${day}', '${startedAt}', 3, 100);
        INSERT INTO cases (subject, opened_at, reason) VALUES (1, '${startedAt}', 'thin');
        INSERT INTO case_entries (welfare_case, kind, body, person, at) VALUES (1, 'told', 'Lee', 'Kim', '${startedAt}');`);
    });
    const db = openRecord(path, { mode: 'write' });
    for (const table of ['weights', 'water_ledger', 'cases', 'case_entries']) {
      expect(await errorOf(() => db.exec(`DELETE FROM ${table}`)), table).toMatchObject({
        message: expect.stringContaining('never deleted'),
      });
      expect(await errorOf(() => db.exec(`UPDATE ${table} SET id = id + 1`)), table).toMatchObject({
        message: expect.stringContaining('amend'),
      });
    }
    db.close();
  });

  it('is the sum of its parts, for any entries of any animals and days in any order', () => {
    const entry = fc.record({
      subject: fc.constantFrom(1, 2),
      day: fc.constantFrom('2026-03-01', '2026-03-02'),
      kind: fc.constantFrom('byHand' as const, 'freeAccess' as const),
      tenths: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const db = openRecord(newPath(), { mode: 'write' });
        for (const name of ['sim-1', 'sim-2']) addSubject(db, subjectNamed(name));
        for (const { subject, day, kind, tenths } of entries) {
          const measured = kind === 'byHand';
          addWater(db, {
            subject,
            day,
            at: `${day}T09:00:00+01:00`,
            kind,
            ul: measured ? tenths / 10 : null,
            minutes: measured ? null : 5,
            form: 'water',
            session: null,
            person: 'operator-1',
            note: null,
          });
        }
        for (const subject of [1, 2]) {
          for (const day of ['2026-03-01', '2026-03-02']) {
            const own = entries.filter((each) => each.subject === subject && each.day === day);
            const care = careOf(db, animalNamed(db, `sim-${subject}`)!, day);
            const tenths = own.reduce((sum, each) => sum + (each.kind === 'byHand' ? each.tenths : 0), 0);
            expect(Math.round(care.givenUl * 10)).toBe(tenths);
            expect(care.freeAccess).toBe(own.some(({ kind }) => kind === 'freeAccess'));
          }
        }
        db.close();
      }),
      { numRuns: 30 },
    );
  });
});

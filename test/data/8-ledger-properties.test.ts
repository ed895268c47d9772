/** The water ledger under any order of what people and sessions do to it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amend } from '#data/animal-room/amendments.ts';
import { reassign } from '#data/animal-room/reassign.ts';
import { addWater, waterOn } from '#data/animal-room/water.ts';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { addSubject } from '#data/subjects.ts';
import { WriterCore } from '#data/writer-core.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { newPath } from './driver.ts';
import { endedAt, segment0, sessionOn, startedAt, subjectNamed } from './rows.ts';

const DAY = startedAt.slice(0, 10);
const lines = { inputs: ['lick'], outputs: ['odourA', 'water'] };
const rigFile = JSON.stringify({ lines: { water: { kind: 'water', flowUlPerS: 100 } } });
const WATER = 0b10;
const ANIMALS = 3;

type Act =
  | { readonly kind: 'session'; readonly animal: number; readonly dropsMs: readonly number[] }
  | { readonly kind: 'byHand'; readonly animal: number; readonly ul: number }
  | { readonly kind: 'reassign'; readonly session: number; readonly to: number }
  | {
      readonly kind: 'amend';
      readonly entry: number;
      readonly change: 'ul' | 'void' | 'subject';
      readonly value: number;
    };

const animal = fc.nat({ max: ANIMALS - 1 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('session' as const),
    animal,
    dropsMs: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('byHand' as const), animal, ul: fc.integer({ min: 1, max: 900 }) }),
  fc.record({ kind: fc.constant('reassign' as const), session: fc.nat({ max: 9 }), to: animal }),
  fc.record({
    kind: fc.constant('amend' as const),
    entry: fc.nat({ max: 15 }),
    change: fc.constantFrom('ul' as const, 'void' as const, 'subject' as const),
    value: fc.nat({ max: 500 }),
  }),
);

/** What the ledger must say, kept in the plainest way. */
interface Entry {
  readonly id: number;
  readonly session: number | null;
  animal: number;
  ul: number;
  isVoid: boolean;
}

function runSession(db: RecordDatabase, subject: number, dropsMs: readonly number[]): number {
  const core = new WriterCore(db, { commit: 'session', now: () => 0, onCommitted: () => {} });
  const session = core.openSession({ ...sessionOn('bench', subject), lines, rigFile });
  core.clockSegment(segment0);
  let ticks = 0;
  const events = dropsMs.flatMap((ms, index): RawEvent[] => {
    const from = ticks + 10_000;
    ticks = from + ms * 2000;
    return [
      { seq: 2 * index, ticks: from, code: EventCode.output, value: WATER },
      { seq: 2 * index + 1, ticks, code: EventCode.output, value: 0 },
    ];
  });
  core.events(events);
  core.closeSession({ endReason: 'finished', endedAt, lastEngagedTrial: null });
  return session;
}

function raw(db: RecordDatabase): unknown {
  return ['weights', 'water_ledger', 'sessions', 'events', 'trials', 'drops'].map((table) => [
    table,
    db.prepare(`SELECT * FROM ${table}`).all(),
  ]);
}

describe('the water ledger', () => {
  it('is the sum of its parts under any order of sessions, hand water, reassignments and amendments; raw rows stay', () => {
    const words = { person: 'Kim', reason: 'test', at: endedAt };
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const db = openRecord(newPath(), { mode: 'write', createFolder: true });
        const ids = Array.from({ length: ANIMALS }, (_, n) => addSubject(db, subjectNamed(`sim-${n}`)));
        const sessions: { id: number; animal: number }[] = [];
        const entries: Entry[] = [];
        for (const each of acts) {
          if (each.kind === 'session') {
            const id = runSession(db, ids[each.animal]!, each.dropsMs);
            sessions.push({ id, animal: each.animal });
            const made = db
              .prepare<[number], { id: number; ul: number }>('SELECT id, ul FROM water_ledger WHERE session = ?')
              .all(id);
            const ul = each.dropsMs.reduce((sum, ms) => sum + ms / 10, 0);
            expect(made.reduce((sum, row) => sum + row.ul, 0)).toBeCloseTo(ul, 6);
            for (const row of made)
              entries.push({ id: row.id, session: id, animal: each.animal, ul: row.ul, isVoid: false });
          } else if (each.kind === 'byHand') {
            const { animal: n, ul } = each;
            const entry = { subject: ids[n]!, day: DAY, at: startedAt, kind: 'byHand', ul, minutes: null } as const;
            addWater(db, { ...entry, form: 'water', session: null, person: 'Kim', note: null });
            const id = db.prepare<[], number>('SELECT max(id) FROM water_ledger').pluck().get()!;
            entries.push({ id, session: null, animal: n, ul, isVoid: false });
          } else if (each.kind === 'reassign') {
            const session = sessions[each.session];
            if (session === undefined || session.animal === each.to) continue;
            const before = raw(db);
            const moved = reassign(db, { session: session.id, to: ids[each.to]!, weight: null, ...words });
            expect(raw(db)).toEqual(before);
            session.animal = each.to;
            const its = entries.filter((entry) => entry.session === session.id && !entry.isVoid);
            expect(moved).toBeCloseTo(
              its.reduce((sum, { ul }) => sum + ul, 0),
              6,
            );
            for (const entry of its) entry.animal = each.to;
          } else {
            const entry = entries[each.entry];
            if (entry === undefined || entry.isVoid) continue;
            const before = raw(db);
            const value =
              each.change === 'void' ? 1 : each.change === 'subject' ? ids[each.value % ANIMALS]! : each.value;
            amend(db, { table: 'water_ledger', row: entry.id, column: each.change, value, ...words });
            expect(raw(db)).toEqual(before);
            if (each.change === 'void') entry.isVoid = true;
            else if (each.change === 'ul') entry.ul = each.value;
            else entry.animal = each.value % ANIMALS;
          }
        }
        for (const [n, id] of ids.entries()) {
          const counted = entries.filter((entry) => entry.animal === n && !entry.isVoid);
          const said = waterOn(db, id, DAY);
          expect(said.map((entry) => entry.id)).toEqual(counted.map((entry) => entry.id));
          const sum = (of: readonly { ul: number | null }[]) => of.reduce((ul, entry) => ul + (entry.ul ?? 0), 0);
          expect(sum(said)).toBeCloseTo(sum(counted), 6);
        }
        // The ledger before any correction is the sum of the drops, to the last digit.
        const ofDrops = db.prepare('SELECT round(coalesce(sum(ul), 0), 3) FROM drops').pluck().get();
        const ofLedger = db
          .prepare('SELECT round(coalesce(sum(ul), 0), 3) FROM water_ledger WHERE session IS NOT NULL')
          .pluck()
          .get();
        expect(ofDrops).toBe(ofLedger);
        db.close();
      }),
      { numRuns: 60, seed: 5 },
    );
  }, 60_000);
});

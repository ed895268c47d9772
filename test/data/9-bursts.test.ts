/** A session of a simulated rig is written in bursts: others may write meanwhile, and a killed one is closed with what it had. */
import { describe, expect, it } from 'vitest';
import { entering } from '#data/animal-room/entry.ts';
import { addWater } from '#data/animal-room/water.ts';
import { openRecord } from '#data/open.ts';
import { readEvents, readSession, readTrials } from '#data/reads.ts';
import { openWriter, type RecordWriter } from '#data/writer.ts';
import { errorOf, newPath } from './driver.ts';
import { endedAt, recordedTrial, segment0, sessionOn, startedAt, subjectNamed } from './rows.ts';

const RIG = { rigName: 'bench', simulated: true };
const TRIALS = 60;

async function begun(path: string): Promise<{ writer: RecordWriter; subject: number; session: number }> {
  const writer = openWriter(path, { createFolder: true, commit: 'bursts' });
  await writer.takeLease(RIG);
  const subject = await writer.subjectFor(subjectNamed('sim-1'));
  const session = await writer.openSession(sessionOn('bench', subject));
  writer.clockSegment(segment0);
  return { writer, subject, session };
}

/** Trials as made up, from an array that is used again. */
function record(writer: RecordWriter, trials: number) {
  const batch: ReturnType<typeof recordedTrial>['events'] = [];
  const rows = [];
  let seq = 0;
  for (let trial = 1; trial <= trials; trial++) {
    const { events, row } = recordedTrial(trial, seq);
    seq += events.length;
    batch.push(...events);
    writer.events(batch);
    batch.length = 0;
    writer.trial(row);
    rows.push(row);
  }
  return { rows, events: seq };
}

describe('a session in bursts', () => {
  it('stands in the record whole at its end, as any other', async () => {
    const path = newPath();
    const { writer, session } = await begun(path);
    const { rows, events } = record(writer, TRIALS);
    const totals = await writer.closeSession({ endReason: 'trials reached', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'read' });
    expect(totals.eventCount).toBe(events);
    expect(readTrials(db, session)).toEqual(rows);
    expect([...readEvents(db, session)]).toHaveLength(events);
    expect(readSession(db, session)).toMatchObject({ endReason: 'trials reached', ...totals });
    db.close();
  });

  it('lets others write between bursts, and holds its rig', async () => {
    const path = newPath();
    const { writer, subject } = await begun(path);
    record(writer, 10);
    const water = { subject, day: '2026-03-02', at: startedAt, kind: 'byHand', ul: 5, minutes: null } as const;
    entering({ path, createFolder: false }, (db) =>
      addWater(db, { ...water, form: 'water', session: null, person: 'Kim', note: null }),
    );
    const second = openWriter(path, { commit: 'bursts' });
    expect(await errorOf(() => second.takeLease({ ...RIG }))).toMatchObject({ code: 'leased' });
    await second.close();
    await writer.close();
  });

  it('that is given up is closed as interrupted when its rig is taken next, with what was written', async () => {
    const path = newPath();
    const { writer, session } = await begun(path);
    const { events } = record(writer, TRIALS);
    await writer.close();
    const next = openWriter(path, { commit: 'bursts' });
    expect(await next.takeLease(RIG)).toEqual([session]);
    await next.close();
    const db = openRecord(path, { mode: 'read' });
    const { endReason, eventCount, trials } = readSession(db, session)!;
    expect(endReason).toBe('interrupted');
    expect(eventCount).toBeGreaterThan(0);
    expect(eventCount).toBeLessThan(events);
    expect([...readEvents(db, session)]).toHaveLength(eventCount!);
    expect(trials).toBeGreaterThan(0);
    db.close();
  });
});

/** A backup is the record of one instant, whole, however busy its writer is; and nobody waits for it. */
import { existsSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backUp } from '#data/care/backup.ts';
import { Stopped } from '#data/export/whole-file.ts';
import { openRecord } from '#data/open.ts';
import { readEvents, readSession, readTrials } from '#data/reads.ts';
import { rebuildTrials } from '#data/rebuild.ts';
import { WriterCore } from '#data/writer-core.ts';
import { errorOf, newPath } from './driver.ts';
import { endedAt, recordedTrial, segment0, sessionOn, subjectNamed } from './rows.ts';

/** Enough that it takes several steps to copy it. */
const FILLER_MB = 16;

/** A record of some size, and a session at a rig that waits for nobody's lock. */
function busy() {
  const record = newPath();
  const db = openRecord(record, { mode: 'write', busyTimeoutMs: 0 });
  const fill = db.prepare('INSERT INTO texts (body) VALUES (hex(randomblob(500000)))');
  for (let mb = 0; mb < FILLER_MB; mb++) fill.run();
  const core = new WriterCore(db, { commit: 'batch', now: Date.now, onCommitted: () => {} });
  core.takeLease({ rigName: 'bench', simulated: true });
  const session = core.openSession(sessionOn('bench', core.subjectFor(subjectNamed('sim-1'))));
  core.clockSegment(segment0);
  let [trial, seq] = [0, 0];
  const work = () => {
    const { events, row } = recordedTrial(++trial, seq);
    seq += events.length;
    core.events(events);
    core.trial(row);
  };
  for (let done = 0; done < 5; done++) work();
  const close = () => {
    core.closeSession({ endReason: 'trials reached', endedAt, lastEngagedTrial: null });
    core.close();
  };
  return { record, session, work, close, trials: () => trial };
}

const target = (record: string, replace = false) => ({ path: `${record}.copy`, replace, record });
const beside = (path: string) => readdirSync(dirname(path)).filter((name) => name.includes('.copy'));

describe('a backup', () => {
  it('is of the instant at which it began, though a session writes at every step', async () => {
    const { record, session, work, close, trials } = busy();
    let steps = 0;
    const held = await backUp(target(record), {
      onPages: () => {
        if (++steps > 100) throw new Error('the copying begins anew with every write');
        work();
      },
    });
    expect(steps).toBeGreaterThan(3);
    expect(trials()).toBe(5 + steps);
    expect(held).toEqual({ sessions: 1, trials: 5, events: 5 * 40, bytes: statSync(`${record}.copy`).size });
    expect(beside(record)).toEqual(['record.sqlite.copy']);

    const copy = openRecord(`${record}.copy`, { mode: 'read' });
    expect(readSession(copy, session)).toMatchObject({ trials: 5, endReason: null });
    // Nothing is needed beside it, so that it can be read where nothing may be written.
    expect(beside(record)).toEqual(['record.sqlite.copy']);
    const events = [...readEvents(copy, session)];
    expect(rebuildTrials(events).map(({ digestCrc32 }) => digestCrc32)).toEqual(
      readTrials(copy, session).map(({ digestCrc32 }) => digestCrc32),
    );
    copy.close();
    close();
    // It is a record: the next session can be recorded in it.
    openRecord(`${record}.copy`, { mode: 'write' }).close();
    const now = openRecord(record, { mode: 'read' });
    expect(readTrials(now, session)).toHaveLength(trials());
    now.close();
  });

  it('that is stopped leaves nothing, and the record as it was', async () => {
    const { record, work, close } = busy();
    let steps = 0;
    const stopped = () => ++steps > 2;
    expect(await errorOf(() => backUp(target(record), { stopped }))).toBeInstanceOf(Stopped);
    expect(beside(record)).toEqual([]);
    work();
    close();
  });

  it('of a damaged record is taken away again, and the one before it stays', async () => {
    const { record, close } = busy();
    close();
    writeFileSync(`${record}.copy`, 'of yesterday');
    const db = openRecord(record, { mode: 'read' });
    const { page } = db
      .prepare<[], { page: number }>("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'sessions_by_subject'")
      .get()!;
    const end = page * (db.pragma('page_size', { simple: true }) as number);
    db.close();
    writeSync(openSync(record, 'r+'), Buffer.alloc(8, 7), 0, 8, end - 8);
    expect(await errorOf(() => backUp(target(record, true)))).toMatchObject({
      code: 'disk',
      message: expect.stringMatching(/The copy is not what was copied .*was taken away\. The record is as it was/),
    });
    expect(statSync(`${record}.copy`).size).toBe('of yesterday'.length);
    expect(beside(record)).toEqual(['record.sqlite.copy']);
  });

  it('does not go where the log of another file lies: it would be taken for its own', async () => {
    const { record, close } = busy();
    close();
    writeFileSync(`${record}.copy-wal`, 'frames of another file');
    expect(await errorOf(() => backUp(target(record, true)))).toMatchObject({
      code: 'nameTaken',
      message: expect.stringMatching(/copy-wal lies where the backup is wanted/),
    });
    expect(existsSync(`${record}.copy`)).toBe(false);
  });
});

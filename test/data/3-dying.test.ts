import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LEASE_STALE_MS } from '#data/leases.ts';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { listSessions, openSessions, readEvents, readSession, readTrials } from '#data/reads.ts';
import { rebuildTrials } from '#data/rebuild.ts';
import { openWriter } from '#data/writer.ts';
import { WriterCore } from '#data/writer-core.ts';
import { digestOf } from '#machines/digest.ts';
import { errorOf, newPath } from './driver.ts';
import { recordedTrial, segment0, sessionOn, subjectNamed } from './rows.ts';

const fixture = fileURLToPath(new URL('./fixtures/record-until-killed.ts', import.meta.url));
const bench = { rigName: 'bench', simulated: true };

/** A process that records; resolves with what it reported once it has committed seq `atLeast`. */
async function recorder(path: string, atLeast: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', fixture, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const reported: number[] = [];
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      reported.push(Number(line));
      if (reported.at(-1)! >= atLeast) resolve();
    });
    child.once('exit', () => reject(new Error('the recorder ended early')));
  });
  return { child, reported, gone: once(child, 'close') };
}

describe('11. a process that is killed', () => {
  it('loses nothing it reported; its session is closed as interrupted with what is there', async () => {
    const path = newPath();
    const { child, reported, gone } = await recorder(path, 1000);

    // While it lives, its rig is refused to another process.
    const second = openWriter(path);
    expect(await errorOf(() => second.takeLease(bench))).toMatchObject({
      code: 'leased',
      message: expect.stringContaining(`process ${child.pid} on ${hostname()}`),
    });

    child.kill('SIGKILL');
    await gone;
    const db = openRecord(path, { mode: 'read' });
    const [open] = openSessions(db);
    const events = [...readEvents(db, open!.id)];
    expect(events.length).toBeGreaterThan(reported.at(-1)!);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    // Trials are committed after their events, so each stands on events that are there.
    const trials = readTrials(db, open!.id);
    expect(trials.length).toBeGreaterThan(20);
    expect(rebuildTrials(events).length - trials.length).toBeLessThanOrEqual(1);

    expect(await second.takeLease(bench)).toEqual([open!.id]);
    const { count, crc32 } = digestOf(events);
    expect(readSession(db, open!.id)).toMatchObject({
      endReason: 'interrupted',
      endedAt: null,
      eventCount: count,
      eventCrc32: crc32,
    });
    expect(openSessions(db)).toEqual([]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    await second.close();
  });
});

describe('12. the lease of a rig', () => {
  function coreAt(db: RecordDatabase, clock: { ms: number }) {
    return new WriterCore(db, { commit: 'batch', now: () => clock.ms, onCommitted: () => {} });
  }

  it('is held by signs of life, and free after a long silence', async () => {
    const path = newPath();
    const clock = { ms: 1_000_000 };
    const holder = coreAt(openRecord(path, { mode: 'write' }), clock);
    const other = coreAt(openRecord(path, { mode: 'write' }), clock);
    holder.takeLease(bench);
    clock.ms += LEASE_STALE_MS;
    expect(await errorOf(() => other.takeLease(bench))).toMatchObject({ code: 'leased' });
    holder.beat();
    clock.ms += LEASE_STALE_MS;
    expect(await errorOf(() => other.takeLease(bench))).toMatchObject({ code: 'leased' });
    clock.ms += 1;
    expect(other.takeLease(bench)).toEqual([]);
    other.close();
    holder.close();
  });

  it('stops the old holder at its next write when another took it over', async () => {
    const path = newPath();
    const clock = { ms: 1_000_000 };
    const db = openRecord(path, { mode: 'write' });
    const holder = coreAt(db, clock);
    const other = coreAt(openRecord(path, { mode: 'write' }), clock);
    holder.takeLease(bench);
    const session = holder.openSession(sessionOn('bench', holder.subjectFor(subjectNamed('sim-1'))));
    holder.clockSegment(segment0);
    clock.ms += LEASE_STALE_MS + 1;
    expect(other.takeLease(bench)).toEqual([session]);
    const error = await errorOf(() => holder.events(recordedTrial(1, 0).events));
    expect(error).toMatchObject({ code: 'leaseLost' });
    expect([...readEvents(db, session)]).toEqual([]);
    expect(listSessions(db)[0]!.endReason).toBe('interrupted');
    // The old holder must not give away what is no longer its own.
    holder.close();
    const third = coreAt(openRecord(path, { mode: 'write' }), clock);
    expect(await errorOf(() => third.takeLease(bench))).toMatchObject({ code: 'leased' });
    third.close();
    other.close();
  });

  it('of a computer that is not this one is judged by its silence alone', async () => {
    const path = newPath();
    const clock = { ms: 1_000_000 };
    const db = openRecord(path, { mode: 'write' });
    const core = coreAt(openRecord(path, { mode: 'write' }), clock);
    coreAt(db, clock).takeLease(bench);
    db.exec("UPDATE rig_leases SET host = 'elsewhere', pid = 999999999");
    expect(await errorOf(() => core.takeLease(bench))).toMatchObject({ code: 'leased' });
    clock.ms += LEASE_STALE_MS + 1;
    expect(core.takeLease(bench)).toEqual([]);
    core.close();
    db.close();
  });
});

import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import * as reads from '#data/reads.ts';
import { rebuildTrials } from '#data/rebuild.ts';
import type { LightRow } from '#data/rows.ts';
import { openWorkerWriter, QUEUE_LIMIT_EVENTS } from '#data/worker-writer.ts';
import { openWriter, type RecordWriter } from '#data/writer.ts';
import { WriterCore } from '#data/writer-core.ts';
import { digestOf } from '#machines/digest.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { errorOf, newPath } from './driver.ts';
import { endedAt, recordedTrial, segment0, sessionOn, startedAt, subjectNamed } from './rows.ts';

const bench = { rigName: 'bench', simulated: true };

/** Ready to record: the lease taken, a session open, its clock known. */
async function begin(writer: RecordWriter): Promise<number> {
  await writer.takeLease(bench);
  const subject = await writer.subjectFor(subjectNamed('sim-1'));
  const session = await writer.openSession(sessionOn('bench', subject));
  writer.clockSegment(segment0);
  return session;
}

/** Records so many trials in uneven batches; all their events. */
function record(writer: RecordWriter, trials: number): RawEvent[] {
  const all: RawEvent[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const { events, row } = recordedTrial(trial, all.length);
    const cut = (trial * 7) % events.length;
    writer.events(events.slice(0, cut));
    writer.events(events.slice(cut));
    writer.trial(row);
    all.push(...events);
  }
  return all;
}

describe.each([
  ['in this process', async (path: string) => openWriter(path)],
  ['in a worker', (path: string) => openWorkerWriter(path)],
])('5. a session written %s', (_, open) => {
  it('stands in the record whole: provenance, trials, events, totals', async () => {
    const path = newPath();
    const writer = await open(path);
    const id = await begin(writer);
    const events = record(writer, 5);
    const fault = { at: startedAt, trial: 2, code: 'linkLost', message: 'The cable came off. Plug it in.' };
    const note = { at: startedAt, trial: null, person: 'operator-1', body: 'spout moved' };
    writer.fault(fault);
    writer.note(note);
    const totals = await writer.closeSession({ endReason: 'all trials done', endedAt, lastEngagedTrial: null });
    await writer.close();

    const db = openRecord(path, { mode: 'read' });
    const digest = digestOf(events);
    expect(totals).toEqual({ eventCount: digest.count, eventCrc32: digest.crc32 });
    expect(reads.readSession(db, id)).toEqual({
      id,
      subject: 'sim-1',
      rig: 'bench',
      simulated: true,
      task: 'delayed-association',
      taskHash: 'task-hash',
      parameters: { delayMs: 5000, blocks: true },
      seed: 42,
      rigKind: 'virtual',
      rigFile: '{"name":"bench"}',
      lines: sessionOn('bench', 1).lines,
      engine: 'interpreter',
      firmware: 'rehearsal 1.0',
      linkVersion: '1',
      programVersion: '1',
      softwareVersion: '0.1.0',
      operator: 'operator-1',
      kind: 'training',
      stage: null,
      ...{ agent: null, dose: null, site: null, givenAt: null },
      offTask: false,
      disengagementRule: null,
      lastEngagedTrial: null,
      boardId: 'board-7',
      bootId: 3,
      startedAt,
      endedAt,
      endReason: 'all trials done',
      trials: 5,
      ...totals,
    });
    expect([...reads.readEvents(db, id)]).toEqual(events);
    expect([...reads.readEvents(db, id, 3, 5)]).toEqual(events.slice(3, 6));
    const rows = Array.from({ length: 5 }, (_, index) => recordedTrial(index + 1, index * 40).row);
    expect(reads.readTrials(db, id)).toEqual(rows);
    expect(reads.readSegments(db, id)).toEqual([segment0]);
    expect(reads.readFaults(db, id)).toEqual([fault]);
    expect(reads.readNotes(db, id)).toEqual([note]);
    db.close();
  });

  it('holds the light of each trial, the frame clock and every frame', async () => {
    const path = newPath();
    const writer = await open(path);
    const id = await begin(writer);
    const imaging = { armedAt: startedAt, nominalHz: 30, leastPulseUs: 500, holdFrames: 30 };
    writer.imaging({ ...imaging, alreadyRunning: null, rejectedPulses: null });
    const lit: LightRow = {
      from: 'earlyDelay',
      to: 'choice',
      sham: null,
      waveform: 'square',
      frequencyHz: 40,
      dutyFraction: 0.25,
      drive: 0.8,
      powerMw: null,
      calibration: null,
      rampMs: 100,
      rampSide: 'outside',
      masked: true,
    };
    const flash: LightRow = { ...lit, sham: 'maskOnly', drive: 0, rampMs: 0, rampSide: null };
    const lights = [lit, null, flash];
    let firstSeq = 0;
    for (const [index, light] of lights.entries()) {
      const { events, row } = recordedTrial(index + 1, firstSeq);
      writer.events(events);
      writer.trial({ ...row, light });
      firstSeq += events.length;
    }
    const frames = [0, 1, 2].map((frame) => ({ frame, seq: 5 * frame, trial: frame === 0 ? null : frame }));
    writer.frames(frames.slice(0, 2));
    writer.frames(frames.slice(2));
    writer.imaging({ ...imaging, alreadyRunning: true, rejectedPulses: 7 });
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'read' });
    expect(reads.readTrials(db, id).map(({ light }) => light)).toEqual(lights);
    expect(reads.readImaging(db, id)).toEqual({ ...imaging, alreadyRunning: true, rejectedPulses: 7 });
    expect(reads.readFrames(db, id)).toEqual(frames);
    expect(reads.readImaging(db, id + 1)).toBeUndefined();
    db.close();
  });

  it('is rebuilt from its raw events: every trial’s bounds, end and digest', async () => {
    const path = newPath();
    const writer = await open(path);
    const id = await begin(writer);
    record(writer, 4);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'read' });
    const trials = reads.readTrials(db, id);
    const rebuilt = rebuildTrials(reads.readEvents(db, id));
    expect(rebuilt).toHaveLength(4);
    rebuilt.forEach(({ result, ...rest }, index) => {
      expect(result).toBe(2);
      expect(trials[index]).toMatchObject(rest);
    });
    db.close();
  });

  it('refuses an event out of order, and everything after it', async () => {
    const writer = await open(newPath());
    await begin(writer);
    const failed = errorOf(async () => {
      writer.events([{ seq: 1, ticks: 0, code: EventCode.start, value: 1 }]);
      await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    });
    expect(await failed).toMatchObject({ message: expect.stringContaining('expected seq 0, got 1') });
    expect(
      await errorOf(() => writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null })),
    ).toMatchObject({
      message: expect.stringContaining('expected seq 0'),
    });
    await writer.close();
  });

  it('may be closed twice, and gives the rig back', async () => {
    const path = newPath();
    const writer = await open(path);
    await writer.takeLease(bench);
    await writer.close();
    await writer.close();
    const next = openWriter(path);
    expect(await next.takeLease(bench)).toEqual([]);
    await next.close();
  });
});

describe('6. one transaction a session', () => {
  it('shows nothing of a session before its end', async () => {
    const path = newPath();
    const writer = openWriter(path);
    const commits: number[] = [];
    writer.committed$.subscribe((seq) => commits.push(seq));
    await begin(writer);
    const events = record(writer, 2);
    const reader = openRecord(path, { mode: 'read' });
    expect(reads.listSessions(reader)).toEqual([]);
    expect(commits).toEqual([]);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    expect(reads.listSessions(reader)).toHaveLength(1);
    expect(commits).toEqual([events.length - 1]);
    reader.close();
    await writer.close();
  });

  it('keeps nothing of an abandoned session, and records the next one whole', async () => {
    const path = newPath();
    const writer = openWriter(path);
    await begin(writer);
    record(writer, 2);
    await writer.abandon();
    const subject = await writer.subjectFor(subjectNamed('sim-1'));
    const id = await writer.openSession(sessionOn('bench', subject));
    writer.clockSegment(segment0);
    const events = record(writer, 3);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'read' });
    expect(reads.listSessions(db).map((session) => session.id)).toEqual([id]);
    expect([...reads.readEvents(db, id)]).toEqual(events);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.close();
  });

  it('keeps nothing of a session that finds the disk full', async () => {
    const path = newPath();
    const db = openRecord(path, { mode: 'write' });
    const core = new WriterCore(db, { commit: 'session', now: () => 0, onCommitted: () => {} });
    const subject = core.subjectFor(subjectNamed('sim-1'));
    db.pragma(`max_page_count = ${(db.pragma('page_count', { simple: true }) as number) + 4}`);
    core.openSession(sessionOn('bench', subject));
    core.clockSegment(segment0);
    const fill = () => {
      for (let trial = 1, seq = 0; ; trial++) {
        const { events, row } = recordedTrial(trial, seq);
        core.events(events);
        core.trial(row);
        seq += events.length;
      }
    };
    expect(await errorOf(fill)).toMatchObject({ code: 'diskFull', message: expect.stringContaining('make room') });
    expect(
      await errorOf(() => core.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null })),
    ).toMatchObject({ code: 'diskFull' });
    core.close();
    const reader = openRecord(path, { mode: 'read' });
    expect(reads.listSessions(reader)).toEqual([]);
    reader.close();
  });
});

describe('7. a commit a batch', () => {
  it('reports commits in order, and what was reported can be read at once', async () => {
    const path = newPath();
    const writer = await openWorkerWriter(path);
    const reader = openRecord(path, { mode: 'read' });
    const commits: number[] = [];
    const id = await begin(writer);
    const last = reader.prepare<[number], number>('SELECT max(seq) FROM events WHERE session = ?').pluck();
    writer.committed$.subscribe((seq) => {
      commits.push(seq);
      expect(last.get(id)).toBeGreaterThanOrEqual(seq);
    });
    const events = record(writer, 10);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    expect(commits).toHaveLength(20);
    expect(commits).toEqual([...commits].sort((a, b) => a - b));
    expect(commits.at(-1)).toBe(events.length - 1);
    reader.close();
    await writer.close();
  });

  it('says so when the disk does not follow, instead of filling the memory', async () => {
    const path = newPath();
    const writer = await openWorkerWriter(path);
    await begin(writer);
    const other = openRecord(path, { mode: 'write' });
    other.exec('BEGIN EXCLUSIVE');
    const heard = new Promise((resolve) => writer.committed$.subscribe({ error: resolve }));
    const batch = (from: number): RawEvent[] =>
      Array.from({ length: 10_000 }, (_, index) => ({ seq: from + index, ticks: 0, code: EventCode.input, value: 0 }));
    for (let seq = 0; seq < QUEUE_LIMIT_EVENTS; seq += 10_000) writer.events(batch(seq));
    const error = await errorOf(() => writer.events(batch(QUEUE_LIMIT_EVENTS)));
    expect(error).toMatchObject({ code: 'tooSlow' });
    expect(await heard).toBe(error);
    other.exec('ROLLBACK');
    other.close();
    await writer.close();
  });

  it('gives the reason when the record cannot be opened', async () => {
    expect(await errorOf(() => openWorkerWriter('/no-such-folder/record.sqlite'))).toMatchObject({
      code: 'folderMissing',
    });
  });
});

describe('8. simulated and real', () => {
  const real = { rigName: 'rig-1', simulated: false };
  it('a live animal must be entered before it runs; a simulated one is made on first use', async () => {
    const writer = openWriter(newPath());
    const live = subjectNamed('M12', false);
    expect(await errorOf(() => writer.subjectFor(live))).toMatchObject({ code: 'unknownSubject' });
    const id = await writer.addSubject(live);
    expect(await writer.subjectFor(subjectNamed('m12', false))).toBe(id);
    expect(await errorOf(() => writer.addSubject(subjectNamed('m12', false)))).toMatchObject({ code: 'nameTaken' });
    const simulated = await writer.subjectFor(subjectNamed('sim-1'));
    expect(await writer.subjectFor(subjectNamed('sim-1'))).toBe(simulated);
    await writer.close();
  });

  it('never meet in a session, a name or a rig; the writer goes on after the refusal', async () => {
    const writer = openWriter(newPath());
    const live = await writer.addSubject(subjectNamed('M12', false));
    const simulated = await writer.subjectFor(subjectNamed('sim-1'));
    await writer.takeLease(real);
    const mixed = { code: 'mixed' };
    expect(await errorOf(() => writer.subjectFor(subjectNamed('M12', true)))).toMatchObject(mixed);
    expect(await errorOf(() => writer.subjectFor(subjectNamed('sim-1', false)))).toMatchObject(mixed);
    expect(await errorOf(() => writer.openSession(sessionOn('bench', live, true)))).toMatchObject(mixed);
    expect(await errorOf(() => writer.openSession(sessionOn('rig-1', simulated, false)))).toMatchObject(mixed);
    expect(await errorOf(() => writer.openSession(sessionOn('rig-1', simulated, true)))).toMatchObject(mixed);
    await writer.openSession(sessionOn('rig-1', live, false));
    await writer.close();
  });

  it('a real rig needs a lease', async () => {
    const writer = openWriter(newPath());
    const live = await writer.addSubject(subjectNamed('M12', false));
    const error = await errorOf(() => writer.openSession(sessionOn('rig-1', live, false)));
    expect(error).toMatchObject({ message: expect.stringContaining('takeLease') });
    await writer.close();
  });
});

describe('9. raw rows', () => {
  it('refuse every change and deletion, whoever asks', async () => {
    const path = newPath();
    const writer = openWriter(path);
    await begin(writer);
    record(writer, 1);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'write' });
    for (const sql of [
      'UPDATE events SET ticks = 0',
      'DELETE FROM events',
      'UPDATE trials SET outcome = 1',
      'DELETE FROM trials',
      'DELETE FROM sessions',
    ]) {
      expect(() => db.exec(sql), sql).toThrow(/never/);
    }
    db.close();
  });
});

describe('10. reads', () => {
  it('list sessions of one subject, give outcomes for measures, and words for people', async () => {
    const path = newPath();
    const writer = openWriter(path);
    const id = await begin(writer);
    record(writer, 2);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'read' });
    expect(reads.listSessions(db, 'SIM-1').map((session) => session.id)).toEqual([id]);
    expect(reads.listSessions(db, 'nobody')).toEqual([]);
    expect(reads.readSession(db, 99)).toBeUndefined();
    const flags = { assisted: false, correction: false, probe: false };
    expect(reads.readOutcomes(db, id)).toEqual([
      { trial: 1, trialType: 'A-C', outcome: 'hit', ...flags },
      { trial: 2, trialType: 'A-D', outcome: 'correctRejection', ...flags },
    ]);
    expect(db.prepare('SELECT outcome, end_reason, program_hash FROM trials_words WHERE trial = 1').get()).toEqual({
      outcome: 'hit',
      end_reason: 'completed',
      program_hash: 'program-hash',
    });
    expect(db.prepare('SELECT subject, rig, trials FROM sessions_words').get()).toEqual({
      subject: 'sim-1',
      rig: 'bench',
      trials: 2,
    });
    expect(db.prepare('SELECT code, count(*) AS n FROM events_words GROUP BY code ORDER BY code').all()).toEqual([
      { code: 'digest', n: 2 },
      { code: 'end', n: 2 },
      { code: 'input', n: 72 },
      { code: 'output', n: 2 },
      { code: 'start', n: 2 },
    ]);
    db.close();
  });
});

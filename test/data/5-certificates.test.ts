import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readCertificate } from '#data/reads.ts';
import { openWorkerWriter } from '#data/worker-writer.ts';
import { openWriter } from '#data/writer.ts';
import { newPath } from './driver.ts';
import { endedAt, segment0, sessionOn, startedAt, subjectNamed } from './rows.ts';

describe.each([
  ['in this process', async (path: string) => openWriter(path)],
  ['in a worker', (path: string) => openWorkerWriter(path)],
])('14. a timing certificate written %s', (_, open) => {
  it('stands with its session, figures and all; another session has none', async () => {
    const path = newPath();
    const writer = await open(path);
    const certificate = {
      at: endedAt,
      grade: 'WARN',
      line: 'WARN: slow.',
      figures: { timers: { worstUs: 12.5 } },
    } as const;
    await writer.takeLease({ rigName: 'bench', simulated: true });
    const subject = await writer.subjectFor(subjectNamed('sim-1'));
    const first = await writer.openSession(sessionOn('bench', subject));
    writer.clockSegment(segment0);
    writer.certificate(certificate);
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    const second = await writer.openSession({ ...sessionOn('bench', subject), startedAt });
    await writer.closeSession({ endReason: 'done', endedAt, lastEngagedTrial: null });
    await writer.close();
    const db = openRecord(path, { mode: 'read' });
    expect(readCertificate(db, first)).toEqual(certificate);
    expect(readCertificate(db, second)).toBeUndefined();
    db.close();
  });
});

/**
 * Recording events: the in-process writer (data/writer.ts) against bare better-sqlite3 inserts of the same rows into the
 * same schema, one transaction a session on either side. The writer also keeps the session's CRC and writes trial rows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecord } from '#data/open.ts';
import { openWriter } from '#data/writer.ts';
import { endedAt, recordedTrial, segment0, sessionOn, subjectNamed } from '../data/rows.ts';
import { median } from './statistics.ts';

export const TRIALS_A_SESSION = 200;

export interface RecordingResult {
  readonly writerEventsPerS: number;
  readonly bareEventsPerS: number;
  readonly eventsATrial: number;
}

/** Medians over `rounds` of so many sessions each; the two take turns, each with a record of its own. */
export async function recording(rounds: number, sessions: number): Promise<RecordingResult> {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-bench-'));
  const trials: ReturnType<typeof recordedTrial>[] = [];
  for (let trial = 1, seq = 0; trial <= TRIALS_A_SESSION; trial++) {
    const next = recordedTrial(trial, seq);
    seq += next.events.length;
    trials.push(next);
  }
  const events = trials.reduce((sum, trial) => sum + trial.events.length, 0) * sessions;
  const rate = (began: number) => (events / (performance.now() - began)) * 1000;
  const writers: number[] = [];
  const bare: number[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      const ours = openWriter(join(folder, `writer-${round}.sqlite`));
      const subject = await ours.subjectFor(subjectNamed('sim-1'));
      let began = performance.now();
      for (let session = 0; session < sessions; session++) {
        await ours.openSession(sessionOn('bench', subject));
        ours.clockSegment(segment0);
        for (const trial of trials) {
          ours.events(trial.events);
          ours.trial(trial.row);
        }
        await ours.closeSession({ endReason: 'trials reached', endedAt, lastEngagedTrial: null });
      }
      writers.push(rate(began));
      await ours.close();

      const db = openRecord(join(folder, `writer-${round}.sqlite`), { mode: 'write' });
      // A table of the same shape, without the triggers that keep the record from losing events.
      db.exec(
        'CREATE TABLE bare (session INTEGER, seq INTEGER, ticks INTEGER, code INTEGER, value INTEGER, PRIMARY KEY (session, seq)) STRICT, WITHOUT ROWID',
      );
      const insert = db.prepare('INSERT INTO bare VALUES (?, ?, ?, ?, ?)');
      began = performance.now();
      for (let session = 0; session < sessions; session++) {
        db.transaction(() => {
          for (const trial of trials) {
            for (const { seq, ticks, code, value } of trial.events) insert.run(session, seq, ticks, code, value);
          }
        })();
      }
      bare.push(rate(began));
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    writerEventsPerS: median(writers.slice(1)),
    bareEventsPerS: median(bare.slice(1)),
    eventsATrial: trials[0]!.events.length,
  };
}

/**
 * A record of many trials without their events, made by SQL alone: subjects that learn, stages, light every fourth session,
 * some sated tails, corrections and exclusions. For measuring what reads trials by the million.
 */
import { openRecord } from '#data/open.ts';

export interface GeneratedSize {
  readonly subjects: number;
  readonly sessionsEach: number;
  readonly trialsEach: number;
}

/** Makes the record at `path`; the day of its last session. */
export function generateRecord(path: string, { subjects, sessionsEach, trialsEach }: GeneratedSize): string {
  const db = openRecord(path, { mode: 'write' });
  try {
    db.pragma('foreign_keys = OFF');
    db.pragma('synchronous = OFF');
    db.pragma('cache_size = -65536');
    db.transaction(() => {
      db.exec(foundations(subjects));
      addSessions(db, 1, sessionsEach, subjects, trialsEach);
    })();
    db.exec('ANALYZE');
    return db.prepare<[], string>('SELECT max(substr(started_at, 1, 10)) FROM sessions').pluck().get()!;
  } finally {
    db.close();
  }
}

/** One more session of each subject, the day after the last; that day. */
export function addNight(path: string, { subjects, trialsEach, sessionsEach }: GeneratedSize): string {
  const db = openRecord(path, { mode: 'write' });
  try {
    db.transaction(() => addSessions(db, sessionsEach + 1, sessionsEach + 1, subjects, trialsEach))();
    return db.prepare<[], string>('SELECT max(substr(started_at, 1, 10)) FROM sessions').pluck().get()!;
  } finally {
    db.close();
  }
}

const PAIRS = `('A-C', 1, '{"spouts":["centre"],"rewarded":"centre"}'), ('A-D', 0, '{"spouts":["centre"],"rewarded":null}'),
  ('B-C', 0, '{"spouts":["centre"],"rewarded":null,"b":1}'), ('B-D', 1, '{"spouts":["centre"],"rewarded":"centre","b":1}')`;

function foundations(subjects: number): string {
  return `
    CREATE TEMP TABLE pair (n INTEGER PRIMARY KEY, name TEXT, go INTEGER, plan INTEGER);
    INSERT INTO texts (body) SELECT column3 FROM (VALUES ${PAIRS});
    INSERT INTO pair SELECT row_number() OVER () - 1, column1, column2, (SELECT id FROM texts WHERE body = column3)
      FROM (VALUES ${PAIRS});
    INSERT INTO texts (body) VALUES ('{}'), ('{"inputs":["lick"],"outputs":["water"]}');
    INSERT INTO rigs (id, name, simulated, first_seen_at) VALUES (1, 'one', 1, '2024-01-01'), (2, 'two', 1, '2024-01-01');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${subjects})
      INSERT INTO subjects (id, name, simulated, created_at) SELECT i, 'G' || i, 1, '2024-01-01T08:00:00.000+00:00' FROM n;
    INSERT INTO stages (subject, task, stage, entered_at) SELECT id, 'delayed-association', 'expert', '2024-01-15T00:00:00.000+00:00'
      FROM subjects;`;
}

/** Sessions `from` to `to` of every subject, one a day; session numbers rise with time, as in life. */
function addSessions(
  db: ReturnType<typeof openRecord>,
  from: number,
  to: number,
  subjects: number,
  trialsEach: number,
): void {
  const text = (body: string) => `(SELECT id FROM texts WHERE body = '${body}')`;
  const before = db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM sessions').pluck().get()!;
  db.exec(`
    WITH RECURSIVE d(day) AS (SELECT ${from} UNION ALL SELECT day + 1 FROM d WHERE day < ${to})
      INSERT INTO sessions (subject, rig, simulated, task, task_hash, parameters_text, seed, rig_kind, rig_file_text,
        lines_text, engine, firmware, program_version, boot_id, software_version, started_at, ended_at, end_reason,
        event_count, event_crc32)
      SELECT s.id, 1 + s.id % 2, 1, 'delayed-association', 'h', ${text('{}')}, 1, 'virtual', ${text('{}')},
        ${text('{"inputs":["lick"],"outputs":["water"]}')}, 'interpreter', 'none', '1', 0, '0',
        date('2024-01-01', '+' || d.day || ' days') || 'T09:00:00.000+00:00',
        date('2024-01-01', '+' || d.day || ' days') || 'T10:00:00.000+00:00', 'trials reached', 0, 0
      FROM d CROSS JOIN subjects s ORDER BY d.day, s.id;
    INSERT INTO session_conditions (session, kind, ladder, stage, disengagement_rule, last_engaged_trial)
      SELECT id, CASE id % 4 WHEN 0 THEN 'opto' ELSE 'training' END, 'delayed-association',
        CASE WHEN id < ${subjects * 3} THEN 'delay-1s' WHEN id < ${subjects * 8} THEN 'full' ELSE 'expert' END,
        '20 misses in a row', CASE id % 11 WHEN 0 THEN ${Math.floor(trialsEach * 0.8)} END
      FROM sessions WHERE id > ${before};
    INSERT INTO assessments (session, not_counted, figures_text)
      SELECT id, CASE id % 4 WHEN 0 THEN 'it was a session of kind opto' END, ${text('{}')} FROM sessions WHERE id > ${before};
    INSERT INTO clock_segments (session, segment, boot_id, first_seq, origin_ticks, origin_us, ticks_per_ms)
      SELECT id, 0, 0, 0, 0, 0, 2000 FROM sessions WHERE id > ${before};
    CREATE TEMP TABLE IF NOT EXISTS pair (n INTEGER PRIMARY KEY, name TEXT, go INTEGER, plan INTEGER);
    INSERT OR IGNORE INTO pair SELECT row_number() OVER () - 1, column1, column2, (SELECT id FROM texts WHERE body = column3)
      FROM (VALUES ${PAIRS});
    WITH RECURSIVE t(trial) AS (SELECT 1 UNION ALL SELECT trial + 1 FROM t WHERE trial < ${trialsEach})
      INSERT INTO trials (session, trial, trial_type, outcome, end_reason, assisted, correction, probe, segment, first_seq,
        last_seq, start_ticks, end_ticks, ticks_per_ms, interval_ms, digest_count, digest_crc32, plan_text,
        program_hash_text, slot_ticks_text)
      SELECT s.id, trial, pair.name,
        CASE WHEN (s.id * 31 + trial * 17) % 499 = 0 THEN NULL
          WHEN pair.go = 1 THEN CASE WHEN (s.id * 7919 + trial * 104729) % 97 < 90 THEN 1 ELSE 2 END
          ELSE CASE WHEN (s.id * 7919 + trial * 104729) % 97 < 100 - min(88, 40 + s.id / ${subjects} * 6) THEN 3 ELSE 4 END END,
        CASE WHEN (s.id * 31 + trial * 17) % 499 = 0 THEN 1 ELSE 0 END,
        0, (s.id * 13 + trial * 29) % 61 = 0, 0, 0, 0, 1, 0, 0, 2000, 5000, 0, 0, pair.plan, ${text('{}')}, ${text('{}')}
      FROM sessions s CROSS JOIN t JOIN pair ON pair.n = (s.id * 5 + trial * 3 + trial / 4) % 4
      WHERE s.id > ${before} ORDER BY s.id, trial;
    INSERT INTO opto (session, trial, from_epoch, to_epoch, waveform, drive, masked)
      SELECT session, trial, 3 + trial / 4 % 2, 3 + trial / 4 % 2, 'sine', 1, 0 FROM trials
      WHERE session > ${before} AND session % 4 = 0 AND trial % 4 = session / 4 % 4;
    INSERT INTO exclusions (session, first_trial, last_trial, use, reason, person, at)
      SELECT id, 1, 10, 'behaviour', 'generated', 'nobody', '2024-01-01' FROM sessions WHERE id > ${before} AND id % 50 = 0;`);
}

/**
 * Records of earlier versions: laid out by the first files of data/schema, as the program of that time did, and filled with
 * rows as it wrote them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RecordDatabase } from '#data/open.ts';
import { APPLICATION_ID } from '#data/schema/migrate.ts';
import { digestOf } from '#machines/digest.ts';
import { EndReason, outcomes } from '#machines/vocabulary.ts';
import { newPath } from './driver.ts';
import { recordedTrial } from './rows.ts';

const schema = join(import.meta.dirname, '../../data/schema');
export const schemaFiles = readdirSync(schema)
  .filter((name) => name.endsWith('.sql'))
  .sort();

/** An empty record of that version, open; the caller closes it. */
export function laidOut(version: number): { path: string; db: RecordDatabase } {
  const path = newPath();
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  // The first versions refer to tables of later files; what is filled in is looked through as a whole.
  db.pragma('foreign_keys = OFF');
  for (const name of schemaFiles.slice(0, version)) db.exec(readFileSync(join(schema, name), 'utf8'));
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${version}`);
  return { path, db };
}

const AT = '2026-03-02T09:00:00.000+01:00';
export const plan = {
  ...{ odour1: 'A', odour2: 'C', spouts: ['centre'], rewarded: 'centre', licksToAnswer: 1, rewardDelayed: false },
  ...{ abortOnEarlyLick: false, opto: 'lateDelay' },
  durations: {
    ...{ baselineMs: 5000, odour1Ms: 1000, earlyDelayMs: 2500, lateDelayMs: 2500, odour2Ms: 1000, answerStartMs: 0 },
    ...{ choiceMs: 3000, rewardDelayMs: 0, waterMs: 40, consumptionMs: 5000, timeoutMs: 0 },
  },
};
export const lines = { inputs: ['lick'], outputs: ['odourA', 'odourB', 'odourC', 'odourD', 'water', 'trial', 'opto'] };
const texts = ['{}', JSON.stringify(lines), JSON.stringify(plan), 'program-hash', '{"delayMs":1}', '{"outcome":"hit"}'];

/** Rows as programs wrote them, from a version on; `until`: the last one that had the table so. */
const rows: readonly { readonly from: number; readonly until?: number; readonly sql: string }[] = [
  {
    from: 1,
    sql: `INSERT INTO subjects (id, name, simulated, created_at, sex, implant_weight_g) VALUES (1, 'M1', 0, '${AT}', 'female', 1.2);
      INSERT INTO subject_names VALUES (1, 'M0', '${AT}', 'Kim');
      INSERT INTO weights (subject, measured_at, grams, person) VALUES (1, '${AT}', 25.1, 'Kim'), (1, '${AT}', 24.9, 'Kim');
      INSERT INTO water_ledger (subject, day, at, kind, ul, person) VALUES (1, '2026-03-02', '${AT}', 3, 250.5, 'Kim');
      INSERT INTO water_ledger (subject, day, at, kind, minutes) VALUES (1, '2026-03-02', '${AT}', 4, 30);`,
  },
  {
    from: 2,
    sql: `INSERT INTO rigs (id, name, simulated, first_seen_at) VALUES (1, 'uno', 0, '${AT}');
      INSERT INTO boards (id, first_seen_at) VALUES ('board-7', '${AT}');
      INSERT INTO rig_leases VALUES (1, 'token', 'host', 1, 0, 0);`,
  },
  {
    from: 3,
    sql: `INSERT INTO faults (session, trial, at, code, message) VALUES (1, 2, '${AT}', 'linkLost', 'The cable came off.');
      INSERT INTO notes (session, at, person, body) VALUES (1, '${AT}', 'Kim', 'spout moved');
      INSERT INTO water_ledger (subject, day, at, kind, ul, session, rig) VALUES (1, '2026-03-02', '${AT}', 1, 12, 1, 1);`,
  },
  {
    from: 4,
    until: 8,
    sql: `INSERT INTO opto (session, trial, epoch, waveform, frequency_hz, drive, power_mw, masked)
        VALUES (1, 2, 'lateDelay', 'sine', 40, 0.5, 3.2, 1);
      INSERT INTO imaging (session, nominal_frame_hz, rejected_pulses) VALUES (1, 15.5, 3);`,
  },
  { from: 4, sql: 'INSERT INTO frames VALUES (1, 0, 3, 1);' },
  {
    from: 5,
    sql: `INSERT INTO stages (subject, task, stage, entered_at) VALUES (1, 'delayed-association', 'go-pairs', '${AT}');
      INSERT INTO verdicts VALUES (1, 1, 1, NULL, NULL, '0.1.0', '${AT}');
      INSERT INTO certificates VALUES (1, '${AT}', 'PASS', 'as good as it gets', 1);
      INSERT INTO exclusions (session, first_trial, last_trial, use, reason, person, at) VALUES (1, 3, 3, 'opto', 'loose', 'Kim', '${AT}');
      INSERT INTO amendments (table_name, row_key, column_name, new_value, person, reason, at)
        VALUES ('weights', '2', 'void', '1', 'Kim', 'a typing error', '${AT}');`,
  },
  { from: 8, sql: 'INSERT INTO clock_readings VALUES (1, 38, 0, 2000.1, NULL, 2.5);' },
  {
    from: 9,
    sql: `INSERT INTO opto (session, trial, from_epoch, to_epoch, waveform, frequency_hz, drive, power_mw, masked)
        VALUES (1, 2, 4, 4, 'sine', 40, 0.5, 3.2, 1);
      INSERT INTO imaging (session, nominal_frame_hz, rejected_pulses) VALUES (1, 15.5, 3);`,
  },
  {
    from: 10,
    sql: `INSERT INTO session_conditions (session, kind, agent, dose, last_engaged_trial) VALUES (1, 'drug', 'saline', '1 ul', 2);
      INSERT INTO assessments VALUES (1, 'a drug session', 1);
      INSERT INTO decisions (subject, session, task, to_stage, rule, reason, at, verdict)
        VALUES (1, 1, 'delayed-association', 'go-pairs', 'byHand', 'begins', '${AT}', 'made');
      INSERT INTO simulated_mice VALUES (1, '{}');`,
  },
  {
    from: 11,
    sql: `INSERT INTO restrictions (subject, kind, started_on, reference_weight_g, reference_date, need_ml_per_g, warn_fraction,
          stop_fraction, person) VALUES (1, 'water', '2026-03-01', 26, '2026-03-01', 0.04, 0.85, 0.8, 'Kim');
      INSERT INTO cases (subject, weight, opened_at, reason) VALUES (1, 1, '${AT}', 'under its limit');
      INSERT INTO case_entries (welfare_case, kind, body, person, at) VALUES (1, 'told', 'the vet', 'Kim', '${AT}');`,
  },
  {
    from: 12,
    sql: `INSERT INTO drops VALUES (1, 1, 'water', 1, 40, 4, NULL);
      INSERT INTO odorants (chemical, entered_at, person) VALUES ('octanal', '${AT}', 'Kim');
      INSERT INTO vials (odorant, rig, line, filled_at, mounted_at, person) VALUES (1, 1, 'odourA', '${AT}', '${AT}', 'Kim');
      INSERT INTO trial_odours VALUES (1, 1, 1, 'A', 1, 'odourA');
      INSERT INTO head_fixations (subject, step, at, session) VALUES (1, 'in', '${AT}', 1);
      INSERT INTO opto_sites (subject, fibre, site, hemisphere, implanted_on, entered_at, person)
        VALUES (1, 'f1', 'M2', 'left', '2026-01-01', '${AT}', 'Kim');`,
  },
];

/** One session of four trials, the last one aborted, and beside it whatever the version has tables for. */
export function filled(version: number): string {
  const { path, db } = laidOut(version);
  const text = db.prepare('INSERT INTO texts (id, body) VALUES (?, ?)');
  for (const [index, body] of texts.entries()) text.run(index + 1, body);
  for (const { from, sql } of rows) if (from <= Math.min(2, version)) db.exec(sql);
  if (version >= 3) recordSession(db);
  for (const { from, until = version, sql } of rows) if (from > 2 && from <= version && version <= until) db.exec(sql);
  if ((db.pragma('foreign_key_check') as unknown[]).length > 0) throw new Error('the rows do not fit together');
  db.close();
  return path;
}

function recordSession(db: RecordDatabase): void {
  db.exec(`INSERT INTO sessions (id, subject, rig, simulated, operator, task, task_hash, parameters_text, seed, rig_kind, rig_file_text,
      lines_text, engine, firmware, program_version, board, boot_id, software_version, started_at)
    VALUES (1, 1, 1, 0, 'Kim', 'delayed-association', 'h', 1, 7, 'board', 1, 2, 'firmware', 'f', '1', 'board-7', 3, '0.1.0', '${AT}');
    INSERT INTO clock_segments VALUES (1, 0, 3, 0, 0, 0, 2000, NULL);`);
  const event = db.prepare('INSERT INTO events VALUES (1, ?, ?, ?, ?)');
  const trial = db.prepare(
    `INSERT INTO trials VALUES (1, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?, ?, 2000, 500.5, ?, ?, 3, 4, 5, ?)`,
  );
  const all = [];
  for (let number = 1; number <= 4; number++) {
    const { events, row } = recordedTrial(number, all.length);
    for (const { seq, ticks, code, value } of events) event.run(seq, ticks, code, value);
    all.push(...events);
    const completed = number < 4;
    const outcome = completed ? outcomes.indexOf(row.outcome!) + 1 : null;
    const ended = completed ? EndReason.completed : EndReason.aborted;
    const span = [row.firstSeq, row.lastSeq, row.startTicks, row.endTicks, row.digestCount, row.digestCrc32];
    trial.run(number, row.trialType, outcome, ended, ...span, completed ? 6 : null);
  }
  const { count, crc32 } = digestOf(all);
  db.prepare(`UPDATE sessions SET ended_at = ?, end_reason = 'trials reached', event_count = ?, event_crc32 = ?`).run(
    AT,
    count,
    crc32,
  );
}

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { networkDrive } from '#data/network-drive.ts';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { recordPlace } from '#data/place.ts';
import { fromSqlite, RecordError } from '#data/record-error.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from '#data/schema/migrate.ts';
import { EndReason, EventCode, endReasonWords, epochs, outcomes } from '#machines/vocabulary.ts';
import { errorOf, folder, newPath } from './driver.ts';

describe('1. where the record lies', () => {
  const base = { flag: undefined, env: {}, platform: 'linux', home: '/home/kim', simulated: false } as const;
  it.each([
    ['--db comes first', { ...base, flag: 'x.sqlite', env: { REHEARSAL_DB: 'y.sqlite' } }, 'x.sqlite', false],
    ['then REHEARSAL_DB', { ...base, env: { REHEARSAL_DB: 'y.sqlite' } }, 'y.sqlite', false],
    [
      'an empty REHEARSAL_DB is none',
      { ...base, env: { REHEARSAL_DB: '' } },
      '/home/kim/.local/share/rehearsal/rehearsal.sqlite',
      true,
    ],
    ['Linux', base, '/home/kim/.local/share/rehearsal/rehearsal.sqlite', true],
    ['Linux with XDG_DATA_HOME', { ...base, env: { XDG_DATA_HOME: '/d' } }, '/d/rehearsal/rehearsal.sqlite', true],
    [
      'macOS',
      { ...base, platform: 'darwin' as const },
      '/home/kim/Library/Application Support/Rehearsal/rehearsal.sqlite',
      true,
    ],
    [
      'Windows',
      { ...base, platform: 'win32' as const, env: { LOCALAPPDATA: 'C:\\L' } },
      'C:\\L\\Rehearsal\\rehearsal.sqlite',
      true,
    ],
    [
      'simulations lie apart',
      { ...base, simulated: true },
      '/home/kim/.local/share/rehearsal/simulations.sqlite',
      true,
    ],
  ])('%s', (_, question, path, createFolder) => {
    expect(recordPlace(question)).toEqual({ path, createFolder });
  });
});

describe('2. opening a new record', () => {
  it('makes the file, marks it as ours and lays out the whole schema', () => {
    const db = openRecord(newPath(), { mode: 'write' });
    expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    const loose = db.prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
      AND strict = 0 AND name NOT LIKE 'sqlite%'`);
    expect(loose.all()).toEqual([]);
    db.close();
  });

  it('makes the folder only where it was chosen by the program', () => {
    const path = join(folder(), 'a', 'b', 'record.sqlite');
    openRecord(path, { mode: 'write', createFolder: true }).close();
    expect(statSync(path).isFile()).toBe(true);
  });

  it('changes nothing when opened or migrated again', () => {
    const path = newPath();
    openRecord(path, { mode: 'write' }).close();
    const before = readFileSync(path);
    const db = openRecord(path, { mode: 'write' });
    migrate(db);
    db.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('brings light and imaging of an older record along', () => {
    const path = newPath();
    const old = new Database(path);
    const schema = join(import.meta.dirname, '../../data/schema');
    const files = readdirSync(schema)
      .filter((name) => name.endsWith('.sql'))
      .sort();
    for (const name of files.slice(0, 8)) old.exec(readFileSync(join(schema, name), 'utf8'));
    old.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 8;
      INSERT INTO texts VALUES (1, '{}');
      INSERT INTO subjects (id, name, simulated, created_at) VALUES (1, 'M001', 0, '2026-03-02T09:00:00Z');
      INSERT INTO rigs (id, name, simulated, first_seen_at) VALUES (1, 'uno', 0, '2026-03-02T09:00:00Z');
      INSERT INTO sessions (subject, rig, simulated, task, task_hash, parameters_text, seed, rig_kind, rig_file_text,
          lines_text, engine, firmware, program_version, boot_id, software_version, started_at)
        VALUES (1, 1, 0, 't', 'h', 1, 1, 'board', 1, 1, 'firmware', 'f', '1', 1, '0', '2026-03-02T09:00:00Z');
      INSERT INTO opto (session, trial, epoch, waveform, frequency_hz, drive, power_mw, ramp_ms, ramp_side, masked)
        VALUES (1, 7, 'lateDelay', 'sine', 40, 0.5, 3.2, 100, 'inside', 1);
      INSERT INTO imaging (session, nominal_frame_hz, rejected_pulses, file, file_frames, entered_by)
        VALUES (1, 15.5, 3, 'a.tif', 900, 'operator-1');`);
    old.close();
    const db = openRecord(path, { mode: 'write' });
    expect(db.prepare('SELECT * FROM opto_words').all()).toEqual([
      {
        session: 1,
        trial: 7,
        from_epoch: 'lateDelay',
        to_epoch: 'lateDelay',
        sham: null,
        waveform: 'sine',
        frequency_hz: 40,
        duty_fraction: null,
        drive: 0.5,
        power_mw: 3.2,
        calibration: null,
        ramp_ms: 100,
        ramp_side: 'inside',
        masked: 1,
      },
    ]);
    expect(db.prepare('SELECT * FROM imaging').get()).toMatchObject({
      ...{ session: 1, nominal_frame_hz: 15.5, rejected_pulses: 3, hold_frames: null },
      ...{ file: 'a.tif', file_frames: 900, entered_by: 'operator-1' },
    });
    db.close();
  });

  it('takes an empty file for a new one', () => {
    const path = newPath();
    writeFileSync(path, '');
    openRecord(path, { mode: 'write' }).close();
    openRecord(path, { mode: 'read' }).close();
  });

  it('knows every word of the vocabulary', () => {
    const db = openRecord(newPath(), { mode: 'write' });
    const words = (table: string) =>
      Object.fromEntries(db.prepare<[], [string, number]>(`SELECT word, code FROM ${table}`).raw().all());
    expect(words('event_codes')).toEqual(EventCode);
    expect(words('end_reasons')).toEqual(EndReason);
    expect(Object.keys(endReasonWords)).toHaveLength(Object.keys(words('end_reasons')).length);
    expect(words('epochs')).toEqual(Object.fromEntries(epochs.map((word, index) => [word, index + 1])));
    expect(words('outcomes')).toEqual(Object.fromEntries(outcomes.map((word, index) => [word, index + 1])));
    db.close();
  });
});

describe('3. a reader', () => {
  it('cannot write', async () => {
    const path = newPath();
    openRecord(path, { mode: 'write' }).close();
    const db = openRecord(path, { mode: 'read' });
    const error = await errorOf(() => db.exec("INSERT INTO texts (body) VALUES ('x')"));
    expect(fromSqlite(error, path)).toMatchObject({ code: 'readOnly', message: expect.stringContaining(path) });
    db.close();
  });

  it('reads while a writer holds its transaction, and sees none of it', () => {
    const path = newPath();
    const writer = openRecord(path, { mode: 'write' });
    writer.exec("BEGIN EXCLUSIVE; INSERT INTO texts (body) VALUES ('x')");
    const reader = openRecord(path, { mode: 'read', busyTimeoutMs: 0 });
    expect(reader.prepare('SELECT count(*) FROM texts').pluck().get()).toBe(0);
    reader.close();
    writer.close();
  });
});

describe('4. what cannot be opened is refused with a remedy, and left as it was', () => {
  const ours = (path: string, change: (db: RecordDatabase) => void) => {
    const db = openRecord(path, { mode: 'write' });
    change(db);
    db.close();
  };
  it.each<[string, string, 'write' | 'read', (path: string) => unknown]>([
    ['a text file', 'notADatabase', 'write', (path) => writeFileSync(path, 'Dear diary, '.repeat(200))],
    ['a text file, to read', 'notADatabase', 'read', (path) => writeFileSync(path, 'Dear diary, '.repeat(200))],
    ['a folder', 'notADatabase', 'write', (path) => mkdirSync(path)],
    ['another program’s database', 'foreign', 'write', (path) => new Database(path).exec('CREATE TABLE t (x)').close()],
    [
      'an empty database with another mark',
      'foreign',
      'write',
      (path) => {
        const db = new Database(path);
        db.pragma('application_id = 77');
        db.close();
      },
    ],
    [
      'a newer schema',
      'newer',
      'write',
      (path) => ours(path, (db) => db.pragma(`user_version = ${SCHEMA_VERSION + 1}`)),
    ],
    [
      'a newer schema, to read',
      'newer',
      'read',
      (path) => ours(path, (db) => db.pragma(`user_version = ${SCHEMA_VERSION + 1}`)),
    ],
    [
      'an older schema, to read',
      'older',
      'read',
      (path) => ours(path, (db) => db.pragma(`user_version = ${SCHEMA_VERSION - 1}`)),
    ],
    ['no file, to read', 'missing', 'read', () => {}],
    ['an empty file, to read', 'missing', 'read', (path) => writeFileSync(path, '')],
  ])('%s: %s', async (_, code, mode, make) => {
    const path = newPath();
    make(path);
    const bytes = () => (statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path).toString('hex') : '');
    const before = bytes();
    const error = await errorOf(() => openRecord(path, { mode, busyTimeoutMs: 0 }));
    expect(error).toBeInstanceOf(RecordError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(path) });
    expect(bytes()).toBe(before);
  });

  it('a folder that is not there: folderMissing', async () => {
    const error = await errorOf(() => openRecord(join(folder(), 'typo', 'record.sqlite'), { mode: 'write' }));
    expect(error).toMatchObject({ code: 'folderMissing' });
  });

  it('a new file that another program holds: locked, and nothing is half made', async () => {
    const path = newPath();
    const other = new Database(path);
    other.exec('BEGIN EXCLUSIVE');
    expect(await errorOf(() => openRecord(path, { mode: 'write', busyTimeoutMs: 0 }))).toMatchObject({
      code: 'locked',
    });
    other.exec('ROLLBACK');
    expect(other.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
    other.close();
  });

  it('a network drive is known by the file system that holds the folder', () => {
    const mounts =
      'dev / ext4 rw 0 0\nsrv:/x /mnt/lab nfs4 rw 0 0\n//nas/y /mnt/my\\040nas cifs rw 0 0\nd /mnt/lab/ssd ext4 rw 0 0\n';
    expect(networkDrive('/mnt/lab/data', mounts)).toBe('nfs4');
    expect(networkDrive('/mnt/my nas', mounts)).toBe('cifs');
    expect(networkDrive('/mnt/lab/ssd/data', mounts)).toBeNull();
    expect(networkDrive('/mnt/laboratory', mounts)).toBeNull();
    expect(networkDrive('\\\\nas\\share', '')).not.toBeNull();
  });
});

/** A session as an NWB file: valid by the standard, the record's own numbers to the last digit, and all on one clock. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateNwbFile } from '#data/nwb/validate.ts';
import { writeNwb } from '#data/nwb/write.ts';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { readClockReadings, readEvents, readSegments } from '#data/reads.ts';
import { refreshRollups } from '#data/rollups/refresh.ts';
import type { ClockReadingRow, ClockSegmentRow } from '#data/rows.ts';
import { openWriter } from '#data/writer.ts';
import { SessionTime } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { placeIn } from '../src/driver.ts';
import { quick } from '../src/live-driver.ts';
import { errorOf, newPath } from './driver.ts';
import { type NwbFile, readNwb } from './nwb-file.ts';
import { endedAt, recordedTrial, segment0, sessionOn, subjectNamed } from './rows.ts';

const about = { software: 'rehearsal 9.9.9', madeAt: '2026-03-03T08:00:00.000+01:00' };

type Row = Record<string, string | number | null>;

function reading<T>(path: string, read: (db: RecordDatabase) => T): T {
  const db = openRecord(path, { mode: 'read' });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

const wideOf = (path: string, session = 1) =>
  reading(path, (db) => db.prepare<[number], Row>('SELECT * FROM trials_wide WHERE session = ?').all(session));

/** All events but digests, with their times by the session's clock. */
function timed(path: string): (RawEvent & { s: number })[] {
  return reading(path, (db) => {
    const time = new SessionTime(readSegments(db, 1), readClockReadings(db, 1));
    return [...readEvents(db, 1)]
      .filter(({ code }) => code !== EventCode.digest)
      .map((event) => ({ ...event, s: time.at(event.seq, event.ticks) / 1e6 }));
  });
}

async function written(path: string, session = 1, given = about): Promise<NwbFile & { problems: string[] }> {
  const out = `${path}.${session}.nwb`;
  refreshRollups(path);
  const db = openRecord(path, { mode: 'read' });
  try {
    await writeNwb(db, session, out, given);
  } finally {
    db.close();
  }
  return { ...(await readNwb(out)), problems: await validateNwbFile(out) };
}

/** As the file holds it. */
const stored = (value: string | number | null | undefined, like: unknown) =>
  value === null ? (typeof like === 'string' ? '' : Number.NaN) : value;

/** What the table of trials tells on the session's clock, and of what in the view. */
const moments = {
  odour1_time: ['odour1_ms'],
  odour2_time: ['odour2_ms'],
  choice_time: ['choice_ms'],
  water_time: ['water_ms'],
  first_lick_time: ['choice_ms', 'first_lick_choice_ms'],
  opto_on_time: ['opto_on_ms'],
  opto_off_time: ['opto_off_ms'],
};

/** The same in all trials: in the provenance. */
const ofSession =
  'session subject_id subject rig simulated operator day session_started_at task ladder stage expert_day kind agent dose off_task';

function expectTrialsOf(path: string, file: NwbFile): void {
  const wide = wideOf(path);
  const rows = file.rows('/intervals/trials');
  expect(rows).toHaveLength(wide.length);
  const converted = ['start_s', 'end_s', ...Object.values(moments).flat()].filter(
    (name) => name !== 'first_lick_choice_ms',
  );
  const copied = Object.keys(wide[0]!).filter(
    (name) => !ofSession.split(' ').includes(name) && !converted.includes(name),
  );
  expect(Object.keys(rows[0]!).sort()).toEqual(['start_time', 'stop_time', ...copied, ...Object.keys(moments)].sort());
  for (const [index, row] of rows.entries()) {
    const from = wide[index]!;
    for (const name of copied) expect([name, row[name]]).toEqual([name, stored(from[name], row[name])]);
    expect([row.start_time, row.stop_time]).toEqual([from.start_s, from.end_s]);
    for (const [name, sources] of Object.entries(moments)) {
      const ms = sources.map((source) => from[source]);
      if (ms.includes(null)) expect([name, row[name]]).toEqual([name, Number.NaN]);
      else {
        const s = (from.start_s as number) + (ms as number[]).reduce((sum, each) => sum + each, 0) / 1000;
        // A trial is bound at one rate and its true time goes by the next reading: parts in a million of some seconds.
        expect(Math.abs((row[name] as number) - s)).toBeLessThan(2e-4);
      }
    }
  }
}

const edges = (events: readonly (RawEvent & { s: number })[], code: number, line: number) => {
  const own = events.filter((event) => event.code === code && event.value >> 1 === line);
  return { data: own.map(({ value }) => ((value & 1) === 1 ? 1 : -1)), times: own.map(({ s }) => s) };
};

describe('a session with light', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-nwb-'));
  const path = join(folder, 'a.sqlite');
  const { rig } = placeIn(folder);
  let file: Awaited<ReturnType<typeof written>>;

  beforeAll(async () => {
    for (const line of [
      'subject add M001 --simulated --sex female --birth-date 2025-12-02 --strain C57BL/6J --licence P<12> --opsin stGtACR2 --operator Kim --db a.sqlite',
      'fibre M001 --label F7 --site M2 --hemisphere both --implanted 2026-02-01 --transmission 0.8 --operator Kim --db a.sqlite',
      'calibrate virtual opto --drive 0.2,0.5,0.8,1 --mw 1.1,3.0,5.1,6.2 --operator Kim --db a.sqlite',
      'weigh M001 25.3 --operator Kim --db a.sqlite',
      'run --subject M001 --rig virtual --trials 12 --seed 3 --skill 1 --set optoEpoch=lateDelay --set optoShare=0.3 --set lightMask=true --operator Kim --db a.sqlite',
      'note 1 calm --operator Kim --db a.sqlite',
      'exclude 1 --trials 2-3 --use imaging --reason blurred --operator Kim --db a.sqlite',
      'verify 1 --db a.sqlite',
    ]) {
      const { code, err } = await rig(line);
      expect([line, code, code === 0 ? '' : err]).toEqual([line, 0, '']);
    }
    file = await written(path);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is valid, and carries what the standard asks of every file', () => {
    expect(file.problems).toEqual([]);
    expect(file.attribute('/', 'neurodata_type')).toBe('NWBFile');
    expect(file.attribute('/', 'nwb_version')).toBe('2.7.0');
    expect(file.value('/identifier')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const { started } = reading(path, (db) => db.prepare('SELECT started_at AS started FROM sessions').get()) as {
      started: string;
    };
    expect(started).toMatch(/^2026-03-02T.*[+-]\d\d:\d\d$/);
    expect([file.value('/session_start_time'), file.value('/timestamps_reference_time')]).toEqual([started, started]);
    expect(file.value('/file_create_date')).toEqual([about.madeAt]);
    expect(file.value('/general/experimenter')).toEqual(['Kim']);
    expect(file.value('/general/session_id')).toBe('1');
    expect(file.value('/general/protocol')).toBe('P<12>');
    expect(file.value('/general/experiment_description')).toMatch(/^Olfactory delayed association .*\n\nA thirsty/);
    expect(file.value('/general/notes')).toMatch(/^2026-03-02T\S+ Kim: calm$/);
    expect(file.attribute('/general/source_script', 'file_name')).toBe('rig export --format nwb');
  });

  it('says of the animal what the record knows, and that it is simulated', () => {
    const of = (name: string) => file.value(`/general/subject/${name}`);
    expect(['subject_id', 'sex', 'species', 'strain', 'age', 'weight'].map(of)).toEqual([
      ...['M001', 'F', 'Mus musculus', 'C57BL/6J', 'P90D', '0.0253 kg'],
    ]);
    expect(of('date_of_birth')).toMatch(/^2025-12-02T00:00:00[+-]\d\d:\d\d$/);
    expect(of('genotype')).toBeUndefined();
    for (const at of ['/session_description', '/general/subject/description']) {
      expect(file.value(at)).toMatch(/^SIMULATED/);
    }
    expect(file.value('/general/keywords')).toContain('SIMULATED');
  });

  it('has every trial of the view trials_wide, to the last digit', () => {
    expectTrialsOf(path, file);
    const rows = file.rows('/intervals/trials');
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['hit', 'miss', 'correctRejection']));
    expect(rows.map(({ excluded }) => excluded)).toEqual(['', 'imaging', 'imaging', ...Array(9).fill('')]);
    expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set(['consistent']));
    for (const { name, description } of file
      .names('/intervals/trials')
      .map((name) => ({ name, description: file.attribute(`/intervals/trials/${name}`, 'description') }))) {
      if (name !== 'id') expect([name, description]).toEqual([name, expect.stringMatching(/\w{3}.*\.$/)]);
    }
  });

  it('has every lick, in order, on the clock of the session', () => {
    const licks = file.series('/processing/behavior/lick');
    expect(licks).toEqual(edges(timed(path), EventCode.input, 0));
    expect(licks.data.length).toBeGreaterThan(100);
    expect(licks.times.every((s, index) => index === 0 || s > licks.times[index - 1]!)).toBe(true);
    for (const row of file.rows('/intervals/trials')) {
      const within = licks.times.filter(
        (s, i) => licks.data[i] === 1 && s >= (row.start_time as number) && s <= (row.stop_time as number),
      );
      const epochs = ['baseline', 'odour1', 'early_delay', 'late_delay', 'odour2', 'choice', 'consumption'];
      expect(within).toHaveLength(epochs.reduce((sum, epoch) => sum + (row[`licks_${epoch}`] as number), 0));
      if (!Number.isNaN(row.first_lick_time)) expect(within).toContain(row.first_lick_time);
    }
  });

  it('has every output line, what the animal met under stimulus and the rest under acquisition', () => {
    const events = timed(path);
    const { lines } = reading(path, (db) => db.prepare('SELECT lines FROM sessions_words').get()) as { lines: string };
    for (const [bit, line] of (JSON.parse(lines).outputs as string[]).entries()) {
      let level = 0;
      const own = events.flatMap(({ code, value, s }) => {
        const now = (value >> bit) & 1;
        if (code !== EventCode.output || now === level) return [];
        level = now;
        return [{ on: now, s }];
      });
      const at = line === 'trial' ? '/acquisition/trial' : `/stimulus/presentation/${line}`;
      const expected = { data: own.map(({ on }) => (on ? 1 : -1)), times: own.map(({ s }) => s) };
      expect([line, file.series(at)]).toEqual([line, expected]);
      expect(file.attribute(at, 'neurodata_type')).toBe('IntervalSeries');
    }
    const { data, times } = file.series('/acquisition/trial');
    expect(times.filter((_, index) => data[index] === 1)).toEqual(
      file.rows('/intervals/trials').map(({ start_time }) => start_time),
    );
    const opened = new Set(
      ['A', 'B', 'C', 'D'].flatMap((odour) => file.series(`/stimulus/presentation/odour${odour}`).times),
    );
    for (const { odour1_time, odour2_time } of file.rows('/intervals/trials')) {
      expect([opened.has(odour1_time as number), opened.has(odour2_time as number)]).toEqual([true, true]);
    }
  });

  it('has the water of each opening, as the ledger of the session sums it up', () => {
    const { data, times } = file.series('/stimulus/presentation/water_drops');
    const { n, ul } = reading(path, (db) => db.prepare('SELECT count(*) AS n, sum(ul) AS ul FROM drops').get()) as Row;
    expect([data.length, data.reduce((sum, each) => sum + each, 0)]).toEqual([n, ul]);
    const water = file.series('/stimulus/presentation/water');
    expect(times).toEqual(water.times.filter((_, index) => water.data[index] === 1));
    expect(times).toEqual(file.rows('/intervals/trials').flatMap(({ water_time: s }) => (Number.isNaN(s) ? [] : [s])));
  });

  it('has the light of each trial from the instant it went on to the one it went off, with its power and site', () => {
    const rows = file.rows('/intervals/opto_epochs');
    const lit = file.rows('/intervals/trials').filter(({ light }) => light === 'light');
    const real = rows.filter(({ sham }) => sham === '');
    expect(real.map(({ start_time, stop_time, trial }) => [start_time, stop_time, trial])).toEqual(
      lit.map(({ opto_on_time, opto_off_time, trial }) => [opto_on_time, opto_off_time, trial]),
    );
    expect(real).toHaveLength(4);
    for (const [index, { start_time, stop_time, ...rest }] of real.entries()) {
      const wide = wideOf(path).filter(({ light }) => light === 'light')[index]!;
      expect(start_time as number).toBeCloseTo((wide.start_s as number) + (wide.opto_on_ms as number) / 1000, 9);
      expect(stop_time as number).toBeCloseTo((wide.start_s as number) + (wide.opto_off_ms as number) / 1000, 9);
      expect(rest).toMatchObject({
        ...{ from_epoch: 'lateDelay', to_epoch: 'lateDelay', waveform: 'sine', frequency: 40, drive: 1 },
        ...{ power_mw: wide.opto_mw, masked: 1, ramp_ms: 100, ramp_side: 'inside', site: 'site_1' },
      });
    }
    const masks = rows.filter(({ sham }) => sham === 'maskOnly');
    expect(masks).toHaveLength(8);
    expect(masks[0]).toMatchObject({ drive: 0, power_mw: Number.NaN, site: '' });
    const power = file.series('/stimulus/presentation/opto_power_site_1');
    expect(power.times).toEqual(real.flatMap(({ start_time, stop_time }) => [start_time, stop_time]));
    expect(power.data).toEqual(real.flatMap(({ power_mw }) => [(power_mw as number) / 1000, 0]));
    expect(power.data[0]).toBeCloseTo(0.0062, 4);
    expect(file.value('/stimulus/presentation/opto_power_site_1/site')).toBe('-> /general/optogenetics/site_1');
    expect(file.value('/general/optogenetics/site_1/location')).toBe('M2, both sides');
    expect(file.value('/general/optogenetics/site_1/excitation_lambda')).toBeNaN();
    expect(file.value('/general/optogenetics/site_1/description')).toMatch(
      /^Fibre F7, .*wavelength is not in the record/,
    );
  });

  it('has the epochs of each trial, one after the other', () => {
    const rows = file.rows('/intervals/trial_epochs');
    for (const trial of file.rows('/intervals/trials')) {
      const own = rows.filter((row) => row.trial === trial.trial);
      expect(own.map(({ epoch }) => epoch)).toEqual([
        ...['baseline', 'odour1', 'earlyDelay', 'lateDelay', 'odour2', 'choice', 'consumption'],
      ]);
      expect(own.slice(1).map(({ start_time }) => start_time)).toEqual(
        own.slice(0, -1).map(({ stop_time }) => stop_time),
      );
      expect([own[0]!.start_time, own[5]!.start_time]).toEqual([trial.start_time, trial.choice_time]);
    }
  });

  it('tells where every number came from', () => {
    const items = file.rows('/scratch/provenance') as { item: string; value: string }[];
    const of = (name: string) => items.find(({ item }) => item === name)?.value;
    const row = reading(path, (db) => db.prepare('SELECT * FROM sessions_words').get()) as Row;
    for (const name of ofSession.split(' ')) expect([name, of(name)]).toEqual([name, expect.any(String)]);
    expect(['task_hash', 'seed', 'rig_file', 'event_count', 'event_crc32'].map(of)).toEqual(
      ['task_hash', 'seed', 'rig_file', 'event_count', 'event_crc32'].map((name) => String(row[name])),
    );
    expect([of('written_by'), of('record'), of('simulated')]).toEqual(['rehearsal 9.9.9', 'a.sqlite', 'true']);
    expect(JSON.parse(of('parameters')!)).toMatchObject({ optoShare: 0.3 });
    expect(of('exclusion')).toMatch(/^trials 2 to 3 from imaging: blurred \(Kim, /);
    expect(of('certificate')).toMatch(/^PASS/);
  });

  it('is the same file again but for the date it was made', async () => {
    const again = await written(path, 1, { ...about, madeAt: '2027-01-01T00:00:00.000+01:00' });
    const others = (all: [string, unknown][]) => all.filter(([at]) => at !== '/file_create_date');
    expect(others(again.all())).toEqual(others(file.all()));
    expect(again.value('/file_create_date')).not.toEqual(file.value('/file_create_date'));
    expect(file.all().filter(([at]) => at.endsWith('@object_id')).length).toBeGreaterThan(90);
  });

  it('has no watts for a sham whose fibre was not joined', async () => {
    const set = `--set optoEpoch=odour1 --set optoShare=0.5 --set optoSham=uncoupled`;
    const { code } = await rig(`run --subject M001 --rig virtual --trials 4 --seed 3 ${set} --db a.sqlite`);
    const sham = await written(path, 2);
    expect([code, sham.problems]).toEqual([0, []]);
    const rows = sham.rows('/intervals/opto_epochs');
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ sham: kind, site }) => `${kind} ${site}`))).toEqual(new Set(['uncoupled site_1']));
    expect(sham.names('/stimulus/presentation').filter((name) => name.startsWith('opto'))).toEqual(['opto']);
    expect(sham.value('/identifier')).not.toBe(file.value('/identifier'));
  });

  it('comes out of rig export, whole or not at all', async () => {
    const one = await rig('export 1 --format nwb --db a.sqlite --out one.nwb');
    expect([one.code, one.err, one.out]).toEqual([
      0,
      '',
      `SIMULATED 12 trials of 1 session: ${join(folder, 'one.nwb')}\n`,
    ]);
    expect(await validateNwbFile(join(folder, 'one.nwb'))).toEqual([]);
    expect((await rig('export 1 --format nwb --db a.sqlite --out one.nwb')).err).toMatch(/There is a file .* already/);
    expect((await rig('export 1 --format nwb --db a.sqlite')).err).toMatch(/one session is written into one file/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('a session beside a microscope', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-nwb-'));
  const path = join(folder, 'b.sqlite');
  let file: Awaited<ReturnType<typeof written>>;

  beforeAll(async () => {
    const set = Object.entries(quick).map((pair) => pair.join('='));
    const { code, err } = await placeIn(folder).rig(
      `run --subject M001 --rig imaging --trials 4 --seed 3 --db b.sqlite --set ${set.join(' ')}`,
    );
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    file = await written(path);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is valid, and its trials are those of the record by a clock that was read', () => {
    expect(file.problems).toEqual([]);
    expect(reading(path, (db) => readClockReadings(db, 1)).length).toBeGreaterThan(0);
    expectTrialsOf(path, file);
  });

  it('has every frame, each later than the one before, and the first and last of each trial', () => {
    const { data, times } = file.series('/acquisition/frame_clock');
    const events = timed(path);
    const frames = reading(path, (db) => db.prepare<[], Row>('SELECT * FROM frames ORDER BY frame').all());
    const s = new Map(events.map((event) => [event.seq, event.s]));
    expect(data).toEqual(frames.map(({ frame }) => frame));
    expect(times).toEqual(frames.map(({ seq }) => s.get(seq as number)));
    expect(times.length).toBeGreaterThan(200);
    expect(times.every((each, index) => index === 0 || Math.abs(each - times[index - 1]! - 1 / 30) < 0.001)).toBe(true);
    for (const { start_time, stop_time, first_frame, last_frame } of file.rows('/intervals/trials')) {
      const within = data.filter((_, i) => times[i]! >= (start_time as number) && times[i]! <= (stop_time as number));
      expect([within[0], within.at(-1)]).toEqual([first_frame, last_frame]);
    }
  });

  it('has the sync pulses, by which other recordings are aligned', () => {
    const { outputs } = JSON.parse(
      reading(path, (db) => db.prepare<[], string>('SELECT lines FROM sessions_words').pluck().get())!,
    );
    const sync = file.series('/acquisition/sync');
    expect(sync).toEqual(edges(timed(path), EventCode.sync, outputs.indexOf('sync')));
    expect(sync.data).toEqual(sync.data.map((_, index) => (index % 2 === 0 ? 1 : -1)));
    expect(sync.data.length).toBeGreaterThan(10);
    expect(file.names('/acquisition').sort()).toEqual(['frame_clock', 'sync', 'trial']);
  });
});

interface MadeUp {
  readonly name?: string;
  readonly simulated?: boolean;
  readonly trials?: number;
  readonly licks?: number;
  readonly startedAt?: string;
  readonly operator?: string;
  readonly rigFile?: string;
  readonly task?: string;
  readonly endReason?: string;
  readonly ended?: boolean;
  /** Events before the trials, from seq 0. */
  readonly before?: readonly Omit<RawEvent, 'seq'>[];
  readonly readings?: readonly ClockReadingRow[];
  readonly secondPowerUp?: ClockSegmentRow;
}

/** A session of made-up rows in a record of its own; the path of the record. */
async function made(options: MadeUp): Promise<string> {
  const { name = 'M1', simulated = true, trials = 1, licks = 3, before = [], readings = [] } = options;
  const path = newPath();
  const writer = openWriter(path, { commit: 'bursts' });
  const rigName = simulated ? 'bench' : 'uno';
  await writer.takeLease({ rigName, simulated });
  const subject = simulated
    ? await writer.subjectFor(subjectNamed(name))
    : await writer.addSubject(subjectNamed(name, false));
  const { startedAt, operator, rigFile, task } = options;
  const given = Object.fromEntries(
    Object.entries({ startedAt, operator, rigFile, task }).filter(([, value]) => value !== undefined),
  );
  await writer.openSession({ ...sessionOn(rigName, subject, simulated), ...given });
  writer.clockSegment(segment0);
  if (options.secondPowerUp !== undefined) writer.clockSegment(options.secondPowerUp);
  writer.events(before.map((event, seq) => ({ ...event, seq })));
  let seq = before.length;
  for (let trial = 1; trial <= trials; trial++) {
    const { events, row } = recordedTrial(trial, seq, licks);
    seq += events.length;
    writer.events(events);
    for (const each of readings) if (each.seq === row.lastSeq) writer.clockReading(each);
    writer.trial(row);
  }
  if (options.ended !== false) {
    await writer.closeSession({ endReason: options.endReason ?? 'trials reached', endedAt, lastEngagedTrial: null });
  }
  await writer.close();
  return path;
}

describe('what a record may hold', () => {
  it('a session without trials: nothing is made up', async () => {
    const file = await written(await made({ trials: 0, endReason: 'aborted' }));
    expect(file.problems).toEqual([]);
    expect(file.names('/intervals')).toEqual([]);
    expect(file.series('/processing/behavior/lick')).toEqual({ data: [], times: [] });
    expect(file.value('/session_description')).toMatch(/ 0 trials, ended: aborted\.$/);
    expect(file.value('/general/stimulus')).toMatch(/not in the record/);
  });

  it('one trial, of a real animal, which nobody calls simulated', async () => {
    const file = await written(await made({ simulated: false }));
    expect(file.problems).toEqual([]);
    expect(file.rows('/intervals/trials')).toHaveLength(1);
    // Its program is not one that this program compiles.
    expect(file.names('/intervals')).toEqual(['trials']);
    const said = file.all().filter(([, value]) => typeof value === 'string' && value.includes('SIMULATED'));
    expect(said).toEqual([]);
  });

  it('a task that is not known any more', async () => {
    const file = await written(await made({ task: 'old-task' }));
    expect(file.problems).toEqual([]);
    expect(file.value('/general/experiment_description')).toMatch(/^Task old-task, which is not known/);
    expect(file.rows('/intervals/trials')[0]).toMatchObject({ licks_choice: Number.NaN, outcome: 'hit' });
  });

  it('names that are no names for files or markup', async () => {
    const name = '../"M<1>" & \u{1f42d}\u0301\n=1+1';
    const path = await made({ name, operator: "O'Brien <\u{1f468}\u200d\u{1f52c}>, \u5c71\u7530" });
    const file = await written(path);
    expect(file.problems).toEqual([]);
    expect(file.value('/general/subject/subject_id')).toBe(name);
    expect(file.value('/general/experimenter')).toEqual(["O'Brien <\u{1f468}\u200d\u{1f52c}>, \u5c71\u7530"]);
    const folder = join(path, '..');
    const { rig } = placeIn(folder);
    const { code, out, err } = await rig('export --all --format nwb --db record.sqlite --out .');
    expect([code, out, err]).toEqual([0, `SIMULATED 1 session, one file each: ${folder}\n`, '']);
    expect(readdirSync(folder).filter((each) => each.endsWith('_session-1.nwb'))).toEqual([
      '___M_1______\u0301__1_1_session-1.nwb',
    ]);
  });

  it('a rig file as large as they come', async () => {
    const rigFile = JSON.stringify({ name: 'bench', note: 'x'.repeat(2_000_000) });
    const file = await written(await made({ rigFile }));
    expect(file.problems).toEqual([]);
    const items = file.rows('/scratch/provenance') as { item: string; value: string }[];
    expect(items.find(({ item }) => item === 'rig_file')?.value).toBe(rigFile);
  });

  it.each([
    ['over midnight', '2026-03-02T23:59:58.000+01:00'],
    ['over the hour that is left out in spring', '2026-03-29T01:59:58.000+01:00'],
    ['over the hour that comes twice in autumn', '2026-10-25T02:59:58.000+02:00'],
    ['by universal time', '2026-03-02T09:00:00Z'],
  ])('a session %s: seconds go on from its start', async (_, startedAt) => {
    const file = await written(await made({ startedAt, trials: 3 }));
    expect(file.problems).toEqual([]);
    expect(file.value('/session_start_time')).toBe(startedAt);
    const times = file.rows('/intervals/trials').flatMap((row) => [row.start_time, row.stop_time]) as number[];
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times.every((s) => Number.isFinite(s) && s > 0)).toBe(true);
  });

  it('an open session is refused, and so is one that is not there', async () => {
    const path = await made({ ended: false });
    const db = openRecord(path, { mode: 'read' });
    const out = `${path}.nwb`;
    expect(await errorOf(() => writeNwb(db, 1, out, about))).toMatchObject({
      ...{
        name: 'RecordError',
        code: 'missing',
        message: expect.stringMatching(/^Session 1 is still open.*Nothing was written/),
      },
    });
    expect(await errorOf(() => writeNwb(db, 2, out, about))).toMatchObject({ name: 'RecordError', code: 'missing' });
    db.close();
    expect(existsSync(out)).toBe(false);
    const { rig } = placeIn(join(path, '..'));
    const { code, err } = await rig('export 1 --format nwb --db record.sqlite --out x.nwb');
    expect([code, err]).toEqual([1, expect.stringMatching(/^rig: Session 1 is still open/)]);
    const all = await rig('export --all --format nwb --db record.sqlite --out .');
    expect([all.code, all.out, all.err]).toEqual([
      0,
      expect.stringMatching(/^SIMULATED 0 sessions/),
      expect.stringMatching(/^Left out: Session 1 is still open/),
    ]);
  });

  it('a session whose process died: a line that was on stays on', async () => {
    // Of what waits to be written the last is lost.
    const path = await made({ trials: 60, licks: 18, ended: false });
    const writer = openWriter(path, { commit: 'bursts' });
    expect(await writer.takeLease({ rigName: 'bench', simulated: true })).toEqual([1]);
    await writer.close();
    const file = await written(path);
    expect(file.problems).toEqual([]);
    expect(file.value('/session_description')).toMatch(/ended: interrupted\.$/);
    expect(file.series('/stimulus/presentation/odourA').data).toEqual([1]);
  });

  it('a hole in the events is refused: times after it would be wrong', async () => {
    const path = await made({});
    const db = openRecord(path, { mode: 'write' });
    db.exec('DROP TRIGGER events_are_kept; DELETE FROM events WHERE seq = 4');
    db.close();
    const error = await errorOf(() => written(path));
    expect(error).toMatchObject({
      name: 'RecordError',
      message: expect.stringMatching(/^Event 4 of session 1 is missing/),
    });
  });

  it('a clock that drifts: licks and trials go by the rate that was read', async () => {
    const [first, second] = [recordedTrial(1, 0, 3), recordedTrial(2, 10, 3)];
    const read = ({ row }: typeof first, ticksPerMs: number): ClockReadingRow => ({
      ...{ seq: row.lastSeq, segment: 0, ticksPerMs, driftPpmPerMin: 1, uncertaintyUs: 5 },
    });
    const path = await made({ trials: 2, readings: [read(first, 2000.4), read(second, 2002)] });
    const file = await written(path);
    expect(file.problems).toEqual([]);
    const { ticks } = first.events[0]!;
    const [one, two] = file.rows('/intervals/trials');
    expect(one!.start_time).toBeCloseTo(ticks / 2000.4 / 1000, 9);
    expect((two!.stop_time as number) - (two!.start_time as number)).toBeCloseTo((3001 * 8) / 2002 / 1000, 9);
    expect(file.series('/processing/behavior/lick')).toEqual(edges(timed(path), EventCode.input, 0));
    // Bound at 2000 ticks a millisecond, the record says so many milliseconds; its true time is that of the event.
    const valve = timed(path).find(({ seq }) => seq === second.row.firstSeq + 1)!;
    expect(two!.odour1_time).toBe(valve.s);
    expect(Math.abs(valve.s - (wideOf(path)[1]!.start_s as number) - 3001 / 2000 / 1000)).toBeGreaterThan(1e-6);
  });

  it('licks between trials are licks, and a bounce is none', async () => {
    const edge = (ms: number, code: RawEvent['code'], on: boolean) => ({ ticks: ms * 2000, code, value: Number(on) });
    const { bounce, input } = EventCode;
    const before = [edge(10, input, true), edge(40, input, false), edge(42, bounce, true), edge(43, bounce, false)];
    const file = await written(await made({ before, licks: 1 }));
    expect(file.problems).toEqual([]);
    const licks = file.series('/processing/behavior/lick');
    expect([licks.data, licks.times.slice(0, 2)]).toEqual([
      [1, -1, 1, -1],
      [0.01, 0.04],
    ]);
    expect(file.series('/processing/behavior/lick_bounces')).toEqual({ data: [1, -1], times: [0.042, 0.043] });
  });

  it('a board that starts anew has its lines off: they went off at its last stamp', async () => {
    const at = (ms: number, value: number) => ({ ticks: ms * 2000, code: EventCode.output, value });
    // The second power-up counts from 0 again; by the computer it begins 5 s into the session.
    const before = [at(1000, 0b100), at(2000, 0b1100), at(7, 0b1)];
    const file = await written(
      await made({ trials: 0, before, secondPowerUp: { ...segment0, segment: 1, firstSeq: 2, originUs: 5e6 } }),
    );
    expect(file.problems).toEqual([]);
    const of = (odour: string) => file.series(`/stimulus/presentation/odour${odour}`);
    expect([of('C'), of('D'), of('A')]).toEqual([
      { data: [1, -1], times: [1, 2] },
      { data: [1, -1], times: [2, 2] },
      { data: [1], times: [5.007] },
    ]);
  });

  it('200 trials of 40 events take less than two seconds', async () => {
    const path = await made({ trials: 200, licks: 18 });
    await written(path);
    const db = openRecord(path, { mode: 'read' });
    const before = performance.now();
    await writeNwb(db, 1, `${path}.nwb`, about);
    const tookMs = performance.now() - before;
    db.close();
    expect(tookMs).toBeLessThan(2000);
  });
});

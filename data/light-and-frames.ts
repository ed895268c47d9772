/**
 * Statements for what stands beside a trial: its light, and the frames of a microscope.
 */
import { type Epoch, epochs } from '#machines/vocabulary.ts';
import { insert } from './insert.ts';
import type { RecordDatabase } from './open.ts';
import type { FrameRow, ImagingRow, LightRow } from './rows.ts';

function epochCode(epoch: Epoch): number {
  return epochs.indexOf(epoch) + 1;
}

export class LightStatements {
  readonly #insert;
  readonly #lastSite;
  #site: number | null = null;

  constructor(db: RecordDatabase) {
    this.#insert = db.prepare(insert('opto', lightColumns));
    this.#lastSite = db.prepare<[number], number | null>('SELECT max(id) FROM opto_sites WHERE subject = ?').pluck();
  }

  /** A session of this subject begins: its light goes where the last fibre points. */
  begin(subject: number): void {
    this.#site = this.#lastSite.get(subject) ?? null;
  }

  add(session: number, trial: number, light: LightRow): void {
    this.#insert.run({
      session,
      trial,
      from_epoch: epochCode(light.from),
      to_epoch: epochCode(light.to),
      site: this.#site,
      sham: light.sham,
      waveform: light.waveform,
      frequency_hz: light.frequencyHz,
      duty_fraction: light.dutyFraction,
      drive: light.drive,
      power_mw: light.powerMw,
      calibration: light.calibration,
      ramp_ms: light.rampMs,
      ramp_side: light.rampSide,
      masked: light.masked ? 1 : 0,
    });
  }
}

export class ImagingStatements {
  readonly #imaging;
  readonly #frame;

  constructor(db: RecordDatabase) {
    this.#imaging = db.prepare(
      `${insert('imaging', imagingColumns)} ON CONFLICT (session) DO UPDATE
         SET already_running = excluded.already_running, rejected_pulses = excluded.rejected_pulses`,
    );
    this.#frame = db.prepare(insert('frames', ['session', 'frame', 'seq', 'trial']));
  }

  /** The second one of a session fills in its end. */
  put(session: number, row: ImagingRow): void {
    this.#imaging.run({
      session,
      armed_at: row.armedAt,
      nominal_frame_hz: row.nominalHz,
      hold_frames: row.holdFrames,
      already_running: row.alreadyRunning === null ? null : Number(row.alreadyRunning),
      least_pulse_us: row.leastPulseUs,
      rejected_pulses: row.rejectedPulses,
    });
  }

  frames(session: number, rows: readonly FrameRow[]): void {
    for (const { frame, seq, trial } of rows) this.#frame.run({ session, frame, seq, trial });
  }
}

const lightColumns = [
  'session',
  'trial',
  'from_epoch',
  'to_epoch',
  'site',
  'sham',
  'waveform',
  'frequency_hz',
  'duty_fraction',
  'drive',
  'power_mw',
  'calibration',
  'ramp_ms',
  'ramp_side',
  'masked',
];

const imagingColumns = [
  'session',
  'armed_at',
  'nominal_frame_hz',
  'hold_frames',
  'already_running',
  'least_pulse_us',
  'rejected_pulses',
];

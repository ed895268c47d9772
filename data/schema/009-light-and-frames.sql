-- Light as tasks ask for it: over a span of epochs, with its masking flash; and what a session waits for before it begins.

CREATE TABLE epochs ( -- Parts of a trial, in their order (machines/vocabulary.ts).
  code INTEGER PRIMARY KEY, -- Code.
  word TEXT NOT NULL UNIQUE -- The code in words.
) STRICT;
INSERT INTO epochs (code, word) VALUES
  (1, 'baseline'), (2, 'odour1'), (3, 'earlyDelay'), (4, 'lateDelay'), (5, 'odour2'), (6, 'choice'), (7, 'consumption');

ALTER TABLE opto RENAME TO opto_by_epoch;

CREATE TABLE opto ( -- Light asked of a trial; when its lines went on and off stands in the events. No row: neither light nor masking flash.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER NOT NULL, -- Trial.
  from_epoch INTEGER NOT NULL REFERENCES epochs, -- First epoch under light; see epochs.
  to_epoch INTEGER NOT NULL REFERENCES epochs, -- Last epoch under light, inclusive; may be the first.
  site INTEGER REFERENCES opto_sites, -- Fibre and brain area.
  sham TEXT, -- Null: real light; maskOnly: a control trial with the masking flash alone; else the type of sham.
  waveform TEXT NOT NULL CHECK (waveform IN ('constant', 'square', 'sine')), -- Waveform.
  frequency_hz REAL, -- Of square and sine.
  duty_fraction REAL, -- Share of the period that is on; of square.
  drive REAL NOT NULL, -- Drive of the light at its peak, 0 to 1; 0: masking flash alone.
  power_mw REAL, -- At the fibre tip by the calibration; null: not calibrated, not fit for analysis.
  calibration INTEGER REFERENCES calibrations, -- Calibration used.
  ramp_ms REAL NOT NULL DEFAULT 0, -- Ramp down.
  ramp_side TEXT CHECK (ramp_side IN ('inside', 'outside')), -- Whether the ramp ends at the last epoch's edge or begins there; null: no ramp.
  masked INTEGER NOT NULL CHECK (masked IN (0, 1)), -- 1: masking flash shown.
  PRIMARY KEY (session, trial, from_epoch),
  CHECK (to_epoch >= from_epoch)
) STRICT, WITHOUT ROWID;

INSERT INTO opto (session, trial, from_epoch, to_epoch, site, sham, waveform, frequency_hz, duty_fraction, drive,
  power_mw, calibration, ramp_ms, ramp_side, masked)
SELECT session, trial, code, code, site, sham, waveform, frequency_hz, duty_fraction, drive,
  power_mw, calibration, ramp_ms, ramp_side, masked
FROM opto_by_epoch LEFT JOIN epochs ON word = epoch;
DROP TABLE opto_by_epoch;

CREATE VIEW opto_words AS -- Light of trials with its epochs in words.
SELECT opto.session, opto.trial, first.word AS from_epoch, last.word AS to_epoch, opto.sham, opto.waveform,
  opto.frequency_hz, opto.duty_fraction, opto.drive, opto.power_mw, opto.ramp_ms, opto.ramp_side, opto.masked
FROM opto
JOIN epochs first ON first.code = opto.from_epoch
JOIN epochs last ON last.code = opto.to_epoch;

ALTER TABLE imaging RENAME TO imaging_before;

CREATE TABLE imaging ( -- The microscope's run beside a session whose rig has a frame clock.
  session INTEGER PRIMARY KEY REFERENCES sessions, -- Session.
  armed_at TEXT, -- Frames are counted since; ISO 8601.
  nominal_frame_hz REAL, -- Frame rate agreed.
  hold_frames INTEGER, -- Good frames in a row that the first trial waited for; 0: it waited for none.
  already_running INTEGER CHECK (already_running IN (0, 1)), -- 1: the clock ran before it was armed; null: the session was not closed.
  least_pulse_us REAL, -- Shorter pulses are rejected.
  rejected_pulses INTEGER, -- How many were; null: the session was not closed.
  file TEXT, -- Image file.
  file_frames INTEGER, -- Frames in that file, entered afterwards; a mismatch is shown, never trimmed.
  entered_by TEXT -- Who counted.
) STRICT;

INSERT INTO imaging (session, armed_at, nominal_frame_hz, already_running, least_pulse_us, rejected_pulses, file,
  file_frames, entered_by)
SELECT session, armed_at, nominal_frame_hz, already_running, least_pulse_us, rejected_pulses, file, file_frames,
  entered_by FROM imaging_before;
DROP TABLE imaging_before;

-- What a trial's odours, light and images were.

CREATE TABLE trial_odours ( -- Odorant, vial and valve behind each odour of a trial.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER NOT NULL, -- Trial.
  position INTEGER NOT NULL CHECK (position IN (1, 2)), -- 1: first odour, 2: second.
  odour TEXT NOT NULL CHECK (odour IN ('A', 'B', 'C', 'D')), -- Letter in the task.
  vial INTEGER NOT NULL REFERENCES vials, -- The vial, and by it the odorant.
  line TEXT NOT NULL, -- Output line of the valve commanded.
  PRIMARY KEY (session, trial, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE opto ( -- Light of a trial. No row: a control trial.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER NOT NULL, -- Trial.
  epoch TEXT NOT NULL, -- Epoch under light.
  site INTEGER REFERENCES opto_sites, -- Fibre and brain area.
  sham TEXT, -- Type of sham; null: real light.
  waveform TEXT NOT NULL CHECK (waveform IN ('constant', 'square', 'sine')), -- Waveform.
  frequency_hz REAL, -- Of square and sine.
  duty_fraction REAL, -- Share of the period that is on; of square.
  drive REAL NOT NULL, -- Drive commanded, 0 to 1.
  power_mw REAL, -- At the fibre tip by the calibration; null: not calibrated, not fit for analysis.
  calibration INTEGER REFERENCES calibrations, -- Calibration used.
  ramp_ms REAL NOT NULL DEFAULT 0, -- Ramp down.
  ramp_side TEXT CHECK (ramp_side IN ('inside', 'outside')), -- Whether the ramp ends at the epoch's edge or starts there.
  masked INTEGER NOT NULL CHECK (masked IN (0, 1)), -- 1: masking flash shown.
  PRIMARY KEY (session, trial, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE imaging ( -- The microscope's run beside a session.
  session INTEGER PRIMARY KEY REFERENCES sessions, -- Session.
  armed_at TEXT, -- Waiting for the frame clock since; ISO 8601.
  nominal_frame_hz REAL, -- Frame rate agreed.
  already_running INTEGER CHECK (already_running IN (0, 1)), -- 1: the clock ran before it was armed.
  least_pulse_us REAL, -- Shorter pulses are rejected.
  rejected_pulses INTEGER, -- How many were.
  file TEXT, -- Image file.
  file_frames INTEGER, -- Frames in that file, entered afterwards; a mismatch is shown, never trimmed.
  entered_by TEXT -- Who counted.
) STRICT;

CREATE TABLE frames ( -- Frame clock edges.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  frame INTEGER NOT NULL, -- 0, 1, 2 ... in the session.
  seq INTEGER NOT NULL, -- Its input event.
  trial INTEGER, -- Trial it fell in; null: between trials.
  PRIMARY KEY (session, frame)
) STRICT, WITHOUT ROWID;

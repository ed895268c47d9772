-- The device's clock against the host's, trial by trial.

CREATE TABLE clock_readings ( -- What a device's clock was worth by the host's, read at the end of each trial; none in virtual time.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  seq INTEGER NOT NULL, -- The trial's end event, whose stamp is the time of the reading.
  segment INTEGER NOT NULL, -- Clock segment.
  ticks_per_ms REAL NOT NULL CHECK (ticks_per_ms > 0), -- Ticks in a true millisecond at that time.
  drift_ppm_per_min REAL, -- How fast the rate changes, positive when the clock gets faster; null: not known in the first minutes.
  uncertainty_us REAL NOT NULL, -- Uncertainty of the host's time of that stamp.
  PRIMARY KEY (session, seq),
  FOREIGN KEY (session, segment) REFERENCES clock_segments (session, segment)
) STRICT, WITHOUT ROWID;

-- Rigs, boards, what is plumbed to them, and who may drive them.

CREATE TABLE rigs ( -- Rigs by name, as their rig files name them.
  id INTEGER PRIMARY KEY, -- Row.
  name TEXT NOT NULL UNIQUE COLLATE NOCASE, -- Name in the rig file.
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)), -- 1: no animal and no valve at the other end.
  room TEXT, -- Where it stands.
  first_seen_at TEXT NOT NULL -- ISO 8601.
) STRICT;

CREATE TABLE boards ( -- Boards that ever ran a session.
  id TEXT PRIMARY KEY, -- USB serial number, or the id in the board's EEPROM.
  first_seen_at TEXT NOT NULL, -- ISO 8601.
  note TEXT -- Repairs, replaced parts.
) STRICT;

CREATE TABLE rig_leases ( -- Which process drives a rig now; at most one row a rig.
  rig INTEGER PRIMARY KEY REFERENCES rigs, -- The rig.
  token TEXT NOT NULL, -- Chosen by the holder; tells two leases of one process apart.
  host TEXT NOT NULL, -- Computer of the holder.
  pid INTEGER NOT NULL, -- Process of the holder on that computer.
  taken_at_ms INTEGER NOT NULL, -- Milliseconds since 1970.
  heartbeat_at_ms INTEGER NOT NULL -- Last sign of life; milliseconds since 1970.
) STRICT;

CREATE TABLE odorants ( -- Odours as mixed.
  id INTEGER PRIMARY KEY, -- Row.
  chemical TEXT NOT NULL, -- Name of the substance; for a blank, of the solvent.
  cas TEXT, -- CAS number.
  solvent TEXT, -- Diluted in; null: pure.
  concentration_percent REAL CHECK (concentration_percent BETWEEN 0 AND 100), -- By volume.
  supplier TEXT, -- Supplier.
  lot TEXT, -- Lot number.
  blank INTEGER NOT NULL DEFAULT 0 CHECK (blank IN (0, 1)) -- 1: solvent only.
) STRICT;

CREATE TABLE vials ( -- Which vial sat on which valve, from when to when.
  id INTEGER PRIMARY KEY, -- Row.
  odorant INTEGER NOT NULL REFERENCES odorants, -- What is in it.
  rig INTEGER NOT NULL REFERENCES rigs, -- Where it is mounted.
  line TEXT NOT NULL, -- Output line of its valve, e.g. odourA.
  filled_at TEXT NOT NULL, -- ISO 8601.
  mounted_at TEXT NOT NULL, -- ISO 8601.
  removed_at TEXT, -- ISO 8601; null: mounted now.
  person TEXT NOT NULL -- Who mounted it.
) STRICT;

CREATE TABLE odour_maps ( -- Which odorant stands for A, B, C, D with which subject (counterbalanced over a cohort).
  subject INTEGER NOT NULL REFERENCES subjects, -- For whom.
  odour TEXT NOT NULL CHECK (odour IN ('A', 'B', 'C', 'D')), -- Letter in the task.
  odorant INTEGER NOT NULL REFERENCES odorants, -- The substance.
  valid_from TEXT NOT NULL, -- First day; YYYY-MM-DD.
  valid_until TEXT, -- Last day; null: still valid.
  person TEXT NOT NULL, -- Who decided.
  PRIMARY KEY (subject, odour, valid_from)
) STRICT;

CREATE TABLE calibrations ( -- Dated measurements of a rig's lines. They expire, and re-plumbing voids them.
  id INTEGER PRIMARY KEY, -- Row.
  rig INTEGER NOT NULL REFERENCES rigs, -- The rig.
  line TEXT NOT NULL, -- Its line.
  kind TEXT NOT NULL CHECK (kind IN ('water', 'waterCheck', 'opto', 'odourTiming')), -- water: ul against ms; opto: mW at the fibre tip against drive; odourTiming: onset and clearance by photo-ionisation detector.
  measured_at TEXT NOT NULL, -- ISO 8601.
  points_text INTEGER NOT NULL REFERENCES texts, -- JSON: the points measured, units in their names.
  fit_text INTEGER REFERENCES texts, -- JSON: coefficients of the fit used.
  person TEXT NOT NULL, -- Who measured.
  voided_at TEXT, -- ISO 8601; null: counts until it expires.
  void_reason TEXT -- Why, e.g. new tubing.
) STRICT;
CREATE INDEX calibrations_by_line ON calibrations (rig, line, measured_at);

CREATE TABLE opto_sites ( -- Fibres and where they point.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- In whom.
  fibre TEXT NOT NULL, -- Fibre's label.
  site TEXT NOT NULL, -- Brain area, e.g. M2.
  hemisphere TEXT NOT NULL CHECK (hemisphere IN ('left', 'right', 'both')), -- Side.
  transmission_fraction REAL, -- Share of light that leaves the tip, measured before implanting.
  implanted_on TEXT NOT NULL -- YYYY-MM-DD.
) STRICT;

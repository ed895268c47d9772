-- Animals, their weight and their water. Nothing here is deleted; what was wrong is amended (005).

CREATE TABLE texts ( -- Long texts (plans, rig files, durations), each distinct one stored once, so that rows of trials stay small.
  id INTEGER PRIMARY KEY, -- Referred to by columns that end in _text.
  body TEXT NOT NULL UNIQUE -- JSON, or a file as it was used.
) STRICT;

CREATE TABLE subjects ( -- Animals, real and simulated. The id is for ever, the name may change.
  id INTEGER PRIMARY KEY, -- Stable id.
  name TEXT NOT NULL UNIQUE COLLATE NOCASE, -- Name now in use; old ones stand in subject_names.
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)), -- 1: a simulated animal; never runs on a real rig.
  created_at TEXT NOT NULL, -- When the row was made; ISO 8601.
  sex TEXT CHECK (sex IN ('female', 'male', 'unknown')), -- female, male or unknown.
  birth_date TEXT, -- YYYY-MM-DD.
  species TEXT, -- Latin name.
  strain TEXT, -- Strain, as the breeder names it.
  genotype TEXT, -- Genotype of this animal.
  cage TEXT, -- Cage label.
  ear_mark TEXT, -- Ear mark or tattoo.
  implant_date TEXT, -- Day of the head plate surgery; YYYY-MM-DD.
  implant_weight_g REAL CHECK (implant_weight_g >= 0), -- Weight of head plate and cement, taken off in every percentage.
  opsin TEXT, -- Opsin or control construct, e.g. stGtACR2 or tdTomato; null: none.
  opsin_control INTEGER CHECK (opsin_control IN (0, 1)), -- 1: control for the opsin (no inhibition expected).
  cohort TEXT, -- Experimental group.
  licence TEXT, -- Approved animal protocol or licence number.
  ended_on TEXT, -- Last day in the experiment; YYYY-MM-DD.
  end_status TEXT -- What became of the animal, in words; null: still in the experiment.
) STRICT;

CREATE TABLE subject_names ( -- Names that subjects bore before.
  subject INTEGER NOT NULL REFERENCES subjects, -- Whose name it was.
  name TEXT NOT NULL COLLATE NOCASE, -- The old name.
  until TEXT NOT NULL, -- When it was given up; ISO 8601.
  person TEXT NOT NULL, -- Who renamed.
  PRIMARY KEY (subject, name, until)
) STRICT;

CREATE TABLE restrictions ( -- Spans of water (or food) restriction. A span without an end runs now.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- Who is restricted.
  kind TEXT NOT NULL CHECK (kind IN ('water', 'food')), -- What is restricted.
  started_on TEXT NOT NULL, -- First day; YYYY-MM-DD.
  ended_on TEXT, -- Last day; null: goes on.
  reference_weight_g REAL NOT NULL CHECK (reference_weight_g > 0), -- Weight, implant included, that counts as 100 percent.
  reference_date TEXT NOT NULL, -- Day of the reference weight; YYYY-MM-DD.
  need_ml_per_g REAL NOT NULL CHECK (need_ml_per_g > 0), -- Daily water need per gram.
  warn_fraction REAL NOT NULL, -- Warned below this share of the reference, e.g. 0.85.
  stop_fraction REAL NOT NULL, -- A case is opened below this share, e.g. 0.80.
  person TEXT NOT NULL, -- Who ordered it.
  reason TEXT -- Why, in words.
) STRICT;

CREATE TABLE weights ( -- Weighings.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- Who was weighed.
  measured_at TEXT NOT NULL, -- ISO 8601 with offset; its date is the animal's day.
  grams REAL NOT NULL CHECK (grams > 0), -- On the scale, implant included.
  person TEXT NOT NULL, -- Who weighed.
  note TEXT -- Remark.
) STRICT;
CREATE INDEX weights_by_subject ON weights (subject, measured_at);

CREATE TABLE water_kinds ( -- What an entry in the water ledger is.
  code INTEGER PRIMARY KEY, -- Code.
  word TEXT NOT NULL UNIQUE -- The code in words.
) STRICT;
INSERT INTO water_kinds (code, word) VALUES
  (1, 'earned'), (2, 'free'), (3, 'byHand'), (4, 'freeAccess'), (5, 'notToAnimal');

CREATE TABLE water_ledger ( -- All water, by animal and day, over all sessions and rigs.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER REFERENCES subjects, -- Who got it; null: nobody (prime, flush, spout check).
  day TEXT NOT NULL, -- The animal's day; YYYY-MM-DD.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  kind INTEGER NOT NULL REFERENCES water_kinds, -- See water_kinds.
  ul REAL CHECK (ul >= 0), -- Microlitres; null: unmeasured.
  minutes REAL CHECK (minutes > 0), -- Length of free access.
  form TEXT, -- Water, gel, sucrose ...
  session INTEGER REFERENCES sessions, -- Session it was given in.
  rig INTEGER REFERENCES rigs, -- Rig it came from.
  person TEXT, -- Who gave it; null: the rig.
  note TEXT, -- Remark.
  CHECK (kind = 5 OR subject IS NOT NULL),
  CHECK (kind <> 4 OR minutes IS NOT NULL)
) STRICT;
CREATE INDEX water_by_subject ON water_ledger (subject, day);

CREATE TABLE cases ( -- Welfare cases: an animal under its limit, until a named person closes it.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- Whose case.
  weight INTEGER REFERENCES weights, -- The weighing that opened it.
  opened_at TEXT NOT NULL, -- ISO 8601.
  reason TEXT NOT NULL, -- What is wrong, in words.
  told TEXT, -- Who was told.
  done TEXT, -- What was done for the animal.
  reweighed INTEGER REFERENCES weights, -- The weighing after it.
  override_by TEXT, -- Who let the animal run all the same; stays on page one until closed.
  override_reason TEXT, -- Why.
  closed_at TEXT, -- ISO 8601; null: open.
  closed_by TEXT, -- Who closed it.
  CHECK ((override_by IS NULL) = (override_reason IS NULL)),
  CHECK ((closed_at IS NULL) = (closed_by IS NULL))
) STRICT;

-- What people and rules decided about the record, and what is derived from it.

CREATE TABLE stages ( -- Which stage of a task a subject is in. A span without an end is now.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- Whose stage.
  task TEXT NOT NULL, -- Task by name.
  stage TEXT NOT NULL, -- Stage by name.
  entered_at TEXT NOT NULL, -- ISO 8601.
  left_at TEXT -- ISO 8601; null: now.
) STRICT;
CREATE UNIQUE INDEX one_stage_now ON stages (subject, task) WHERE left_at IS NULL;

CREATE TABLE decisions ( -- Promotions, demotions and holds, with what they were decided on.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- About whom.
  session INTEGER REFERENCES sessions, -- Session that led to it.
  task TEXT NOT NULL, -- Task by name.
  from_stage TEXT, -- Stage before; null: none.
  to_stage TEXT NOT NULL, -- Stage after; the same: held.
  rule TEXT NOT NULL, -- Rule by name, or byHand.
  inputs_text INTEGER REFERENCES texts, -- JSON: the figures the rule saw.
  reason TEXT NOT NULL, -- One line for people.
  person TEXT, -- Who decided; null: the rule.
  at TEXT NOT NULL -- ISO 8601.
) STRICT;

CREATE TABLE verdicts ( -- Replay verdicts: is the recorded trial a run of its chart.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER NOT NULL, -- Trial.
  consistent INTEGER NOT NULL CHECK (consistent IN (0, 1)), -- 1: the events are a run of the chart; no proof of flow.
  departs_at_seq INTEGER, -- First event that departs.
  detail TEXT, -- What was expected there.
  software_version TEXT NOT NULL, -- Program that judged.
  at TEXT NOT NULL, -- ISO 8601.
  PRIMARY KEY (session, trial, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificates ( -- Timing certificates of sessions.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  at TEXT NOT NULL, -- ISO 8601.
  grade TEXT NOT NULL CHECK (grade IN ('PASS', 'WARN', 'FAIL')), -- In one word.
  line TEXT NOT NULL, -- In one line.
  figures_text INTEGER NOT NULL REFERENCES texts, -- JSON: all figures, units in their names.
  PRIMARY KEY (session, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE amendments ( -- Corrections: what stood there, what counts now, who says so and why.
  id INTEGER PRIMARY KEY, -- Row.
  table_name TEXT NOT NULL, -- Table amended.
  row_key TEXT NOT NULL, -- Its row, as text.
  column_name TEXT NOT NULL, -- Its column.
  old_value TEXT, -- Value before, as text.
  new_value TEXT, -- Value that counts, as text.
  person TEXT NOT NULL, -- Who.
  reason TEXT NOT NULL, -- Why.
  at TEXT NOT NULL -- ISO 8601.
) STRICT;
CREATE INDEX amendments_by_row ON amendments (table_name, row_key);

CREATE TABLE exclusions ( -- What is left out of which analysis, and why. Nothing is deleted.
  id INTEGER PRIMARY KEY, -- Row.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  first_trial INTEGER, -- First trial left out; null: the whole session.
  last_trial INTEGER, -- Last trial left out.
  use TEXT NOT NULL CHECK (use IN ('behaviour', 'imaging', 'opto')), -- For which use.
  reason TEXT NOT NULL, -- Why.
  person TEXT NOT NULL, -- Who.
  at TEXT NOT NULL, -- ISO 8601.
  lifted_at TEXT, -- ISO 8601; null: in force.
  lifted_by TEXT, -- Who took it back.
  CHECK ((first_trial IS NULL) = (last_trial IS NULL))
) STRICT;

CREATE TABLE rollups ( -- Trials counted by session and cell. Derived: may be emptied and rebuilt at any time.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial_type TEXT NOT NULL, -- The pair.
  outcome INTEGER NOT NULL, -- See outcomes; 0: not completed.
  scored INTEGER NOT NULL CHECK (scored IN (0, 1)), -- 1: scored trials.
  lit INTEGER NOT NULL CHECK (lit IN (0, 1)), -- 1: under opto light.
  engaged INTEGER NOT NULL CHECK (engaged IN (0, 1)), -- 1: in the engaged span.
  trials INTEGER NOT NULL, -- How many.
  PRIMARY KEY (session, trial_type, outcome, scored, lit, engaged)
) STRICT, WITHOUT ROWID;

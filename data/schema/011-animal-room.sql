-- The animal room: what a day may give, and what people did about a case. No program before this one wrote these tables.

DROP TABLE restrictions;
CREATE TABLE restrictions ( -- Spans of water (or food) restriction. A span without an end runs now.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- Who is restricted.
  kind TEXT NOT NULL CHECK (kind IN ('water', 'food')), -- What is restricted.
  started_on TEXT NOT NULL, -- First day; YYYY-MM-DD.
  ended_on TEXT, -- Last day; null: goes on.
  reference_weight_g REAL NOT NULL CHECK (reference_weight_g > 0), -- Weight, implant included, that counts as 100 percent.
  reference_date TEXT NOT NULL, -- Day of the reference weight; YYYY-MM-DD.
  need_ml_per_g REAL NOT NULL CHECK (need_ml_per_g > 0), -- Daily water need per gram of body, implant not included.
  warn_fraction REAL NOT NULL, -- Warned below this share of the reference, e.g. 0.85.
  stop_fraction REAL NOT NULL CHECK (stop_fraction < warn_fraction), -- A case is opened below this share, e.g. 0.80.
  most_ul_per_day REAL CHECK (most_ul_per_day > 0), -- Rigs give no more on one day; null: as the rig files say.
  person TEXT NOT NULL, -- Who ordered it.
  ended_by TEXT, -- Who ended it.
  reason TEXT, -- Why, in words.
  CHECK ((ended_on IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_restriction ON restrictions (subject, kind) WHERE ended_on IS NULL;

DROP TABLE cases;
CREATE TABLE cases ( -- Welfare cases: an animal under its limit, until a named person closes it (case_entries).
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- Whose case.
  weight INTEGER REFERENCES weights, -- The weighing that opened it; null: a person did.
  opened_at TEXT NOT NULL, -- ISO 8601 with offset.
  reason TEXT NOT NULL -- What is wrong, in words.
) STRICT;

CREATE TABLE case_entries ( -- What people did about a case, in order. A case is open until one of them closes it.
  id INTEGER PRIMARY KEY, -- Row.
  welfare_case INTEGER NOT NULL REFERENCES cases, -- The case.
  kind TEXT NOT NULL CHECK (kind IN ('told', 'done', 'override', 'closed')), -- told: who was told; done: for the animal; override: it may run all the same; closed.
  body TEXT NOT NULL, -- In words: who was told, what was done, or why.
  person TEXT NOT NULL, -- Who says so.
  at TEXT NOT NULL -- ISO 8601 with offset.
) STRICT;

CREATE UNIQUE INDEX water_of_session ON water_ledger (session, kind) WHERE session IS NOT NULL;

CREATE TRIGGER weights_never_change BEFORE UPDATE ON weights BEGIN SELECT RAISE(ABORT, 'weighings never change; amend them'); END;
CREATE TRIGGER weights_are_kept BEFORE DELETE ON weights BEGIN SELECT RAISE(ABORT, 'weighings are never deleted'); END;
CREATE TRIGGER water_ledger_never_change BEFORE UPDATE ON water_ledger BEGIN SELECT RAISE(ABORT, 'entries of water never change; amend them'); END;
CREATE TRIGGER water_ledger_are_kept BEFORE DELETE ON water_ledger BEGIN SELECT RAISE(ABORT, 'entries of water are never deleted'); END;
CREATE TRIGGER cases_never_change BEFORE UPDATE ON cases BEGIN SELECT RAISE(ABORT, 'cases never change; amend them'); END;
CREATE TRIGGER cases_are_kept BEFORE DELETE ON cases BEGIN SELECT RAISE(ABORT, 'cases are never deleted'); END;
CREATE TRIGGER case_entries_never_change BEFORE UPDATE ON case_entries BEGIN SELECT RAISE(ABORT, 'entries of a case never change; amend them'); END;
CREATE TRIGGER case_entries_are_kept BEFORE DELETE ON case_entries BEGIN SELECT RAISE(ABORT, 'entries of a case are never deleted'); END;

CREATE TRIGGER amendments_never_change BEFORE UPDATE ON amendments BEGIN SELECT RAISE(ABORT, 'amendments never change; amend again'); END;
CREATE TRIGGER amendments_are_kept BEFORE DELETE ON amendments BEGIN SELECT RAISE(ABORT, 'amendments are never deleted'); END;

CREATE VIEW weights_now AS -- Weighings as they count, amendments applied; void ones left out.
SELECT w.id,
  coalesce((SELECT CAST(new_value AS INTEGER) FROM amendments WHERE table_name = 'weights' AND row_key = CAST(w.id AS TEXT)
    AND column_name = 'subject' ORDER BY id DESC LIMIT 1), w.subject) AS subject,
  w.measured_at,
  coalesce((SELECT CAST(new_value AS REAL) FROM amendments WHERE table_name = 'weights' AND row_key = CAST(w.id AS TEXT)
    AND column_name = 'grams' ORDER BY id DESC LIMIT 1), w.grams) AS grams,
  w.person, w.note,
  EXISTS (SELECT 1 FROM amendments WHERE table_name = 'weights' AND row_key = CAST(w.id AS TEXT)) AS amended
FROM weights w
WHERE coalesce((SELECT new_value FROM amendments WHERE table_name = 'weights' AND row_key = CAST(w.id AS TEXT)
  AND column_name = 'void' ORDER BY id DESC LIMIT 1), '0') = '0';

CREATE VIEW water_now AS -- The water ledger as it counts, amendments applied; void entries left out.
SELECT w.id,
  coalesce((SELECT CAST(new_value AS INTEGER) FROM amendments WHERE table_name = 'water_ledger'
    AND row_key = CAST(w.id AS TEXT) AND column_name = 'subject' ORDER BY id DESC LIMIT 1), w.subject) AS subject,
  w.day, w.at, w.kind,
  coalesce((SELECT CAST(new_value AS REAL) FROM amendments WHERE table_name = 'water_ledger'
    AND row_key = CAST(w.id AS TEXT) AND column_name = 'ul' ORDER BY id DESC LIMIT 1), w.ul) AS ul,
  w.minutes, w.form, w.session, w.rig, w.person, w.note,
  EXISTS (SELECT 1 FROM amendments WHERE table_name = 'water_ledger' AND row_key = CAST(w.id AS TEXT)) AS amended
FROM water_ledger w
WHERE coalesce((SELECT new_value FROM amendments WHERE table_name = 'water_ledger' AND row_key = CAST(w.id AS TEXT)
  AND column_name = 'void' ORDER BY id DESC LIMIT 1), '0') = '0';

CREATE VIEW session_animals AS -- Whose each session is, by the last word said about it.
SELECT s.id AS session, s.subject FROM sessions s
WHERE NOT EXISTS (SELECT 1 FROM amendments a WHERE a.table_name = 'sessions' AND a.row_key = CAST(s.id AS TEXT)
  AND a.column_name = 'subject')
UNION ALL
SELECT CAST(a.row_key AS INTEGER), CAST(a.new_value AS INTEGER) FROM amendments a
WHERE a.table_name = 'sessions' AND a.column_name = 'subject' AND NOT EXISTS (SELECT 1 FROM amendments later
  WHERE later.table_name = 'sessions' AND later.row_key = a.row_key AND later.column_name = 'subject' AND later.id > a.id);

DROP VIEW sessions_words;
CREATE VIEW sessions_words AS -- Sessions with names for subject (the right one, where it was reassigned) and rig, and texts in full.
SELECT s.id AS session, subjects.name AS subject, rigs.name AS rig, s.simulated, c.kind, c.agent, c.dose, c.site,
  c.given_at, s.task, c.ladder, c.stage, s.off_task, s.operator, s.seed, s.started_at, s.ended_at, s.end_reason,
  c.disengagement_rule, c.last_engaged_trial,
  (SELECT count(*) FROM trials WHERE trials.session = s.id) AS trials,
  s.event_count, s.event_crc32, parameters.body AS parameters, lines.body AS lines, rig_file.body AS rig_file,
  s.task_hash, s.engine, s.firmware, s.link_version, s.program_version, s.software_version, s.board, s.boot_id
FROM sessions s
JOIN session_conditions c ON c.session = s.id
JOIN session_animals animals ON animals.session = s.id
JOIN subjects ON subjects.id = animals.subject
JOIN rigs ON rigs.id = s.rig
JOIN texts parameters ON parameters.id = s.parameters_text
JOIN texts lines ON lines.id = s.lines_text
JOIN texts rig_file ON rig_file.id = s.rig_file_text;

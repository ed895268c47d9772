-- The rig room: every drop with what measured it, vials and odour maps, care, checks; and how long an animal is head-fixed.
-- No program before this one wrote calibrations, odorants, vials, odour maps or head-fixation.

CREATE TABLE drops ( -- Water of sessions, one row each time a valve was opened. What was commanded; the ledger is their sum.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  seq INTEGER NOT NULL, -- Event that opened the valve.
  line TEXT NOT NULL, -- Water line.
  trial INTEGER, -- Trial that ran; null: between trials.
  open_ms REAL NOT NULL, -- How long the valve was commanded open, by the device's clock.
  ul REAL NOT NULL, -- Microlitres, by the calibration or the nominal flow.
  calibration INTEGER REFERENCES calibrations, -- Calibration used; null: nominal flow of the rig file.
  PRIMARY KEY (session, seq, line)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER drops_never_change BEFORE UPDATE ON drops BEGIN SELECT RAISE(ABORT, 'drops never change'); END;
CREATE TRIGGER drops_are_kept BEFORE DELETE ON drops BEGIN SELECT RAISE(ABORT, 'drops are never deleted'); END;

DROP TABLE calibrations;
CREATE TABLE calibrations ( -- Dated measurements of a rig's lines. They expire, and re-plumbing voids them.
  id INTEGER PRIMARY KEY, -- Row.
  rig INTEGER NOT NULL REFERENCES rigs, -- The rig.
  line TEXT NOT NULL, -- Its line.
  kind TEXT NOT NULL CHECK (kind IN ('water', 'waterCheck', 'opto', 'odourTiming')), -- water: ul against ms; waterCheck: one point of it; opto: mW at the fibre tip against drive; odourTiming: onset and clearance by photo-ionisation detector.
  measured_at TEXT NOT NULL, -- ISO 8601 with offset.
  points_text INTEGER NOT NULL REFERENCES texts, -- JSON: the points measured (x: ms or drive, y: ul a pulse or mW), or onsetMs and clearanceMs.
  fit_text INTEGER REFERENCES texts, -- JSON: coefficients of the second-order fit, and the range of x that it is good for.
  person TEXT NOT NULL, -- Who measured.
  voided_at TEXT, -- ISO 8601 with offset; null: counts until it expires.
  voided_by TEXT, -- Who voided it.
  void_reason TEXT, -- Why, e.g. new tubing.
  CHECK ((voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL))
) STRICT;
CREATE INDEX calibrations_by_line ON calibrations (rig, line, measured_at);
CREATE TRIGGER calibrations_are_only_voided BEFORE UPDATE ON calibrations
WHEN OLD.voided_at IS NOT NULL OR NEW.points_text <> OLD.points_text OR NEW.fit_text IS NOT OLD.fit_text
  OR NEW.measured_at <> OLD.measured_at OR NEW.line <> OLD.line OR NEW.rig <> OLD.rig OR NEW.kind <> OLD.kind
BEGIN SELECT RAISE(ABORT, 'calibrations never change; void them and calibrate again'); END;
CREATE TRIGGER calibrations_are_kept BEFORE DELETE ON calibrations BEGIN SELECT RAISE(ABORT, 'calibrations are never deleted'); END;

DROP TABLE odour_maps;
DROP TABLE vials;
DROP TABLE odorants;
CREATE TABLE odorants ( -- Odours as mixed; another solvent, concentration or lot is another one.
  id INTEGER PRIMARY KEY, -- Row.
  chemical TEXT NOT NULL, -- Name of the substance; for a blank, of the solvent.
  cas TEXT, -- CAS number.
  solvent TEXT, -- Diluted in; null: pure.
  concentration_percent REAL CHECK (concentration_percent BETWEEN 0 AND 100), -- By volume.
  supplier TEXT, -- Supplier.
  lot TEXT, -- Lot number.
  blank INTEGER NOT NULL DEFAULT 0 CHECK (blank IN (0, 1)), -- 1: solvent only.
  entered_at TEXT NOT NULL, -- ISO 8601 with offset.
  person TEXT NOT NULL -- Who entered it.
) STRICT;
CREATE TRIGGER odorants_never_change BEFORE UPDATE ON odorants BEGIN SELECT RAISE(ABORT, 'odorants never change; enter another'); END;
CREATE TRIGGER odorants_are_kept BEFORE DELETE ON odorants BEGIN SELECT RAISE(ABORT, 'odorants are never deleted'); END;

CREATE TABLE vials ( -- Which vial sat on which valve, from when to when.
  id INTEGER PRIMARY KEY, -- Row.
  odorant INTEGER NOT NULL REFERENCES odorants, -- What is in it.
  rig INTEGER NOT NULL REFERENCES rigs, -- Where it is mounted.
  line TEXT NOT NULL, -- Output line of its valve, e.g. odourA.
  filled_at TEXT NOT NULL, -- ISO 8601.
  mounted_at TEXT NOT NULL, -- ISO 8601 with offset.
  person TEXT NOT NULL, -- Who mounted it.
  removed_at TEXT, -- ISO 8601 with offset; null: mounted now.
  removed_by TEXT, -- Who took it off.
  CHECK ((removed_at IS NULL) = (removed_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_vial_a_valve ON vials (rig, line) WHERE removed_at IS NULL;

CREATE TABLE odour_maps ( -- Which odorant stands for A, B, C, D with which subject; the last word on a letter counts.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- For whom.
  odour TEXT NOT NULL CHECK (odour IN ('A', 'B', 'C', 'D')), -- Letter in the task.
  odorant INTEGER NOT NULL REFERENCES odorants, -- The substance.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  person TEXT NOT NULL, -- Who decided.
  reason TEXT -- By hand, or the draw it came from: cohort and seed.
) STRICT;
CREATE INDEX odour_maps_by_subject ON odour_maps (subject, odour);
CREATE TRIGGER odour_maps_never_change BEFORE UPDATE ON odour_maps BEGIN SELECT RAISE(ABORT, 'odour maps never change; enter another'); END;
CREATE TRIGGER odour_maps_are_kept BEFORE DELETE ON odour_maps BEGIN SELECT RAISE(ABORT, 'odour maps are never deleted'); END;

CREATE TABLE care_entries ( -- What was done for a rig, in order.
  id INTEGER PRIMARY KEY, -- Row.
  rig INTEGER NOT NULL REFERENCES rigs, -- The rig.
  step TEXT NOT NULL CHECK (step IN ('prime', 'drop', 'flushBegun', 'flush', 'purge', 'wipe', 'dry', 'calibrate', 'bottle')), -- flushBegun: no session starts until its flush; bottle: filled.
  line TEXT, -- Line it was done to; null: the rig.
  pulses INTEGER, -- How many; null: by hand.
  open_ms REAL, -- Each so long.
  ul REAL, -- Water that ran in all; of a bottle, what it holds.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  person TEXT NOT NULL, -- Who did it.
  note TEXT -- Remark.
) STRICT;
CREATE INDEX care_by_rig ON care_entries (rig, at);
CREATE TRIGGER care_entries_never_change BEFORE UPDATE ON care_entries BEGIN SELECT RAISE(ABORT, 'care entries never change'); END;
CREATE TRIGGER care_entries_are_kept BEFORE DELETE ON care_entries BEGIN SELECT RAISE(ABORT, 'care entries are never deleted'); END;

CREATE TABLE rig_checks ( -- Checks of a rig without an animal.
  id INTEGER PRIMARY KEY, -- Row.
  rig INTEGER NOT NULL REFERENCES rigs, -- The rig.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  grade TEXT NOT NULL CHECK (grade IN ('PASS', 'WARN', 'FAIL')), -- The worst of its findings.
  findings_text INTEGER NOT NULL REFERENCES texts, -- JSON: what was looked at and found.
  person TEXT -- Who checked; null: not said.
) STRICT;
CREATE INDEX checks_by_rig ON rig_checks (rig, at);

ALTER TABLE sessions DROP COLUMN mouse_in_at;
ALTER TABLE sessions DROP COLUMN mouse_out_at;
CREATE TABLE head_fixations ( -- Mouse in, mouse out, in order.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- The animal in the rig.
  step TEXT NOT NULL CHECK (step IN ('in', 'out')), -- in: its head was fixed; out: it was free again.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  session INTEGER REFERENCES sessions, -- Session that began or ended with it; null: entered apart.
  person TEXT -- Who says so; null: a session, without an operator.
) STRICT;
CREATE INDEX head_fixations_by_subject ON head_fixations (subject, id);
CREATE TRIGGER head_fixations_never_change BEFORE UPDATE ON head_fixations BEGIN SELECT RAISE(ABORT, 'head fixations never change'); END;
CREATE TRIGGER head_fixations_are_kept BEFORE DELETE ON head_fixations BEGIN SELECT RAISE(ABORT, 'head fixations are never deleted'); END;

DROP VIEW opto_words;
CREATE VIEW opto_words AS -- Light of trials with its epochs in words.
SELECT opto.session, opto.trial, first.word AS from_epoch, last.word AS to_epoch, opto.sham, opto.waveform,
  opto.frequency_hz, opto.duty_fraction, opto.drive, opto.power_mw, opto.calibration, opto.ramp_ms, opto.ramp_side,
  opto.masked
FROM opto
JOIN epochs first ON first.code = opto.from_epoch
JOIN epochs last ON last.code = opto.to_epoch;

CREATE TRIGGER exclusions_are_only_lifted BEFORE UPDATE ON exclusions
WHEN OLD.lifted_at IS NOT NULL OR NEW.session <> OLD.session OR NEW.first_trial IS NOT OLD.first_trial
  OR NEW.last_trial IS NOT OLD.last_trial OR NEW.use <> OLD.use OR NEW.reason <> OLD.reason OR NEW.person <> OLD.person
  OR NEW.at <> OLD.at
BEGIN SELECT RAISE(ABORT, 'exclusions never change; lift them and exclude again'); END;
CREATE TRIGGER exclusions_are_kept BEFORE DELETE ON exclusions BEGIN SELECT RAISE(ABORT, 'exclusions are never deleted'); END;

CREATE TRIGGER notes_never_change BEFORE UPDATE ON notes BEGIN SELECT RAISE(ABORT, 'notes never change; amend them'); END;
CREATE TRIGGER notes_are_kept BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'notes are never deleted'); END;

CREATE VIEW notes_now AS -- Notes as they count, amendments applied; void ones left out.
SELECT n.id, n.session, n.subject, n.trial, n.at, n.person,
  coalesce((SELECT new_value FROM amendments WHERE table_name = 'notes' AND row_key = CAST(n.id AS TEXT)
    AND column_name = 'body' ORDER BY id DESC LIMIT 1), n.body) AS body,
  EXISTS (SELECT 1 FROM amendments WHERE table_name = 'notes' AND row_key = CAST(n.id AS TEXT)) AS amended
FROM notes n
WHERE coalesce((SELECT new_value FROM amendments WHERE table_name = 'notes' AND row_key = CAST(n.id AS TEXT)
  AND column_name = 'void' ORDER BY id DESC LIMIT 1), '0') = '0';

CREATE VIEW conditions_now AS -- What sessions were for and what was given, amendments applied.
SELECT c.session, c.kind, c.agent, c.dose, c.site, c.given_at, c.ladder, c.stage, c.disengagement_rule, c.last_engaged_trial
FROM session_conditions c
WHERE NOT EXISTS (SELECT 1 FROM amendments a WHERE a.table_name = 'session_conditions' AND a.row_key = CAST(c.session AS TEXT))
UNION ALL
SELECT c.session,
  coalesce((SELECT new_value FROM amendments WHERE table_name = 'session_conditions' AND row_key = CAST(c.session AS TEXT)
    AND column_name = 'kind' ORDER BY id DESC LIMIT 1), c.kind),
  (SELECT value FROM (SELECT new_value AS value, id FROM amendments WHERE table_name = 'session_conditions'
    AND row_key = CAST(c.session AS TEXT) AND column_name = 'agent' UNION ALL SELECT c.agent, 0) ORDER BY id DESC LIMIT 1),
  (SELECT value FROM (SELECT new_value AS value, id FROM amendments WHERE table_name = 'session_conditions'
    AND row_key = CAST(c.session AS TEXT) AND column_name = 'dose' UNION ALL SELECT c.dose, 0) ORDER BY id DESC LIMIT 1),
  (SELECT value FROM (SELECT new_value AS value, id FROM amendments WHERE table_name = 'session_conditions'
    AND row_key = CAST(c.session AS TEXT) AND column_name = 'site' UNION ALL SELECT c.site, 0) ORDER BY id DESC LIMIT 1),
  (SELECT value FROM (SELECT new_value AS value, id FROM amendments WHERE table_name = 'session_conditions'
    AND row_key = CAST(c.session AS TEXT) AND column_name = 'given_at' UNION ALL SELECT c.given_at, 0) ORDER BY id DESC LIMIT 1),
  c.ladder, c.stage, c.disengagement_rule, c.last_engaged_trial
FROM session_conditions c
WHERE EXISTS (SELECT 1 FROM amendments a WHERE a.table_name = 'session_conditions' AND a.row_key = CAST(c.session AS TEXT));

DROP VIEW sessions_words;
CREATE VIEW sessions_words AS -- Sessions with names for subject (the right one, where it was reassigned) and rig, and texts in full; amendments applied.
SELECT s.id AS session, subjects.name AS subject, rigs.name AS rig, s.simulated, c.kind, c.agent, c.dose, c.site,
  c.given_at, s.task, c.ladder, c.stage, s.off_task, s.operator, s.seed, s.started_at, s.ended_at, s.end_reason,
  c.disengagement_rule, c.last_engaged_trial,
  (SELECT count(*) FROM trials WHERE trials.session = s.id) AS trials,
  s.event_count, s.event_crc32, parameters.body AS parameters, lines.body AS lines, rig_file.body AS rig_file,
  s.task_hash, s.engine, s.firmware, s.link_version, s.program_version, s.software_version, s.board, s.boot_id
FROM sessions s
JOIN conditions_now c ON c.session = s.id
JOIN session_animals animals ON animals.session = s.id
JOIN subjects ON subjects.id = animals.subject
JOIN rigs ON rigs.id = s.rig
JOIN texts parameters ON parameters.id = s.parameters_text
JOIN texts lines ON lines.id = s.lines_text
JOIN texts rig_file ON rig_file.id = s.rig_file_text;

DROP TABLE opto_sites;
CREATE TABLE opto_sites ( -- Fibres and where they point. The last one of a site and hemisphere counts.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- In whom.
  fibre TEXT NOT NULL, -- Fibre's label.
  site TEXT NOT NULL, -- Brain area, e.g. M2.
  hemisphere TEXT NOT NULL CHECK (hemisphere IN ('left', 'right', 'both')), -- Side.
  transmission_fraction REAL CHECK (transmission_fraction > 0 AND transmission_fraction <= 1), -- Share of light that leaves the tip, measured before implanting; null: not measured.
  implanted_on TEXT NOT NULL, -- YYYY-MM-DD.
  entered_at TEXT NOT NULL, -- ISO 8601 with offset.
  person TEXT NOT NULL -- Who entered it.
) STRICT;
CREATE TRIGGER opto_sites_never_change BEFORE UPDATE ON opto_sites BEGIN SELECT RAISE(ABORT, 'fibres never change; enter another'); END;
CREATE TRIGGER opto_sites_are_kept BEFORE DELETE ON opto_sites BEGIN SELECT RAISE(ABORT, 'fibres are never deleted'); END;

-- Training: what a session was for, the stage it ran in, whether it counted, what was decided on it; and what a simulated
-- mouse has learned.

DROP VIEW sessions_words;
ALTER TABLE sessions DROP COLUMN purpose;
ALTER TABLE sessions DROP COLUMN condition;

CREATE TABLE session_conditions ( -- What a session was for, what the animal was given, which stage it was in.
  session INTEGER PRIMARY KEY REFERENCES sessions, -- Session.
  kind TEXT NOT NULL CHECK (kind IN ('training', 'imaging', 'opto', 'drug', 'control', 'habituation')), -- What it was for; training and imaging sessions count towards stages and expert days.
  agent TEXT, -- Substance given, e.g. muscimol or saline; null: none.
  dose TEXT, -- How much of it, as the experimenter writes it.
  site TEXT, -- Where it was given.
  given_at TEXT, -- When; ISO 8601.
  ladder TEXT, -- Task in whose stages the animal is trained; null: outside all stages.
  stage TEXT, -- Stage that it ran in; null: none.
  disengagement_rule TEXT, -- Rule by which disengagement was looked for; null: by none.
  last_engaged_trial INTEGER, -- Last trial of the engaged span, written at the end; null: engaged to the end.
  CHECK (agent IS NOT NULL OR (dose IS NULL AND site IS NULL AND given_at IS NULL)),
  CHECK ((ladder IS NULL) = (stage IS NULL))
) STRICT;

INSERT INTO session_conditions (session, kind) SELECT id, 'training' FROM sessions;

CREATE VIEW sessions_words AS -- Sessions with names for subject and rig, and texts in full.
SELECT s.id AS session, subjects.name AS subject, rigs.name AS rig, s.simulated, c.kind, c.agent, c.dose, c.site,
  c.given_at, s.task, c.ladder, c.stage, s.off_task, s.operator, s.seed, s.started_at, s.ended_at, s.end_reason,
  c.disengagement_rule, c.last_engaged_trial,
  (SELECT count(*) FROM trials WHERE trials.session = s.id) AS trials,
  s.event_count, s.event_crc32, parameters.body AS parameters, lines.body AS lines, rig_file.body AS rig_file,
  s.task_hash, s.engine, s.firmware, s.link_version, s.program_version, s.software_version, s.board, s.boot_id
FROM sessions s
JOIN session_conditions c ON c.session = s.id
JOIN subjects ON subjects.id = s.subject
JOIN rigs ON rigs.id = s.rig
JOIN texts parameters ON parameters.id = s.parameters_text
JOIN texts lines ON lines.id = s.lines_text
JOIN texts rig_file ON rig_file.id = s.rig_file_text;

CREATE TABLE assessments ( -- What the rules of its stage saw of a session, at its end. No row: it ran in no stage, or its process died.
  session INTEGER PRIMARY KEY REFERENCES sessions, -- Session.
  not_counted TEXT, -- Why it does not count towards stages and expert days, in words; null: it counts.
  figures_text INTEGER NOT NULL REFERENCES texts -- JSON: by rule, the figures it saw.
) STRICT;

-- No program before this one wrote decisions.
DROP TABLE decisions;
CREATE TABLE decisions ( -- Promotions, demotions, proposals and holds, with what they were decided on.
  id INTEGER PRIMARY KEY, -- Row.
  subject INTEGER NOT NULL REFERENCES subjects, -- About whom.
  session INTEGER REFERENCES sessions, -- Session that led to it; null: none.
  task TEXT NOT NULL, -- Task whose stages they are.
  from_stage TEXT, -- Stage before; null: none.
  to_stage TEXT NOT NULL, -- Stage after; the same: it stays.
  rule TEXT NOT NULL, -- Rule by name, or byHand.
  inputs_text INTEGER REFERENCES texts, -- JSON: the figures the rule saw; null: a person's word.
  reason TEXT NOT NULL, -- One line for people.
  person TEXT, -- Who decided; null: the rule.
  at TEXT NOT NULL, -- ISO 8601.
  verdict TEXT NOT NULL CHECK (verdict IN ('made', 'proposed', 'accepted', 'declined', 'held', 'released')), -- made: the stage changed; proposed: a person must decide; accepted, declined: that person's word; held: no rule moves the animal until released.
  proposal INTEGER REFERENCES decisions, -- The proposal that was accepted or declined; null: none.
  CHECK (verdict IN ('made', 'proposed') OR person IS NOT NULL),
  CHECK ((proposal IS NOT NULL) = (verdict IN ('accepted', 'declined')))
) STRICT;
CREATE INDEX decisions_by_subject ON decisions (subject, task);
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions never change'); END;
CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;

CREATE TABLE simulated_mice ( -- What a simulated mouse had learned at the end of a session.
  session INTEGER PRIMARY KEY REFERENCES sessions, -- Session.
  state TEXT NOT NULL -- JSON (hardware/mouse/learning-mouse.ts).
) STRICT;

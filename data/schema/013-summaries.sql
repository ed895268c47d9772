-- Summaries: which trials count, the trial as one wide row, roll-ups of what a night has to read, and the nights that were done.
-- No program before this one wrote rollups or verdicts.

CREATE INDEX exclusions_by_session ON exclusions (session);

CREATE VIEW trial_scores AS -- Which trials count and why the others do not; the rules are those of protocols/trial-record.ts.
SELECT t.session, t.trial, t.trial_type, t.outcome,
  CASE WHEN t.outcome IN (1, 2) THEN 1 WHEN t.outcome IN (3, 4) THEN 0 WHEN t.outcome IN (5, 6, 7) THEN 2
    ELSE (SELECT CASE WHEN json_array_length(body, '$.spouts') > 1 THEN 2
      ELSE json_extract(body, '$.rewarded') IS NOT NULL END FROM texts WHERE id = t.plan_text) END AS asks,
  CASE WHEN t.outcome IS NULL THEN 1 WHEN t.assisted THEN 2 WHEN t.correction THEN 3
    WHEN t.probe AND t.trial_type = 'probe' THEN 4 WHEN t.probe THEN 5
    WHEN EXISTS (SELECT 1 FROM exclusions x WHERE x.session = t.session AND x.use = 'behaviour' AND x.lifted_at IS NULL
      AND (x.first_trial IS NULL OR t.trial BETWEEN x.first_trial AND x.last_trial)) THEN 6 ELSE 0 END AS not_scored,
  CASE WHEN opto.session IS NULL OR opto.sham = 'maskOnly' THEN 0 WHEN opto.sham IS NULL THEN 1 ELSE 2 END AS lit,
  CASE WHEN opto.session IS NULL OR opto.sham = 'maskOnly' THEN 0 ELSE opto.from_epoch END AS from_epoch,
  CASE WHEN opto.session IS NULL OR opto.sham = 'maskOnly' THEN 0 ELSE opto.to_epoch END AS to_epoch,
  c.last_engaged_trial IS NULL OR t.trial <= c.last_engaged_trial AS engaged,
  EXISTS (SELECT 1 FROM exclusions x WHERE x.session = t.session AND x.use = 'opto' AND x.lifted_at IS NULL
    AND (x.first_trial IS NULL OR t.trial BETWEEN x.first_trial AND x.last_trial)) AS opto_excluded
FROM trials t
JOIN session_conditions c ON c.session = t.session
LEFT JOIN opto ON opto.session = t.session AND opto.trial = t.trial;

CREATE TABLE not_scored_words ( -- Why a trial is not scored: the first reason that holds.
  code INTEGER PRIMARY KEY, -- Code; 0: it is scored.
  word TEXT UNIQUE -- The code in words; null: it is scored.
) STRICT;
INSERT INTO not_scored_words (code, word) VALUES
  (0, NULL), (1, 'aborted'), (2, 'assisted'), (3, 'correction'), (4, 'probe'), (5, 'blank'), (6, 'excluded');

DROP TABLE rollups;
CREATE TABLE rollups ( -- Trials counted by session and cell. Derived: may be emptied and rebuilt at any time.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial_type TEXT NOT NULL, -- The pair.
  asks INTEGER NOT NULL CHECK (asks IN (0, 1, 2)), -- 0: no-go, 1: go, 2: one of two spouts.
  outcome INTEGER NOT NULL, -- See outcomes; 0: not completed.
  not_scored INTEGER NOT NULL REFERENCES not_scored_words, -- See not_scored_words; 0: scored.
  lit INTEGER NOT NULL CHECK (lit IN (0, 1, 2)), -- 0: control, 1: opto light, 2: sham light.
  from_epoch INTEGER NOT NULL, -- First epoch under light, see epochs; 0: control.
  to_epoch INTEGER NOT NULL, -- Last epoch under light; 0: control.
  engaged INTEGER NOT NULL CHECK (engaged IN (0, 1)), -- 1: in the engaged span.
  opto_excluded INTEGER NOT NULL CHECK (opto_excluded IN (0, 1)), -- 1: left out of opto analyses.
  trials INTEGER NOT NULL, -- How many.
  PRIMARY KEY (session, trial_type, asks, outcome, not_scored, lit, from_epoch, to_epoch, engaged, opto_excluded)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_facts ( -- What the raw events say of a trial: commanded times and licks. Derived. Times in ms from the trial's start, by its clock.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER NOT NULL, -- Trial.
  start_s REAL NOT NULL, -- Its start in seconds since session start, true time.
  end_s REAL NOT NULL, -- Its end, the same.
  odour1_ms REAL, -- First odour valve commanded open; null: none was.
  odour2_ms REAL, -- Second odour valve commanded open; null: none was.
  choice_ms REAL, -- Choice period begins; null: it did not come so far.
  water_ms REAL, -- Water valve commanded open; null: it was not.
  water_ul REAL, -- Microlitres commanded in it, by the calibration used; null: not known, recorded before drops were.
  first_lick_odour2_ms REAL, -- First lick onset after the onset of odour 2, from there; null: none.
  first_lick_choice_ms REAL, -- First lick onset after the start of the choice period, from there; null: none.
  licking_at_choice INTEGER CHECK (licking_at_choice IN (0, 1)), -- 1: the tongue was on the spout when the choice period began; null: it did not come so far.
  licks_baseline INTEGER, -- Lick onsets in the baseline; null: the task is not known to this program.
  licks_odour1 INTEGER, -- Lick onsets in the first odour.
  licks_early_delay INTEGER, -- Lick onsets in the early delay.
  licks_late_delay INTEGER, -- Lick onsets in the late delay.
  licks_odour2 INTEGER, -- Lick onsets in the second odour.
  licks_choice INTEGER, -- Lick onsets in the choice period.
  licks_consumption INTEGER, -- Lick onsets in the consumption period.
  opto_on_ms REAL, -- Opto line commanded on; null: it was not.
  opto_off_ms REAL, -- Opto line commanded off, its ramp not included; null: it was not on.
  first_frame INTEGER, -- First frame whose onset fell into it; null: none.
  last_frame INTEGER, -- Last frame whose onset fell into it; null: none.
  PRIMARY KEY (session, trial)
) STRICT, WITHOUT ROWID;

CREATE TABLE lick_rollups ( -- Licks of a session's engaged control trials, by pair. Derived.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial_type TEXT NOT NULL, -- The pair.
  trials INTEGER NOT NULL, -- Engaged control trials of it.
  delay_licks INTEGER NOT NULL, -- Lick onsets in their early and late delay.
  answered INTEGER NOT NULL, -- Of them, those with a lick after the start of the choice period.
  first_lick_ms REAL, -- Median of their first licks, from the start of the choice period; null: none.
  density TEXT NOT NULL, -- JSON: lick onsets in bins of 100 ms from the trial's start, summed over the trials.
  PRIMARY KEY (session, trial_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE lick_lines ( -- Lick onsets of a session by sensor: a dead one shows. Derived.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  line TEXT NOT NULL, -- Lick line.
  licks INTEGER NOT NULL, -- Onsets, between trials too.
  bounces INTEGER NOT NULL, -- Edges within the line's refractory.
  PRIMARY KEY (session, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE rolled_up ( -- Sessions whose roll-ups are up to date. A row goes away when something touches its session.
  session INTEGER PRIMARY KEY REFERENCES sessions, -- Session.
  version INTEGER NOT NULL -- Of the rules by which it was rolled up (data/rollups/roll-up.ts).
) STRICT;
CREATE TRIGGER exclusion_touches AFTER INSERT ON exclusions BEGIN DELETE FROM rolled_up WHERE session = NEW.session; END;
CREATE TRIGGER lifting_touches AFTER UPDATE ON exclusions BEGIN DELETE FROM rolled_up WHERE session = NEW.session; END;
CREATE TRIGGER amendment_touches AFTER INSERT ON amendments WHEN NEW.table_name IN ('sessions', 'session_conditions')
BEGIN DELETE FROM rolled_up WHERE session = CAST(NEW.row_key AS INTEGER); END;

CREATE TABLE nights ( -- Nightly summaries that were made by the clock; each day is done once.
  day TEXT PRIMARY KEY, -- Day summarised; YYYY-MM-DD.
  started_at TEXT NOT NULL, -- ISO 8601 with offset; of the last try.
  host TEXT NOT NULL, -- Computer that made it.
  pid INTEGER NOT NULL, -- Its process.
  tries INTEGER NOT NULL, -- How often it was begun.
  ended_at TEXT, -- ISO 8601 with offset; null: it runs, or its process died.
  folder TEXT -- Where the pages lie; null: not done.
) STRICT;

CREATE VIEW expert_days AS -- For each session of an animal that has been an expert: its days of counted practice there, up to and with that session's day.
WITH counted AS (
  SELECT DISTINCT animals.subject, c.ladder, substr(s.started_at, 1, 10) AS day
  FROM session_animals animals JOIN sessions s ON s.id = animals.session
  JOIN assessments a ON a.session = s.id JOIN session_conditions c ON c.session = s.id
  WHERE c.stage = 'expert' AND a.not_counted IS NULL
    AND NOT EXISTS (SELECT 1 FROM exclusions x WHERE x.session = s.id AND x.use = 'behaviour'
      AND x.first_trial IS NULL AND x.lifted_at IS NULL)
), numbered AS (
  SELECT subject, ladder, day, row_number() OVER (PARTITION BY subject, ladder ORDER BY day) AS n FROM counted
)
SELECT s.id AS session, max(numbered.n) AS expert_day
FROM session_animals animals JOIN sessions s ON s.id = animals.session
JOIN numbered ON numbered.subject = animals.subject AND numbered.day <= substr(s.started_at, 1, 10)
GROUP BY s.id;

CREATE VIEW trials_wide AS -- One line a trial with all that is known of it. What its events say is there once its session is rolled up.
WITH expert AS MATERIALIZED (SELECT session, expert_day FROM expert_days)
SELECT
  t.session, -- Session.
  t.trial, -- 1, 2, 3 ... in the session.
  animals.subject AS subject_id, -- Stable id of the animal; the right one, where the session was reassigned.
  subjects.name AS subject, -- Its name now.
  rigs.name AS rig, -- Rig by name.
  s.simulated, -- 1: rig and subject are simulated.
  s.operator, -- Who ran the session.
  substr(s.started_at, 1, 10) AS day, -- The animal's day; YYYY-MM-DD.
  s.started_at AS session_started_at, -- ISO 8601 with offset.
  f.start_s, -- Start of the trial in seconds since session start, true time.
  f.end_s, -- Its end, the same.
  s.task, -- Task that ran.
  c.ladder, -- Task in whose stages the animal is trained; null: outside all stages.
  c.stage, -- Stage that the session ran in.
  expert.expert_day, -- Days of counted practice as an expert up to and with this session's day; null: none yet.
  c.kind, -- What the session was for.
  c.agent, -- Substance given, e.g. muscimol or saline; null: none.
  c.dose, -- How much of it.
  s.off_task, -- 1: parameters were set by hand.
  t.trial_type AS pair, -- The pair, e.g. A-C.
  CASE score.asks WHEN 1 THEN 'go' WHEN 0 THEN 'no-go' ELSE 'side' END AS asks, -- go, no-go, or side: one of two spouts.
  coalesce(first.odour, json_extract(plan.body, '$.odour1')) AS odour1, -- Letter of the first odour in the task; where no vials are entered, of its valve.
  coalesce(second.odour, json_extract(plan.body, '$.odour2')) AS odour2, -- The same of the second.
  first_odorant.chemical AS odorant1, -- Substance behind the first odour; null: no vials are entered.
  second_odorant.chemical AS odorant2, -- The same of the second.
  coalesce(first.line, 'odour' || json_extract(plan.body, '$.odour1')) AS valve1, -- Line of the first valve.
  coalesce(second.line, 'odour' || json_extract(plan.body, '$.odour2')) AS valve2, -- Line of the second valve.
  outcomes.word AS outcome, -- How it came out; null: not completed.
  end_reasons.word AS end_reason, -- Why it ended.
  score.not_scored = 0 AS scored, -- 1: it counts in every measure.
  why.word AS not_scored, -- Why it does not: aborted, assisted, correction, probe, blank or excluded; null: it does.
  score.engaged, -- 1: in the engaged span.
  (SELECT group_concat(DISTINCT use) FROM exclusions x WHERE x.session = t.session AND x.lifted_at IS NULL
      AND (x.first_trial IS NULL OR t.trial BETWEEN x.first_trial AND x.last_trial)) AS excluded, -- Uses that it is left out of, joined by commas; null: none.
  t.assisted, -- 1: free water was on offer.
  t.correction, -- 1: repeat after an error.
  t.probe, -- 1: probe or blank.
  f.odour1_ms, -- First odour valve commanded open; ms from the trial's start, as all that follow.
  f.odour2_ms, -- Second odour valve commanded open.
  f.choice_ms, -- Choice period begins.
  f.water_ms, -- Water valve commanded open; null: no water.
  f.water_ul, -- Microlitres commanded.
  f.first_lick_odour2_ms, -- First lick after the onset of odour 2, from there; null: none.
  f.first_lick_choice_ms, -- First lick after the start of the choice period, from there; null: none.
  f.licking_at_choice, -- 1: the tongue was on the spout when the choice period began.
  f.licks_baseline, -- Lick onsets in the baseline.
  f.licks_odour1, -- Lick onsets in the first odour.
  f.licks_early_delay, -- Lick onsets in the early delay.
  f.licks_late_delay, -- Lick onsets in the late delay.
  f.licks_odour2, -- Lick onsets in the second odour.
  f.licks_choice, -- Lick onsets in the choice period.
  f.licks_consumption, -- Lick onsets in the consumption period.
  CASE score.lit WHEN 0 THEN 'control' WHEN 1 THEN 'light' ELSE 'sham' END AS light, -- control, light or sham.
  light_from.word AS opto_from, -- First epoch under opto light; null: none.
  light_to.word AS opto_to, -- Last epoch under opto light, inclusive.
  light.power_mw AS opto_mw, -- At the fibre tip; null: not calibrated.
  light.waveform AS opto_waveform, -- constant, square or sine.
  light.frequency_hz AS opto_frequency_hz, -- Of square and sine.
  light.drive AS opto_drive, -- At its peak, 0 to 1.
  f.opto_on_ms, -- Opto line commanded on.
  f.opto_off_ms, -- Opto line commanded off; its ramp down is not included.
  f.first_frame, -- First frame of the microscope in it; null: none.
  f.last_frame, -- Last frame of the microscope in it.
  t.segment AS clock_segment, -- Power-up of the board whose clock stamped it.
  t.ticks_per_ms, -- Clock rate at which its durations were bound.
  (SELECT CASE consistent WHEN 1 THEN 'consistent' ELSE 'departs' END FROM verdicts v
      WHERE v.session = t.session AND v.trial = t.trial ORDER BY v.at DESC LIMIT 1) AS verdict -- Replay: consistent or departs; null: not judged yet (rig verify).
FROM trials t
JOIN trial_scores score ON score.session = t.session AND score.trial = t.trial
JOIN not_scored_words why ON why.code = score.not_scored
JOIN sessions s ON s.id = t.session
JOIN conditions_now c ON c.session = t.session
JOIN session_animals animals ON animals.session = t.session
JOIN subjects ON subjects.id = animals.subject
JOIN rigs ON rigs.id = s.rig
JOIN texts plan ON plan.id = t.plan_text
JOIN end_reasons ON end_reasons.code = t.end_reason
LEFT JOIN outcomes ON outcomes.code = t.outcome
LEFT JOIN expert ON expert.session = t.session
LEFT JOIN trial_facts f ON f.session = t.session AND f.trial = t.trial
LEFT JOIN trial_odours first ON first.session = t.session AND first.trial = t.trial AND first.position = 1
LEFT JOIN vials first_vial ON first_vial.id = first.vial
LEFT JOIN odorants first_odorant ON first_odorant.id = first_vial.odorant
LEFT JOIN trial_odours second ON second.session = t.session AND second.trial = t.trial AND second.position = 2
LEFT JOIN vials second_vial ON second_vial.id = second.vial
LEFT JOIN odorants second_odorant ON second_odorant.id = second_vial.odorant
LEFT JOIN opto light ON light.session = t.session AND light.trial = t.trial AND score.lit > 0
LEFT JOIN epochs light_from ON light_from.code = score.from_epoch
LEFT JOIN epochs light_to ON light_to.code = score.to_epoch;

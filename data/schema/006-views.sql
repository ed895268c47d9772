-- The record in words, for people and for other programs.

CREATE VIEW sessions_words AS -- Sessions with names for subject and rig, and texts in full.
SELECT s.id AS session, subjects.name AS subject, rigs.name AS rig, s.simulated, s.purpose, s.condition, s.task,
  s.operator, s.seed, s.started_at, s.ended_at, s.end_reason,
  (SELECT count(*) FROM trials WHERE trials.session = s.id) AS trials,
  s.event_count, s.event_crc32, parameters.body AS parameters, lines.body AS lines, rig_file.body AS rig_file,
  s.task_hash, s.engine, s.firmware, s.link_version, s.program_version, s.software_version, s.board, s.boot_id
FROM sessions s
JOIN subjects ON subjects.id = s.subject
JOIN rigs ON rigs.id = s.rig
JOIN texts parameters ON parameters.id = s.parameters_text
JOIN texts lines ON lines.id = s.lines_text
JOIN texts rig_file ON rig_file.id = s.rig_file_text;

CREATE VIEW trials_words AS -- Trials with outcome and end reason in words, and texts in full.
SELECT t.session, t.trial, t.trial_type, outcomes.word AS outcome, end_reasons.word AS end_reason, t.assisted,
  t.correction, t.probe, t.segment, t.first_seq, t.last_seq, t.start_ticks, t.end_ticks, t.ticks_per_ms, t.interval_ms,
  t.digest_count, t.digest_crc32, plan.body AS plan, program_hash.body AS program_hash,
  slot_ticks.body AS slot_ticks, result.body AS result
FROM trials t
JOIN end_reasons ON end_reasons.code = t.end_reason
LEFT JOIN outcomes ON outcomes.code = t.outcome
JOIN texts plan ON plan.id = t.plan_text
JOIN texts program_hash ON program_hash.id = t.program_hash_text
JOIN texts slot_ticks ON slot_ticks.id = t.slot_ticks_text
LEFT JOIN texts result ON result.id = t.result_text;

CREATE VIEW events_words AS -- Events with their code in words.
SELECT e.session, e.seq, e.ticks, event_codes.word AS code, e.value
FROM events e LEFT JOIN event_codes ON event_codes.code = e.code;

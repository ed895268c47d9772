-- Sessions and their raw rows. What the board stamped is what was commanded: a valve driven, not odour or water delivered.

CREATE TABLE event_codes ( -- Codes of recorded events (machines/vocabulary.ts); never renumbered.
  code INTEGER PRIMARY KEY, -- Code.
  word TEXT NOT NULL UNIQUE -- The code in words.
) STRICT;
INSERT INTO event_codes (code, word) VALUES
  (1, 'input'), (2, 'state'), (3, 'output'), (4, 'start'), (5, 'end'), (6, 'digest'), (7, 'fault'), (8, 'lost');

CREATE TABLE end_reasons ( -- Why a trial ended.
  code INTEGER PRIMARY KEY, -- Code.
  word TEXT NOT NULL UNIQUE -- The code in words.
) STRICT;
INSERT INTO end_reasons (code, word) VALUES (0, 'completed'), (1, 'aborted'), (2, 'hostSilent'), (3, 'onTimeLimit');

CREATE TABLE outcomes ( -- How a completed trial came out.
  code INTEGER PRIMARY KEY, -- Code.
  word TEXT NOT NULL UNIQUE -- The code in words.
) STRICT;
INSERT INTO outcomes (code, word) VALUES
  (1, 'hit'), (2, 'miss'), (3, 'falseAlarm'), (4, 'correctRejection'),
  (5, 'correct'), (6, 'error'), (7, 'noResponse'), (8, 'early');

CREATE TABLE sessions ( -- One animal on one rig, from start to end, and where every number came from.
  id INTEGER PRIMARY KEY, -- Row; rises with time.
  subject INTEGER NOT NULL REFERENCES subjects, -- Who worked.
  rig INTEGER NOT NULL REFERENCES rigs, -- Where.
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)), -- 1: rig and subject are simulated.
  purpose TEXT NOT NULL DEFAULT 'training' CHECK (purpose IN ('training', 'blank', 'control', 'bench')), -- Only training sessions count towards stages and expert days.
  condition TEXT, -- Session-level condition, e.g. muscimol or saline; null: none.
  off_task INTEGER NOT NULL DEFAULT 0 CHECK (off_task IN (0, 1)), -- 1: parameters were set by hand for this session.
  operator TEXT, -- Who ran it.
  task TEXT NOT NULL, -- Task by name.
  task_hash TEXT NOT NULL, -- Hash of the task's sources.
  parameters_text INTEGER NOT NULL REFERENCES texts, -- JSON: the task's parameters as used.
  seed INTEGER NOT NULL, -- Seed of the trial order and of a simulated animal.
  rig_kind TEXT NOT NULL, -- virtual, emulated or board.
  rig_file_text INTEGER NOT NULL REFERENCES texts, -- The rig file as used.
  lines_text INTEGER NOT NULL REFERENCES texts, -- JSON: names of the input and output lines in order of number.
  engine TEXT NOT NULL, -- What ran the trials: interpreter, xstate or firmware.
  firmware TEXT NOT NULL, -- Firmware name and version.
  link_version TEXT, -- Version of the wire format; null: no wire.
  program_version TEXT NOT NULL, -- Version of the trial program format and compiler.
  board TEXT REFERENCES boards, -- The board; null: no board.
  boot_id INTEGER NOT NULL, -- Power-up of the board at the start.
  software_version TEXT NOT NULL, -- Version of this program.
  started_at TEXT NOT NULL, -- ISO 8601 with offset; its date is the animal's day.
  mouse_in_at TEXT, -- Head fixed; ISO 8601.
  mouse_out_at TEXT, -- Head free again; ISO 8601.
  ended_at TEXT, -- ISO 8601 with offset; null: running, or not known because the process died.
  end_reason TEXT, -- Why it ended, in words; null: running; interrupted: the process died.
  event_count INTEGER, -- Events of the session, written at its end.
  event_crc32 INTEGER, -- CRC-32 over all events in order of seq (bytes as in machines/digest.ts), written at its end.
  CHECK ((end_reason IS NULL) = (event_count IS NULL)),
  CHECK ((end_reason IS NULL) = (event_crc32 IS NULL))
) STRICT;
CREATE INDEX sessions_by_subject ON sessions (subject, id);
CREATE INDEX sessions_still_open ON sessions (rig) WHERE end_reason IS NULL;

CREATE TRIGGER sessions_never_mix BEFORE INSERT ON sessions
WHEN NEW.simulated <> (SELECT simulated FROM subjects WHERE id = NEW.subject)
  OR NEW.simulated <> (SELECT simulated FROM rigs WHERE id = NEW.rig)
BEGIN SELECT RAISE(ABORT, 'mixed: simulated and real in one session'); END;
CREATE TRIGGER sessions_are_kept BEFORE DELETE ON sessions
BEGIN SELECT RAISE(ABORT, 'sessions are never deleted; exclude them'); END;

CREATE TABLE clock_segments ( -- Power-ups of a board within a session, each a clock of its own; never spliced.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  segment INTEGER NOT NULL, -- 0, 1, 2 ... in the session.
  boot_id INTEGER NOT NULL, -- Power-up of the board.
  first_seq INTEGER NOT NULL, -- First event stamped by this clock.
  origin_ticks INTEGER NOT NULL, -- The counter at the origin; 0.5 us a tick, 32 bits.
  origin_us INTEGER NOT NULL, -- The same instant in microseconds since session start.
  ticks_per_ms REAL NOT NULL CHECK (ticks_per_ms > 0), -- Rate by the host's clock.
  uncertainty_us REAL, -- Uncertainty of the origin; null: none (virtual time).
  PRIMARY KEY (session, segment)
) STRICT, WITHOUT ROWID;

CREATE TABLE events ( -- Every edge, output change, state and fault as the rig stamped it. Raw: all else can be rebuilt from here.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  seq INTEGER NOT NULL, -- 0, 1, 2 ... in the session, without a gap.
  ticks INTEGER NOT NULL, -- Device ticks, 32 bits, wraps; of a digest event the CRC-32.
  code INTEGER NOT NULL, -- See event_codes.
  value INTEGER NOT NULL, -- Meaning by code: input line x 2 + level; state index; word of output levels; trial number; result x 256 + end reason; events covered; fault; events lost.
  PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'raw events never change'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'raw events are never deleted'); END;

CREATE TABLE trials ( -- Trials as they ran. Start, end, end reason and digest can be rebuilt from the events.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER NOT NULL, -- 1, 2, 3 ... in the session.
  trial_type TEXT NOT NULL, -- The pair, e.g. A-C.
  outcome INTEGER REFERENCES outcomes, -- See outcomes; null: not completed.
  end_reason INTEGER NOT NULL REFERENCES end_reasons, -- See end_reasons.
  assisted INTEGER NOT NULL CHECK (assisted IN (0, 1)), -- 1: free water helped; not scored.
  correction INTEGER NOT NULL CHECK (correction IN (0, 1)), -- 1: repeat after an error; not scored.
  probe INTEGER NOT NULL CHECK (probe IN (0, 1)), -- 1: probe or blank; not scored.
  segment INTEGER NOT NULL, -- Clock segment whose clock stamped it.
  first_seq INTEGER NOT NULL, -- Its start event.
  last_seq INTEGER NOT NULL, -- Its end event.
  start_ticks INTEGER NOT NULL, -- Stamp of the start event.
  end_ticks INTEGER NOT NULL, -- Stamp of the end event.
  ticks_per_ms REAL NOT NULL, -- Clock rate at which its durations were bound.
  interval_ms REAL NOT NULL, -- From the end of the trial before to its first state.
  digest_count INTEGER NOT NULL, -- Events from start to end, as the rig counted them.
  digest_crc32 INTEGER NOT NULL, -- CRC-32 over them, as the rig computed it.
  plan_text INTEGER NOT NULL REFERENCES texts, -- JSON: the chart's input.
  program_hash_text INTEGER NOT NULL REFERENCES texts, -- Hash of the compiled program.
  slot_ticks_text INTEGER NOT NULL REFERENCES texts, -- JSON: duration of each named slot in ticks, as run.
  result_text INTEGER REFERENCES texts, -- JSON: the chart's output; null: not completed.
  UNIQUE (session, trial),
  FOREIGN KEY (session, segment) REFERENCES clock_segments (session, segment),
  CHECK (outcome IS NULL OR end_reason = 0),
  CHECK (last_seq > first_seq)
) STRICT;
CREATE TRIGGER trials_never_change BEFORE UPDATE ON trials BEGIN SELECT RAISE(ABORT, 'trials never change'); END;
CREATE TRIGGER trials_are_kept BEFORE DELETE ON trials BEGIN SELECT RAISE(ABORT, 'trials are never deleted; exclude them'); END;

CREATE TABLE faults ( -- What went wrong, in words for people.
  id INTEGER PRIMARY KEY, -- Row.
  session INTEGER NOT NULL REFERENCES sessions, -- Session.
  trial INTEGER, -- Trial that ran; null: between trials.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  code TEXT NOT NULL, -- Short code, e.g. linkLost.
  message TEXT NOT NULL -- What happened, what it means, what to do.
) STRICT;
CREATE INDEX faults_by_session ON faults (session);

CREATE TABLE notes ( -- Remarks of people, to a session, a subject or both.
  id INTEGER PRIMARY KEY, -- Row.
  session INTEGER REFERENCES sessions, -- Session, if any.
  subject INTEGER REFERENCES subjects, -- Subject, if any.
  trial INTEGER, -- Trial that ran, if any.
  at TEXT NOT NULL, -- ISO 8601 with offset.
  person TEXT, -- Who wrote it.
  body TEXT NOT NULL, -- The remark.
  CHECK (session IS NOT NULL OR subject IS NOT NULL)
) STRICT;
CREATE INDEX notes_by_session ON notes (session);

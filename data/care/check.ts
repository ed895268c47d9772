/** All that the record can be asked of itself, one question after the other; what needs the tasks' charts is asked elsewhere. */
import Database from 'better-sqlite3';
import type { RecordDatabase } from '../open.ts';
import { digests } from './digests.ts';
import type { Finding } from './finding.ts';
import { abandoned, orphans } from './orphans.ts';
import { integrity, layout, references } from './structure.ts';

export interface CheckOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** What is looked at, and how far it is. */
  readonly onStep: (step: string) => void;
}

export function* checkRecord(db: RecordDatabase, { nowMs, onStep }: CheckOptions): Generator<Finding> {
  onStep('the file');
  yield* asFarAsRead('its pages', integrity(db));
  yield* asFarAsRead('its layout', layout(db));
  onStep('rows that belong to nothing');
  yield* asFarAsRead('what its rows refer to', references(db));
  yield* asFarAsRead('rows that belong to nothing', orphans(db));
  yield* asFarAsRead('open sessions', abandoned(db, nowMs));
  yield* asFarAsRead(
    'the events',
    digests(db, (sessions, of) => onStep(`the events: ${sessions} of ${of} sessions`)),
  );
}

/** Where the file is damaged, it cannot be read to the end; the other questions are asked all the same. */
function* asFarAsRead(what: string, findings: Iterable<Finding>): Generator<Finding> {
  try {
    yield* findings;
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    yield {
      what: `The check of ${what} came to a stop: ${error.message}.`,
      means: 'The file is damaged there, and what lies behind was not looked at.',
      todo: 'Record no more in it. Copy it to another disk as it is, and go on with the last backup.',
    };
  }
}

/**
 * Subjects by name. A simulated one is made on first use; a live one must be entered by a person, else a typing error
 * would give one animal two records. Simulated and live never share a name or a session.
 */
import type { RecordDatabase } from './open.ts';
import { RecordError } from './record-error.ts';
import type { NewSubject } from './rows.ts';

interface SubjectRow {
  readonly id: number;
  readonly simulated: number;
}

function find(db: RecordDatabase, name: string): SubjectRow | undefined {
  return db.prepare<[string], SubjectRow>('SELECT id, simulated FROM subjects WHERE name = ?').get(name);
}

/** The subject's id. Throws RecordError `mixed` or `unknownSubject`. */
export function subjectFor(db: RecordDatabase, subject: NewSubject): number {
  const found = find(db, subject.name);
  if (found === undefined) {
    if (subject.simulated) return addSubject(db, subject);
    throw unknownSubject(subject.name);
  }
  if ((found.simulated === 1) !== subject.simulated) {
    throw new RecordError(
      'mixed',
      found.simulated === 1
        ? `${subject.name} is a simulated animal and this is a real rig. No session was started: simulated data never stand beside real ones. Pick the animal in the rig, or a simulated rig.`
        : `${subject.name} is a live animal and this is a simulated rig. No session was started: simulated data never stand beside real ones. Pick a simulated animal, or a real rig.`,
    );
  }
  return found.id;
}

export function unknownSubject(name: string): RecordError {
  return new RecordError(
    'unknownSubject',
    `There is no subject ${name} in the record, so no session was started. Check the spelling on the cage card, or enter a new animal with --new-subject.`,
  );
}

/** Enters a subject; its id. Throws RecordError `nameTaken`. */
export function addSubject(db: RecordDatabase, { name, simulated, createdAt }: NewSubject): number {
  if (find(db, name) !== undefined) {
    throw new RecordError(
      'nameTaken',
      `There is a subject ${name} in the record already (capital letters do not count). Nothing was changed. Choose another name.`,
    );
  }
  const { lastInsertRowid } = db
    .prepare('INSERT INTO subjects (name, simulated, created_at) VALUES (?, ?, ?)')
    .run(name, simulated ? 1 : 0, createdAt);
  return Number(lastInsertRowid);
}

/** Rigs by name. */
import type { RecordDatabase } from './open.ts';
import { RecordError } from './record-error.ts';

export interface RigName {
  readonly name: string;
  readonly simulated: boolean;
}

/** The rig's id; null: it is not in the record yet. @throws RecordError `mixed` when it was real and is now simulated, or the reverse */
export function rigId(db: RecordDatabase, { name, simulated }: RigName): number | null {
  const found = db
    .prepare<[string], { id: number; simulated: number }>('SELECT id, simulated FROM rigs WHERE name = ?')
    .get(name);
  if (found === undefined) return null;
  if ((found.simulated === 1) === simulated) return found.id;
  throw new RecordError(
    'mixed',
    `The rig ${name} stands in this record as a ${simulated ? 'real' : 'simulated'} one, and is now ${simulated ? 'simulated' : 'real'}. ` +
      'No session was started: simulated data never stand beside real ones. Give one of the two rigs another name.',
  );
}

/** The rig's id; a new one is entered. @throws RecordError `mixed` */
export function rigFor(db: RecordDatabase, rig: RigName, at: string): number {
  const known = rigId(db, rig);
  if (known !== null) return known;
  const { lastInsertRowid } = db
    .prepare('INSERT INTO rigs (name, simulated, first_seen_at) VALUES (?, ?, ?)')
    .run(rig.name, rig.simulated ? 1 : 0, at);
  return Number(lastInsertRowid);
}

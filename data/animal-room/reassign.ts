/** "This was another animal": a session, its water and its weighing move; the raw rows stay, amendments say where they belong. */
import type { RecordDatabase } from '../open.ts';
import type { DecisionRow } from '../rows.ts';
import { textId } from '../texts.ts';
import { TrainingStatements } from '../training.ts';
import { amend } from './amendments.ts';
import type { Weight } from './weights.ts';

export interface SessionOwner {
  /** Whose it is now. */
  readonly subject: number;
  /** ISO 8601 with offset. */
  readonly startedAt: string;
  /** Null: it runs, or its process died and nobody has closed it. */
  readonly endReason: string | null;
}

/** Null: there is no such session. */
export function ownerOf(db: RecordDatabase, session: number): SessionOwner | null {
  return (
    db
      .prepare<[number], SessionOwner>(
        `SELECT animals.subject, started_at AS startedAt, end_reason AS endReason
         FROM session_animals animals JOIN sessions ON id = session WHERE id = ?`,
      )
      .get(session) ?? null
  );
}

export interface Reassignment {
  readonly session: number;
  readonly to: number;
  /** The weighing that goes with it; null: none. */
  readonly weight: Weight | null;
  readonly person: string;
  readonly reason: string;
  /** ISO 8601 with offset. */
  readonly at: string;
}

/** Microlitres that moved with it. */
export function reassign(db: RecordDatabase, { session, to, weight, person, reason, at }: Reassignment): number {
  const water = db
    .prepare<[number], { id: number; ul: number | null }>('SELECT id, ul FROM water_now WHERE session = ? ORDER BY id')
    .all(session);
  const move = (table: 'sessions' | 'water_ledger' | 'weights', row: number) =>
    amend(db, { table, row, column: 'subject', value: to, person, reason, at });
  move('sessions', session);
  for (const { id } of water) move('water_ledger', id);
  if (weight !== null) move('weights', weight.id);
  return water.reduce((sum, { ul }) => sum + (ul ?? 0), 0);
}

/** A decision outside of a session's end. `enteredAt`: since when the animal is in the stage that it comes to. */
export function addDecision(
  db: RecordDatabase,
  subject: number,
  session: number,
  decision: DecisionRow,
  enteredAt = decision.at,
): void {
  new TrainingStatements(db, (body) => textId(db, body)).decision(subject, session, decision, enteredAt);
}

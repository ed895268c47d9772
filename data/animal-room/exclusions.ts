/** What is left out of which analysis, and why. Nothing is deleted, and an exclusion can be lifted. */
import { insert } from '../insert.ts';
import type { RecordDatabase } from '../open.ts';
import type { AssessmentRow } from '../rows.ts';
import { textId } from '../texts.ts';

export const exclusionUses = ['behaviour', 'imaging', 'opto'] as const;
export type ExclusionUse = (typeof exclusionUses)[number];

export interface NewExclusion {
  readonly session: number;
  /** Null: the whole session; then `lastTrial` is null too. */
  readonly firstTrial: number | null;
  /** Inclusive. */
  readonly lastTrial: number | null;
  readonly use: ExclusionUse;
  readonly reason: string;
  readonly person: string;
  /** ISO 8601 with offset. */
  readonly at: string;
}

export interface Exclusion extends NewExclusion {
  readonly id: number;
  /** Null: it is in force. */
  readonly liftedAt: string | null;
  readonly liftedBy: string | null;
}

/** Its number. */
export function exclude(db: RecordDatabase, row: NewExclusion): number {
  const { firstTrial: first_trial, lastTrial: last_trial, ...rest } = row;
  const { lastInsertRowid } = db
    .prepare(insert('exclusions', ['session', 'first_trial', 'last_trial', 'use', 'reason', 'person', 'at']))
    .run({ first_trial, last_trial, ...rest });
  return Number(lastInsertRowid);
}

/** Whether it was in force. */
export function liftExclusion(
  db: RecordDatabase,
  id: number,
  { at, person }: { readonly at: string; readonly person: string },
): boolean {
  const { changes } = db
    .prepare('UPDATE exclusions SET lifted_at = ?, lifted_by = ? WHERE id = ? AND lifted_at IS NULL')
    .run(at, person, id);
  return changes > 0;
}

/** Of a session, lifted ones too, in order. */
export function exclusionsOf(db: RecordDatabase, session: number): Exclusion[] {
  return db
    .prepare<[number], Exclusion>(
      `SELECT id, session, first_trial AS firstTrial, last_trial AS lastTrial, use, reason, person, at,
         lifted_at AS liftedAt, lifted_by AS liftedBy FROM exclusions WHERE session = ? ORDER BY id`,
    )
    .all(session);
}

/** Tells whether a trial is left out of a use. */
export function excludedFrom(db: RecordDatabase, session: number, use: ExclusionUse): (trial: number) => boolean {
  const spans = exclusionsOf(db, session).filter((each) => each.use === use && each.liftedAt === null);
  return (trial) =>
    spans.some(({ firstTrial, lastTrial }) => firstTrial === null || (trial >= firstTrial && trial <= lastTrial!));
}

/** What the rules of its stage see of a session now; they are derived, so the new figures replace the old ones. */
export function reassessed(
  db: RecordDatabase,
  session: number,
  { notCounted, figures }: Pick<AssessmentRow, 'notCounted' | 'figures'>,
): void {
  db.prepare('UPDATE assessments SET not_counted = ?, figures_text = ? WHERE session = ?').run(
    notCounted,
    textId(db, JSON.stringify(figures)),
    session,
  );
}

/** The stage that a session ran in, where the rules of one have seen it; null: none. */
export function stageOf(
  db: RecordDatabase,
  session: number,
): { readonly ladder: string; readonly stage: string } | null {
  return (
    db
      .prepare<[number], { ladder: string; stage: string }>(
        `SELECT ladder, stage FROM session_conditions JOIN assessments USING (session)
         WHERE session = ? AND ladder IS NOT NULL`,
      )
      .get(session) ?? null
  );
}

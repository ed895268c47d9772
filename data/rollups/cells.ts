/** Roll-ups as the measures take them: cells of trials alike, and what the tongue did, by session. */
import { type Epoch, epochs, type Outcome, outcomes } from '#machines/vocabulary.ts';
import type { Tally } from '#protocols/measures.ts';
import type { NotScored } from '#protocols/trial-record.ts';
import type { RecordDatabase } from '../open.ts';

export interface Cell extends Tally {
  /** Light that shone into the animal or a sham of it; null: a control trial. */
  readonly light: { readonly sham: boolean; readonly from: Epoch; readonly to: Epoch } | null;
  readonly engaged: boolean;
  /** Left out of opto analyses. */
  readonly optoExcluded: boolean;
}

interface CellRow {
  readonly session: number;
  readonly trialType: string;
  readonly asks: number;
  readonly outcome: number;
  readonly notScored: NotScored | null;
  readonly lit: number;
  readonly fromEpoch: number;
  readonly toEpoch: number;
  readonly engaged: number;
  readonly optoExcluded: number;
  readonly trials: number;
}

/** The cells of a session, counted afresh, so that one which still runs has them too. */
export function cellsOf(db: RecordDatabase, session: number): Cell[] {
  return db
    .prepare<[number], CellRow>(
      `SELECT session, trial_type AS trialType, asks, coalesce(outcome, 0) AS outcome, word AS notScored, lit,
         from_epoch AS fromEpoch, to_epoch AS toEpoch, engaged, opto_excluded AS optoExcluded, count(*) AS trials
       FROM trial_scores JOIN not_scored_words ON code = not_scored WHERE session = ?
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`,
    )
    .all(session)
    .map(cellOf);
}

/** Rolled-up cells of these sessions, by session. */
export function rolledUpCells(db: RecordDatabase, sessions: readonly number[]): Map<number, Cell[]> {
  const rows = db
    .prepare<[string], CellRow>(
      `SELECT session, trial_type AS trialType, asks, outcome, word AS notScored, lit, from_epoch AS fromEpoch,
         to_epoch AS toEpoch, engaged, opto_excluded AS optoExcluded, trials
       FROM rollups JOIN not_scored_words ON code = not_scored
       WHERE session IN (SELECT value FROM json_each(?)) ORDER BY session`,
    )
    .all(JSON.stringify(sessions));
  const bySession = new Map<number, Cell[]>();
  for (const row of rows) {
    const cells = bySession.get(row.session);
    if (cells === undefined) bySession.set(row.session, [cellOf(row)]);
    else cells.push(cellOf(row));
  }
  return bySession;
}

function cellOf({ trialType, asks, outcome, notScored, lit, fromEpoch, toEpoch, ...row }: CellRow): Cell {
  return {
    trialType,
    go: asks === 2 ? null : asks === 1,
    outcome: outcome === 0 ? null : (outcomes[outcome - 1] as Outcome),
    notScored,
    light: lit === 0 ? null : { sham: lit === 2, from: epochs[fromEpoch - 1]!, to: epochs[toEpoch - 1]! },
    engaged: row.engaged === 1,
    optoExcluded: row.optoExcluded === 1,
    trials: row.trials,
  };
}

/** An animal's last session, with what only the raw trials of it can show. */
import type { RecordDatabase } from '#data/open.ts';
import { lickDensity } from '#data/rollups/history.ts';
import { epochSpansOf, type ScoredTrial, scoredTrialsOf } from '#data/rollups/trials.ts';
import type { DensityData, DensityOfPair } from '../figures/lick-density.ts';
import type { SessionRow } from './session-row.ts';

export interface LatestSession {
  readonly row: SessionRow;
  readonly trials: readonly ScoredTrial[];
  readonly density: DensityData & {
    /** Of the session it is held against; null: there is none. */
    readonly beforeNumber: number | null;
  };
}

/** Null: it has none with a trial. */
export function latestSession(db: RecordDatabase, sessions: readonly SessionRow[]): LatestSession | null {
  const row = sessions.findLast(({ trials }) => trials > 0);
  if (row === undefined) return null;
  const now = densityOf(db, row);
  const first = sessions.find(
    (each) =>
      each.session !== row.session && each.task === row.task && each.stage === row.stage && each.licks.length > 0,
  );
  const before = first === undefined ? [] : densityOf(db, first);
  return {
    row,
    trials: scoredTrialsOf(db, row.session),
    density: {
      now,
      before,
      beforeNumber: before.length === 0 ? null : first!.number,
      epochs: epochSpansOf(db, row.session),
    },
  };
}

function densityOf(db: RecordDatabase, { session, control }: SessionRow): DensityOfPair[] {
  const asks = new Map(control.pairs.map(({ trialType, go }) => [trialType, go]));
  return lickDensity(db, session).map((pair) => ({ ...pair, go: asks.get(pair.trialType) ?? null }));
}

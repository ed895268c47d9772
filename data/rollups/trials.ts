/** Trials of one session as the figures of a session take them: scored or not, and what the raw events say of each. */
import type { Epoch, Outcome } from '#machines/vocabulary.ts';
import type { NotScored } from '#protocols/trial-record.ts';
import type { RecordDatabase } from '../open.ts';

export interface ScoredTrial {
  readonly trial: number;
  readonly trialType: string;
  readonly go: boolean | null;
  /** Null: not completed. */
  readonly outcome: Outcome | null;
  /** Null: scored. */
  readonly notScored: NotScored | null;
  readonly lit: boolean;
  readonly engaged: boolean;
}

/** In order; of a session that runs, too. */
export function scoredTrialsOf(db: RecordDatabase, session: number): ScoredTrial[] {
  return db
    .prepare<[number], Omit<ScoredTrial, 'go' | 'lit' | 'engaged'> & { asks: number; lit: number; engaged: number }>(
      `SELECT trial, trial_type AS trialType, asks, outcomes.word AS outcome, why.word AS notScored, lit, engaged
       FROM trial_scores JOIN not_scored_words why ON why.code = not_scored
       LEFT JOIN outcomes ON outcomes.code = outcome WHERE session = ? ORDER BY trial`,
    )
    .all(session)
    .map(({ asks, lit, engaged, ...row }) => ({
      ...row,
      go: asks === 2 ? null : asks === 1,
      lit: lit !== 0,
      engaged: engaged === 1,
    }));
}

export interface EpochSpan {
  readonly epoch: Epoch;
  /** Milliseconds from the trial's start. */
  readonly fromMs: number;
  readonly toMs: number;
}

const lasting = ['baseline', 'odour1', 'earlyDelay', 'lateDelay', 'odour2', 'choice', 'consumption'] as const;

/** When each epoch of the session's first trial was planned, to stand behind its licks; empty: it has none. */
export function epochSpansOf(db: RecordDatabase, session: number): EpochSpan[] {
  const plan = db
    .prepare<[number], string>('SELECT body FROM trials JOIN texts ON texts.id = plan_text WHERE session = ? LIMIT 1')
    .pluck()
    .get(session);
  const durations = plan === undefined ? {} : ((JSON.parse(plan) as { durations?: object }).durations ?? {});
  let at = 0;
  return lasting.flatMap((epoch) => {
    const ms = (durations as Record<string, unknown>)[`${epoch}Ms`];
    if (typeof ms !== 'number' || ms <= 0) return [];
    at += ms;
    return [{ epoch, fromMs: at - ms, toMs: at }];
  });
}

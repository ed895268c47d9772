/**
 * A trial that has ended as those who come after it see it: the planner (what to ask next), the rules and the measures
 * (how the animal does). One reading for the session that runs and for the record.
 */
import type { TrialPlan, TrialResult } from '#machines/trial-plan.ts';
import type { Outcome } from '#machines/vocabulary.ts';
import { PROBE } from '#protocols/odour-task.ts';
import type { PastTrial } from '#protocols/task.ts';
import { askedBy, type TrialRecord } from '#protocols/trial-record.ts';

export interface EndedTrial {
  readonly trialType: string;
  readonly outcome: Outcome | null;
  readonly assisted: boolean;
  readonly correction: boolean;
  /** Probe or blank. */
  readonly probe: boolean;
  readonly plan: unknown;
  readonly result: unknown;
}

export function pastTrial({ trialType, outcome, result }: EndedTrial): PastTrial {
  return { trialType, outcome, answer: (result as TrialResult | null)?.answer ?? null };
}

export function trialRecord({ trialType, outcome, assisted, correction, probe, plan }: EndedTrial): TrialRecord {
  const isProbe = trialType === PROBE;
  return {
    trialType,
    outcome,
    assisted,
    correction,
    probe: isProbe,
    blank: probe && !isProbe,
    ...askedBy(plan as TrialPlan),
  };
}

/**
 * A finished trial as the measures see it, and whether it counts.
 *
 * A scored trial is not aborted, not assisted by free water, not a correction repeat, not a probe or blank, not excluded.
 * A control trial is a scored trial without opto light; stage rules use control trials only.
 */
import type { TrialPlan } from '#machines/trial-plan.ts';
import type { Outcome } from '#machines/vocabulary.ts';

/** Marks that keep a trial out of the score. An aborted trial is told by its missing outcome. */
const marks = ['assisted', 'correction', 'probe', 'blank', 'excluded'] as const;
type Mark = (typeof marks)[number];
export type NotScored = 'aborted' | Mark;

export interface TrialRecord extends Readonly<Partial<Record<Mark, boolean>>> {
  readonly trialType: string;
  /** Null: the trial was aborted. */
  readonly outcome: Outcome | null;
  /** Whether the pair asks for a lick; null with two spouts, where each pair asks for a side. */
  readonly go: boolean | null;
  /** Under light in any epoch. */
  readonly opto: boolean;
}

/** What a two-odour plan asked of the animal, as the measures need it. */
export function askedBy(plan: Pick<TrialPlan, 'spouts' | 'rewarded' | 'light'>): Pick<TrialRecord, 'go' | 'opto'> {
  return { go: plan.spouts.length > 1 ? null : plan.rewarded !== null, opto: plan.light?.on === true };
}

/** Null for a scored trial, else why it is not scored: the first reason that holds. */
export function whyNotScored(trial: TrialRecord): NotScored | null {
  if (trial.outcome === null) return 'aborted';
  return marks.find((mark) => trial[mark] === true) ?? null;
}

export function isScored(trial: TrialRecord): boolean {
  return whyNotScored(trial) === null;
}

export function isControl(trial: TrialRecord): boolean {
  return isScored(trial) && !trial.opto;
}

/** The last n of those trials that hold, oldest first; fewer where there are fewer. `trials`: oldest first. */
export function lastOf(
  trials: readonly TrialRecord[],
  n: number,
  holds: (trial: TrialRecord) => boolean = isScored,
): TrialRecord[] {
  const found: TrialRecord[] = [];
  for (let index = trials.length - 1; index >= 0 && found.length < n; index--) {
    const trial = trials[index]!;
    if (holds(trial)) found.push(trial);
  }
  return found.reverse();
}

/**
 * What one trial asks and what came of it: the input and output that all charts of trials share
 * (two-odour-trial.ts, single-odour-trial.ts, free-licking.ts).
 */
import type { LightDurations, LightPlan } from './light.ts';
import type { Odour, Outcome, Spout } from './vocabulary.ts';

export interface TrialDurations extends LightDurations {
  readonly baselineMs: number;
  readonly odour1Ms: number;
  readonly earlyDelayMs: number;
  readonly lateDelayMs: number;
  readonly odour2Ms: number;
  /** From choice onset until licks count. */
  readonly answerStartMs: number;
  /** From choice onset. */
  readonly choiceMs: number;
  readonly rewardDelayMs: number;
  /** How long the water valve stays open. */
  readonly waterMs: number;
  readonly consumptionMs: number;
  readonly timeoutMs: number;
}

/** All but `durations` shapes the program; durations only fill its slots. */
export interface TrialPlan {
  /** Null: no valve opens for it (a probe, or a chart without a first odour). */
  readonly odour1: Odour | null;
  readonly odour2: Odour | null;
  /** Spouts whose licks count as answers. */
  readonly spouts: readonly Spout[];
  /** The spout where an answer earns water; null on a no-go trial. */
  readonly rewarded: Spout | null;
  /** Water comes by itself at the end of a choice period without an answer; only where a spout is rewarded. */
  readonly freeOnMiss: boolean;
  readonly licksToAnswer: number;
  /** False: water follows the answer in the same instant and `rewardDelayMs` is not used. */
  readonly rewardDelayed: boolean;
  readonly abortOnEarlyLick: boolean;
  /** Made by `planLight`, with its durations; null in a session without light. */
  readonly light: LightPlan | null;
  readonly durations: TrialDurations;
}

export interface TrialResult {
  readonly outcome: Outcome;
  /** Where the animal answered. */
  readonly answer: Spout | null;
  /** Water came without an answer. */
  readonly free?: true;
}

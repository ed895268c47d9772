/**
 * What opto light does to performance: within one session, over its engaged span, the correct rate under light in an epoch
 * less that of the control trials, pair by pair. Sessions of a subject are averaged, and subjects are resampled, never
 * pooled trials.
 *
 * Pairs are matched because they differ in difficulty, and the few lit trials rarely hold them in the same mix as the
 * control trials: rates of pooled trials would take another mix for an effect of light.
 */
import { RandomStream } from '#machines/random.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { measure, type PairMeasures } from './measures.ts';
import { bootstrapT95, type Interval } from './statistics.ts';
import { isControl, type TrialRecord } from './trial-record.ts';

/** Fewer lit trials of an epoch say almost nothing: 10 right of 12 is anything from 0.55 to 0.95. */
const LEAST_LIT_TRIALS = 12;

/** Of fewer subjects the interval holds less than it says where they are skewed (docs/decisions/0019-opto-interval.md). */
const LEAST_SUBJECTS = 6;

export interface LitTrial {
  readonly record: TrialRecord;
  /** The epoch under light; null: none. */
  readonly epoch: Epoch | null;
}

/** In one session's engaged span, from its trials; see `matchedEffect`. */
export function optoEffect(trials: readonly LitTrial[], epoch: Epoch): number | null {
  const control = trials.map(({ record }) => record).filter(isControl);
  const lit = trials.filter((trial) => trial.epoch === epoch).map(({ record }) => record);
  return matchedEffect(measure(control).pairs, measure(lit).pairs);
}

/**
 * From the pairs of a session's control trials and of those lit in an epoch: the difference of each pair shown in both,
 * averaged over the go pairs and over the no-go pairs, then the mean of the two; with two spouts, over the pairs.
 * From -1 to 1; below 0 light impairs. Null where the matched pairs have too few trials on either side, and where a class
 * that was shown in control trials was not shown under light.
 */
export function matchedEffect(control: readonly PairMeasures[], lit: readonly PairMeasures[]): number | null {
  const matched = control.flatMap((dark) => {
    const light = lit.find(({ trialType }) => trialType === dark.trialType);
    return light === undefined ? [] : [{ dark, light }];
  });
  const least = Math.min(total(matched.map(({ dark }) => dark.n)), total(matched.map(({ light }) => light.n)));
  if (least < LEAST_LIT_TRIALS) return null;

  const classes = [...new Set(control.map(({ go }) => go))].map((go) =>
    matched.filter(({ dark }) => dark.go === go).map(({ dark, light }) => light.correctRate - dark.correctRate),
  );
  return classes.some((differences) => differences.length === 0) ? null : meanOf(classes.map(meanOf));
}

/**
 * Mean of the subjects and its 95 % interval by resampling them; null without subjects, and without an interval where
 * they are too few for one. Same seed, same interval.
 */
export function meanOfSubjects(
  values: readonly number[],
  seed: number,
): { mean: number; interval: Interval | null } | null {
  if (values.length === 0) return null;
  const enough = values.length >= LEAST_SUBJECTS;
  return {
    mean: meanOf(values),
    interval: enough ? bootstrapT95(values, new RandomStream(seed, 'resampling')) : null,
  };
}

function meanOf(values: readonly number[]): number {
  return total(values) / values.length;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

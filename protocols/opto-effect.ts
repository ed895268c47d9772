/**
 * What opto light does to performance: within one session, over its engaged span, balanced accuracy under light in an epoch
 * less that of the control trials. Sessions of a subject are averaged, and subjects are resampled, never pooled trials.
 */
import { RandomStream } from '#machines/random.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { measure } from './measures.ts';
import type { Interval } from './statistics.ts';
import { isControl, isScored, type TrialRecord } from './trial-record.ts';

/** Fewer lit trials of an epoch say almost nothing: 10 right of 12 is anything from 0.55 to 0.95. */
const LEAST_LIT_TRIALS = 12;

const RESAMPLES = 2000;

export interface LitTrial {
  readonly record: TrialRecord;
  /** The epoch under light; null: none. */
  readonly epoch: Epoch | null;
}

/** In one session's engaged span; null where either side has too few trials. From -1 to 1; below 0 light impairs. */
export function optoEffect(trials: readonly LitTrial[], epoch: Epoch): number | null {
  const control = measure(trials.flatMap(({ record }) => (isControl(record) ? [record] : [])));
  const lit = measure(
    trials.flatMap((trial) => (trial.epoch === epoch && isScored(trial.record) ? [trial.record] : [])),
  );
  if (lit.n < LEAST_LIT_TRIALS || control.n < LEAST_LIT_TRIALS) return null;
  if (lit.balancedAccuracy === null || control.balancedAccuracy === null) return null;
  return lit.balancedAccuracy - control.balancedAccuracy;
}

/** Mean of the subjects and its 95 % interval by resampling them; null without subjects. Same seed, same interval. */
export function meanOfSubjects(values: readonly number[], seed: number): { mean: number; interval: Interval } | null {
  if (values.length === 0) return null;
  const random = new RandomStream(seed, 'resampling');
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let n = 0; n < values.length; n++) sum += values[random.below(values.length)]!;
    return sum / values.length;
  }).sort((one, other) => one - other);
  const at = (share: number) => means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))]!;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    interval: { low: at(0.025), high: at(0.975) },
  };
}

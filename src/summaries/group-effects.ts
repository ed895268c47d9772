/** What opto light did across animals: the mean of their means, subjects resampled, those with a control construct apart. Pure. */
import { type Epoch, epochs } from '#machines/vocabulary.ts';
import { meanOfSubjects } from '#protocols/opto-effect.ts';
import type { Interval } from '#protocols/statistics.ts';
import type { SubjectSummary } from './subject.ts';

export interface GroupEffect {
  readonly group: 'opsin, or none entered' | 'control construct';
  readonly from: Epoch;
  readonly to: Epoch;
  readonly sham: boolean;
  /** Of each animal, the mean of its sessions. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Null: too few animals. */
  readonly interval: Interval | null;
}

/** Any one: the same record gives the same intervals every night. */
const SEED = 1;

export function groupEffects(subjects: readonly SubjectSummary[]): GroupEffect[] {
  const cells = new Map<string, { of: Omit<GroupEffect, 'values' | 'mean' | 'interval'>; values: number[] }>();
  for (const { animal, effects } of subjects) {
    const group = animal.opsinControl === 1 ? 'control construct' : 'opsin, or none entered';
    for (const { from, to, sham, mean } of effects) {
      if (mean === null) continue;
      const key = JSON.stringify([group, from, to, sham]);
      const cell = cells.get(key) ?? { of: { group, from, to, sham }, values: [] };
      cell.values.push(mean);
      cells.set(key, cell);
    }
  }
  return [...cells.values()]
    .map(({ of, values }) => ({ ...of, values, ...meanOfSubjects(values, SEED)! }))
    .sort(
      (one, other) =>
        (one.group < other.group ? 1 : one.group > other.group ? -1 : 0) ||
        epochs.indexOf(one.from) - epochs.indexOf(other.from) ||
        Number(one.sham) - Number(other.sham),
    );
}

import { describe, expect, it } from 'vitest';
import { RandomStream } from '#machines/random.ts';
import { achievedBalance } from '#protocols/achieved-balance.ts';
import { type LitTrial, meanOfSubjects, optoEffect } from '#protocols/opto-effect.ts';

/** So many go and no-go trials, so many of them right. */
function trials(each: number, rightGo: number, rightNoGo: number, epoch: LitTrial['epoch'] = null): LitTrial[] {
  const opto = epoch !== null;
  return Array.from({ length: each }, (_, n): LitTrial[] => [
    { epoch, record: { trialType: 'A-C', outcome: n < rightGo ? 'hit' : 'miss', go: true, opto } },
    {
      epoch,
      record: { trialType: 'A-D', outcome: n < rightNoGo ? 'correctRejection' : 'falseAlarm', go: false, opto },
    },
  ]).flat();
}

describe("light's effect in a session", () => {
  it('is balanced accuracy under light in that epoch less that of the control trials', () => {
    const session = [...trials(20, 18, 20), ...trials(10, 5, 7, 'lateDelay'), ...trials(10, 9, 9, 'choice')];
    expect(optoEffect(session, 'lateDelay')).toBeCloseTo(0.6 - 0.95, 12);
    expect(optoEffect(session, 'choice')).toBeCloseTo(0.9 - 0.95, 12);
  });

  it('is not told from fewer than 12 lit trials, nor without control or lit trials', () => {
    expect(optoEffect([...trials(20, 18, 20), ...trials(5, 0, 0, 'choice')], 'choice')).toBeNull();
    expect(optoEffect([...trials(20, 18, 20), ...trials(6, 0, 0, 'choice')], 'choice')).toBeCloseTo(-0.95, 12);
    expect(optoEffect(trials(20, 18, 20), 'choice')).toBeNull();
    expect(optoEffect(trials(20, 18, 20, 'choice'), 'choice')).toBeNull();
  });

  it('leaves out what is not scored', () => {
    const corrected = trials(10, 0, 0, 'choice').map((trial) => ({
      ...trial,
      record: { ...trial.record, correction: true },
    }));
    const session = [...trials(20, 20, 20), ...trials(10, 10, 10, 'choice')];
    expect(optoEffect([...session, ...corrected], 'choice')).toBe(0);
  });
});

describe('the mean of subjects', () => {
  it('has an interval like the one of the t distribution without its small-sample widening', () => {
    const random = new RandomStream(3, 'subjects');
    const values = Array.from({ length: 40 }, () => random.float() + random.float() + random.float());
    const { mean, interval } = meanOfSubjects(values, 1)!;
    const expected = values.reduce((sum, value) => sum + value, 0) / 40;
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / 40 / 40);
    expect(mean).toBeCloseTo(expected, 12);
    expect((interval.high - interval.low) / (2 * 1.96 * error)).toBeGreaterThan(0.88);
    expect((interval.high - interval.low) / (2 * 1.96 * error)).toBeLessThan(1.12);
    expect(interval.low).toBeLessThan(mean);
  });

  it('of one subject is that subject, and of none is nothing', () => {
    expect(meanOfSubjects([0.4], 1)).toEqual({ mean: 0.4, interval: { low: 0.4, high: 0.4 } });
    expect(meanOfSubjects([], 1)).toBeNull();
  });

  it('is the same for the same seed', () => {
    expect(meanOfSubjects([1, 2, 5], 7)).toEqual(meanOfSubjects([1, 2, 5], 7));
  });
});

describe('the balance a session achieved', () => {
  it('counts trials and light by type and by epoch, and the longest runs', () => {
    const trial = (trialType: string, rewarded: string | null, litIn: 'choice' | 'lateDelay' | null = null) => ({
      trialType,
      rewarded,
      litIn,
    });
    const balance = achievedBalance([
      trial('B-C', null),
      trial('A-C', 'centre', 'choice'),
      trial('B-D', 'centre'),
      trial('B-D', 'centre', 'lateDelay'),
      trial('A-D', null),
      trial('B-C', null, 'choice'),
    ]);
    expect(balance).toEqual({
      types: [
        { trialType: 'A-C', trials: 1, lit: 1 },
        { trialType: 'A-D', trials: 1, lit: 0 },
        { trialType: 'B-C', trials: 2, lit: 1 },
        { trialType: 'B-D', trials: 2, lit: 1 },
      ],
      litByEpoch: { choice: 2, lateDelay: 1 },
      longestRun: { sameType: 2, sameReward: 3 },
    });
    expect(achievedBalance([])).toEqual({ types: [], litByEpoch: {}, longestRun: { sameType: 0, sameReward: 0 } });
  });
});

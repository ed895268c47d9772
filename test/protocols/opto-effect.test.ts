import { describe, expect, it } from 'vitest';
import { RandomStream } from '#machines/random.ts';
import { achievedBalance } from '#protocols/achieved-balance.ts';
import { measureTallies } from '#protocols/measures.ts';
import { type LitTrial, matchedEffect, meanOfSubjects, optoEffect } from '#protocols/opto-effect.ts';

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

/** Trials by pair: so many right of so many. A-C and B-D are go. */
function shown(pairs: Record<string, [right: number, n: number]>, epoch: LitTrial['epoch'] = null, spouts = 1) {
  return Object.entries(pairs).flatMap(([trialType, [right, n]]) => {
    const go = spouts === 2 ? null : trialType === 'A-C' || trialType === 'B-D';
    const good = go === null ? 'correct' : go ? 'hit' : 'correctRejection';
    const bad = go === null ? 'error' : go ? 'miss' : 'falseAlarm';
    return Array.from({ length: n }, (_, nth): LitTrial => {
      return { epoch, record: { trialType, outcome: nth < right ? good : bad, go, opto: epoch !== null } };
    });
  });
}

describe("light's effect in a session", () => {
  it('is the correct rate under light in that epoch less that of the control trials', () => {
    const session = [...trials(20, 18, 20), ...trials(10, 5, 7, 'lateDelay'), ...trials(10, 9, 9, 'choice')];
    expect(optoEffect(session, 'lateDelay')).toBeCloseTo(0.6 - 0.95, 12);
    expect(optoEffect(session, 'choice')).toBeCloseTo(0.9 - 0.95, 12);
  });

  it('is none where the lit trials are more often of a hard pair: it compares pair with pair', () => {
    const control = shown({ 'A-C': [40, 40], 'B-D': [20, 40], 'A-D': [36, 40], 'B-C': [36, 40] });
    const lit = shown({ 'A-C': [2, 2], 'B-D': [5, 10], 'A-D': [9, 10] }, 'choice');
    expect(optoEffect([...control, ...lit], 'choice')).toBeCloseTo(0, 12);
  });

  it('weighs go and no-go alike however many pairs each has, and pairs alike however many trials', () => {
    const control = shown({ 'A-C': [20, 20], 'B-D': [20, 20], 'A-D': [20, 20], 'B-C': [20, 20] });
    const lit = shown({ 'A-C': [4, 8], 'B-D': [2, 2], 'A-D': [1, 5] }, 'choice');
    expect(optoEffect([...control, ...lit], 'choice')).toBeCloseTo((-0.25 - 0.8) / 2, 12);
  });

  it('is the mean over the pairs with two spouts', () => {
    const control = shown({ 'A-C': [20, 20], 'A-D': [20, 20], 'B-D': [20, 20] }, null, 2);
    const lit = shown({ 'A-C': [5, 10], 'A-D': [4, 5] }, 'choice', 2);
    expect(optoEffect([...control, ...lit], 'choice')).toBeCloseTo((-0.5 - 0.2) / 2, 12);
  });

  it('is not told from fewer than 12 trials on either side, nor without control or lit trials', () => {
    expect(optoEffect([...trials(20, 18, 20), ...trials(5, 0, 0, 'choice')], 'choice')).toBeNull();
    expect(optoEffect([...trials(20, 18, 20), ...trials(6, 0, 0, 'choice')], 'choice')).toBeCloseTo(-0.95, 12);
    expect(optoEffect([...trials(5, 5, 5), ...trials(20, 0, 0, 'choice')], 'choice')).toBeNull();
    expect(optoEffect(trials(20, 18, 20), 'choice')).toBeNull();
    expect(optoEffect(trials(20, 18, 20, 'choice'), 'choice')).toBeNull();
  });

  it('is not told where go or no-go trials were never lit, nor from lit pairs without control trials', () => {
    const control = trials(20, 20, 20);
    const others = shown({ 'B-D': [0, 10], 'B-C': [0, 10] }, 'choice');
    expect(optoEffect([...control, ...shown({ 'A-C': [20, 20] }, 'choice')], 'choice')).toBeNull();
    expect(optoEffect([...control, ...others], 'choice')).toBeNull();
    expect(optoEffect([...control, ...trials(5, 5, 5, 'choice'), ...others], 'choice')).toBeNull();
    expect(optoEffect([...control, ...trials(6, 6, 6, 'choice'), ...others], 'choice')).toBe(0);
  });

  it('of a session that only ever asks for a lick is that of its go pairs', () => {
    const session = [...shown({ 'A-C': [18, 20] }), ...shown({ 'A-C': [6, 12] }, 'choice')];
    expect(optoEffect(session, 'choice')).toBeCloseTo(-0.4, 12);
  });

  it('leaves out what is not scored', () => {
    const corrected = trials(10, 0, 0, 'choice').map((trial) => ({
      ...trial,
      record: { ...trial.record, correction: true },
    }));
    const session = [...trials(20, 20, 20), ...trials(10, 10, 10, 'choice')];
    expect(optoEffect([...session, ...corrected], 'choice')).toBe(0);
  });

  it('is the same from counted cells as from trials', () => {
    const cells = (hits: number, misses: number, rejections: number, alarms: number) =>
      measureTallies([
        { trialType: 'A-C', go: true, outcome: 'hit', notScored: null, trials: hits },
        { trialType: 'A-C', go: true, outcome: 'miss', notScored: null, trials: misses },
        { trialType: 'A-D', go: false, outcome: 'correctRejection', notScored: null, trials: rejections },
        { trialType: 'A-D', go: false, outcome: 'falseAlarm', notScored: null, trials: alarms },
        { trialType: 'A-D', go: false, outcome: 'falseAlarm', notScored: 'excluded', trials: 50 },
      ]).pairs;
    const session = [...trials(20, 18, 20), ...trials(10, 5, 7, 'lateDelay')];
    expect(matchedEffect(cells(18, 2, 20, 0), cells(5, 5, 7, 3))).toBe(optoEffect(session, 'lateDelay'));
  });
});

/** In test/protocols/opto-effect-coverage.test.ts: how often the interval holds the truth. */
describe('the mean of subjects', () => {
  const random = new RandomStream(3, 'subjects');
  const values = Array.from({ length: 40 }, () => random.float() + random.float() + random.float());

  it('has about the interval of the t distribution where subjects are many and even', () => {
    const { mean, interval } = meanOfSubjects(values, 1)!;
    const expected = values.reduce((sum, value) => sum + value, 0) / 40;
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / 39 / 40);
    expect(mean).toBeCloseTo(expected, 12);
    // 2.0227: the 0.975 quantile of Student's t with 39 degrees of freedom.
    const relative = (interval!.high - interval!.low) / (2 * 2.0227 * error);
    expect(relative).toBeGreaterThan(0.92);
    expect(relative).toBeLessThan(1.08);
  });

  it('has an interval that moves and stretches with the values', () => {
    const { low, high } = meanOfSubjects(values, 1)!.interval!;
    const stretched = meanOfSubjects(
      values.map((value) => 3 * value - 5),
      1,
    )!.interval!;
    expect(stretched.low).toBeCloseTo(3 * low - 5, 9);
    expect(stretched.high).toBeCloseTo(3 * high - 5, 9);
  });

  it('reaches further to the side on which subjects lie far off', () => {
    const { mean, interval } = meanOfSubjects([1, 1.2, 1.3, 1.5, 1.6, 2, 4, 7], 1)!;
    expect(interval!.high - mean).toBeGreaterThan(1.5 * (mean - interval!.low));
  });

  it('has an interval from 6 subjects on; of one it is that subject, and of none there is nothing', () => {
    expect(meanOfSubjects([1, 2, 3, 4, 5, 6], 1)!.interval).not.toBeNull();
    expect(meanOfSubjects([1, 2, 3, 4, 5], 1)).toEqual({ mean: 3, interval: null });
    expect(meanOfSubjects([0.4], 1)).toEqual({ mean: 0.4, interval: null });
    expect(meanOfSubjects([], 1)).toBeNull();
  });

  it('of subjects all alike has an interval without width, and of nearly all alike a finite one', () => {
    const alike = meanOfSubjects([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 1)!;
    expect(alike.interval).toEqual({ low: alike.mean, high: alike.mean });
    const { low, high } = meanOfSubjects([7, 7, 7, 7, 7, 8], 1)!.interval!;
    expect(low).toBeGreaterThan(6.5);
    expect(high).toBeGreaterThan(7.5);
    expect(high).toBeLessThan(14);
  });

  it('is the same for the same seed, and nearly the same for another', () => {
    const subjects = values.slice(0, 8);
    const [one, same, other] = [7, 7, 8].map((seed) => meanOfSubjects(subjects, seed)!);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    const width = one!.interval!.high - one!.interval!.low;
    expect(Math.abs(other!.interval!.low - one!.interval!.low)).toBeLessThan(0.1 * width);
    expect(Math.abs(other!.interval!.high - one!.interval!.high)).toBeLessThan(0.1 * width);
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

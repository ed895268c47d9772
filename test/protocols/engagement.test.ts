import { describe, expect, it } from 'vitest';
import type { Outcome } from '#machines/vocabulary.ts';
import { Engagement } from '#protocols/engagement.ts';

/** The trials at which disengagement was told, and the last engaged one at the end. */
function found(after: number, outcomes: readonly (Outcome | null)[]) {
  const engagement = new Engagement(after);
  const told = outcomes.flatMap((outcome, index) => (engagement.take(index + 1, outcome) ? [index + 1] : []));
  return { told, lastEngaged: engagement.lastEngaged };
}

const misses = (n: number): Outcome[] => Array(n).fill('miss');

describe('disengagement', () => {
  it('is told once, with the trial that completes the rule; the engaged span ends with the last answer', () => {
    expect(found(3, ['hit', 'miss', 'hit', ...misses(5)])).toEqual({ told: [6], lastEngaged: 3 });
    expect(found(3, ['hit', ...misses(2)])).toEqual({ told: [], lastEngaged: null });
  });

  it('is not hidden by correct rejections, which a mouse that no longer licks gets for nothing', () => {
    const tail = misses(3).flatMap((miss): Outcome[] => ['correctRejection', miss, 'correctRejection']);
    expect(found(3, ['hit', ...tail])).toEqual({ told: [9], lastEngaged: 1 });
    expect(found(3, Array<Outcome>(50).fill('correctRejection'))).toEqual({ told: [], lastEngaged: null });
  });

  it.each<Outcome>(['hit', 'falseAlarm', 'correct', 'error', 'early'])(
    'counts from nothing after a trial with %s',
    (outcome) => {
      expect(found(3, [...misses(2), outcome, ...misses(2)])).toEqual({ told: [], lastEngaged: null });
    },
  );

  it('neither counts nor forgives a trial that was aborted', () => {
    expect(found(3, ['hit', 'miss', null, 'miss', null, 'miss']).told).toEqual([6]);
  });

  it('counts trials without a response at two spouts', () => {
    expect(found(2, ['correct', 'noResponse', 'noResponse'])).toEqual({ told: [3], lastEngaged: 1 });
  });

  it('is over when the animal answers again, and told anew', () => {
    expect(found(2, ['hit', ...misses(2), 'hit'])).toEqual({ told: [3], lastEngaged: null });
    expect(found(2, ['hit', ...misses(2), 'hit', ...misses(2)])).toEqual({ told: [3, 6], lastEngaged: 4 });
  });

  it('has no engaged span in an animal that never answered', () => {
    expect(found(2, misses(2))).toEqual({ told: [2], lastEngaged: 0 });
  });

  it('names its rule', () => {
    expect(new Engagement().rule).toBe('20 misses in a row');
  });
});

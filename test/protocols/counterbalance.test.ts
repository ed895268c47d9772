import { describe, expect, it } from 'vitest';
import { counterbalanced } from '#protocols/counterbalance.ts';

describe('counterbalanced maps', () => {
  it('give each thing each place once over every four animals, and differ by seed', () => {
    const maps = counterbalanced([11, 12, 13, 14], 10, 5);
    expect(maps).toHaveLength(10);
    for (const from of [0, 4]) {
      for (const place of [0, 1, 2, 3]) {
        expect(new Set(maps.slice(from, from + 4).map((map) => map[place]))).toEqual(new Set([11, 12, 13, 14]));
      }
    }
    expect(counterbalanced([11, 12, 13, 14], 10, 5)).toEqual(maps);
    expect(counterbalanced([11, 12, 13, 14], 10, 6)).not.toEqual(maps);
  });
});

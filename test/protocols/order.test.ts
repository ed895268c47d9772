import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealt, shuffled, spread, WINDOW } from '#protocols/order.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const types = [0, 1, 2, 3];

describe('the order of trial types', () => {
  it('is a function of seed and block', () => {
    fc.assert(
      fc.property(seeds, fc.nat(10_000), (seed, block) => {
        expect(shuffled(types, seed, 'order', block)).toEqual(shuffled(types, seed, 'order', block));
        expect([...shuffled(types, seed, 'order', block)].sort()).toEqual(types);
      }),
    );
  });

  it('has every one of the 24 orders of four, equally often', () => {
    const counts = new Map<string, number>();
    for (let block = 0; block < 24_000; block++) {
      const order = shuffled(types, 1, 'order', block).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom: 49.7 is passed by chance once in a thousand seeds.
    expect([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(49.7);
  });
});

describe('what is dealt in rounds', () => {
  it('comes once a round, in an order that changes from round to round', () => {
    const rounds = Array.from({ length: 50 }, (_, round) =>
      types.map((_, place) => dealt(types, 3, 'deal', round * types.length + place)),
    );
    for (const round of rounds) expect([...round].sort()).toEqual(types);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(15);
  });
});

describe('opto light', () => {
  const litCount = (seed: number, share: number, type: number, windows: number) => {
    let lit = 0;
    for (let block = 0; block < windows * WINDOW; block++) {
      if (spread({ name: 'light', seed, share, types: types.length, type, nth: block }) !== null) lit++;
    }
    return lit;
  };

  it('stays within one trial of its share in each type and over all types, after every window', () => {
    const shares = fc.integer({ min: 0, max: 500 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(seeds, shares, fc.integer({ min: 1, max: 12 }), (seed, share, windows) => {
        const expected = windows * WINDOW * share;
        const counts = types.map((type) => litCount(seed, share, type, windows));
        for (const count of counts) expect(Math.abs(count - expected)).toBeLessThanOrEqual(1);
        const all = counts.reduce((sum, count) => sum + count, 0);
        expect(Math.abs(all - types.length * expected)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('lights each type exactly once a window at a quarter, and none at a share of 0', () => {
    for (const type of types) {
      expect(litCount(3, 0.25, type, 10)).toBe(10);
      expect(litCount(3, 0, type, 10)).toBe(0);
    }
  });

  it('numbers the lit trials of a type without a gap', () => {
    const numbers = Array.from({ length: 400 }, (_, nth) =>
      spread({ seed: 3, name: 'light', share: 0.3, types: 4, type: 2, nth }),
    ).filter((number) => number !== null);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect(numbers).toHaveLength(120);
  });

  it('falls on every place in the window', () => {
    const places = new Set<number>();
    for (let block = 0; block < 200; block++) {
      if (spread({ name: 'light', seed: 3, share: 0.25, types: 4, type: 0, nth: block }) !== null)
        places.add(block % WINDOW);
    }
    expect(places.size).toBe(WINDOW);
  });

  it('cannot be told from the order of the types', () => {
    const windows = 1600;
    const seen = new Map<string, number>();
    for (let window = 0; window < windows; window++) {
      const first = window * WINDOW;
      const place = [0, 1, 2, 3].find(
        (later) => spread({ name: 'light', seed: 3, share: 0.25, types: 4, type: 0, nth: first + later }) !== null,
      );
      const cell = `${place} ${shuffled(types, 3, 'order', first)[0]}`;
      seen.set(cell, (seen.get(cell) ?? 0) + 1);
    }
    // 16 cells of 100 each; chi-square with 15 degrees of freedom: 37.7 is passed by chance once in a thousand seeds.
    const cells = [0, 1, 2, 3].flatMap((place) => types.map((type) => seen.get(`${place} ${type}`) ?? 0));
    expect(cells.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)).toBeLessThan(37.7);
  });
});

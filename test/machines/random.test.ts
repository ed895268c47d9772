import { describe, expect, it } from 'vitest';
import { RandomStream } from '#machines/random.ts';

const words = (seed: number, name: string, index?: number) => {
  const stream = new RandomStream(seed, name, index);
  return [stream.word(), stream.word(), stream.word(), stream.word()];
};

describe('a random stream', () => {
  it('draws for ever the same words from a seed (values from a second implementation in arbitrary precision)', () => {
    expect(words(0, 'order')).toEqual([3091895943, 3928276094, 2858025608, 2279691607]);
    expect(words(1, 'order')).toEqual([4136497150, 1134902548, 1680791793, 514092686]);
    expect(words(2 ** 32 - 1, 'light', 7)).toEqual([2779823475, 2052263881, 991639903, 892033847]);
  });

  it('differs by seed, by name and by index', () => {
    const drawn = [words(1, 'order'), words(2, 'order'), words(1, 'light'), words(1, 'order', 1)].map(String);
    expect(new Set(drawn).size).toBe(4);
  });

  it('draws below n evenly', () => {
    const stream = new RandomStream(7, 'test');
    const counts = [0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 60_000; draw++) counts[stream.below(6)]!++;
    // Chi-square with 5 degrees of freedom: 20.5 is passed by chance once in a thousand seeds.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
  });

  it('shuffles into every order equally often, and leaves the original alone', () => {
    const stream = new RandomStream(7, 'test');
    const original = ['A', 'B', 'C'] as const;
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 60_000; draw++) {
      const order = stream.shuffle(original).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    expect([...counts.values()].reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
    expect(original).toEqual(['A', 'B', 'C']);
  });

  it('draws floats from 0 up to, never, 1, with mean a half', () => {
    const stream = new RandomStream(7, 'test');
    const drawn = Array.from({ length: 10_000 }, () => stream.float());
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length).toBeCloseTo(0.5, 1);
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => new RandomStream(seed, 'order')).toThrow(/A seed is a whole number/);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dPrimeCeiling, normalQuantile, sensitivity, wilson95 } from '#protocols/statistics.ts';

describe('the normal quantile', () => {
  // All three branches of the algorithm; values from Python's statistics.NormalDist.
  it.each([
    [0.5, 0],
    [0.6, 0.2533471031357998],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
    [1e-5, -4.2648907939228256],
    [1e-12, -7.034483825301132],
    [1e-300, -37.0470962993612],
  ])('at %s is %s', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 13);
  });

  it('is odd about a half and rises', () => {
    const shares = fc.integer({ min: 1, max: 999_999 }).map((millionths) => millionths / 1e6);
    fc.assert(
      fc.property(shares, (p) => {
        expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 9);
        expect(normalQuantile(Math.min(1, p + 1e-6))).toBeGreaterThan(normalQuantile(p));
      }),
    );
  });

  it('is infinite at 0 and 1, and undefined outside', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    for (const p of [-0.1, 1.1, Number.NaN]) expect(() => normalQuantile(p)).toThrow(RangeError);
  });
});

describe("d' and criterion", () => {
  it.each([
    [10, 3.38],
    [20, 3.96],
    [100, 5.16],
  ])("cannot pass their ceiling with %s go and as many no-go trials: d' %s", (n, ceiling) => {
    expect(dPrimeCeiling(n, n)).toBeCloseTo(ceiling, 2);
  });

  it('follow the log-linear correction', () => {
    // H = 15.5 / 21, F = 5.5 / 21; z = 0.637 and -0.637.
    expect(sensitivity(15, 20, 5, 20)!.dPrime).toBeCloseTo(2 * normalQuantile(15.5 / 21), 12);
    expect(sensitivity(15, 20, 5, 20)!.criterion).toBeCloseTo(0, 12);
  });

  it('are 0 and negative for an animal that licks on every trial', () => {
    const { dPrime, criterion } = sensitivity(20, 20, 20, 20)!;
    expect(dPrime).toBe(0);
    expect(criterion).toBeLessThan(-1);
  });

  it('are unknown without go or without no-go trials', () => {
    expect(sensitivity(0, 0, 3, 10)).toBeNull();
    expect(sensitivity(3, 10, 0, 0)).toBeNull();
    expect(dPrimeCeiling(0, 10)).toBeNull();
  });
});

describe('the Wilson interval', () => {
  it('of 10 in 12 is 0.55 to 0.95', () => {
    const { low, high } = wilson95(10, 12)!;
    expect(low).toBeCloseTo(0.552, 3);
    expect(high).toBeCloseTo(0.953, 3);
  });

  it('of 0 in 10 is 0 to 0.278, and mirrored for 10 in 10', () => {
    expect(wilson95(0, 10)!.low).toBe(0);
    expect(wilson95(0, 10)!.high).toBeCloseTo(0.2775, 4);
    expect(wilson95(10, 10)!.low).toBeCloseTo(1 - 0.2775, 4);
    expect(wilson95(10, 10)!.high).toBe(1);
  });

  it('holds the observed rate, inside 0 to 1; without trials there is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (n, some) => {
        const k = some % (n + 1);
        const { low, high } = wilson95(k, n)!;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(k / n);
        expect(high).toBeGreaterThanOrEqual(k / n);
      }),
    );
    expect(wilson95(0, 0)).toBeNull();
  });
});

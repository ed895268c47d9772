import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentFor, fitCurve, offCurve, rangeOf, steepest, valueAt } from '#hardware/calibration.ts';

/** A valve that opens late and flows faster when open for longer. */
const valve = (ms: number) => -0.4 + 0.11 * ms + 0.0001 * ms * ms;
const points = [20, 40, 60, 80].map((x) => ({ x, y: valve(x) }));

describe('a calibration', () => {
  it('is the second-order curve through its points, and says how far off a point lies', () => {
    const curve = fitCurve(points);
    expect(curve.coefficients.map((c) => Number(c.toFixed(6)))).toEqual([-0.4, 0.11, 0.0001]);
    expect([curve.least, curve.most]).toEqual([20, 80]);
    expect(offCurve(curve, { x: 40, y: valve(40) * 1.1 })).toBeCloseTo(0.1, 9);
    expect(rangeOf(curve).least).toBeCloseTo(valve(20), 9);
  });

  it('finds the time for a drop back, and none outside of what was measured', () => {
    const curve = fitCurve(points);
    fc.assert(
      fc.property(fc.double({ min: 20, max: 80, noNaN: true }), (ms) => {
        expect(argumentFor(curve, valve(ms))).toBeCloseTo(ms, 4);
      }),
    );
    expect([argumentFor(curve, valve(80) + 0.1), argumentFor(curve, valve(20) - 0.1)]).toEqual([null, null]);
  });

  it('never gives more than its steepest rate says, whatever the pulse', () => {
    const wild = fc.record({
      c0: fc.double({ min: -1, max: 1, noNaN: true }),
      c1: fc.double({ min: 0.05, max: 0.3, noNaN: true }),
      c2: fc.double({ min: -0.0005, max: 0.002, noNaN: true }),
      ms: fc.double({ min: 0.1, max: 2000, noNaN: true }),
    });
    fc.assert(
      fc.property(wild, ({ c0, c1, c2, ms }) => {
        const measured = [20, 40, 60, 80].map((x) => ({ x, y: c0 + c1 * x + c2 * x * x }));
        // Clear of what is refused, so that rounding decides nothing.
        fc.pre(measured.every(({ y }) => y > 0.01) && c1 + 40 * c2 > 0.001 && c1 + 160 * c2 > 0.001);
        const curve = fitCurve(measured);
        expect(valueAt(curve, ms)).toBeLessThanOrEqual(steepest(curve) * ms + 1e-9);
      }),
    );
  });

  it('refuses points that make none', () => {
    expect(() => fitCurve(points.slice(0, 2))).toThrow(/at least 3 different points, not 2/);
    expect(() => fitCurve([points[0]!, points[0]!, points[1]!])).toThrow(/not 2/);
    expect(() => fitCurve([...points.slice(0, 3), { x: 80, y: 0 }])).toThrow(/above zero/);
    expect(() => fitCurve([...points.slice(0, 2), { x: 60, y: 1 }])).toThrow(/does not rise/);
  });
});

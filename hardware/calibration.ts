/**
 * What a line gives, as measured: a second-order curve through points, water in microlitres against milliseconds, light in
 * milliwatts against drive. As is usual for valves (100 pulses a point, at least 3 points): a straight line misses how a
 * valve opens and closes.
 */
import { PolynomialRegression } from 'ml-regression-polynomial';

export interface CurvePoint {
  /** Milliseconds, or drive from 0 to 1. */
  readonly x: number;
  /** Microlitres a pulse, or milliwatts. */
  readonly y: number;
}

export interface Curve {
  /** y = c[0] + c[1] x + c[2] x^2, from `least` to `most`. */
  readonly coefficients: readonly [number, number, number];
  readonly least: number;
  readonly most: number;
}

/** A curve in use: which entry of the record it is. */
export interface LineCalibration extends Curve {
  readonly id: number;
  /** ISO 8601 with offset. */
  readonly measuredAt: string;
}

const LEAST_POINTS = 3;

/** @throws RangeError that says what is wrong with the points */
export function fitCurve(points: readonly CurvePoint[]): Curve {
  const xs = points.map(({ x }) => x);
  if (new Set(xs).size < LEAST_POINTS) {
    throw new RangeError(`a second-order fit takes at least ${LEAST_POINTS} different points, not ${new Set(xs).size}`);
  }
  if (points.some(({ x, y }) => !(x > 0 && y > 0))) throw new RangeError('every point must be above zero');
  const { coefficients } = new PolynomialRegression(
    xs,
    points.map(({ y }) => y),
    2,
  );
  const [c0, c1, c2] = coefficients as [number, number, number];
  const curve = { coefficients: [c0, c1, c2], least: Math.min(...xs), most: Math.max(...xs) } as const;
  const rises = [curve.least, curve.most].every((x) => c1 + 2 * c2 * x > 0);
  if (!rises || at(curve, curve.least) <= 0) {
    throw new RangeError('the curve through the points does not rise all the way: one of them is wrong');
  }
  return curve;
}

function at({ coefficients: [c0, c1, c2] }: Curve, x: number): number {
  return c0 + c1 * x + c2 * x * x;
}

/** Outside of what was measured: in proportion to the nearest point. */
export function valueAt(curve: Curve, x: number): number {
  const { least, most } = curve;
  const known = Math.min(Math.max(x, least), most);
  return known === x ? at(curve, x) : (at(curve, known) * x) / known;
}

/** Which x gives y; null: outside of what was measured. */
export function argumentFor(curve: Curve, y: number): number | null {
  let { least: below, most: above } = curve;
  const slack = 1e-9 * y;
  if (y < at(curve, below) - slack || y > at(curve, above) + slack) return null;
  while (above - below > 1e-6) {
    const middle = (below + above) / 2;
    if (at(curve, middle) < y) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}

/** The least and the most that were measured, by the curve. */
export function rangeOf(curve: Curve): { readonly least: number; readonly most: number } {
  return { least: at(curve, curve.least), most: at(curve, curve.most) };
}

/** The most that the line gives for its time, y / x: what an allowance must reckon with, whatever the pulse. */
export function steepest(curve: Curve): number {
  const {
    coefficients: [c0, , c2],
    least,
    most,
  } = curve;
  const turning = c0 / c2 > 0 ? Math.sqrt(c0 / c2) : least;
  const within = Math.min(Math.max(turning, least), most);
  return Math.max(...[least, within, most].map((x) => at(curve, x) / x));
}

/** How far a point lies off the curve, as a share of the curve's value there. */
export function offCurve(curve: Curve, { x, y }: CurvePoint): number {
  const fitted = valueAt(curve, x);
  return (y - fitted) / fitted;
}

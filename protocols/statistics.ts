/**
 * The few statistics the measures need, each with its source. Rates are shares from 0 to 1.
 */
import type { RandomStream } from '#machines/random.ts';

/** The normal quantile at 0.975: half-width of a 95 % interval in standard deviations. */
export const Z_95 = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

interface Sensitivity {
  /** d' = z(H) - z(F). */
  readonly dPrime: number;
  /** c = -(z(H) + z(F)) / 2; below 0 the animal tends to lick. */
  readonly criterion: number;
}

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
}

/** 95 % interval of k of n (Wilson, J. Am. Stat. Assoc. 22:209, 1927); null without trials. */
export function wilson95(k: number, n: number): Interval | null {
  if (n === 0) return null;
  const z2 = Z_95 * Z_95;
  const centre = (k + z2 / 2) / (n + z2);
  const half = (Z_95 / (n + z2)) * Math.sqrt((k * (n - k)) / n + z2 / 4);
  // Exactly 0 at none and 1 at all; rounding would miss them by an ulp.
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}

/** One less than a round number, so that the ends of a 95 % interval are ranks: the 50th and the 1,950th. */
const RESAMPLES = 1999;

/**
 * 95 % interval of the mean of a sample, of whatever shape, by the bootstrap-t: resample it, see how far off the mean is
 * in standard deviations of the resample, and go as far from the sample's mean in its own. With m and s the mean and
 * standard deviation of the sample, m* and s* those of a resample,
 *
 *     t* = (m* - m) / s*,   from m - t*(0.975) s to m - t*(0.025) s   (Efron 1981; Hall, Ann. Stat. 16:927, 1988)
 *
 * A resample gives each value a weight from Beta(1/2, 3/2) instead of the number of times it was drawn (A. B. Owen, arXiv
 * 2508.10083, 2025): weights have the variance and the skewness of such numbers, but leave no value out, so that the ends
 * stay finite where most values are the same. Values that are all the same have no width.
 */
export function bootstrapT95(values: readonly number[], random: RandomStream): Interval {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.every((value) => value === values[0])) return { low: mean, high: mean };
  const from = values.map((value) => value - mean);
  const off = Float64Array.from({ length: RESAMPLES }, () => {
    let weights = 0;
    let first = 0;
    let second = 0;
    for (const distance of from) {
      const weight = betaWeight(random);
      weights += weight;
      first += weight * distance;
      second += weight * distance * distance;
    }
    const shift = first / weights;
    return shift / Math.sqrt(Math.max(0, second / weights - shift * shift));
  }).sort();
  const deviation = Math.sqrt(from.reduce((sum, distance) => sum + distance * distance, 0) / values.length);
  const at = (level: number) => off[Math.round(level * (RESAMPLES + 1)) - 1]!;
  return { low: mean - at(0.975) * deviation, high: mean - at(0.025) * deviation };
}

/**
 * From Beta(1/2, 3/2): the square of a coordinate of a random point in the unit disc, being r^2, which is even from 0 to 1,
 * times cos^2 of an even angle, which is Beta(1/2, 1/2).
 */
function betaWeight(random: RandomStream): number {
  for (;;) {
    const x = random.float();
    const y = random.float();
    if (x * x + y * y < 1) return x * x;
  }
}

/**
 * d' and criterion with the log-linear correction, (n + 0.5) / (N + 1) (Hautus, Behav. Res. Methods 27:46, 1995), which
 * keeps them finite at rates of 0 and 1. Null without go or without no-go trials.
 */
export function sensitivity(
  hits: number,
  goTrials: number,
  falseAlarms: number,
  noGoTrials: number,
): Sensitivity | null {
  if (goTrials === 0 || noGoTrials === 0) return null;
  const hit = normalQuantile((hits + 0.5) / (goTrials + 1));
  const falseAlarm = normalQuantile((falseAlarms + 0.5) / (noGoTrials + 1));
  return { dPrime: hit - falseAlarm, criterion: -(hit + falseAlarm) / 2 };
}

/** The d' of a faultless animal with so many trials: no curve can rise above it. */
export function dPrimeCeiling(goTrials: number, noGoTrials: number): number | null {
  return sensitivity(goTrials, goTrials, 0, noGoTrials)?.dPrime ?? null;
}

/**
 * Rational approximations of Wichura, Algorithm AS 241 (PPND16), Appl. Statist. 37:477 (1988); lowest power
 * first, the paper's digits as far as a double holds them.
 */
const central = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  denominator: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};
const middle = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  denominator: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const tail = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
  ],
  denominator: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

/** z(p): the standard normal value below which a share p lies, to about 1e-16; 0 and 1 give infinities. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A probability lies from 0 to 1, not at ${p}.`);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const fromHalf = p - 0.5;
  if (Math.abs(fromHalf) <= 0.425) return fromHalf * ratio(central, 0.180625 - fromHalf * fromHalf);
  const distance = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const size = distance <= 5 ? ratio(middle, distance - 1.6) : ratio(tail, distance - 5);
  return fromHalf < 0 ? -size : size;
}

function ratio(of: { numerator: readonly number[]; denominator: readonly number[] }, x: number): number {
  return polynomial(of.numerator, x) / polynomial(of.denominator, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

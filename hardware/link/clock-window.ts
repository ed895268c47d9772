/**
 * One weighted fit over a window of exchanges: the board's rate and drift now, and an interval for its offset.
 *
 * A stamp was taken between `sentMs` and `receivedMs`. If e is the round trip's excess over the least one, the middle is
 * wrong by at most e / 2 either way, about evenly: a standard deviation of e / sqrt(12), after the clock filter of NTP
 * (RFC 5905, section 10: a short round trip is a good one). A drift is fitted together with the rate, or the rate would be
 * the window's mean, late by 25 ppm at 50 ppm a minute. What is known beforehand enters as one more observation, so that
 * one formula serves from the first exchange on.
 * The offset needs no such model: after the fit every exchange bounds it on both sides, and the tightest bounds hold.
 */

/** One exchange, with the stamp unwrapped and in ms of the board's nominal rate. */
export interface Exchange {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly boardMs: number;
}

/** What was known before the window: its centre, and a standard deviation in ppm. */
export interface RatePrior {
  readonly ppm: number;
  readonly sdPpm: number;
}

/** Rates are those of host time against board time: positive when the board is slow. */
interface Shape {
  readonly ratePpm: number;
  readonly driftPpmPerMin: number;
  readonly rateVariance: number;
  readonly covariance: number;
  readonly driftVariance: number;
}

/** Counted from the newest exchange. */
export interface WindowFit extends Shape {
  readonly originBoardMs: number;
  /** Host time at the origin, in the middle of its bounds. */
  readonly originHostMs: number;
  readonly halfWidthMs: number;
}

/** Bounds are three standard deviations wide. */
export const SIGMAS = 3;
/** Ceramic resonators drift by tens of ppm a minute while the board warms up. */
export const DRIFT_SD_PPM_PER_MIN = 100;
/** The middle's error at the shortest round trip, as expected before the window shows it: less gave bounds too narrow. */
const EXPECTED_SD_MS = 0.3;
/** The expectation counts like so many exchanges. */
const EXPECTED_COUNT = 8;

/** Host milliseconds that 1 ppm adds over `ms`. */
const perPpm = (ms: number): number => ms * 1e-6;
/** Host milliseconds that a drift of 1 ppm a minute adds over `ms`. */
const perDrift = (ms: number): number => (ms * ms * 1e-6) / 120_000;

/** Host minus board time, counted from the origin's, `ms` of board time after it. */
export function curveMs(fit: Shape, ms: number): number {
  return perPpm(ms) * fit.ratePpm + perDrift(ms) * fit.driftPpmPerMin;
}

/** By how much the curve may be wrong `ms` of board time after, or before, its origin. */
export function curveErrorMs(fit: Shape, ms: number): number {
  const u = perPpm(ms);
  const v = perDrift(ms);
  const variance = fit.rateVariance * u * u + 2 * fit.covariance * u * v + fit.driftVariance * v * v;
  return SIGMAS * Math.sqrt(Math.max(0, variance));
}

/** @param window at least one exchange, oldest first. */
export function fitWindow(window: readonly Exchange[], prior: RatePrior): WindowFit {
  const newest = window[window.length - 1]!;
  const reference = (newest.sentMs + newest.receivedMs) / 2;
  // Delays that scatter evenly about their mean make the shortest trips no better than others, which the misfit shows.
  const rough = gather(window, prior.ppm, EXPECTED_SD_MS);
  const expectedWeight = EXPECTED_COUNT / EXPECTED_SD_MS ** 2;
  const seenVariance = (EXPECTED_COUNT + misfit(rough, prior)) / (expectedWeight + rough.weight);
  const sums = gather(window, prior.ppm, Math.sqrt(seenVariance));
  const scatter = (EXPECTED_COUNT + misfit(sums, prior)) / (EXPECTED_COUNT + window.length - 1);
  const { ratePpm, ...solution } = solve(sums, prior, scatter);
  const shape = { ...solution, ratePpm: prior.ppm + ratePpm };

  let earliest = Number.NEGATIVE_INFINITY;
  let latest = Number.POSITIVE_INFINITY;
  for (const { sentMs, receivedMs, boardMs } of window) {
    const ms = boardMs - newest.boardMs;
    const sinceOrigin = ms + curveMs(shape, ms);
    const slack = curveErrorMs(shape, ms);
    earliest = Math.max(earliest, sentMs - reference - sinceOrigin - slack);
    latest = Math.min(latest, receivedMs - reference - sinceOrigin + slack);
  }
  return {
    ...shape,
    originBoardMs: newest.boardMs,
    originHostMs: reference + (earliest + latest) / 2,
    // Bounds that cross contradict each other: then at least the width of the contradiction is unknown.
    halfWidthMs: Math.abs(latest - earliest) / 2,
  };
}

/** Weighted sums about the weighted means: the unknown offset drops out, and two unknowns remain. */
interface Sums {
  weight: number;
  uu: number;
  uv: number;
  vv: number;
  uy: number;
  vy: number;
  yy: number;
}

function gather(window: readonly Exchange[], priorPpm: number, leastSdMs: number): Sums {
  const newest = window[window.length - 1]!;
  let leastTripMs = Number.POSITIVE_INFINITY;
  for (const { sentMs, receivedMs } of window) leastTripMs = Math.min(leastTripMs, receivedMs - sentMs);
  const sums: Sums = { weight: 0, uu: 0, uv: 0, vv: 0, uy: 0, vy: 0, yy: 0 };
  let meanU = 0;
  let meanV = 0;
  let meanY = 0;
  for (const { sentMs, receivedMs, boardMs } of window) {
    const excessMs = receivedMs - sentMs - leastTripMs;
    const weight = 1 / (leastSdMs * leastSdMs + (excessMs * excessMs) / 12);
    const ms = boardMs - newest.boardMs;
    const u = perPpm(ms);
    const v = perDrift(ms);
    const y = (sentMs - newest.sentMs + receivedMs - newest.receivedMs) / 2 - ms - priorPpm * u;
    sums.weight += weight;
    const share = weight / sums.weight;
    const du = u - meanU;
    const dv = v - meanV;
    const dy = y - meanY;
    meanU += share * du;
    meanV += share * dv;
    meanY += share * dy;
    // D. H. D. West (1979): the old deviation times the new one keeps the sums exact while the means move.
    sums.uu += weight * du * (u - meanU);
    sums.uv += weight * du * (v - meanV);
    sums.vv += weight * dv * (v - meanV);
    sums.uy += weight * du * (y - meanY);
    sums.vy += weight * dv * (y - meanY);
    sums.yy += weight * dy * (y - meanY);
  }
  return sums;
}

/** Least squares with the prior as one more observation. `scatter`: variance seen for variance expected. */
function solve({ uu, uv, vv, uy, vy }: Sums, prior: RatePrior, scatter: number): Shape {
  const a = uu / scatter + 1 / prior.sdPpm ** 2;
  const b = uv / scatter;
  const c = vv / scatter + 1 / DRIFT_SD_PPM_PER_MIN ** 2;
  const determinant = a * c - b * b;
  const rateVariance = c / determinant;
  const covariance = -b / determinant;
  const driftVariance = a / determinant;
  return {
    ratePpm: (rateVariance * uy + covariance * vy) / scatter,
    driftPpmPerMin: (covariance * uy + driftVariance * vy) / scatter,
    rateVariance,
    covariance,
    driftVariance,
  };
}

/** Weighted squares that the curve leaves over: about one for each exchange, if the weights are right. */
function misfit(sums: Sums, prior: RatePrior): number {
  const { ratePpm: p, driftPpmPerMin: q } = solve(sums, prior, 1);
  const { uu, uv, vv, uy, vy, yy } = sums;
  return Math.max(0, yy - 2 * (p * uy + q * vy) + p * p * uu + 2 * p * q * uv + q * q * vv);
}

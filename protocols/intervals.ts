/** 95 % intervals of the figures that are made of two rates: balanced accuracy and d'. Rates are shares from 0 to 1. */
import type { Interval } from './statistics.ts';
import { normalQuantile, wilson95, Z_95 } from './statistics.ts';

/** So many right of so many. */
export interface Rate {
  readonly k: number;
  readonly n: number;
}

/**
 * Of the mean of independent rates: the distances from each rate to its Wilson limits, squared and added (MOVER; Newcombe,
 * Stat. Med. 17:873, 1998; Donner and Zou, Stat. Methods Med. Res. 21:347, 2012). Null where a rate has no trial.
 */
export function meanRate95(rates: readonly Rate[]): Interval | null {
  let [mean, below, above] = [0, 0, 0];
  for (const { k, n } of rates) {
    const limits = wilson95(k, n);
    if (limits === null) return null;
    const rate = k / n;
    mean += rate / rates.length;
    below += (rate - limits.low) ** 2;
    above += (limits.high - rate) ** 2;
  }
  if (rates.length === 0) return null;
  return { low: mean - Math.sqrt(below) / rates.length, high: mean + Math.sqrt(above) / rates.length };
}

/**
 * Of d', by its approximate variance (Gourevitch and Galanter, Psychometrika 32:25, 1967) at the rates with the log-linear
 * correction, as d' itself is computed. Null without go or without no-go trials.
 */
export function dPrime95(hits: Rate, falseAlarms: Rate): Interval | null {
  if (hits.n === 0 || falseAlarms.n === 0) return null;
  const [hit, falseAlarm] = [hits, falseAlarms].map(({ k, n }) => {
    const rate = (k + 0.5) / (n + 1);
    const z = normalQuantile(rate);
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    return { z, variance: (rate * (1 - rate)) / (n * density * density) };
  }) as [{ z: number; variance: number }, { z: number; variance: number }];
  const half = Z_95 * Math.sqrt(hit.variance + falseAlarm.variance);
  return { low: hit.z - falseAlarm.z - half, high: hit.z - falseAlarm.z + half };
}

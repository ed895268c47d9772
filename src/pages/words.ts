/** Numbers and times as the pages write them: one rounding each, wherever they stand. */
import type { Interval } from '#protocols/statistics.ts';

export const NONE = '\u2013';

export function percentOf(share: number | null): string {
  return share === null ? NONE : `${Math.round(share * 100)} %`;
}

/** `84 % [78, 89]`. */
export function withInterval(share: number | null, interval: Interval | null): string {
  if (share === null || interval === null) return percentOf(share);
  return `${percentOf(share)} [${Math.round(interval.low * 100)}, ${Math.round(interval.high * 100)}]`;
}

export function fixed(value: number | null, digits: number): string {
  return value === null ? NONE : value.toFixed(digits);
}

/** `2.31 [1.90, 2.72]`. */
export function fixedWithInterval(value: number | null, interval: Interval | null, digits: number): string {
  if (value === null || interval === null) return fixed(value, digits);
  return `${fixed(value, digits)} [${fixed(interval.low, digits)}, ${fixed(interval.high, digits)}]`;
}

/** Percentage points with their sign. */
export function pointsOf(difference: number | null): string {
  if (difference === null) return NONE;
  const points = Math.round(difference * 100);
  return points > 0 ? `+${points}` : points < 0 ? `\u2212${-points}` : '0';
}

export function ulOf(ul: number | null): string {
  return ul === null ? NONE : `${Math.round(ul)} ul`;
}

/** Date and time of day as it was where it happened. */
export function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `Friday, 27 November 2026`, of YYYY-MM-DD. */
export function dayWords(day: string): string {
  const date = new Date(`${day}T12:00:00Z`);
  return `${weekdays[date.getUTCDay()]}, ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

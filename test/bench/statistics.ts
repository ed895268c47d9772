/** Order statistics of measured values; each is a value that was measured. */

/** `share`: 0 to 1, of values in ascending order. */
export function quantile(ascending: readonly number[], share: number): number {
  if (ascending.length === 0) throw new RangeError('There is no quantile of no values.');
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)]!;
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

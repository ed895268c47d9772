/** What a check of the record finds wrong. */

export interface Finding {
  /** What is there, as it stands. */
  readonly what: string;
  /** What that means for the data. */
  readonly means: string;
  /** What to do. A command stands in braces, `{verify 3}`: whoever shows it adds how it is called and on which record. */
  readonly todo: string;
}

/** So many are named; whoever needs them all finds them by a query. */
const NAMED = 10;

/** `3`; `3, 7 and 11`; `1, 2, 3 ... and 90 more`. */
export function listed(items: readonly (string | number)[]): string {
  if (items.length === 1) return String(items[0]);
  const more = items.length - NAMED;
  const shown = more > 0 ? items.slice(0, NAMED) : items.slice(0, -1);
  return `${shown.join(', ')} and ${more > 0 ? `${more} more` : items.at(-1)}`;
}

/** `trial 3`, `trials 3, 7 and 11`. */
export function named(what: string, numbers: readonly number[]): string {
  return `${what}${numbers.length === 1 ? '' : 's'} ${listed(numbers)}`;
}

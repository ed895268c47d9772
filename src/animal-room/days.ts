/** Days of the calendar, as the animal room counts them. Times are ISO 8601; what counts is the date that they begin with. */

/** How many midnights lie between two times. */
export function daysBetween(from: string, to: string): number {
  const [first, last] = [from, to].map((at) => Date.parse(`${at.slice(0, 10)}T12:00:00Z`)) as [number, number];
  return Math.round((last - first) / 86_400_000);
}

/** YYYY-MM-DD. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

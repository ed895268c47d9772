/** Counterbalanced orders for a cohort: over every n animals each of n things has each place once (Latin squares). */
import { shuffled } from './order.ts';

/** One order for each of `animals`; each further n of them have a square of their own. `seed`: 0 to 2^32 - 1. */
export function counterbalanced<T>(things: readonly T[], animals: number, seed: number): T[][] {
  const n = things.length;
  return Array.from({ length: animals }, (_, animal) => {
    const square = Math.floor(animal / n);
    const symbols = shuffled(things, seed, 'odour map symbols', square);
    const rows = shuffled([...things.keys()], seed, 'odour map rows', square);
    const places = shuffled([...things.keys()], seed, 'odour map places', square);
    return places.map((place) => symbols[(rows[animal % n]! + place) % n]!);
  });
}

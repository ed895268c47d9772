/**
 * Chance with limits: what is shuffled in blocks, dealt in rounds, or spread evenly over the trials of a kind.
 *
 * All are functions of the seed and a place in the session, so a resumed session goes on where it stood. Li lab (bioRxiv
 * 2023.10.08.561458) shuffles blocks of four, each pair once: no pair comes more than twice in a row, go or no-go no more
 * than four times.
 */
import { RandomStream } from '#machines/random.ts';

/** Short, so that a session cut short is still balanced; long enough that the next one cannot be foretold. */
export const WINDOW = 4;

/** These in a random order that `name` and `index` decide. */
export function shuffled<T>(items: readonly T[], seed: number, name: string, index: number): T[] {
  return new RandomStream(seed, name, index).shuffle(items);
}

/** The nth (0, 1, 2 ...) of items that are dealt in shuffled rounds, each once a round. */
export function dealt<T>(items: readonly T[], seed: number, name: string, n: number): T {
  const round = Math.floor(n / items.length);
  return shuffled(items, seed, name, round)[n % items.length]!;
}

/**
 * A share of the trials of each type, spread as evenly as it allows, at random places within windows of WINDOW trials of
 * the type: the number of this one (0, 1, 2 ...) among the chosen of its type, or null for one that is not chosen.
 * `nth`: which trial of its type it is (0, 1, 2 ...).
 * At the end of each window the chosen of a type, and of all types together, lie within one of their share.
 *
 * Each type's expected count grows by share x WINDOW a window and is rounded down after an offset. The offsets are one
 * random number plus 0, 1/types, 2/types ... dealt out at random, so that the sum over the types rounds as one number
 * would (Hermite's identity).
 */
export function spread(of: {
  readonly seed: number;
  /** What is chosen for; another name, another choice. */
  readonly name: string;
  readonly share: number;
  readonly types: number;
  readonly type: number;
  readonly nth: number;
}): number | null {
  const { seed, name, share, types, type, nth } = of;
  const window = Math.floor(nth / WINDOW);

  const offsets = new RandomStream(seed, `${name} offsets`);
  const common = offsets.float();
  const order = offsets.shuffle(Array.from({ length: types }, (_, place) => place));
  const offset = (order[type]! + common) / types;
  const before = (windows: number) => Math.floor(windows * WINDOW * share + offset);

  const first = before(window);
  const places = shuffled(
    Array.from({ length: WINDOW }, (_, place) => place),
    seed,
    name,
    window * types + type,
  ).slice(0, before(window + 1) - first);
  const place = nth % WINDOW;
  return places.includes(place) ? first - before(0) + places.filter((each) => each < place).length : null;
}

/**
 * Which pair comes when, and which trials are under light.
 *
 * Order: blocks in which each trial type comes once, shuffled (Li lab, bioRxiv 2023.10.08.561458). With two go and two
 * no-go pairs, no pair comes more than twice in a row, and neither go nor no-go more than four times.
 * Light: spread over the types as evenly as the share allows, at random places within windows of four blocks.
 * Both are functions of the seed and the place in the session, so a resumed session goes on where it stood.
 */
import { RandomStream } from '#machines/random.ts';

/** Short, so that a session cut short is still balanced; long enough that the next light cannot be foretold. */
export const BLOCKS_PER_WINDOW = 4;

/** The trial types of one block (0, 1, 2 ...), in the order they are given. */
export function shuffledBlock<T>(types: readonly T[], seed: number, block: number): T[] {
  return new RandomStream(seed, 'order', block).shuffle(types);
}

/**
 * Whether the trial of this type (0 to types - 1) in this block is under light.
 * At the end of each window, the lit trials of a type, and of all types together, lie within one of their share.
 *
 * Each type's expected count grows by share x blocks a window and is rounded down after an offset. The offsets are one
 * random number plus 0, 1/types, 2/types ... dealt out at random, so that the sum over the types rounds as one number
 * would (Hermite's identity).
 */
export function isLit(light: { seed: number; share: number; types: number; type: number; block: number }): boolean {
  const { seed, share, types, type, block } = light;
  const window = Math.floor(block / BLOCKS_PER_WINDOW);

  const offsets = new RandomStream(seed, 'light offsets');
  const common = offsets.float();
  const dealt = offsets.shuffle(Array.from({ length: types }, (_, place) => place));
  const offset = (dealt[type]! + common) / types;
  const litBefore = (windows: number) => Math.floor(windows * BLOCKS_PER_WINDOW * share + offset);

  const lit = litBefore(window + 1) - litBefore(window);
  const places = new RandomStream(seed, 'light', window * types + type).shuffle(
    Array.from({ length: BLOCKS_PER_WINDOW }, (_, place) => place),
  );
  return places.slice(0, lit).includes(block % BLOCKS_PER_WINDOW);
}

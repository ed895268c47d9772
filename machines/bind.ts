/**
 * bind: one trial's durations into the slots of a compiled program, in ticks of the clock that will run it.
 */
import type { BoundProgram, TrialProgram } from './program.ts';

/** The board compares times on a wrapping 32-bit counter by their sign; it takes no duration over a quarter of a wrap. */
const MAX_TICKS = 2 ** 30 - 1;

/**
 * `durations`: milliseconds by delay name; a slot that is not named keeps the duration it was compiled with.
 * @throws RangeError naming the slot: a duration that is no number, negative or over 8.9 minutes, or a name that stands
 *   for several durations because its delay depends on the chart's context.
 */
export function bind(
  program: TrialProgram,
  durations: Readonly<Record<string, number>>,
  ticksPerMs: number,
): BoundProgram {
  const ticks = program.slots.map(({ name, ms }, index) => {
    const wanted = durations[name];
    if (wanted !== undefined && program.slots.some((slot, other) => slot.name === name && other !== index)) {
      throw new RangeError(
        `The delay "${name}" depends on the chart's context, so it has several durations: compile the chart with this trial's input instead of binding "${name}".`,
      );
    }
    const bound = Math.round((wanted ?? ms) * ticksPerMs);
    if (!(bound >= 0 && bound <= MAX_TICKS)) {
      throw new RangeError(
        `The duration "${name}" is ${wanted ?? ms} ms; it must lie between 0 and ${Math.floor(MAX_TICKS / ticksPerMs)} ms.`,
      );
    }
    return bound;
  });
  return { program, ticks, ticksPerMs };
}

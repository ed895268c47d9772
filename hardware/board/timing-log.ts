/** How late the board was, summed over its power-ups: each of them counts from its arming. */
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import type { HostLink } from '../link/host-link.ts';
import type { ClockReading, RigTiming } from '../rig.ts';
import type { LinkCounts } from './link-counts.ts';

type Lateness = RigTiming['timers'];
interface Sums {
  readonly count: number;
  readonly sum: number;
  readonly worst: number;
}

const none: Sums = { count: 0, sum: 0, worst: 0 };

export class TimingLog {
  #before = { timers: none, inputs: none };
  #now = { timers: none, inputs: none };

  /** @throws RigError when the board does not answer. */
  async ask(link: HostLink): Promise<void> {
    const { timers, timerSum, timerWorst, inputs, inputSum, inputWorst } = await link.order('timing');
    this.#now = {
      timers: { count: timers!, sum: timerSum!, worst: timerWorst! },
      inputs: { count: inputs!, sum: inputSum!, worst: inputWorst! },
    };
  }

  /** The board has restarted, and begins to count anew. */
  restart(): void {
    this.#before = this.#total();
    this.#now = { timers: none, inputs: none };
  }

  summary(counts: LinkCounts, clock: ClockReading, link: { resent: number; badFrames: number }): RigTiming {
    const { timers, inputs } = this.#total();
    return {
      timers: latenessOf(timers),
      inputs: latenessOf(inputs),
      roundTripsMs: counts.roundTrips.summary(),
      resent: link.resent,
      badFramesHere: link.badFrames,
      badFramesThere: counts.badFramesThere,
      overruns: counts.overruns,
      reconnections: counts.reconnections,
      boardResets: counts.boardResets,
      clock: {
        ticksPerMs: clock.ticksPerMs,
        ratePpm: (clock.ticksPerMs / NOMINAL_TICKS_PER_MS - 1) * 1e6,
        driftPpmPerMin: clock.driftPpmPerMin,
        uncertaintyUs: clock.uncertaintyUs ?? 0,
      },
    };
  }

  #total(): { timers: Sums; inputs: Sums } {
    const { timers, inputs } = this.#before;
    return { timers: add(timers, this.#now.timers), inputs: add(inputs, this.#now.inputs) };
  }
}

function add(a: Sums, b: Sums): Sums {
  return { count: a.count + b.count, sum: a.sum + b.sum, worst: Math.max(a.worst, b.worst) };
}

function latenessOf({ count, sum, worst }: Sums): Lateness {
  return { count, meanTicks: count === 0 ? 0 : sum / count, worstTicks: worst };
}

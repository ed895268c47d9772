/**
 * Is the spout sound? Told live from each trial's raw events: water that nobody drinks, a sensor that never answers, one that
 * never lets go, and one that answers to the rig's own outputs. It flags; no lick is ever dropped.
 */
import { ticksBetween } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';

export type LickAlarm = 'waterNotDrunk' | 'noLicks' | 'lickStuck' | 'licksLocked';

/** What a technician is to make of each. */
export const lickAlarmWords: Readonly<Record<LickAlarm, string>> = {
  waterNotDrunk:
    'Water may not be reaching the animal: it hardly licked in the second after the last 5 drops that it earned. Look whether a drop comes, and where the spout is.',
  noLicks:
    'Not one lick in 20 trials. Look whether the animal is well, where the spout is, and whether the sensor sees a touch.',
  lickStuck:
    'The lick sensor has been on for more than 5 s: it is wet, touched by fur or paw, or broken. Until it lets go no lick is seen. Dry and check it.',
  licksLocked:
    'In half of the last 20 trials a lick came within 3 ms of a valve or light of the rig itself: the sensor hears them. Look at its cable and earth. The licks are kept as they are.',
};

/**
 * Drops are drunk with so many licks in the second after each, on average over DROPS of them: a bout has 6 to 9 a second,
 * while a mouse that finds no water stops after a few (simulated: 6 to 8 with water, 2 to 6 without).
 */
const LEAST_LICKS = 5;
const DROPS = 5;
const SILENT_TRIALS = 20;
const STUCK_MS = 5000;
const LOCKED_MS = 3;
const LOCKED_WINDOW = 20;
const LOCKED_SHARE = 0.5;

export interface WatchedLines {
  /** Numbers of the lick sensors' input lines. */
  readonly licks: ReadonlySet<number>;
  /** Word of the water lines, bit = output line. */
  readonly water: number;
  /** Word of the lines that click or shine: valves and lights. */
  readonly loud: number;
}

export interface WatchedTrial {
  /** In order. */
  readonly events: readonly RawEvent[];
  /** The animal answered right: it wants the drop. */
  readonly rewarded: boolean;
  readonly endTicks: number;
  readonly ticksPerMs: number;
}

export class LickWatch {
  readonly #lines: WatchedLines;
  /** Raised, and not yet over. */
  readonly #raised = new Set<LickAlarm>();
  /** Licks after each of the last earned drops. */
  readonly #drunk: number[] = [];
  #silent = 0;
  #heard = false;
  readonly #locked: boolean[] = [];

  constructor(lines: WatchedLines) {
    this.#lines = lines;
  }

  /** What the trial raises that was not raised before. */
  take(trial: WatchedTrial): LickAlarm[] {
    const { rewarded, endTicks, ticksPerMs } = trial;
    const { onsets, drops, loud, stuck } = readTrial(trial, this.#lines);
    for (const drop of rewarded ? drops : []) {
      // A trial that ended before the second was over says nothing.
      if (ticksBetween(drop, endTicks) < 1000 * ticksPerMs) continue;
      const licks = onsets.filter((at) => within(drop, at, 1000 * ticksPerMs)).length;
      this.#drunk.push(licks);
      if (this.#drunk.length > DROPS) this.#drunk.shift();
    }
    this.#heard ||= onsets.length > 0;
    this.#silent = this.#heard ? 0 : this.#silent + 1;
    this.#locked.push(loud.some((edge) => onsets.some((at) => within(edge, at, LOCKED_MS * ticksPerMs))));
    if (this.#locked.length > LOCKED_WINDOW) this.#locked.shift();
    const locked = this.#locked.filter(Boolean).length;
    const drunk = this.#drunk.reduce((sum, licks) => sum + licks, 0);
    return [
      ...this.#state('waterNotDrunk', this.#drunk.length === DROPS && drunk < DROPS * LEAST_LICKS),
      ...this.#state('noLicks', this.#silent >= SILENT_TRIALS),
      ...this.#state('lickStuck', stuck),
      ...this.#state('licksLocked', locked >= LOCKED_WINDOW * LOCKED_SHARE),
    ];
  }

  #state(alarm: LickAlarm, on: boolean): LickAlarm[] {
    if (!on) this.#raised.delete(alarm);
    else if (!this.#raised.has(alarm)) {
      this.#raised.add(alarm);
      return [alarm];
    }
    return [];
  }
}

interface TrialEdges {
  readonly onsets: readonly number[];
  /** Openings of a water valve. */
  readonly drops: readonly number[];
  /** Edges of valves and lights. */
  readonly loud: readonly number[];
  readonly stuck: boolean;
}

function readTrial({ events, endTicks, ticksPerMs }: WatchedTrial, lines: WatchedLines): TrialEdges {
  const onsets: number[] = [];
  const drops: number[] = [];
  const loud: number[] = [];
  const since = new Map<number, number>();
  let stuck = false;
  let levels = 0;
  const letGo = (line: number, at: number) => {
    const on = since.get(line);
    since.delete(line);
    if (on !== undefined && ticksBetween(on, at) > STUCK_MS * ticksPerMs) stuck = true;
  };
  for (const { code, value, ticks } of events) {
    if (code === EventCode.output) {
      const changed = value ^ levels;
      if ((changed & value & lines.water) !== 0) drops.push(ticks);
      if ((changed & lines.loud) !== 0) loud.push(ticks);
      levels = value;
    } else if (code === EventCode.input && lines.licks.has(value >> 1)) {
      letGo(value >> 1, ticks);
      if ((value & 1) === 0) continue;
      since.set(value >> 1, ticks);
      onsets.push(ticks);
    }
  }
  for (const line of [...since.keys()]) letGo(line, endTicks);
  return { onsets, drops, loud, stuck };
}

function within(from: number, at: number, ticks: number): boolean {
  const after = ticksBetween(from, at);
  return after > 0 && after <= ticks;
}

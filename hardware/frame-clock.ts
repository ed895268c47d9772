/**
 * The frame clock: from the edges of a microscope's line to frames, and to alarms when they fail to come.
 *
 * A frame is a pulse of at least `leastPulseUs`, stamped at its onset; shorter ones are interference, and so are shorter
 * breaks within a pulse. Judged by the board's stamps alone, so live and from a record it says the same. No frame is ever
 * made up: where some are missing, the count is short and an alarm says so.
 */
import { type ClockSegment, type DeviceTicks, type SessionUs, TickUnwrapper } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { type FrameAlarm, type FrameRateOptions, FrameWatch } from './frame-watch.ts';

interface FrameClockOptions extends FrameRateOptions {
  /** Number of the input line. */
  readonly line: number;
  readonly ticksPerMs: number;
  readonly leastPulseUs: number;
}

interface Frame {
  /** 0, 1, 2 ... since arming. */
  readonly frame: number;
  /** Of its onset's event. */
  readonly seq: number;
  readonly ticks: number;
  /** Null: between trials. */
  readonly trial: number | null;
}

interface TrialFrames {
  readonly trial: number;
  /** Numbers of the first and the last frame with their onset in the trial; null: none. */
  readonly first: number | null;
  readonly last: number | null;
  /** The trial has ended, and no pulse is still on that may yet prove to be a frame of it. */
  readonly final: boolean;
}

interface FrameNews {
  readonly frame: Frame | null;
  readonly alarms: readonly FrameAlarm[];
}

const nothing: FrameNews = { frame: null, alarms: [] };

export class FrameClock {
  readonly #options: FrameClockOptions;
  readonly #watch: FrameWatch;
  readonly #periodUs: number;
  readonly #unwrapper: TickUnwrapper;
  /** A pulse that is on and not yet long enough. */
  #pulse: { readonly atUs: number; readonly seq: number; readonly ticks: number } | null = null;
  /** When the last frame's pulse ended. */
  #endedUs = Number.NEGATIVE_INFINITY;
  #on = false;
  #trial: { trial: number; fromUs: number; toUs: number; first: number | null; last: number | null } | null = null;
  #frames = 0;
  #rejected = 0;
  #alreadyRunning = false;

  /** `armed`: the device time from which the line's edges are reported. @throws RangeError for a clock that cannot be. */
  constructor(options: FrameClockOptions, armed: DeviceTicks) {
    this.#options = options;
    this.#watch = new FrameWatch(options);
    const { nominalHz, leastPulseUs } = options;
    if (!(nominalHz >= 0.1 && nominalHz <= 1000)) {
      throw new RangeError(`A frame clock of ${nominalHz} Hz cannot be followed; give 0.1 to 1000 Hz.`);
    }
    this.#periodUs = 1e6 / nominalHz;
    if (!(leastPulseUs >= 0 && leastPulseUs < this.#periodUs)) {
      throw new RangeError(
        `leastPulseUs is ${leastPulseUs}, but frames of ${nominalHz} Hz come every ${Math.round(this.#periodUs)} us: every pulse would be rejected. Give less.`,
      );
    }
    const segment: ClockSegment = { originTicks: armed, originUs: 0 as SessionUs, ticksPerMs: options.ticksPerMs };
    this.#unwrapper = new TickUnwrapper(segment);
  }

  /** Frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames so far that came at the nominal interval after the one before. */
  get good(): number {
    return this.#watch.good;
  }

  /** Good frames since the last that was not; 0 while the clock stands still. Trial 1 is held until there are enough. */
  get goodInARow(): number {
    return this.#watch.goodInARow;
  }

  /** Pulses, and breaks in pulses, that were too short. */
  get rejected(): number {
    return this.#rejected;
  }

  /** The clock ran before it was armed, so the count does not begin with the first image. */
  get alreadyRunning(): boolean {
    return this.#alreadyRunning;
  }

  /** The running trial, or the last one; null before the first. */
  get trial(): TrialFrames | null {
    if (this.#trial === null) return null;
    const { trial, first, last, toUs } = this.#trial;
    const ended = toUs !== Number.POSITIVE_INFINITY;
    return { trial, first, last, final: ended && !(this.#pulse !== null && this.#pulse.atUs <= toUs) };
  }

  /** Takes every event of the session, in its order; those of other lines pass the time. */
  hear({ seq, ticks, code, value }: RawEvent): FrameNews {
    if (code === EventCode.digest) return nothing;
    const atUs = this.#unwrapper.toSessionUs(ticks);
    const news = this.#pass(atUs);
    if (code === EventCode.start) {
      this.#trial = { trial: value, fromUs: atUs, toUs: Number.POSITIVE_INFINITY, first: null, last: null };
    } else if (code === EventCode.end) {
      if (this.#trial !== null) this.#trial.toUs = atUs;
    } else if (code === EventCode.input && value >> 1 === this.#options.line) {
      if (value & 1) this.#rises(atUs, seq, ticks);
      else this.#falls(atUs);
    }
    return news;
  }

  /** `now`: the device time up to which all events have been heard. At least every 15 minutes, for the counter wraps. */
  check(now: DeviceTicks): FrameNews {
    return this.#pass(this.#unwrapper.toSessionUs(now));
  }

  #rises(atUs: number, seq: number, ticks: number): void {
    this.#on = true;
    if (atUs - this.#endedUs < this.#options.leastPulseUs) this.#rejected++;
    else this.#pulse = { atUs, seq, ticks };
  }

  #falls(atUs: number): void {
    if (this.#pulse !== null) {
      this.#rejected++;
      this.#pulse = null;
    } else {
      if (!this.#on) this.#runsAt(atUs);
      this.#endedUs = atUs;
    }
    this.#on = false;
  }

  /** Time has come to `atUs`, and the line did not change before. */
  #pass(atUs: number): FrameNews {
    const pulse = this.#pulse;
    if (pulse !== null && atUs - pulse.atUs >= this.#options.leastPulseUs) {
      this.#pulse = null;
      return { frame: this.#count(pulse), alarms: this.#watch.frame(pulse.atUs) };
    }
    const alarms = this.#watch.silent(pulse?.atUs ?? atUs);
    return alarms.length === 0 ? nothing : { frame: null, alarms };
  }

  #count({ atUs, seq, ticks }: { atUs: number; seq: number; ticks: number }): Frame {
    const frame = this.#frames++;
    this.#runsAt(atUs);
    const within = this.#trial !== null && atUs >= this.#trial.fromUs && atUs <= this.#trial.toUs;
    if (this.#trial === null || !within) return { frame, seq, ticks, trial: null };
    this.#trial.first ??= frame;
    this.#trial.last = frame;
    return { frame, seq, ticks, trial: this.#trial.trial };
  }

  #runsAt(atUs: number): void {
    if (atUs <= 2 * this.#periodUs) this.#alreadyRunning = true;
  }
}

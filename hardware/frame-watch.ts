/**
 * Whether a microscope's frames come as they should: the interval to the frame before, gaps, and the mean rate.
 * Each alarm is raised once and called off once, when frames come right again; in between it says nothing more.
 */

export interface FrameRateOptions {
  readonly nominalHz: number;
  /** A frame is good when it comes after the nominal period, give or take this share of it. Default 0.1. */
  readonly intervalTolerance?: number;
  /** The mean rate may differ from the nominal one by this share. Default 0.05: one frame of twenty. */
  readonly rateTolerance?: number;
  /** So many periods without a frame are a gap. Default 5: no mere jitter, and under a second from 5 Hz on. */
  readonly gapPeriods?: number;
}

export interface FrameAlarm {
  readonly kind: 'gap' | 'rate';
  /** False: it is over. */
  readonly raised: boolean;
  /** For the technician. */
  readonly message: string;
}

/** The mean rate is taken over a second, or over so many periods of a slow clock: fewer tell little. */
const RATE_US = 1e6;
const RATE_PERIODS = 5;

/** Times in microseconds of one clock that does not wrap. */
export class FrameWatch {
  readonly #options: Required<FrameRateOptions>;
  readonly #periodUs: number;
  #lastUs: number | null = null;
  /** Onsets of the latest frames, for the mean rate. */
  readonly #onsetsUs: number[] = [];
  #gap = false;
  #rateOff = false;
  /** Since when the mean rate has been right again. */
  #rateRightUs: number | null = null;
  #good = 0;
  #goodInARow = 0;

  constructor(options: FrameRateOptions) {
    this.#options = { intervalTolerance: 0.1, rateTolerance: 0.05, gapPeriods: 5, ...options };
    this.#periodUs = 1e6 / options.nominalHz;
  }

  /** Frames so far that came at the nominal interval after the one before. */
  get good(): number {
    return this.#good;
  }

  /** Good frames since the last that was not; 0 while the clock stands still. Trial 1 is held until there are enough. */
  get goodInARow(): number {
    return this.#goodInARow;
  }

  /** Compares a new frame with those before it. */
  frame(atUs: number): FrameAlarm[] {
    const last = this.#lastUs;
    this.#lastUs = atUs;
    if (last === null) {
      this.#onsetsUs.push(atUs);
      return [];
    }
    const { nominalHz, intervalTolerance } = this.#options;
    const intervalUs = atUs - last;
    const alarms = this.#missed(intervalUs);
    const good = Math.abs(intervalUs - this.#periodUs) <= intervalTolerance * this.#periodUs;
    if (good) this.#good++;
    this.#goodInARow = good ? this.#goodInARow + 1 : 0;
    if (good && this.#gap) {
      this.#gap = false;
      alarms.push({
        kind: 'gap',
        raised: false,
        message: `Frames come regularly again, at ${nominalHz} Hz. The trials in between have no images of that time; the record shows where. Go on, and compare the image file's number of frames after the session.`,
      });
    }
    return [...alarms, ...this.#judgeRate(atUs)];
  }

  /** No frame has begun since the last one, up to `atUs`. */
  silent(atUs: number): FrameAlarm[] {
    return this.#lastUs === null ? [] : this.#missed(atUs - this.#lastUs);
  }

  #missed(silentUs: number): FrameAlarm[] {
    const { nominalHz, gapPeriods } = this.#options;
    if (silentUs <= gapPeriods * this.#periodUs) return [];
    // The gap has its alarm; the rate is taken anew from the frames after it.
    this.#onsetsUs.length = 0;
    this.#goodInARow = 0;
    if (this.#gap) return [];
    this.#gap = true;
    return [
      {
        kind: 'gap',
        raised: true,
        message: `No frame has come from the microscope for ${gapPeriods} frame times (${ms(gapPeriods * this.#periodUs)} ms at ${nominalHz} Hz). Nothing changes for the animal: its trials go on, but without images from here. See whether the microscope still scans: if it stopped, pause the session and start imaging again; if it scans, look at the frame clock's cable.`,
      },
    ];
  }

  #judgeRate(atUs: number): FrameAlarm[] {
    const { nominalHz, rateTolerance } = this.#options;
    const onsets = this.#onsetsUs;
    const windowUs = Math.max(RATE_US, RATE_PERIODS * this.#periodUs);
    onsets.push(atUs);
    // A line that oscillates would fill the memory: beyond twice the nominal rate a shorter window says enough.
    const most = Math.ceil((2 * windowUs) / this.#periodUs) + 1;
    while (onsets.length > most || (onsets.length > 2 && atUs - onsets[1]! >= windowUs)) onsets.shift();
    const spanUs = atUs - onsets[0]!;
    if (spanUs < windowUs && onsets.length < most) return [];
    const hz = ((onsets.length - 1) * 1e6) / spanUs;
    if (Math.abs(hz / nominalHz - 1) > rateTolerance) {
      this.#rateRightUs = null;
      if (this.#rateOff) return [];
      this.#rateOff = true;
      return [
        {
          kind: 'rate',
          raised: true,
          message: `The frame clock runs at ${hz.toFixed(1)} Hz instead of ${nominalHz} Hz. Nothing changes for the animal, and frames are still counted and stamped as they come, but images may be missing, or interference is counted as frames. Compare the frame rate set at the microscope with this session's; if they agree, look at the frame clock's cable.`,
        },
      ];
    }
    this.#rateRightUs ??= atUs;
    // Once the bad frames have left the window, so that a rate at the limit does not alarm at every frame.
    if (!this.#rateOff || atUs - this.#rateRightUs < windowUs) return [];
    this.#rateOff = false;
    return [
      {
        kind: 'rate',
        raised: false,
        message: `The frame clock runs at ${hz.toFixed(1)} Hz, as it should. The frames of the time before stand in the record as they came. Go on, and compare the image file's number of frames after the session.`,
      },
    ];
  }
}

function ms(us: number): number {
  return Math.round(us / 1000);
}

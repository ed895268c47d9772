/**
 * What the board's clock is worth: ticks per true millisecond, the host time of a stamp, and how far either may be wrong.
 *
 * One fit serves one power-up of one board (a clock segment); another boot needs another. Exchanges come from `ping`, in
 * order. One that was sent twice must not be added: nobody knows which of the two was answered.
 * True time is the host's monotonic clock. An asymmetry of the line moves the offset, within its uncertainty, and never
 * the rate; but pings at exact milliseconds would let the slow phase of USB polls pose as a rate (19 ppm measured), which
 * a few tenths of a millisecond of scatter in the times of sending prevent. Uncertainty grows with the distance from the
 * newest exchange.
 */
import { ticksBetween } from '#machines/time.ts';
import {
  curveErrorMs,
  curveMs,
  DRIFT_SD_PPM_PER_MIN,
  type Exchange,
  fitWindow,
  type RatePrior,
  SIGMAS,
  type WindowFit,
} from './clock-window.ts';
import { RoundTrips, type RoundTripsMs } from './round-trips.ts';

/** The Uno R3's resonator, with its tolerance and temperature: 0.5 %. */
const RESONATOR_PPM = 5_000;
/** Its limit is taken as two standard deviations: a board at the limit is nothing rare, and must not be pulled inwards. */
const RESONATOR_SD_PPM = RESONATOR_PPM / 2;
/** No resonator that works is this far off. */
const REFUSED_PPM = 20_000;
/** No drift is quite steady, nor the same by both clocks; a line without jitter shows it. */
const MODEL_PPM = 1;
/** Long enough to tell rate from drift, short enough for a drift to be steady; 60 s measured half as exact. */
const WINDOW_MS = 90_000;
/** 90 s of an exchange every 250 ms, and a burst at opening; more would cost time and gain nothing. */
const WINDOW_EXCHANGES = 600;
/** One rate for each window, half an hour of them. */
const DRIFT_SAMPLES = 20;
/** Two would give a slope and no idea of its error. */
const LEAST_DRIFT_SAMPLES = 3;
const MS_PER_MIN = 60_000;

interface RateSample {
  readonly atMin: number;
  readonly ppm: number;
}

export class ClockFit {
  readonly #nominalTicksPerMs: number;
  readonly #roundTrips = new RoundTrips();
  #window: Exchange[] = [];
  #samples: RateSample[] = [];
  #prior: RatePrior = { ppm: 0, sdPpm: RESONATOR_SD_PPM };
  #fit: WindowFit | null = null;
  #exchanges = 0;
  /** Unwrapped. */
  #newestTicks = 0;

  constructor(nominalTicksPerMs: number) {
    this.#nominalTicksPerMs = nominalTicksPerMs;
  }

  /**
   * One exchange: the host's time at writing and at reading, and the board's 32-bit stamp between them. The uncertainty
   * shrinks for a caller who takes the bytes' own time on the line off both ends.
   * @throws RangeError when it ends before it began, or began before the one before it: a mistake of the caller.
   */
  add({ sentMs, receivedMs, ticks }: { sentMs: number; receivedMs: number; ticks: number }): void {
    const last = this.#window[this.#window.length - 1];
    if (!(receivedMs >= sentMs && sentMs >= (last?.sentMs ?? Number.NEGATIVE_INFINITY))) {
      throw new RangeError(`Exchanges come in order and end after they began, not ${sentMs} to ${receivedMs} ms.`);
    }
    this.#newestTicks = this.#unwrap((sentMs + receivedMs) / 2, ticks);
    const exchange = { sentMs, receivedMs, boardMs: this.#newestTicks / this.#nominalTicksPerMs };
    if (last !== undefined && exchange.boardMs - last.boardMs > WINDOW_MS) this.#forget(exchange.boardMs);
    this.#window.push(exchange);
    let old = Math.max(0, this.#window.length - WINDOW_EXCHANGES);
    while (exchange.boardMs - this.#window[old]!.boardMs > WINDOW_MS) old++;
    if (old > 0) this.#window = this.#window.slice(old);
    this.#fit = null;
    this.#exchanges++;
    this.#roundTrips.add(receivedMs - sentMs);
    this.#sampleRate();
  }

  get exchanges(): number {
    return this.#exchanges;
  }

  /** Ticks per true millisecond at the newest exchange: nominal before there are any, and when the rate is refused. */
  get ticksPerMs(): number {
    const ppm = this.#window.length === 0 || this.#refusedPpm() !== 0 ? 0 : this.#current().ratePpm;
    return this.#nominalTicksPerMs / (1 + ppm * 1e-6);
  }

  /** Bound on the rate's error: three standard deviations, or what the resonator leaves open where that is less. */
  get rateUncertaintyPpm(): number {
    if (this.#window.length === 0) return RESONATOR_PPM;
    const { rateVariance, ratePpm } = this.#current();
    const bound = SIGMAS * Math.sqrt(rateVariance) + MODEL_PPM;
    const refusedPpm = Math.abs(this.#refusedPpm());
    return refusedPpm > 0 ? bound + refusedPpm : Math.min(bound, RESONATOR_PPM + Math.abs(ratePpm));
  }

  /** Says why no trial should be timed with this clock, or null. */
  get refusal(): string | null {
    const ppm = this.#refusedPpm();
    if (ppm === 0) return null;
    const percent = (Math.abs(ppm) / 10_000).toFixed(1);
    return `The board's clock seems to run ${percent} % too ${ppm > 0 ? 'fast' : 'slow'}; a sound one is within 0.5 %. Every delay and every drop of water would be wrong by as much. Start no trial with this board: unplug it, plug it in again, and replace it if this message comes back.`;
  }

  /** How fast the board's rate changes, positive when it gets faster; null before some five minutes of exchanges. */
  get driftPpmPerMin(): number | null {
    if (this.#samples.length < LEAST_DRIFT_SAMPLES) return null;
    const mean = (of: (sample: RateSample) => number) =>
      this.#samples.reduce((sum, sample) => sum + of(sample), 0) / this.#samples.length;
    const meanMin = mean(({ atMin }) => atMin);
    const meanPpm = mean(({ ppm }) => ppm);
    const together = mean(({ atMin, ppm }) => (atMin - meanMin) * (ppm - meanPpm));
    return -together / mean(({ atMin }) => (atMin - meanMin) ** 2);
  }

  /** Of all exchanges; zeros before the first. */
  get roundTripsMs(): RoundTripsMs {
    return this.#roundTrips.summary();
  }

  /** Host time of a stamp taken within 17.9 minutes of the newest exchange. @throws RangeError before the first. */
  hostMsOf(ticks: number): number {
    const fit = this.#current();
    const ms = this.#sinceNewestMs(ticks);
    return fit.originHostMs + ms + curveMs(fit, ms);
  }

  /** Bound on the error of `hostMsOf`, for a stamp or for the newest exchange; infinite before the first. */
  uncertaintyUs(ticks?: number): number {
    if (this.#window.length === 0) return Number.POSITIVE_INFINITY;
    const fit = this.#current();
    const ms = ticks === undefined ? 0 : this.#sinceNewestMs(ticks);
    return 1000 * (fit.halfWidthMs + curveErrorMs(fit, ms));
  }

  /** How fast the board is if the window's ends prove it out of bounds whatever the line's delays; otherwise 0. */
  #refusedPpm(): number {
    const first = this.#window[0];
    const newest = this.#window[this.#window.length - 1];
    if (first === undefined || newest === undefined) return 0;
    const boardMs = newest.boardMs - first.boardMs;
    const longestMs = newest.receivedMs - first.sentMs;
    const shortestMs = newest.sentMs - first.receivedMs;
    const refused = boardMs > longestMs * (1 + REFUSED_PPM * 1e-6) || boardMs < shortestMs * (1 - REFUSED_PPM * 1e-6);
    return refused ? (boardMs / ((longestMs + shortestMs) / 2) - 1) * 1e6 : 0;
  }

  #current(): WindowFit {
    if (this.#window.length === 0) throw new RangeError('A clock fit knows no host time before its first exchange.');
    this.#fit ??= fitWindow(this.#window, this.#prior);
    return this.#fit;
  }

  #sinceNewestMs(ticks: number): number {
    return ticksBetween(this.#newestTicks, ticks) / this.#nominalTicksPerMs;
  }

  /** Of all times with this stamp, the one nearest to what host time makes expect: right over gaps of half a day. */
  #unwrap(middleMs: number, ticks: number): number {
    const newest = this.#window[this.#window.length - 1];
    if (newest === undefined) return ticks;
    const elapsedMs = middleMs - (newest.sentMs + newest.receivedMs) / 2;
    const expected = this.#newestTicks + Math.round(elapsedMs * this.#nominalTicksPerMs);
    return expected + ticksBetween(expected, ticks);
  }

  /** After a gap longer than the window only the rate is worth keeping, and the less the longer the gap. */
  #forget(nowBoardMs: number): void {
    const { ratePpm, rateVariance, originBoardMs } = this.#current();
    const wanderedPpm = (DRIFT_SD_PPM_PER_MIN * (nowBoardMs - originBoardMs)) / MS_PER_MIN;
    this.#prior = {
      ppm: ratePpm,
      sdPpm: Math.min(RESONATOR_SD_PPM, Math.hypot(Math.sqrt(rateVariance), wanderedPpm)),
    };
    this.#window = [];
  }

  /** The rate in the middle of a window, where it is known best; windows do not overlap. */
  #sampleRate(): void {
    const newestMs = this.#window[this.#window.length - 1]!.boardMs;
    const spanMs = newestMs - this.#window[0]!.boardMs;
    const atMin = (newestMs - spanMs / 2) / MS_PER_MIN;
    const last = this.#samples[this.#samples.length - 1];
    if (spanMs < 0.9 * WINDOW_MS || (last !== undefined && (atMin - last.atMin) * MS_PER_MIN < WINDOW_MS)) return;
    const { ratePpm, driftPpmPerMin } = this.#current();
    this.#samples.push({ atMin, ppm: ratePpm - (driftPpmPerMin * spanMs) / 2 / MS_PER_MIN });
    if (this.#samples.length > DRIFT_SAMPLES) this.#samples.shift();
  }
}

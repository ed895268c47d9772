import { describe, expect, it } from 'vitest';
import { ClockFit } from '#hardware/link/clock-fit.ts';
import { RandomStream } from '#machines/random.ts';
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';

/** Delay of a frame beyond its bytes' own time on the line. */
type Delay = (random: RandomStream) => number;

const exponential = (random: RandomStream) => -Math.log(1 - random.float());
const lines = {
  /** No delay but the bytes' own. */
  direct: () => 0,
  /** Full-speed USB asks its devices once a millisecond. */
  usb: (random) => 0.5 + random.float(),
  /** Skewed, with a standard deviation of 1 ms each way, and one frame in fifty held for 16 ms. */
  skewed: (random) => 0.5 + exponential(random) + (random.below(50) === 0 ? 16 : 0),
  /** Even about its mean, as no round trip shows it. */
  even: (random) => {
    const normal = Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random.float());
    return Math.max(0.5, 3 + normal) + (random.below(50) === 0 ? 16 : 0);
  },
  /** A computer with other things to do: 3 ms each way. */
  busy: (random) => Math.max(0.5, 8 + 3 * Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random.float())),
} satisfies Record<string, Delay>;
type Line = keyof typeof lines;

/** A `ping` takes 0.6 ms at 250000 baud, its reply 0.9 ms. */
const OUT_MS = 0.6;
const BACK_MS = 0.9;

interface Board {
  readonly fastPpm: number;
  readonly driftPpmPerMin?: number;
  readonly startTicks?: number;
}

const ticksOf = ({ fastPpm, driftPpmPerMin = 0, startTicks = 0 }: Board, trueMs: number) =>
  startTicks +
  NOMINAL_TICKS_PER_MS * (trueMs * (1 + fastPpm * 1e-6) + (driftPpmPerMin * 1e-6 * trueMs * trueMs) / 120_000);

const stampOf = (board: Board, trueMs: number) => Math.floor(ticksOf(board, trueMs)) >>> 0;

const rateErrorPpm = (fit: ClockFit, board: Board, atMs: number) => {
  const trueTicksPerMs = (ticksOf(board, atMs + 1) - ticksOf(board, atMs - 1)) / 2;
  return (fit.ticksPerMs / trueTicksPerMs - 1) * 1e6;
};

const offsetErrorUs = (fit: ClockFit, board: Board, atMs: number) => (fit.hostMsOf(stampOf(board, atMs)) - atMs) * 1000;

/** How much longer than 5 s a duration of 5 s lasts, bound at the estimated rate and begun at `atMs`. */
function tooLongMs(fit: ClockFit, board: Board, atMs: number): number {
  const wanted = ticksOf(board, atMs) + Math.round(5_000 * fit.ticksPerMs);
  let endMs = atMs + 5_000;
  for (let round = 0; round < 5; round++) endMs += (wanted - ticksOf(board, endMs)) / NOMINAL_TICKS_PER_MS;
  return endMs - atMs - 5_000;
}

/** The host's half: pings every 50 ms for 5 s, then every 250 ms. */
class Pinging {
  fit = new ClockFit(NOMINAL_TICKS_PER_MS);
  nowMs: number;
  readonly #openedMs: number;
  readonly #random: RandomStream;
  readonly #delay: Delay;
  #board: Board;
  readonly #outBiasMs: number;
  readonly #backBiasMs: number;

  constructor(board: Board, line: Line, { seed = 1, outBiasMs = 0, backBiasMs = 0, openedMs = 0 } = {}) {
    this.#board = board;
    this.#delay = lines[line];
    this.#random = new RandomStream(seed, 'line');
    this.#outBiasMs = outBiasMs;
    this.#backBiasMs = backBiasMs;
    this.#openedMs = openedMs;
    this.nowMs = openedMs;
  }

  until(endMs: number): this {
    while (this.nowMs < endMs) {
      const sentMs = this.nowMs;
      const stampedMs = sentMs + OUT_MS + this.#outBiasMs + this.#delay(this.#random);
      const receivedMs = stampedMs + BACK_MS + this.#backBiasMs + this.#delay(this.#random);
      this.fit.add({ sentMs, receivedMs, ticks: stampOf(this.#board, stampedMs) });
      this.nowMs = Math.max(receivedMs, sentMs + (sentMs - this.#openedMs < 5_000 ? 50 : 250));
    }
    return this;
  }

  quietUntil(endMs: number): this {
    this.nowMs = endMs;
    return this;
  }
}

const boards: readonly Board[] = [5_000, -5_000].flatMap((fastPpm) =>
  [50, -50].map((driftPpmPerMin) => ({ fastPpm, driftPpmPerMin })),
);
const seeds = Array.from({ length: 8 }, (_, seed) => seed);
/** Over every board and seed, the largest. */
const worst = (of: (board: Board, seed: number) => number) =>
  Math.max(...boards.flatMap((board) => seeds.map((seed) => Math.abs(of(board, seed)))));

describe('a clock fit', () => {
  it('knows the nominal rate to 0.5 % and no host time before its first exchange', () => {
    const fit = new ClockFit(NOMINAL_TICKS_PER_MS);
    expect(fit.ticksPerMs).toBe(2_000);
    expect(fit.rateUncertaintyPpm).toBe(5_000);
    expect(fit.uncertaintyUs()).toBe(Number.POSITIVE_INFINITY);
    expect(fit.uncertaintyUs(7)).toBe(Number.POSITIVE_INFINITY);
    expect(() => fit.hostMsOf(7)).toThrow(RangeError);
    expect([fit.exchanges, fit.driftPpmPerMin, fit.refusal]).toEqual([0, null, null]);
    expect(fit.roundTripsMs).toEqual({ count: 0, p50: 0, p95: 0, max: 0 });
  });

  it('places a stamp within half the round trip after one exchange, and the rate is still nominal', () => {
    const fit = new ClockFit(NOMINAL_TICKS_PER_MS);
    fit.add({ sentMs: 100, receivedMs: 103, ticks: 5_000_000 });
    expect(fit.ticksPerMs).toBe(2_000);
    expect(fit.rateUncertaintyPpm).toBeCloseTo(5_000, 6);
    expect(fit.hostMsOf(5_000_000)).toBeCloseTo(101.5, 9);
    expect(fit.uncertaintyUs()).toBeCloseTo(1_500, 6);
    // A second later or earlier the resonator may be 5 ms off, and half as much again is allowed for.
    expect(fit.uncertaintyUs(7_000_000)).toBeCloseTo(9_000, -2);
    expect(fit.uncertaintyUs(3_000_000)).toBeCloseTo(9_000, -2);
  });

  it.each([
    ['usb', 3],
    ['skewed', 5],
    ['even', 10],
  ] as const)(
    'makes 5 s last 5 s within 0.5 ms over a line with delays "%s", %d s after opening and from then on',
    (line, fromS) => {
      const most = worst((board, seed) => {
        const pinging = new Pinging(board, line, { seed });
        const errors = [fromS, fromS + 2, 15, 30, 60].map((s) => {
          const { fit, nowMs } = pinging.until(s * 1000);
          return Math.abs(tooLongMs(fit, board, nowMs));
        });
        return Math.max(...errors);
      });
      expect(most).toBeLessThan(0.5);
      // The board's own clock would be 25 ms off.
      expect(Math.abs(tooLongMs(new ClockFit(NOMINAL_TICKS_PER_MS), boards[0]!, 0))).toBeGreaterThan(24);
    },
  );

  it.each([
    ['direct', 1],
    ['usb', 6],
    ['skewed', 10],
    ['even', 20],
    ['busy', 60],
  ] as const)(
    'follows the current rate of a drifting board over a line with delays "%s" within %d ppm from 90 s on',
    (line, ppm) => {
      const most = worst((board, seed) => {
        const pinging = new Pinging(board, line, { seed });
        const errors = [90, 150, 240].map((s) => {
          const { fit, nowMs } = pinging.until(s * 1000);
          return Math.abs(rateErrorPpm(fit, board, nowMs));
        });
        return Math.max(...errors);
      });
      expect(most).toBeLessThan(ppm);
    },
  );

  it.each(['direct', 'usb', 'skewed', 'even'] as const)(
    'stays within the bounds it gives over a line with delays "%s"',
    (line) => {
      let rates = 0;
      let ratesOutside = 0;
      let offsetsOutside = 0;
      for (const board of boards) {
        for (const seed of seeds) {
          const pinging = new Pinging(board, line, { seed });
          for (const s of [0.1, 0.5, 1, 2, 3, 5, 7, 10, 20, 40, 60, 100]) {
            const { fit, nowMs } = pinging.until(s * 1000);
            const outside = (atMs: number) =>
              Math.abs(offsetErrorUs(fit, board, atMs)) > fit.uncertaintyUs(stampOf(board, atMs));
            expect(outside(nowMs)).toBe(false);
            rates++;
            if (Math.abs(rateErrorPpm(fit, board, nowMs)) > fit.rateUncertaintyPpm) ratesOutside++;
            if (outside(nowMs + 5_000)) offsetsOutside++;
          }
        }
      }
      // Three standard deviations, themselves estimated.
      expect(ratesOutside / rates).toBeLessThan(0.025);
      expect(offsetsOutside / rates).toBeLessThan(0.01);
    },
  );

  it('gives bounds that are worth having: a tenth of a millisecond above half the shortest round trip', () => {
    const { fit } = new Pinging(boards[0]!, 'usb').until(60_000);
    const shortestHalfUs = ((OUT_MS + BACK_MS + 1) / 2) * 1000;
    expect(fit.uncertaintyUs()).toBeLessThan(shortestHalfUs + 100);
    expect(fit.rateUncertaintyPpm).toBeLessThan(15);
    // The curve is known best inside the window.
    expect(fit.uncertaintyUs(stampOf(boards[0]!, 30_000))).toBeLessThan(shortestHalfUs + 200);
  });

  it('lets a lopsided line move the offset within its bound, and never the rate', () => {
    const board = { fastPpm: 5_000, driftPpmPerMin: 50 };
    const even = new Pinging(board, 'usb').until(60_000);
    for (const bias of [{ outBiasMs: 1 }, { backBiasMs: 1 }]) {
      const lopsided = new Pinging(board, 'usb', bias).until(60_000);
      expect(lopsided.fit.ticksPerMs / even.fit.ticksPerMs).toBeCloseTo(1, 7);
      const moved = offsetErrorUs(lopsided.fit, board, 60_000) - offsetErrorUs(even.fit, board, 60_000);
      expect(Math.abs(moved)).toBeCloseTo(500, 0);
      expect(Math.abs(offsetErrorUs(lopsided.fit, board, 60_000))).toBeLessThan(lopsided.fit.uncertaintyUs());
    }
  });

  it('does not notice that the counter wraps', () => {
    const far = { fastPpm: -3_000 };
    const wrapping = { ...far, startTicks: 2 ** 32 - 30_000 * NOMINAL_TICKS_PER_MS };
    const plain = new Pinging(far, 'skewed').until(60_000).fit;
    const wrapped = new Pinging(wrapping, 'skewed').until(60_000).fit;
    expect(wrapped.ticksPerMs).toBeCloseTo(plain.ticksPerMs, 6);
    for (const atMs of [10_000, 40_000, 60_000, 65_000]) {
      expect(Math.abs(offsetErrorUs(wrapped, wrapping, atMs))).toBeLessThan(
        wrapped.uncertaintyUs(stampOf(wrapping, atMs)),
      );
    }
  });

  it.each([10, 45])('comes through %d minutes without an exchange, and knows how little it knows then', (minutes) => {
    const most = worst((board, seed) => {
      const pinging = new Pinging(board, 'usb', { seed }).until(60_000);
      const resumeMs = 60_000 + minutes * 60_000;
      pinging.quietUntil(resumeMs).until(resumeMs + 1);
      const { fit } = pinging;
      expect(Math.abs(rateErrorPpm(fit, board, resumeMs))).toBeLessThan(fit.rateUncertaintyPpm);
      expect(Math.abs(offsetErrorUs(fit, board, resumeMs))).toBeLessThan(fit.uncertaintyUs());
      pinging.until(resumeMs + 10_000);
      return tooLongMs(fit, board, pinging.nowMs);
    });
    expect(most).toBeLessThan(0.5);
  });

  it('keeps through a gap what it knew of the rate, as far as a board can wander meanwhile', () => {
    const board = { fastPpm: 5_000 };
    const pinging = new Pinging(board, 'usb').until(60_000).quietUntil(240_000).until(240_001);
    expect(Math.abs(rateErrorPpm(pinging.fit, board, 240_000))).toBeLessThan(50);
    expect(pinging.fit.rateUncertaintyPpm).toBeGreaterThan(300);
    expect(pinging.fit.rateUncertaintyPpm).toBeLessThan(1_000);
  });

  it('has forgotten a rate of two minutes ago', () => {
    const before = { fastPpm: 0 };
    const { fit } = new Pinging(before, 'usb').until(60_000);
    const after = { fastPpm: 400, startTicks: ticksOf(before, 60_000) - ticksOf({ fastPpm: 400 }, 60_000) };
    for (let sentMs = 60_000; sentMs < 180_000; sentMs += 250) {
      fit.add({ sentMs, receivedMs: sentMs + 2, ticks: stampOf(after, sentMs + 1) });
    }
    expect(Math.abs(rateErrorPpm(fit, after, 180_000))).toBeLessThan(1);
  });

  it('gives the drift over the last half hour, faster counted positive', () => {
    for (const driftPpmPerMin of [50, 0, -50]) {
      const pinging = new Pinging({ fastPpm: 1_000, driftPpmPerMin }, 'skewed').until(180_000);
      expect(pinging.fit.driftPpmPerMin).toBeNull();
      pinging.until(600_000);
      expect(pinging.fit.driftPpmPerMin).toBeGreaterThan(driftPpmPerMin - 1);
      expect(pinging.fit.driftPpmPerMin).toBeLessThan(driftPpmPerMin + 1);
    }
  });

  it('refuses a clock that is 3 % off, says so, and gives the nominal rate as 3 % uncertain', () => {
    for (const [fastPpm, word] of [
      [30_000, 'fast'],
      [-30_000, 'slow'],
    ] as const) {
      const { fit } = new Pinging({ fastPpm }, 'usb').until(10_000);
      expect(fit.refusal).toContain(word);
      expect(fit.refusal).toMatch(/ (2\.9|3\.0|3\.1) % /);
      expect(fit.refusal).toContain('Start no trial');
      expect(fit.ticksPerMs).toBe(2_000);
      expect(fit.rateUncertaintyPpm).toBeGreaterThan(28_000);
    }
  });

  it('refuses no clock that is within 2 %, however the first exchanges fall', () => {
    for (const seed of seeds) {
      for (const fastPpm of [18_000, -18_000]) {
        const pinging = new Pinging({ fastPpm }, 'even', { seed });
        for (let atMs = 50; atMs < 3_000; atMs += 100) expect(pinging.until(atMs).fit.refusal).toBeNull();
      }
    }
  });

  it('refuses nothing that the line alone may have done', () => {
    const fit = new ClockFit(NOMINAL_TICKS_PER_MS);
    // Stamped at the very beginning of the one and at the very end of the other: 120 ms of either clock.
    fit.add({ sentMs: 0, receivedMs: 20, ticks: 0 });
    fit.add({ sentMs: 100, receivedMs: 120, ticks: 240_000 });
    expect(fit.refusal).toBeNull();
    fit.add({ sentMs: 100, receivedMs: 120, ticks: 250_000 });
    expect(fit.refusal).toContain('fast');
  });

  it('takes no exchange that ends before it begins, or comes before the last', () => {
    const fit = new ClockFit(NOMINAL_TICKS_PER_MS);
    fit.add({ sentMs: 10, receivedMs: 12, ticks: 20_000 });
    expect(() => fit.add({ sentMs: 20, receivedMs: 19, ticks: 40_000 })).toThrow(RangeError);
    expect(() => fit.add({ sentMs: 9, receivedMs: 11, ticks: 18_000 })).toThrow(RangeError);
    expect(() => fit.add({ sentMs: Number.NaN, receivedMs: 30, ticks: 60_000 })).toThrow(RangeError);
    expect(fit.exchanges).toBe(1);
  });

  it('sums up all round trips: percentiles to a tenth of a millisecond, and the longest', () => {
    const fit = new ClockFit(NOMINAL_TICKS_PER_MS);
    for (let n = 1; n <= 99; n++) {
      fit.add({ sentMs: n * 1_000, receivedMs: n * 1_000 + n - 0.05, ticks: n * 2_000_000 });
    }
    fit.add({ sentMs: 100_000, receivedMs: 100_400.5, ticks: 200_000_000 });
    expect(fit.exchanges).toBe(100);
    expect(fit.roundTripsMs.p50).toBeCloseTo(50, 6);
    expect(fit.roundTripsMs.p95).toBeCloseTo(95, 6);
    expect(fit.roundTripsMs.max).toBe(400.5);
  });

  it('gives the longest round trip for percentiles of trips too long to be told apart', () => {
    const fit = new ClockFit(NOMINAL_TICKS_PER_MS);
    fit.add({ sentMs: 0, receivedMs: 400, ticks: 0 });
    expect(fit.roundTripsMs).toEqual({ count: 1, p50: 400, p95: 400, max: 400 });
  });
});

import { describe, expect, it } from 'vitest';
import { FrameClock } from '#hardware/frame-clock.ts';
import { RandomStream } from '#machines/random.ts';
import { deviceTicks } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';

const LINE = 2;
const TICKS_PER_MS = 2000;
/** The counter wraps 0.4 s after arming. */
const ARMED = deviceTicks(2 ** 32 - 800_000);
const LEAST_US = 200;

interface Pulse {
  /** Since arming. */
  readonly atUs: number;
  readonly forUs: number;
}

/** A clock with the events it is given; `us` since arming everywhere. */
class Bench {
  readonly clock: FrameClock;
  readonly frames: { frame: number; seq: number; trial: number | null }[] = [];
  readonly alarms: string[] = [];
  readonly messages: string[] = [];
  #seq = 0;

  constructor(nominalHz: number, options: { rateTolerance?: number } = {}) {
    const all = { line: LINE, ticksPerMs: TICKS_PER_MS, nominalHz, leastPulseUs: LEAST_US, ...options };
    this.clock = new FrameClock(all, ARMED);
  }

  pulses(pulses: readonly Pulse[]): this {
    const edges = pulses.flatMap(({ atUs, forUs }) => [
      { us: atUs, level: 1 },
      { us: atUs + forUs, level: 0 },
    ]);
    for (const { us, level } of edges.sort((a, b) => a.us - b.us)) this.tell(us, EventCode.input, LINE * 2 + level);
    return this;
  }

  tell(us: number, code: EventCode, value: number): this {
    return this.#note(this.clock.hear({ seq: this.#seq++, ticks: stamp(us), code, value } satisfies RawEvent), us);
  }

  check(us: number): this {
    return this.#note(this.clock.check(stamp(us)), us);
  }

  #note({ frame, alarms }: ReturnType<FrameClock['check']>, us: number): this {
    if (frame) this.frames.push({ frame: frame.frame, seq: frame.seq, trial: frame.trial });
    for (const { kind, raised, message } of alarms) {
      this.alarms.push(`${kind} ${raised ? 'raised' : 'over'} at ${Math.floor(us / 1e6)} s`);
      this.messages.push(message);
    }
    return this;
  }
}

function stamp(us: number) {
  return deviceTicks(ARMED + Math.round((us * TICKS_PER_MS) / 1000));
}

/** Frames that begin at `fromUs`; `jitter`: share of the period, either way, of each one's onset. */
function train(hz: number, frames: number, { fromUs = 3e6, jitter = 0, seed = 1 } = {}): Pulse[] {
  const random = new RandomStream(seed, 'frames');
  const periodUs = 1e6 / hz;
  return Array.from({ length: frames }, (_, frame) => {
    const late = (random.float() * 2 - 1) * jitter * periodUs;
    return { atUs: fromUs + frame * periodUs + late, forUs: periodUs * (0.2 + 0.6 * random.float()) };
  });
}

describe('a frame clock', () => {
  it.each([10, 15.5, 30, 60, 100])(
    'counts every frame at %f Hz, with jitter and over the wrap of the counter',
    (hz) => {
      for (let seed = 1; seed <= 20; seed++) {
        const { clock, frames, alarms } = new Bench(hz).pulses(train(hz, 400, { fromUs: 250_000, jitter: 0.04, seed }));
        expect([clock.frames, clock.good, clock.goodInARow, clock.rejected]).toEqual([400, 399, 399, 0]);
        expect(frames.map(({ frame }) => frame)).toEqual(Array.from({ length: 400 }, (_, frame) => frame));
        expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, frame) => 2 * frame));
        expect(alarms).toEqual([]);
      }
    },
  );

  it('rejects pulses and breaks in pulses that are too short, and counts them', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new RandomStream(seed, 'interference');
      const pulses = train(40, 200, { jitter: 0.02, seed }).flatMap(({ atUs, forUs }) => {
        const short = 1 + random.below(LEAST_US - 1);
        switch (random.below(4)) {
          case 0: {
            // A glitch in the dark.
            return [
              { atUs, forUs },
              { atUs: atUs + forUs + 1000, forUs: short },
            ];
          }
          case 1: {
            // A break in the pulse, a quarter of the way through it.
            const firstUs = Math.floor(forUs / 4);
            return [
              { atUs, forUs: firstUs },
              { atUs: atUs + firstUs + short, forUs: forUs - firstUs - short },
            ];
          }
          default:
            return [{ atUs, forUs }];
        }
      });
      const { clock, alarms } = new Bench(40).pulses(pulses);
      expect([clock.frames, clock.good, clock.rejected]).toEqual([200, 199, pulses.length - 200]);
      expect(alarms).toEqual([]);
    }
  });

  it('takes a pulse of the least width, and not one a tick shorter', () => {
    const of = (forUs: number) => new Bench(10).pulses([{ atUs: 1e6, forUs }]).check(2e6).clock;
    expect([of(LEAST_US).frames, of(LEAST_US).rejected]).toEqual([1, 0]);
    expect([of(LEAST_US - 0.5).frames, of(LEAST_US - 0.5).rejected]).toEqual([0, 1]);
  });

  it('counts a frame once its pulse is long enough, without waiting for its end', () => {
    const bench = new Bench(10).tell(1e6, EventCode.input, LINE * 2 + 1);
    expect(bench.check(1e6 + LEAST_US - 1).clock.frames).toBe(0);
    expect(bench.check(1e6 + LEAST_US).clock.frames).toBe(1);
    expect(bench.tell(1e6 + 50_000, EventCode.input, LINE * 2).clock.frames).toBe(1);
  });

  it('does not hear other lines', () => {
    const bench = new Bench(10).tell(1e6, EventCode.input, 1).tell(2e6, EventCode.input, 0);
    expect([bench.clock.frames, bench.clock.rejected]).toEqual([0, 0]);
  });

  it('begins its row anew where a frame is missing', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const missing = 20 + new RandomStream(seed, 'missing').below(60);
      const { clock } = new Bench(50).pulses(train(50, 100, { seed, jitter: 0.03 }).toSpliced(missing, 1));
      expect([clock.frames, clock.good, clock.goodInARow]).toEqual([99, 97, 98 - missing]);
    }
  });

  it.each([
    ['a frame within two periods of arming', [{ atUs: 190_000, forUs: 50_000 }], true],
    ['the end of a pulse that was on already', [{ atUs: -20_000, forUs: 50_000 }], true],
    ['a frame later than that', [{ atUs: 210_000, forUs: 50_000 }], false],
    ['a glitch', [{ atUs: 100_000, forUs: 100 }], false],
  ])('tells whether it ran before it was armed: %s', (_, pulses, running) => {
    const heard = new Bench(10);
    for (const { atUs, forUs } of pulses) {
      if (atUs >= 0) heard.tell(atUs, EventCode.input, LINE * 2 + 1);
      heard.tell(atUs + forUs, EventCode.input, LINE * 2);
    }
    expect(heard.clock.alreadyRunning).toBe(running);
  });

  it.each([
    [{ nominalHz: 0 }, /0 Hz/],
    [{ nominalHz: Number.NaN }, /NaN Hz/],
    [{ leastPulseUs: 100_000 }, /every pulse would be rejected/],
  ])('refuses what no clock can be: %j', (changed, message) => {
    const options = { line: LINE, ticksPerMs: TICKS_PER_MS, nominalHz: 10, leastPulseUs: LEAST_US, ...changed };
    expect(() => new FrameClock(options, ARMED)).toThrow(message);
  });
});

describe("a trial's frames", () => {
  it('are those with their onset between its stamps', () => {
    const bench = new Bench(10).pulses(train(10, 5, { fromUs: 1e6 }));
    expect(bench.clock.trial).toBeNull();
    bench.tell(1.45e6, EventCode.start, 7);
    expect(bench.clock.trial).toEqual({ trial: 7, first: null, last: null, final: false });
    bench.pulses(train(10, 10, { fromUs: 1.5e6 })).tell(2.49e6, EventCode.end, 0);
    expect(bench.clock.trial).toEqual({ trial: 7, first: 5, last: 14, final: true });
    bench.pulses(train(10, 5, { fromUs: 2.5e6 }));
    expect(bench.clock.trial).toEqual({ trial: 7, first: 5, last: 14, final: true });
    expect(bench.frames.map(({ trial }) => trial)).toEqual([
      ...Array(5).fill(null),
      ...Array(10).fill(7),
      ...Array(5).fill(null),
    ]);
    bench.tell(3.01e6, EventCode.start, 8).tell(3.02e6, EventCode.end, 0);
    expect(bench.clock.trial).toEqual({ trial: 8, first: null, last: null, final: true });
  });

  it('take in a pulse that began just before the end, once it proves to be a frame', () => {
    const bench = new Bench(10).tell(1e6, EventCode.start, 1).tell(1.1e6, EventCode.input, LINE * 2 + 1);
    bench.tell(1.1e6 + 50, EventCode.end, 0);
    expect(bench.clock.trial).toEqual({ trial: 1, first: null, last: null, final: false });
    bench.tell(1.15e6, EventCode.input, LINE * 2);
    expect(bench.clock.trial).toEqual({ trial: 1, first: 0, last: 0, final: true });
  });

  it('leave out a pulse that began just before the start', () => {
    const bench = new Bench(10).tell(1e6, EventCode.input, LINE * 2 + 1).tell(1e6 + 50, EventCode.start, 1);
    bench.tell(1.05e6, EventCode.input, LINE * 2);
    expect([bench.clock.frames, bench.clock.trial?.first]).toEqual([1, null]);
  });

  it('are not moved by the digest, which bears a checksum for a stamp', () => {
    const bench = new Bench(10).pulses(train(10, 20, { fromUs: 1e6 })).tell(7e8, EventCode.digest, 3);
    expect(bench.pulses(train(10, 20, { fromUs: 3e6 })).clock.good).toBe(39);
    expect(bench.alarms).toEqual([]);
  });
});

describe('the alarm of a gap', () => {
  it('comes once when no frame comes for five periods, and is called off once', () => {
    const bench = new Bench(20).pulses(train(20, 40, { fromUs: 1e6 }));
    expect(bench.check(3.19e6).alarms).toEqual([]);
    expect(bench.check(3.21e6).alarms).toEqual(['gap raised at 3 s']);
    for (let us = 3.3e6; us < 9e6; us += 0.1e6) bench.check(us);
    expect([bench.alarms, bench.clock.goodInARow]).toEqual([['gap raised at 3 s'], 0]);
    expect(bench.pulses(train(20, 1, { fromUs: 9e6 })).alarms).toHaveLength(1);
    bench.pulses(train(20, 59, { fromUs: 9.05e6 }));
    expect(bench.alarms).toEqual(['gap raised at 3 s', 'gap over at 9 s']);
    expect(bench.clock.goodInARow).toBe(59);
    expect(bench.messages[0]).toMatch(/250 ms at 20 Hz.*its trials go on.*pause the session/);
  });

  it('comes with the next frame where nobody asked in between, and again with another gap', () => {
    const three = [1e6, 4e6, 8e6].flatMap((fromUs) => train(20, 40, { fromUs }));
    expect(new Bench(20).pulses(three).alarms).toEqual([
      ...['gap raised at 4 s', 'gap over at 4 s'],
      ...['gap raised at 8 s', 'gap over at 8 s'],
    ]);
  });

  it('does not come while a pulse that began in time may still prove to be a frame', () => {
    const bench = new Bench(20).pulses(train(20, 40, { fromUs: 1e6 }));
    bench.tell(3.2e6, EventCode.input, LINE * 2 + 1).check(3.2e6 + LEAST_US - 1);
    expect(bench.alarms).toEqual([]);
    expect(bench.tell(3.2e6 + LEAST_US - 1, EventCode.input, LINE * 2).check(3.201e6).alarms).toHaveLength(1);
  });

  it('does not come before the first frame', () => {
    expect(new Bench(20).check(60e6).alarms).toEqual([]);
  });

  it('comes through a wrap of the counter that nobody heard an event in', () => {
    const bench = new Bench(20).pulses(train(20, 40, { fromUs: 1e6 }));
    for (let us = 600e6; us <= 6000e6; us += 600e6) bench.check(us);
    bench.pulses(train(20, 40, { fromUs: 6000.1e6 }));
    expect(bench.alarms).toEqual(['gap raised at 600 s', 'gap over at 6000 s']);
  });
});

describe('the alarm of the rate', () => {
  const phases = (hz: readonly number[]) => {
    let fromUs = 1e6;
    return hz.flatMap((each) => {
      const pulses = train(each, each * 4, { fromUs, jitter: 0.02 });
      fromUs += 4e6;
      return pulses;
    });
  };

  it.each([10, 30, 100])('comes once when the mean over a second is off, and is called off once: %f Hz', (hz) => {
    for (const wrong of [hz * 0.9, hz * 1.1, hz * 1.5]) {
      const { alarms, messages } = new Bench(hz).pulses(phases([hz, wrong, hz]));
      expect(alarms.map((alarm) => alarm.replace(/ at .*/, ''))).toEqual(['rate raised', 'rate over']);
      expect(alarms[0]).toMatch(/at [56] s/);
      expect(alarms[1]).toMatch(/at 1[01] s/);
      expect(messages[0]).toMatch(new RegExp(`instead of ${hz} Hz.*Compare the frame rate`));
    }
  });

  it('does not come for a rate within its tolerance, nor for a single frame missed of many', () => {
    expect(new Bench(30).pulses(phases([30, 29, 31, 30])).alarms).toEqual([]);
    expect(new Bench(30).pulses(train(30, 200).toSpliced(90, 1)).alarms).toEqual([]);
    expect(new Bench(30, { rateTolerance: 0.02 }).pulses(train(30, 200).toSpliced(90, 1)).alarms).toHaveLength(2);
  });

  it('comes for a line that oscillates', () => {
    expect(new Bench(10).pulses(train(400, 200)).alarms).toEqual(['rate raised at 3 s']);
  });
});

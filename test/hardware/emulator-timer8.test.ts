import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Core } from '#hardware/emulator/core.ts';
import { attachGtccr } from '#hardware/emulator/gtccr.ts';
import { Timer1 } from '#hardware/emulator/timer1.ts';
import { Timer8 } from '#hardware/emulator/timer8.ts';
import { TIMER0, TIMER2, type Timer8Config } from '#hardware/emulator/timer8-config.ts';
import { Timer8Model } from './timer8-model.ts';

const TOV = 1;
const OCFA = 2;
const OCFB = 4;
const GTCCR = 0x43;
/** TCCRxA: modes, and what units A and B do with their pins. */
const CTC = 0b10;
const FAST = 0b11;
const DUAL = 0b01;
const WGM2 = 0x08;
const A = { toggle: 0x40, clear: 0x80, set: 0xc0 };
const B = { toggle: 0x10, clear: 0x20, set: 0x30 };

/** The timer with a core whose program stands still: only clock events pass. Every write completes at the cycle given. */
function bench(config: Timer8Config = TIMER2) {
  const core = new Core(new Uint16Array(16384));
  const edges: { unit: number; level: boolean | null; cycle: number }[] = [];
  const timer = new Timer8(core, config, (unit, level, cycle) => {
    if (cycle < core.cycles) throw new Error(`The edge of cycle ${cycle} came at ${core.cycles}.`);
    if (edges.findLast((edge) => edge.unit === unit)?.level !== level) edges.push({ unit, level, cycle });
  });
  core.state = 'held';
  const { tccra, tifr, timsk } = config;
  const addresses = { tccra, tccrb: tccra + 1, count: tccra + 2, a: tccra + 3, b: tccra + 4, tifr, timsk };
  type Register = keyof typeof addresses;
  const write = (completes: number, register: Register, value: number) => {
    core.run(completes - 2);
    core.writeData(addresses[register], value);
  };
  const read = (cycle: number, register: Register) => {
    core.run(cycle);
    return core.readData(addresses[register]);
  };
  /** The times of one unit's edges since `since`, of which the first goes up. */
  const pulses = (unit: number, since: number, until: number) => {
    core.run(until);
    const all = edges.filter((edge) => edge.unit === unit && edge.cycle >= since);
    return all.slice(all.findIndex(({ level }) => level === true)).map(({ cycle }) => cycle);
  };
  return { core, timer, edges, write, read, pulses };
}

/** PWM on unit B, running since cycle 10 with prescaler 1. */
function pwm(tccra: number, b: number, a = 0, tccrb = 0b001) {
  const board = bench();
  board.write(4, 'a', a);
  board.write(6, 'b', b);
  board.write(8, 'tccra', tccra);
  board.write(10, 'tccrb', tccrb);
  return board;
}

describe('Timer0 and Timer2', () => {
  it.each([
    [TIMER0, [1, 8, 64, 256, 1024]],
    [TIMER2, [1, 8, 32, 64, 128, 256, 1024]],
  ] as const)('count every so many cycles as the clock select says (%#)', (config, prescalers) => {
    for (const [index, prescaler] of prescalers.entries()) {
      const { write, read } = bench(config);
      write(2, 'tccrb', index + 1);
      const first = prescaler === 1 ? 3 : prescaler;
      expect([read(first - 1, 'count'), read(first, 'count')]).toEqual([0, 1]);
      expect(read(first + 49 * prescaler, 'count')).toBe(50);
      expect(read(first + 306 * prescaler - 1, 'count')).toBe(50);
    }
  });

  it('raise the overflow as the counter goes from 255 to 0, and a compare flag as it leaves the value', () => {
    const { write, read } = bench();
    write(4, 'a', 100);
    write(6, 'tccrb', 0b010);
    expect(read(8 * 101 - 1, 'tifr')).toBe(OCFB);
    expect(read(8 * 101, 'tifr')).toBe(OCFA | OCFB);
    expect(read(8 * 256 - 1, 'tifr') & TOV).toBe(0);
    expect(read(8 * 256, 'tifr') & TOV).toBe(TOV);
  });

  it('interrupt at the very cycle, with one event an interrupt, and clear the flag in doing so', () => {
    const { core, write } = bench();
    write(3, 'timsk', TOV);
    write(5, 'b', 9);
    write(7, 'tccrb', 0b010);
    expect(core.events.nextDue).toBe(8 * 256);
    core.data[0x5f] = 0x80;
    core.state = 'running';
    core.run(8 * 256 + 1);
    expect(core.pc).toBe(TIMER2.vectors[2]);
    expect(core.cycles).toBe(8 * 256 + 4);
    expect(core.data[TIMER2.tifr]! & TOV).toBe(0);
    expect(core.events.nextDue).toBe(2 * 8 * 256);
  });

  it('cost nothing without interrupt and pin, and two events a period with PWM on a pin', () => {
    for (const [tccra, each] of [
      [FAST, 0],
      [FAST | B.clear, 2],
      [DUAL | B.clear, 2],
    ] as const) {
      const { core } = pwm(tccra, 50);
      core.run(2000);
      const run = vi.spyOn(core.events, 'runDue');
      const period = tccra & 2 ? 256 : 510;
      core.run(2000 + 10 * period);
      expect(run).toHaveBeenCalledTimes(10 * each);
    }
  });

  it('keep flags and count right over hours that nobody looked', () => {
    const { write, read } = pwm(DUAL, 50);
    const hours = 1e12;
    write(hours, 'tifr', TOV | OCFA | OCFB);
    const phase = (hours - 10) % 510;
    expect(read(hours + 1000 * 510, 'count')).toBe(phase <= 255 ? phase : 510 - phase);
    expect(read(hours + 1000 * 510, 'tifr')).toBe(TOV | OCFA | OCFB);
  });

  describe('fast PWM', () => {
    it('is high for OCR + 1 of 256 clocks, or low when inverting', () => {
      const [rise, fall, next] = pwm(FAST | B.clear, 63).pulses(1, 300, 3000);
      expect([fall! - rise!, next! - rise!]).toEqual([64, 256]);
      const [up, down, again] = pwm(FAST | B.set, 63).pulses(1, 300, 3000);
      expect([down! - up!, again! - up!]).toEqual([192, 256]);
    });

    it('gives a spike of one clock for OCR 0, and a constant level for OCR = TOP', () => {
      const [rise, fall, next] = pwm(FAST | B.clear, 0).pulses(1, 300, 3000);
      expect([fall! - rise!, next! - rise!]).toEqual([1, 256]);
      for (const [output, level] of [
        [B.clear, true],
        [B.set, false],
      ] as const) {
        const { core, edges } = pwm(FAST | output, 255);
        core.run(5000);
        expect(edges.filter(({ unit }) => unit === 1).at(-1)!.level).toBe(level);
        expect(edges.filter(({ cycle }) => cycle > 300)).toEqual([]);
      }
    });

    it('takes a new value over at the end of the period', () => {
      const board = pwm(FAST | B.clear, 63);
      board.write(400, 'b', 99);
      expect(board.read(401, 'b')).toBe(99);
      const [rise, fall, next, second] = board.pulses(1, 200, 3000);
      expect([fall! - rise!, second! - next!]).toEqual([64, 100]);
    });

    it('takes a value over at once while the timer stands', () => {
      const board = bench();
      board.write(4, 'tccra', FAST | B.clear);
      board.write(6, 'b', 20);
      board.write(10, 'tccrb', 1);
      expect(board.read(30, 'tifr') & OCFB).toBe(0);
      expect(board.read(31, 'tifr') & OCFB).toBe(OCFB);
    });

    it('counts to OCRA in mode 7, and toggles pin A there', () => {
      const board = pwm(FAST | A.toggle, 0, 99, WGM2 | 1);
      const [rise, fall, next] = board.pulses(0, 200, 3000);
      expect([fall! - rise!, next! - rise!]).toEqual([100, 200]);
    });
  });

  describe('phase correct PWM', () => {
    it('is high for 2 OCR of 510 clocks, or low when inverting', () => {
      const [rise, fall, next] = pwm(DUAL | B.clear, 63).pulses(1, 600, 5000);
      expect([fall! - rise!, next! - rise!]).toEqual([126, 510]);
      const [up, down, again] = pwm(DUAL | B.set, 63).pulses(1, 600, 5000);
      expect([down! - up!, again! - up!]).toEqual([384, 510]);
    });

    it('is constant at either end, and centred on 0', () => {
      for (const [value, level] of [
        [0, false],
        [255, true],
      ] as const) {
        const { core, edges } = pwm(DUAL | B.clear, value);
        core.run(5000);
        expect(edges.filter(({ unit }) => unit === 1).at(-1)!.level).toBe(level);
        expect(edges.filter(({ cycle }) => cycle > 600)).toEqual([]);
      }
      // The counter stands at 0 at cycle 10 and every 510 cycles later.
      const [rise, fall] = pwm(DUAL | B.clear, 30).pulses(1, 400, 3000);
      expect([rise, fall]).toEqual([10 + 510 - 29, 10 + 510 + 31]);
    });

    it('overflows at 0, not at the top', () => {
      const { read } = pwm(DUAL, 0);
      expect(read(10 + 510, 'tifr') & TOV).toBe(0);
      expect(read(10 + 511, 'tifr') & TOV).toBe(TOV);
    });
  });

  it('toggle a pin in CTC every OCRA + 1 clocks, without overflow', () => {
    const board = pwm(CTC | A.toggle, 0, 24);
    const [first, ...rest] = board.pulses(0, 20, 300);
    expect(rest.slice(0, 4).map((cycle) => cycle - first!)).toEqual([25, 50, 75, 100]);
    expect(board.read(5000, 'tifr') & TOV).toBe(0);
  });

  it('go on to 255 in CTC when OCRA is written below the count', () => {
    const { write, read } = pwm(CTC, 0, 200);
    write(10 + 150, 'a', 100);
    expect(read(10 + 255, 'count')).toBe(255);
    expect(read(10 + 256, 'tifr') & TOV).toBe(TOV);
    expect(read(10 + 256 + 100, 'count')).toBe(100);
    expect(read(10 + 256 + 101, 'count')).toBe(0);
  });

  it('force a match by FOC: the pin, not the flag', () => {
    const board = bench();
    board.write(4, 'tccra', A.set | B.toggle);
    board.write(8, 'tccrb', 0xc0);
    expect(board.edges.filter(({ level }) => level === true)).toEqual([
      { unit: 0, level: true, cycle: 8 },
      { unit: 1, level: true, cycle: 8 },
    ]);
    expect(board.read(9, 'tifr')).toBe(0);
    expect(board.read(9, 'tccrb')).toBe(0);
  });

  it('give the pin back when the compare output mode is cleared', () => {
    const { write, edges } = pwm(FAST | B.clear, 63);
    write(500, 'tccra', FAST);
    expect(edges.at(-1)).toEqual({ unit: 1, level: null, cycle: 500 });
  });

  it('have their prescalers restarted by GTCCR, Timer0 with Timer1 and Timer2 by itself', () => {
    for (const [bit, moved] of [
      [1, TIMER0],
      [2, TIMER2],
    ] as const) {
      const core = new Core(new Uint16Array(16384));
      const timers = [TIMER0, TIMER2].map((config) => new Timer8(core, config, () => {}));
      attachGtccr(core, [timers[0]!, new Timer1(core)], timers[1]!);
      for (const { tccra } of [TIMER0, TIMER2]) core.writeData(tccra + 1, 0b010);
      core.cycles = 11;
      core.writeData(GTCCR, bit);
      core.cycles = 20;
      const counts = [TIMER0, TIMER2].map(({ tccra }) => core.readData(tccra + 2));
      expect(counts[moved === TIMER0 ? 0 : 1]).toBe(1);
      expect(counts[moved === TIMER0 ? 1 : 0]).toBe(2);
      core.cycles = 21;
      expect(core.readData(moved.tccra + 2)).toBe(2);
    }
  });

  it('refuse a crystal, a clock pin and reserved modes', () => {
    const { core, write } = bench(TIMER2);
    core.writeData(0xb6, 0);
    expect(() => core.writeData(0xb6, 0x20)).toThrow(/crystal/);
    expect(() => bench(TIMER0).write(4, 'tccrb', 6)).toThrow(/clocked from a pin/);
    expect(() => write(4, 'tccrb', WGM2 | 1)).toThrow(/reserved mode 4/);
  });

  it('do, whatever is written to them and when, what the data sheet says clock by clock', () => {
    const register = fc.constantFrom('tccra', 'tccrb', 'count', 'a', 'b', 'timsk', 'tifr');
    const write = fc.record({
      after: fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 900 })),
      register,
      value: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 2, 254, 255)),
    });
    fc.assert(
      fc.property(fc.array(write, { minLength: 3, maxLength: 25 }), (writes) => {
        const board = bench();
        const model = new Timer8Model();
        const seen: string[] = [];
        const shown: (boolean | null)[] = [null, null];
        let at = 4;
        let enabled = 0;
        const note = () => {
          for (const unit of [0, 1] as const) {
            if (model.pin(unit) === shown[unit]) continue;
            shown[unit] = model.pin(unit);
            seen.push(`${unit} ${shown[unit]} ${at}`);
          }
        };
        for (const { after, register, value } of writes) {
          let [mode, written] = [model.tccra & 3, value];
          if (register === 'tccra') mode = value & 3;
          if (register === 'tccrb') written = value & 8 && mode & 1 ? 9 : value & 1;
          // Modes 4 and 6 are reserved.
          if (register === 'tccra' && model.tccrb & 8) written |= 1;
          for (const until = at + after; at < until; ) {
            at++;
            // A flag that rises at the very cycle at which it is cleared stays up: so clear it first.
            if (register === 'tifr' && at === until) model.flags &= ~written;
            model.clock();
            note();
          }
          if (register !== 'tifr' && register !== 'timsk') model.write(register, written);
          note();
          board.write(at, register, written);
          board.core.run(at);
          // Flags whose interrupt is enabled are up without anybody's looking.
          if (register === 'timsk') enabled = written & 7;
          expect(board.core.data[TIMER2.tifr]! & enabled).toBe(model.flags & enabled);
          expect([board.read(at, 'count'), board.read(at, 'tifr') & 7]).toEqual([model.count, model.flags]);
        }
        expect(board.edges.map(({ unit, level, cycle }) => `${unit} ${level} ${cycle}`).sort()).toEqual(
          [...seen].sort(),
        );
      }),
      { numRuns: 300 },
    );
  });
});

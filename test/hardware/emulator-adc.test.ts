import { expect, it } from 'vitest';
import { Adc } from '#hardware/emulator/adc.ts';
import { Core } from '#hardware/emulator/core.ts';
import { AtMega328p, CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';

const ADCL = 0x78;
const ADCH = 0x79;
const ADCSRA = 0x7a;
const ADMUX = 0x7c;
const EIGHTH = 0b011;
const START = 0xc0;
const ADSC = 0x40;
const ADIF = 0x10;

const ldi = (register: number, value: number) =>
  0xe000 | ((value & 0xf0) << 4) | ((register - 16) << 4) | (value & 0x0f);
const sts = (address: number, register: number) => [0x9200 | (register << 4), address];
const lds = (register: number, address: number) => [0x9000 | (register << 4), address];
const SELF = 0xcfff;
const RETI = 0x9518;
const SEI = 0x9478;
const BUSY_LOOP = [...lds(18, ADCSRA), 0xfd26, 0xcffc];

/** A board that runs these words from reset on; the vector of the ADC (word 0x2a) counts in r20 and returns. */
function boardRunning(...words: number[]): AtMega328p {
  const flash = new Uint16Array(16384).fill(SELF);
  flash[0] = 0xc000 | (0x40 - 1);
  flash.set([0x9543, RETI], 0x2a);
  flash.set(words, 0x40);
  return new AtMega328p(flash);
}

/** Switches the converter on with clock / 8, converts once and puts ADCL and ADCH into r16 and r17. */
function convert(admux: number, volts: Record<string, number>): number {
  const board = boardRunning(
    ldi(16, admux),
    ...sts(ADMUX, 16),
    ldi(16, START | EIGHTH),
    ...sts(ADCSRA, 16),
    ...BUSY_LOOP,
    ...lds(16, ADCL),
    ...lds(17, ADCH),
    SELF,
  );
  for (const [pin, value] of Object.entries(volts)) board.setAnalog(pin, value);
  board.runUntil(CYCLES_PER_SECOND / 1000);
  return board.data[16]! | (board.data[17]! << 8);
}

it('converts the voltage of the pin that ADMUX names, against AVcc or 1.1 V', () => {
  const volts = { A0: 1, A3: 2.5, A5: 7 };
  expect(convert(0x40, volts)).toBe(Math.floor((1 / 5) * 1024));
  expect(convert(0x43, volts)).toBe(512);
  expect(convert(0x45, volts)).toBe(1023);
  expect(convert(0x44, volts)).toBe(0);
  expect(convert(0xc0, { A0: 0.55 })).toBe(512);
  expect(convert(0x4e, volts)).toBe(Math.floor((1.1 / 5) * 1024));
});

it('shows eight bits in ADCH when ADLAR is set', () => {
  expect(convert(0x60, { A0: 3 })).toBe(614 << 6);
});

it('takes 25 ADC clocks for the first conversion and 13 for the next, from the next edge of its own clock', () => {
  const core = new Core(new Uint16Array(16384));
  const adc = new Adc(core);
  core.state = 'held';
  /** Written so that it completes at `cycle`. */
  const write = (cycle: number, address: number, value: number) => {
    core.run(cycle - 2);
    core.writeData(address, value);
  };
  const busyAt = (cycle: number) => {
    core.run(cycle);
    return (core.data[ADCSRA]! & ADSC) !== 0;
  };
  adc.setVolts(1, 1);
  write(4, ADMUX, 0x41);
  write(100, ADCSRA, START | EIGHTH);
  // The converter's clock runs from ADEN, that is from cycle 100.
  const first = 108 + 25 * 8;
  expect([busyAt(first - 1), busyAt(first)]).toEqual([true, false]);
  write(first + 5, ADCSRA, START | EIGHTH);
  const second = first + 8 + 13 * 8;
  // The sample is taken one and a half clocks after the start.
  core.run(first + 8 + 11);
  adc.setVolts(1, 2);
  expect([busyAt(first + 8 + 12), busyAt(second - 1), busyAt(second)]).toEqual([true, true, false]);
  expect(core.readData(ADCL) | (core.readData(ADCH) << 8)).toBe(Math.floor((2 / 5) * 1024));
  expect(core.data[ADCSRA]! & ADIF).toBe(ADIF);
});

it('keeps both bytes of a result together: what comes between the reading of ADCL and of ADCH is lost', () => {
  const core = new Core(new Uint16Array(16384));
  const adc = new Adc(core);
  core.state = 'held';
  const convertVolts = (volts: number) => {
    adc.setVolts(0, volts);
    core.writeData(ADMUX, 0x40);
    core.writeData(ADCSRA, START | EIGHTH);
    core.run(core.cycles + 300);
  };
  convertVolts(2);
  const low = core.readData(ADCL);
  convertVolts(4.9);
  expect(low | (core.readData(ADCH) << 8)).toBe(Math.floor((2 / 5) * 1024));
  convertVolts(4.9);
  expect(core.readData(ADCL) | (core.readData(ADCH) << 8)).toBe(Math.floor((4.9 / 5) * 1024));
});

it('interrupts when it is enabled to, which clears the flag', () => {
  const board = boardRunning(
    ldi(20, 0),
    SEI,
    ldi(16, 0x40),
    ...sts(ADMUX, 16),
    ldi(16, START | 0x08 | EIGHTH),
    ...sts(ADCSRA, 16),
    SELF,
  );
  board.runUntil(150);
  expect(board.data[20]).toBe(0);
  board.runUntil(400);
  expect(board.data[20]).toBe(1);
  expect(board.data[ADCSRA]! & (ADIF | ADSC)).toBe(0);
});

it('refuses what an Uno does not have', () => {
  expect(() => boardRunning().setAnalog('A6', 1)).toThrow(/no analogue input "A6"/);
  expect(() => convert(0x00, {})).toThrow(/ADMUX 0x0/);
  expect(() => convert(0x47, {})).toThrow(/ADMUX 0x47/);
  expect(() => boardRunning(ldi(16, 0xe0), ...sts(ADCSRA, 16)).runUntil(100)).toThrow(/ADATE/);
});

it('hangs a program whose flash is patched, from the next fetch on', () => {
  const COUNT_FOR_EVER = [0x9543, 0xcffe];
  const board = boardRunning(...COUNT_FOR_EVER);
  board.runUntil(100);
  const counted = board.data[20];
  board.runUntil(200);
  expect(board.data[20]).not.toBe(counted);
  board.patch(0x40, SELF);
  board.runUntil(300);
  const last = board.data[20];
  board.runUntil(1000);
  expect(board.data[20]).toBe(last);
  expect(() => board.patch(16384, SELF)).toThrow(/16384 words/);
});

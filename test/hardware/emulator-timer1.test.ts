import { describe, expect, it } from 'vitest';
import { Core } from '#hardware/emulator/core.ts';
import { Timer1 } from '#hardware/emulator/timer1.ts';

const TIFR1 = 0x36;
const TIMSK1 = 0x6f;
const TCCR1A = 0x80;
const TCCR1B = 0x81;
const TCNT1 = 0x84;
const OCR1A = 0x88;
const OCR1B = 0x8a;
const TOV1 = 1;
const OCF1A = 2;
const OCF1B = 4;

/** A timer with a core that only lends it the clock: every write completes two cycles after `at`, as STS does. */
function bench(prescalerBits = 0b010) {
  const core = new Core(new Uint16Array(16384));
  new Timer1(core);
  const write = (completes: number, address: number, value: number) => {
    core.cycles = completes - 2;
    core.writeData(address, value);
  };
  const write16 = (completes: number, address: number, value: number) => {
    write(completes - 2, address + 1, value >> 8);
    write(completes, address, value & 0xff);
  };
  const read = (cycle: number, address: number) => {
    core.cycles = cycle;
    return core.readData(address);
  };
  // As after reset, a match at 0 would come with the first timer clock.
  write16(4, OCR1A, 0xfff0);
  write16(5, OCR1B, 0xfff0);
  write(6, TCCR1B, prescalerBits);
  return { core, write, write16, read };
}

describe('Timer1', () => {
  it('counts every eighth cycle from the prescaler, not from the write that started it', () => {
    const { read } = bench();
    expect(read(7, TCNT1)).toBe(0);
    expect(read(8, TCNT1)).toBe(1);
    expect(read(15, TCNT1)).toBe(1);
    expect(read(16, TCNT1)).toBe(2);
  });

  it('raises a compare flag nobody enabled when the counter leaves the value, not when it reaches it', () => {
    const { write16, read } = bench();
    write16(40, OCR1A, 100);
    expect(read(807, TIFR1) & OCF1A).toBe(0);
    expect(read(808, TIFR1) & OCF1A).toBe(OCF1A);
  });

  it('raises the overflow when the counter goes from 0xFFFF to 0', () => {
    const { read } = bench();
    expect(read(8 * 65536 - 1, TIFR1) & TOV1).toBe(0);
    expect(read(8 * 65536, TIFR1) & TOV1).toBe(TOV1);
  });

  it('matches a value written while the counter stands on it, and not one it has just left', () => {
    const same = bench();
    same.write16(8 * 50 + 7, OCR1A, 50);
    expect(same.read(8 * 51, TIFR1) & OCF1A).toBe(OCF1A);
    const late = bench();
    late.write16(8 * 51, OCR1A, 50);
    expect(late.read(8 * 51 + 8, TIFR1) & OCF1A).toBe(0);
    expect(late.read(8 * (65536 + 51) - 1, TIFR1) & OCF1A).toBe(0);
    expect(late.read(8 * (65536 + 51), TIFR1) & OCF1A).toBe(OCF1A);
  });

  it('clears only the flags written as ones, and keeps one that rises as another is cleared', () => {
    const { write, write16, read } = bench();
    write16(40, OCR1A, 100);
    write16(60, OCR1B, 110);
    write(8 * 111, TIFR1, OCF1A | OCF1B);
    expect(read(8 * 111, TIFR1)).toBe(OCF1B);
    write(8 * 112, TIFR1, OCF1B);
    expect(read(8 * 112, TIFR1)).toBe(0);
  });

  it('keeps the high byte of a read, and loses it to an access in between', () => {
    const { core, write16, read } = bench(0b001);
    core.cycles = 0;
    write16(1000, TCNT1, 0x12fe);
    expect(read(1001, TCNT1)).toBe(0xff);
    expect(read(1002, TCNT1 + 1)).toBe(0x12);
    expect(read(1003, TCNT1)).toBe(0x01);
    core.writeData(OCR1A + 1, 0x77);
    expect(read(1006, TCNT1 + 1)).toBe(0x77);
  });

  it('lets a write to TCNT1 suppress the match of the next timer clock', () => {
    const { write16, read } = bench();
    write16(40, OCR1A, 5000);
    write16(84, TCNT1, 5000);
    expect(read(8 * 20, TIFR1) & OCF1A).toBe(0);
    expect(read(8 * 20, TCNT1)).toBe((5000 + 10) & 0xff);
  });

  it('interrupts at the very cycle of the match, also after the value was moved to before and behind', () => {
    const { core, write, write16 } = bench();
    write(20, TIMSK1, OCF1A);
    write16(40, OCR1A, 30);
    write16(60, OCR1A, 400);
    write16(80, OCR1A, 300);
    expect(core.events.nextDue).toBe(8 * 301);
    core.cycles = 80;
    core.data[0x5f] = 0x80;
    core.run(8 * 301);
    expect(core.data[TIFR1]! & OCF1A).toBe(OCF1A);
    core.run(8 * 301 + 1);
    expect(core.pc).toBe(0x16);
    expect(core.cycles).toBe(8 * 301 + 4);
    expect(core.data[TIFR1]! & OCF1A).toBe(0);
  });

  it('refuses other modes, external clocks and output compare pins', () => {
    expect(() => bench(0b110)).toThrow(/TCCR1B was set to 0x6/);
    expect(() => bench(0b01010)).toThrow(/counts freely/);
    expect(() => bench().write(10, TCCR1A, 0x40)).toThrow(/TCCR1A was set to 0x40/);
  });
});

import { describe, expect, it } from 'vitest';
import { ClockEvent, ClockEvents } from '#hardware/emulator/clock-events.ts';
import { parseIntelHex } from '#hardware/emulator/intel-hex.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import { unoPin } from '#hardware/emulator/pins.ts';

const END = ':00000001FF';

describe('a firmware image', () => {
  it('fills flash with little-endian words and leaves the rest erased', () => {
    const flash = parseIntelHex(`:040000000C94340028\r\n${END}\r\n`);
    expect([...flash.subarray(0, 3)]).toEqual([0x940c, 0x0034, 0xffff]);
    expect(flash.length).toBe(16384);
  });

  it.each([
    ['a wrong checksum', ':040000000C94340029', /line 1: the checksum is wrong/],
    ['a record cut short', ':040000000C943400', /line 1: the record says 4 data bytes and has 3/],
    ['other text', '<html>', /line 1: not an Intel HEX record/],
    ['data beyond flash', ':028000000C94DE', /line 1: data beyond the 32768 bytes/],
    ['no end', ':040000000C94340028', /end-of-file record is missing/],
  ])('is refused for %s', (_what, text, message) => {
    expect(() => parseIntelHex(text)).toThrow(message);
  });
});

describe('Uno pins', () => {
  it('map to ports and bits', () => {
    expect([unoPin(2), unoPin('7'), unoPin(8), unoPin(13), unoPin('A0'), unoPin('A5')]).toEqual([
      { port: 'D', bit: 2 },
      { port: 'D', bit: 7 },
      { port: 'B', bit: 0 },
      { port: 'B', bit: 5 },
      { port: 'C', bit: 0 },
      { port: 'C', bit: 5 },
    ]);
  });

  it('refuse what an Uno does not have', () => {
    for (const pin of [14, -1, 2.5, 'A6', 'D2', '']) expect(() => unoPin(pin)).toThrow(/has no pin/);
  });
});

describe('clock events', () => {
  it('fire in order of cycle, equal cycles in order of planning, moved and cancelled ones as last said', () => {
    const events = new ClockEvents();
    const fired: string[] = [];
    const event = (name: string, external = false) =>
      new ClockEvent((cycle) => fired.push(`${name}${cycle}`), external);
    const [a, b, c, d] = [event('a'), event('b'), event('c'), event('d')];
    events.schedule(a, 30);
    events.schedule(b, 10);
    events.schedule(c, 30);
    events.schedule(d, 20);
    events.schedule(b, 40);
    events.cancel(d);
    expect(events.nextDue).toBe(30);
    events.runDue(39);
    expect(fired).toEqual(['a30', 'c30']);
    events.runDue(40);
    expect(fired).toEqual(['a30', 'c30', 'b40']);
    expect(events.nextDue).toBe(Infinity);
  });

  it('survive a reset when they belong to the world outside', () => {
    const events = new ClockEvents();
    const fired: number[] = [];
    for (const [cycle, external] of [
      [5, false],
      [6, true],
      [7, false],
      [8, true],
    ] as const) {
      events.schedule(new ClockEvent((at) => fired.push(at), external), cycle);
    }
    events.clearInternal();
    events.schedule(new ClockEvent((at) => fired.push(at)), 7);
    events.runDue(100);
    expect(fired).toEqual([6, 7, 8]);
  });
});

describe('misuse of the board', () => {
  it('is refused in words', () => {
    const flash = new Uint16Array(16384);
    expect(() => new AtMega328p(flash, { eeprom: new Uint8Array(4) })).toThrow(/1024 bytes, got 4/);
    expect(() => new AtMega328p(flash).setPin('13', true)).toThrow(/port and a bit/);
  });
});

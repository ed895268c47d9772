import { describe, expect, it } from 'vitest';
import { CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';
import { boardWith, edgesOf, hasAvrGcc, skipReason } from './emulator-firmware.ts';

const MS = CYCLES_PER_SECOND / 1000;

describe.skipIf(!hasAvrGcc)(`the emulated board${skipReason}`, () => {
  describe('timing', () => {
    /** The start mark completes two cycles after the write to TCCR1B; timer clocks fall on multiples of 8 cycles. */
    const firstMatch = (startMark: number) => 8 * (Math.floor((startMark - 2) / 8) + 1000 + 1);
    /** Wake 4, response 4, JMP in the vector table 3, SBI 2. */
    const FROM_SLEEP = 13;

    it('answers a compare match from sleep at the cycle the data sheet gives, and keeps the grid over rewrites', () => {
      const board = boardWith('timer');
      const start = edgesOf(board, 'D', 3);
      const edges = edgesOf(board, 'D', 2);
      board.runUntil(200 * MS);
      expect(edges.length).toBe(798);
      const match = firstMatch(start[0]!);
      expect(edges).toEqual(edges.map((_, index) => match + FROM_SLEEP + index * 500 * 8));
    });

    it('serves the pin change before the compare match when both flags rise at one cycle', () => {
      const board = boardWith('timer');
      const start = edgesOf(board, 'D', 3);
      board.runUntil(100);
      const match = firstMatch(start[0]!);
      const compare = edgesOf(board, 'D', 2);
      const change = edgesOf(board, 'D', 6);
      board.setPin('D4', true, match - 3);
      board.runUntil(match + 200);
      expect(change).toEqual([match + FROM_SLEEP]);
      // RETI 4, one instruction of the main program (RJMP 2), response 4, JMP 3, SBI 2.
      expect(compare).toEqual([match + FROM_SLEEP + 4 + 2 + 4 + 3 + 2]);
    });

    it('answers an edge from sleep 16 cycles after it, whatever the phase', () => {
      const board = boardWith('timer');
      const answers = edgesOf(board, 'D', 6);
      const sent = Array.from({ length: 8 }, (_, k) => 1000 + 301 * k);
      sent.forEach((cycle, k) => {
        board.setPin('D4', k % 2 === 0, cycle);
      });
      board.runUntil(4000);
      // Synchroniser and edge detector 3, wake 4, response 4, JMP 3, SBI 2.
      expect(answers).toEqual(sent.map((cycle) => cycle + 16));
    });

    it('answers an edge in a running program after 12 cycles, or 13 in the middle of an instruction', () => {
      const board = boardWith('busy');
      const edges = edgesOf(board, 'D', 3);
      const sent = Array.from({ length: 16 }, (_, k) => 1000 + 100 * k);
      sent.forEach((cycle, k) => {
        board.setPin('D2', k % 2 === 0, cycle);
      });
      board.runUntil(5000);
      const latencies = edges.map((cycle, k) => cycle - sent[k]!);
      expect(latencies).toHaveLength(16);
      // The interrupt takes an odd number of cycles, so even spacing meets both phases of the two-cycle loop.
      expect([...new Set(latencies)].sort()).toEqual([12, 13]);
    });

    it('never lets a 32-bit clock made of TCNT1 and overflows run backwards', () => {
      const board = boardWith('clock32');
      const wrong = edgesOf(board, 'D', 2);
      const overflows = edgesOf(board, 'D', 3);
      board.runUntil(65536 * 60);
      expect(overflows.length).toBe(59);
      expect(wrong).toEqual([]);
    });

    it('wakes for every overflow, once in 65,536 counts to the cycle', () => {
      const board = boardWith('idle');
      const overflows = edgesOf(board, 'D', 4);
      board.runUntil(1000 * MS);
      expect(overflows.map((cycle) => cycle - overflows[0]!)).toEqual(
        Array.from({ length: 30 }, (_, k) => k * 65536 * 8),
      );
    });

    it('runs the PWM of Timer2 on its pin, period and width exact', () => {
      const board = boardWith('pwm');
      const edges = edgesOf(board, 'D', 3);
      board.runUntil(10 * 256 * 64);
      const [rise, fall, next] = edges.slice(2);
      // High for OCR2B + 1 counts (18.7.3).
      expect([fall! - rise!, next! - rise!]).toEqual([64 * 64, 256 * 64]);
    });
  });

  describe('sleep', () => {
    it('loses no wake-up between SEI and SLEEP', () => {
      const board = boardWith('wake');
      const answers = edgesOf(board, 'D', 3);
      board.runUntil(500);
      let level = false;
      for (let gap = 1; gap <= 150; gap++) {
        const at = board.cycles + 10;
        for (const cycle of [at, at + gap]) {
          level = !level;
          board.setPin('D2', level, cycle);
        }
        const before = answers.length;
        board.runUntil(at + gap + 400);
        // Two edges so close that they share one flag make one piece of work; all others two.
        const flagTakenBy = 3 + 4 + 4;
        if (gap > flagTakenBy) expect(answers.length - before, `gap of ${gap} cycles`).toBe(2);
        else expect(answers.length - before, `gap of ${gap} cycles`).toBeGreaterThanOrEqual(1);
      }
    });

    it('stands exactly at the limit when asleep, and stops early when a listener asks', () => {
      const board = boardWith('wake');
      board.runUntil(12_345);
      expect(board.cycles).toBe(12_345);
      board.setPin('D2', true, 20_000);
      board.onPin(() => board.stop());
      board.runUntil(1e9);
      expect(board.cycles).toBeLessThan(20_200);
      board.runUntil(1e6);
      expect(board.cycles).toBe(1e6);
    });
  });

  describe('pins', () => {
    it('shows a written level in PINx only after one instruction in between, toggles through PINx, and counts SBI and CBI as two cycles', () => {
      const board = boardWith('pins');
      const stamps: number[] = [];
      const levels: number[] = [];
      board.onPin((_port, level, cycle) => {
        levels.push(level);
        stamps.push(cycle);
      });
      board.runUntil(500);
      expect(board.data[0x3e]).toBe(0x00);
      expect(board.data[0x4a]).toBe(0x50);
      // OUT, PIND = 0x30, three toggles of bit 7, CBI bit 7, SBI bit 4.
      expect(levels).toEqual([0x50, 0x60, 0xe0, 0x60, 0xe0, 0x60, 0x70]);
      expect(stamps.slice(2).map((cycle) => cycle - stamps[2]!)).toEqual([0, 2, 4, 6, 8]);
    });
  });

  describe('serial line', () => {
    const FRAME = 640;

    it('carries 250000 baud both ways without a gap and without loss', () => {
      const board = boardWith('serial');
      const bytes: number[] = [];
      const stamps: number[] = [];
      board.onByte((byte, cycle) => {
        bytes.push(byte);
        stamps.push(cycle);
      });
      board.runUntil(1000);
      const sent = Array.from({ length: 500 }, (_, k) => (k * 7) & 0xff);
      for (const byte of sent) board.receive(byte);
      board.runUntil(1000 + 503 * FRAME);
      expect(bytes).toEqual(sent);
      expect(board.overruns).toBe(0);
      // The echo of byte k cannot have left before the byte after it has arrived.
      expect(stamps[0]).toBeGreaterThan(1000 + 2 * FRAME);
      expect(stamps[499]! - stamps[0]!).toBeGreaterThanOrEqual(499 * FRAME - 200);
      expect(stamps[499]! - stamps[0]!).toBeLessThanOrEqual(499 * FRAME + 200);
    });

    it('sends queued bytes exactly one frame apart', () => {
      const board = boardWith('serial');
      const stamps: number[] = [];
      board.setPin('D4', true);
      board.runUntil(2000);
      for (const byte of [1, 2, 3]) board.receive(byte);
      board.runUntil(2000 + 4 * FRAME);
      board.onByte((_byte, cycle) => stamps.push(cycle));
      board.setPin('D4', false);
      board.runUntil(20_000);
      expect(stamps.map((cycle) => cycle - stamps[0]!)).toEqual([0, FRAME, 2 * FRAME]);
    });

    it('holds three characters for a firmware that does not read, counts the rest as overruns and raises DOR0', () => {
      const board = boardWith('serial');
      const bytes: number[] = [];
      const told = edgesOf(board, 'D', 2);
      board.onByte((byte) => bytes.push(byte));
      board.setPin('D4', true);
      board.runUntil(2000);
      for (let k = 0; k < 10; k++) board.receive(k);
      board.runUntil(2000 + 11 * FRAME);
      expect(board.overruns).toBe(7);
      expect(told).toEqual([]);
      board.setPin('D4', false);
      board.runUntil(2000 + 20 * FRAME);
      expect(bytes).toEqual([0, 1, 9]);
      expect(told).toHaveLength(1);
    });
  });

  describe('reset', () => {
    const WATCHDOG = 4_096_000;

    it('by a watchdog nobody feeds closes the outputs, says WDRF, and starts the program again with its EEPROM', () => {
      const eeprom = new Uint8Array(1024).fill(0xff);
      const board = boardWith('boot', { eeprom });
      const valve = edgesOf(board, 'D', 3);
      const causes: number[] = [];
      const resets: [string, number][] = [];
      board.onReset((kind, cycle) => resets.push([kind, cycle]));
      board.onPin((port, levels) => port === 'B' && levels && causes.push(levels));
      board.runUntil(1000 * MS);
      expect(resets).toEqual([]);
      expect(valve).toHaveLength(1);
      board.setPin('D2', true);
      board.runUntil(1400 * MS);
      expect(resets.map(([kind]) => kind)).toEqual(['watchdog']);
      const silence = resets[0]![1] - 1000 * MS;
      expect(silence).toBeGreaterThan(WATCHDOG - 100);
      expect(silence).toBeLessThanOrEqual(WATCHDOG);
      expect(valve[1]).toBe(resets[0]![1]);
      expect(causes).toEqual([0x01, 0x08]);
      expect(eeprom[5]).toBe(1);
    });

    it('by the watchdog again and again every 16 ms, when the firmware leaves WDRF standing', () => {
      const board = boardWith('boot');
      board.runUntil(100 * MS);
      board.setPin('D2', true);
      board.setPin('D4', true, 200 * MS);
      const resets: number[] = [];
      board.onReset((_kind, cycle) => resets.push(cycle));
      board.runUntil(100 * MS + WATCHDOG + 3.5 * 256_000);
      expect(resets.slice(1).map((cycle, k) => cycle - resets[k]!)).toEqual([256_000, 256_000, 256_000]);
    });

    it('by DTR waits for the boot loader, deaf to the line, and keeps EEPROM and memory', () => {
      const eeprom = new Uint8Array(1024).fill(0xff);
      const board = boardWith('boot', { eeprom, bootloaderMs: 1000 });
      board.runUntil(50 * MS);
      expect(eeprom[5]).toBe(0);
      const marker = 0x700;
      board.data[marker] = 0xa5;
      const valve = edgesOf(board, 'D', 3);
      const causes: number[] = [];
      board.onPin((port, levels) => port === 'B' && levels && causes.push(levels));
      board.reset('external');
      for (let k = 0; k < 5; k++) board.receive(0x30 + k);
      board.runUntil(1049 * MS);
      expect(valve).toEqual([]);
      expect(board.unheard).toBe(5);
      board.runUntil(1100 * MS);
      expect(valve).toHaveLength(1);
      expect(causes).toEqual([0x02]);
      expect(eeprom[5]).toBe(1);
      expect(board.data[marker]).toBe(0xa5);
    });

    it('keeps the pin edges and the bytes that the world has planned', () => {
      const board = boardWith('busy');
      const edges = edgesOf(board, 'D', 3);
      board.setPin('D2', true, 10_000);
      board.runUntil(5000);
      board.reset('external');
      board.runUntil(11_000);
      expect(edges).toHaveLength(1);
    });
  });
});

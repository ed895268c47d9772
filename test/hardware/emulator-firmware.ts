/**
 * Compiles the small AVR programs in fixtures/avr for the emulator's tests. Without avr-gcc those tests are skipped and
 * say so; the emulator itself needs no compiler.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIntelHex } from '#hardware/emulator/intel-hex.ts';
import { AtMega328p, type McuOptions } from '#hardware/emulator/mcu.ts';

export const hasAvrGcc = spawnSync('avr-gcc', ['--version']).status === 0;
export const skipReason = hasAvrGcc ? '' : ' (skipped: avr-gcc is not installed)';

const images = new Map<string, string>();

/** A board, fresh from power-on, with fixtures/avr/`name`.c in its flash. */
export function boardWith(name: string, options?: McuOptions): AtMega328p {
  let image = images.get(name);
  if (image === undefined) {
    image = compile(name);
    images.set(name, image);
  }
  return new AtMega328p(parseIntelHex(image), options);
}

function compile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  try {
    const elf = join(folder, 'out.elf');
    const hex = join(folder, 'out.hex');
    const source = join(import.meta.dirname, 'fixtures', 'avr', `${name}.c`);
    execFileSync('avr-gcc', ['-mmcu=atmega328p', '-DF_CPU=16000000UL', '-Os', '-std=gnu99', '-o', elf, source]);
    execFileSync('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, hex]);
    return readFileSync(hex, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The edges of one output pin, as they come: cycle stamps of every change. */
export function edgesOf(board: AtMega328p, port: 'B' | 'C' | 'D', bit: number): number[] {
  const edges: number[] = [];
  let last = 0;
  board.onPin((changed, levels, cycle) => {
    if (changed !== port) return;
    const level = (levels >> bit) & 1;
    if (level !== last) edges.push(cycle);
    last = level;
  });
  return edges;
}

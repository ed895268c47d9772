import { avrInstruction } from 'avr8js';
import { describe, expect, test } from 'vitest';
import { Core } from '#hardware/emulator/core.ts';
import { instructionSource } from '#hardware/emulator/instruction-source.ts';
import { Traces } from '#hardware/emulator/traces.ts';
import { RandomStream } from '#machines/random.ts';

/** Not translated, so that a trace ends before it. */
const SLEEP = 0x9588;
const AT = 0x1000;
const LDS = 0x9000;
const SREG = 0x5f;
/** avr8js takes the half-carry from bit 0, the manual and we from bit 3. Compilers never look at it. */
const NOT_H = 0xdf;
const H_BIT = 5;

class Pair {
  readonly ours: Core;
  readonly theirs: Core;

  constructor(flash: Uint16Array) {
    this.ours = new Core(flash);
    this.theirs = new Core(flash);
  }

  /** Registers, flags and RAM at random, pointers into RAM; I off, T and the others as they fall. */
  scramble(random: RandomStream): void {
    const { data } = this.ours;
    for (let at = 0; at < data.length; at++) {
      if (at < 0x20 || at >= 0x100 || at === SREG) data[at] = random.below(4) === 0 ? 0x80 : random.below(256);
    }
    data[SREG]! &= 0x7f;
    for (const high of [27, 29, 31, 94]) data[high] = 2 + (data[high]! % 5);
    this.theirs.data.set(data);
    for (const core of [this.ours, this.theirs]) {
      core.pc = AT;
      core.cycles = 1000;
    }
  }

  same(): boolean {
    const { ours, theirs } = this;
    for (const { data } of [ours, theirs]) data[SREG]! &= NOT_H;
    return ours.pc === theirs.pc && ours.cycles === theirs.cycles && Buffer.compare(ours.data, theirs.data) === 0;
  }
}

function isTranslated(opcode: number): boolean {
  return instructionSource((pc) => (pc === AT ? opcode : SLEEP), AT) !== null;
}

describe('a trace', () => {
  test('does with each instruction what avr8js does', () => {
    const random = new RandomStream(7, 'opcodes');
    const differ: string[] = [];
    const seen = new Set<number>();
    for (let opcode = random.below(23); opcode < 0x10000; opcode += 1 + random.below(45)) {
      if (!isTranslated(opcode)) continue;
      const twoWords = (opcode & 0xfc0f) === LDS || (opcode & 0xfe0c) === 0x940c;
      const flash = new Uint16Array(0x4000).fill(SLEEP);
      flash[AT] = opcode;
      if (twoWords) flash[AT + 1] = 0x100 + random.below(0x700);
      const pair = new Pair(flash);
      const traces = new Traces(pair.ours);
      let trace = traces.at(AT);
      while (trace === null) trace = traces.at(AT);
      seen.add(opcode >> 10);
      for (let attempt = 0; attempt < 8; attempt++) {
        pair.scramble(random);
        trace(pair.ours, 1001);
        avrInstruction(pair.theirs);
        if (!pair.same()) differ.push(opcode.toString(16));
      }
    }
    expect(differ).toEqual([]);
    expect(seen.size).toBeGreaterThan(55);
  });

  test('does with any sequence of instructions what avr8js does, wherever it is told to stop', () => {
    const random = new RandomStream(8, 'sequences');
    for (let program = 0; program < 60; program++) {
      const flash = new Uint16Array(0x4000).fill(SLEEP);
      for (let at = AT; at < AT + 150; at++) flash[at] = sequenceOpcode(random);
      const pair = new Pair(flash);
      for (let round = 0; round < 60; round++) {
        pair.scramble(random);
        const until = 1001 + random.below(120);
        pair.ours.run(until);
        pair.ours.state = 'running';
        while (pair.theirs.cycles < until && flash[pair.theirs.pc] !== SLEEP) avrInstruction(pair.theirs);
        // Asleep, the core stops at `until` itself.
        if (flash[pair.theirs.pc] === SLEEP) continue;
        expect(pair.same(), `program ${program}, round ${round}`).toBe(true);
      }
    }
  });
});

/** No I/O, no calls, and branches forwards only, so that it comes to an end. */
function sequenceOpcode(random: RandomStream): number {
  for (;;) {
    const opcode = random.below(3) === 0 ? random.below(0x10000) : random.below(0x3000);
    const block = opcode >> 12;
    const twoWords = (opcode & 0xfc0f) === LDS || (opcode & 0xfe0c) === 0x940c;
    if (twoWords || block === 0xb || block === 0xc || block === 0xd) continue;
    if (opcode === 0x9508 || (block === 0xf && ((opcode & 0xa00) === 0x200 || (opcode & 0x807) === H_BIT))) continue;
    if (isTranslated(opcode)) return opcode;
  }
}

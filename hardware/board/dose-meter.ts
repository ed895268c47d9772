/**
 * What is left of water and light by the host's own reckoning, for a board that has forgotten it (a power cut) or could
 * not be asked. Always on the safe side: on-times are rounded up, a program in flight counts with all it could still have
 * given, and nothing comes back while the board is away.
 */
import type { BoundProgram, Edge } from '#machines/program.ts';
import { NOMINAL_TICKS_PER_MS, ticksBetween } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { RigFile } from '../rig-file.ts';
import { dutyOf, lightCapacityMs } from './allowances.ts';

/** The board draws by whole units of 1.024 ms, and the beginning of an opening may lie in one of them. */
const ROUNDING_MS = 1.024;

export class DoseMeter {
  readonly #file: RigFile;
  readonly #lightCapacityMs: number;
  #waterUl = 0;
  #lightMs: number;
  #word = 0;
  #at: number | null = null;

  constructor(file: RigFile) {
    this.#file = file;
    this.#lightCapacityMs = lightCapacityMs(file);
    this.#lightMs = this.#lightCapacityMs;
  }

  loadWater(ul: number): void {
    this.#waterUl = ul;
  }

  /** Lines on, by the record; bit = line. */
  get outputs(): number {
    return this.#word;
  }

  take({ code, ticks, value }: RawEvent): void {
    if (code !== EventCode.output) return;
    const ms = this.#at === null ? 0 : Math.max(0, ticksBetween(this.#at, ticks)) / NOMINAL_TICKS_PER_MS;
    this.#at = ticks;
    this.#lightMs = Math.min(this.#lightCapacityMs, this.#lightMs + ms * (dutyOf(this.#file)?.fraction ?? 0));
    this.#draw(this.#word, () => ms + ROUNDING_MS);
    this.#word = value;
  }

  /** A new power-up: a clock of its own, and all lines off. `inFlight`: what ran when the board was last heard. */
  restart(inFlight: BoundProgram | null): void {
    if (inFlight !== null)
      this.#draw(~0, (line) => longestFlowMs(inFlight, line, this.#file.outputs[line]!.longestOnMs));
    this.#at = null;
    this.#word = 0;
  }

  get waterUl(): number {
    return Math.max(0, this.#waterUl);
  }

  get lightMs(): number {
    return Math.max(0, this.#lightMs);
  }

  #draw(word: number, msOf: (line: number) => number): void {
    for (const [line, { flowUlPerS, duty }] of this.#file.outputs.entries()) {
      if ((word & (1 << line)) === 0 || (flowUlPerS === null && duty === null)) continue;
      const ms = msOf(line);
      if (flowUlPerS !== null) this.#waterUl -= (ms * flowUlPerS) / 1000;
      if (duty !== null) this.#lightMs -= ms;
    }
  }
}

/** For how long a program can hold a line on: each node with the line on counts once, at most with its longest timer. */
function longestFlowMs({ program, ticks, ticksPerMs }: BoundProgram, line: number, mostMs: number): number {
  const slots: number[] = [];
  const edges: (Edge | null)[] = [
    program.start,
    ...program.nodes.flatMap(({ onInput, onTimer }) => [...onInput, ...onTimer]),
  ];
  for (const edge of edges) {
    for (const { timer, slot } of edge?.starts ?? []) slots[timer] = Math.max(slots[timer] ?? 0, ticks[slot]!);
  }
  let total = 0;
  for (const { outputs, onTimer } of program.nodes) {
    if ((outputs & (1 << line)) === 0) continue;
    const leaving = onTimer.map((edge, timer) => (edge === null ? Number.POSITIVE_INFINITY : (slots[timer] ?? 0)));
    total += Math.min(Number.POSITIVE_INFINITY, ...leaving);
    if (total > mostMs * ticksPerMs) return mostMs;
  }
  return total / ticksPerMs;
}

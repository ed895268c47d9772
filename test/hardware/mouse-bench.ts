/**
 * A mouse between hand-driven valves: time passes, it licks, and it gets water as a task would give it.
 */
import {
  createMouse,
  type MouseOptions,
  naiveMouse,
  type SimulatedMouse,
  trainedMouse,
} from '#hardware/mouse/learning-mouse.ts';
import type { LickEdge } from '#hardware/mouse/mouse.ts';
import { RandomStream } from '#machines/random.ts';

export const S = 1_000_000;
export const pairs = ['A-C', 'A-D', 'B-C', 'B-D'];

/** Water line by pair; null: none. Left out of it: none. */
export type Pays = Readonly<Record<string, string | null>>;
export const association: Pays = { 'A-C': 'water', 'B-D': 'water' };
export const sides: Pays = { 'A-C': 'waterLeft', 'A-D': 'waterRight', 'B-C': 'waterRight', 'B-D': 'waterLeft' };

const DROP_US = 40_000;
const lickOf: Readonly<Record<string, string>> = { water: 'lick', waterLeft: 'lickLeft', waterRight: 'lickRight' };

/** Light from one time to another, counted from the end of odour 1. */
export type Light = readonly [fromUs: number, toUs: number];
export const early: Light = [0, 2.5 * S];
export const late: Light = [2.5 * S, 5 * S];
export const choice: Light = [6 * S, 9 * S];

export class MouseBench {
  readonly mouse: SimulatedMouse;
  edges: LickEdge[] = [];
  nowUs = 0;

  constructor(options: Partial<MouseOptions> & { seed: number }) {
    this.mouse = createMouse({ spouts: ['centre'], ...options });
  }

  /** An expert, or one that knows the association task to this degree. */
  static trained(seed: number, skill = 1, options: Partial<MouseOptions> = {}): MouseBench {
    return new MouseBench({ seed, state: trainedMouse(skill), ...options });
  }

  static naive(seed: number, options: Partial<MouseOptions> = {}): MouseBench {
    return new MouseBench({ seed, state: naiveMouse(), ...options });
  }

  /** Time passes up to so much later, or up to the first lick onset on this line; whether there was one. */
  pass(us: number, untilLickOn?: string): boolean {
    const to = this.nowUs + us;
    for (let edge = this.mouse.next()!; edge.atUs <= to; edge = this.mouse.next()!) {
      this.edges.push(edge);
      this.mouse.made();
      this.nowUs = Math.max(this.nowUs, edge.atUs);
      if (edge.on && edge.line === untilLickOn) return true;
    }
    this.nowUs = to;
    return false;
  }

  sense(line: string, on: boolean): void {
    this.mouse.sense(this.nowUs, line, on);
  }

  open(line: string, us: number): void {
    this.sense(line, true);
    this.pass(us);
    this.sense(line, false);
  }

  /** A trial of 20 s; the spout first licked in its choice period, or null. */
  trial(
    pair: string,
    pays: Pays = association,
    light: Light | null = null,
    odourUs = S,
    delayUs = 5 * S,
  ): string | null {
    this.pass(5 * S);
    this.open(`odour${pair[0]}`, odourUs);
    const inDelay = light !== null && light[1] <= delayUs;
    if (inDelay) {
      this.pass(light[0]);
      this.open('opto', light[1] - light[0]);
      this.pass(delayUs - light[1]);
    } else this.pass(delayUs);
    this.open(`odour${pair[2]}`, odourUs);
    if (light !== null && !inDelay) this.sense('opto', true);
    const answered = this.#choice(pays[pair] ?? null);
    if (light !== null && !inDelay) this.sense('opto', false);
    this.pass(5.5 * S);
    return answered;
  }

  onsets(fromUs = 0): LickEdge[] {
    return this.edges.filter(({ atUs, on }) => on && atUs >= fromUs);
  }

  #choice(water: string | null): string | null {
    const fromUs = this.nowUs;
    const endUs = fromUs + 3 * S;
    let answer: string | null = null;
    while (this.nowUs < endUs && answer === null) {
      if (water !== null && this.pass(endUs - this.nowUs, lickOf[water])) {
        answer = this.onsets(fromUs)[0]!.line;
        if (answer === lickOf[water]) this.open(water, DROP_US);
      } else {
        this.pass(endUs - this.nowUs);
        answer = this.onsets(fromUs)[0]?.line ?? null;
      }
    }
    if (this.nowUs < endUs) this.pass(endUs - this.nowUs);
    return answer;
  }
}

/** Share of trials answered as the pairs pay, by pair; pairs in random order. */
export function correct(
  bench: MouseBench,
  trials: number,
  pays: Pays = association,
  light: Light | null = null,
): { all: number; byPair: Readonly<Record<string, number>> } {
  const random = new RandomStream(11, 'pairs');
  const right: Record<string, number> = {};
  const shown: Record<string, number> = {};
  for (let trial = 0; trial < trials; trial++) {
    const pair = pairs[random.below(4)]!;
    const water = pays[pair] ?? null;
    shown[pair] = (shown[pair] ?? 0) + 1;
    const answer = bench.trial(pair, pays, light);
    right[pair] = (right[pair] ?? 0) + (answer === (water === null ? null : lickOf[water]) ? 1 : 0);
  }
  const all = Object.values(right).reduce((sum, n) => sum + n, 0) / trials;
  return { all, byPair: Object.fromEntries(pairs.map((pair) => [pair, right[pair]! / shown[pair]!])) };
}

/**
 * Water that a session gave, from its events: how long each valve was open, times the flow in the rig file. Water that
 * answers a trial is earned; water outside trials, and water that came without an answer, is free.
 */
import type { LineTable } from '#machines/program.ts';
import { EventCode } from '#machines/vocabulary.ts';

interface Valve {
  readonly bit: number;
  /** Microlitres a millisecond; null: the rig file does not say. */
  readonly flow: number | null;
  openedAt: number;
  inTrial: boolean;
}

export interface WaterGiven {
  /** Microlitres. */
  readonly earnedUl: number;
  readonly freeUl: number;
  /** What is not counted, in words; null: nothing. */
  readonly missing: string | null;
}

export class SessionWater {
  readonly #valves: Valve[];
  readonly #mask: number;
  #levels = 0;
  #ticksPerMs = 0;
  #inTrial = false;
  #trialUl = 0;
  #earnedUl = 0;
  #freeUl = 0;
  #missing: string | null = null;

  constructor(lines: LineTable, rigFile: string) {
    const flows = flowsOf(rigFile);
    this.#valves = lines.outputs.flatMap((name, bit) =>
      name.startsWith('water') ? [{ bit, flow: flows.get(name) ?? null, openedAt: 0, inTrial: false }] : [],
    );
    this.#mask = this.#valves.reduce((mask, { bit }) => mask | (1 << bit), 0);
  }

  /** A power-up of the board: its clock, and every valve shut. How long one had been open by then nobody knows. */
  clockSegment(ticksPerMs: number): void {
    this.#expectShut();
    this.#levels = 0;
    this.#inTrial = false;
    this.#ticksPerMs = ticksPerMs;
  }

  event(ticks: number, code: number, value: number): void {
    if (code === EventCode.output) {
      const changed = (value ^ this.#levels) & this.#mask;
      this.#levels = value;
      if (changed !== 0) this.#switch(ticks, changed);
    } else if (code === EventCode.start) this.#inTrial = true;
    else if (code === EventCode.end) this.#inTrial = false;
  }

  /** A trial that has ended. `free`: its water came without an answer. */
  trial(free: boolean): void {
    if (free) this.#freeUl += this.#trialUl;
    else this.#earnedUl += this.#trialUl;
    this.#trialUl = 0;
  }

  /** At the session's end; a trial that nobody entered counts as earned. */
  given(): WaterGiven {
    this.#expectShut();
    const rounded = (ul: number) => Math.round(ul * 1000) / 1000;
    return {
      earnedUl: rounded(this.#earnedUl + this.#trialUl),
      freeUl: rounded(this.#freeUl),
      missing: this.#missing,
    };
  }

  #expectShut(): void {
    if ((this.#levels & this.#mask) === 0) return;
    this.#missing = 'a valve was open when the record of it ends; what it gave then is not counted';
  }

  #switch(ticks: number, changed: number): void {
    for (const valve of this.#valves) {
      if ((changed & (1 << valve.bit)) === 0) continue;
      if ((this.#levels & (1 << valve.bit)) !== 0) {
        valve.openedAt = ticks;
        valve.inTrial = this.#inTrial;
        continue;
      }
      if (valve.flow === null) this.#missing ??= 'the rig file states no flow; its water is not counted';
      const ul = (((ticks - valve.openedAt) >>> 0) / this.#ticksPerMs) * (valve.flow ?? 0);
      if (valve.inTrial) this.#trialUl += ul;
      else this.#freeUl += ul;
    }
  }
}

/** Microlitres a millisecond by line (hardware/rig-file.ts); a text without lines says nothing. */
function flowsOf(rigFile: string): Map<string, number> {
  const { lines = {} } = JSON.parse(rigFile) as { lines?: Record<string, { flowUlPerS?: unknown }> };
  return new Map(
    Object.entries(lines).flatMap(([name, { flowUlPerS }]) =>
      typeof flowUlPerS === 'number' ? [[name, flowUlPerS / 1000] as const] : [],
    ),
  );
}

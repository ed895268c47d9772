/**
 * Water that a session gave, from its events: how long each valve was open, by its calibration in the rig file as used,
 * else times the nominal flow there. Water that answers a trial is earned; water outside trials, and water that came
 * without an answer, is free.
 */
import { type LineCalibration, valueAt } from '#hardware/calibration.ts';
import type { LineTable } from '#machines/program.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { EventCode } from '#machines/vocabulary.ts';

interface Valve {
  readonly line: string;
  readonly bit: number;
  readonly flow: Flow;
  openedAt: number;
  openedSeq: number;
  /** Null: between trials. */
  trial: number | null;
}

interface Flow {
  /** Microlitres a millisecond; null: the rig file does not say. */
  readonly nominal: number | null;
  readonly calibration: LineCalibration | null;
}

/** One opening of a valve. */
export interface DropRow {
  /** The event that opened it. */
  readonly seq: number;
  readonly line: string;
  /** Null: between trials. */
  readonly trial: number | null;
  readonly openMs: number;
  readonly ul: number;
  /** Null: by nominal flow. */
  readonly calibration: number | null;
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
  #seq = -1;
  #trial: number | null = null;
  #trialUl = 0;
  #earnedUl = 0;
  #freeUl = 0;
  #missing: string | null = null;
  #drops: DropRow[] = [];

  constructor(lines: LineTable, rigFile: string) {
    const flows = flowsOf(rigFile);
    this.#valves = lines.outputs.flatMap((name, bit) =>
      name.startsWith('water')
        ? [{ line: name, bit, flow: flows.get(name) ?? unknown, openedAt: 0, openedSeq: 0, trial: null }]
        : [],
    );
    this.#mask = this.#valves.reduce((mask, { bit }) => mask | (1 << bit), 0);
  }

  /** A power-up of the board: its clock, and every valve shut. How long one had been open by then nobody knows. */
  clockSegment(ticksPerMs: number): void {
    this.#expectShut();
    this.#levels = 0;
    this.#trial = null;
    this.#ticksPerMs = ticksPerMs;
  }

  /** Every event of the session, once and in order. */
  event(ticks: number, code: number, value: number): void {
    this.#seq++;
    if (code === EventCode.output) {
      const changed = (value ^ this.#levels) & this.#mask;
      this.#levels = value;
      if (changed !== 0) this.#switch(ticks, changed);
    } else if (code === EventCode.start) this.#trial = value === PULSE_TRIAL ? null : value;
    else if (code === EventCode.end) this.#trial = null;
  }

  /** A trial that has ended. `free`: its water came without an answer. */
  trial(free: boolean): void {
    if (free) this.#freeUl += this.#trialUl;
    else this.#earnedUl += this.#trialUl;
    this.#trialUl = 0;
  }

  /** Those since the last call. */
  takeDrops(): readonly DropRow[] {
    if (this.#drops.length === 0) return none;
    const drops = this.#drops;
    this.#drops = [];
    return drops;
  }

  /** At the session's end; a trial that nobody entered counts as earned. */
  given(): WaterGiven {
    this.#expectShut();
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
        valve.openedSeq = this.#seq;
        valve.trial = this.#trial;
        continue;
      }
      const { line, flow, openedAt, openedSeq: seq, trial } = valve;
      if (flow === unknown) this.#missing ??= 'the rig file states no flow; its water is not counted';
      const openMs = ((ticks - openedAt) >>> 0) / this.#ticksPerMs;
      const ul = rounded(flow.calibration === null ? openMs * (flow.nominal ?? 0) : valueAt(flow.calibration, openMs));
      this.#drops.push({ seq, line, trial, openMs, ul, calibration: flow.calibration?.id ?? null });
      if (trial === null) this.#freeUl += ul;
      else this.#trialUl += ul;
    }
  }
}

const none: readonly DropRow[] = [];
const unknown: Flow = { nominal: null, calibration: null };

/** A thousandth of a microlitre, so that the ledger is the sum of the drops to the last digit. */
function rounded(ul: number): number {
  return Math.round(ul * 1000) / 1000;
}

interface FlowText {
  readonly flowUlPerS?: unknown;
  readonly calibration?: LineCalibration;
}

/** By line (hardware/rig-file.ts); a text without lines says nothing. */
function flowsOf(rigFile: string): Map<string, Flow> {
  const { lines = {} } = JSON.parse(rigFile) as { lines?: Record<string, FlowText> };
  return new Map(
    Object.entries(lines).flatMap(([name, { flowUlPerS, calibration = null }]) =>
      typeof flowUlPerS === 'number' ? [[name, { nominal: flowUlPerS / 1000, calibration }] as const] : [],
    ),
  );
}

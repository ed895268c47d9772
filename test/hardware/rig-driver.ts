/**
 * Drives a rig through short two-odour trials for the contract suite, and reads its record in words.
 */

import type { Mouse } from '#hardware/mouse/mouse.ts';
import type { Rig, RigIdentity, TrialSource, TrialTrace } from '#hardware/rig.ts';
import { parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import type { BoundProgram } from '#machines/program.ts';
import { replay, type Verdict } from '#machines/replay.ts';
import { type DeviceTicks, deviceTicks, ticksBetween } from '#machines/time.ts';
import type { TrialDurations, TrialPlan } from '#machines/trial-plan.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { type ScriptedEdge, ScriptedMouse } from './scripted-mouse.ts';

/** Changes a rig file's text, parsed, before the rig is made with it. */
export type ChangeFile = (json: { lines: Record<string, Record<string, unknown>> }) => void;

/** A rig with the lines of hardware/rigs/virtual.json, changed if so asked, and this mouse at its pins. */
export type MakeRig = (mouse: Mouse, change?: ChangeFile) => Rig | Promise<Rig>;

export function changed(file: RigFile, change: ChangeFile | undefined): RigFile {
  if (change === undefined) return file;
  const json = JSON.parse(file.text);
  change(json);
  return parseRigFile(JSON.stringify(json), `${file.name}, changed`);
}

/** Choice runs from 450 to 750 ms after the start. */
export const durations: TrialDurations = {
  baselineMs: 50,
  odour1Ms: 100,
  earlyDelayMs: 100,
  lateDelayMs: 100,
  odour2Ms: 100,
  answerStartMs: 0,
  choiceMs: 300,
  rewardDelayMs: 0,
  waterMs: 20,
  consumptionMs: 100,
  timeoutMs: 0,
};
export const choiceMs = { from: 450, to: 750 };

const go: TrialPlan = {
  odour1: 'A',
  odour2: 'C',
  spouts: ['centre'],
  rewarded: 'centre',
  licksToAnswer: 1,
  rewardDelayed: false,
  abortOnEarlyLick: false,
  freeOnMiss: false,
  light: null,
  durations,
};
export const plans = { go, noGo: { ...go, odour2: 'D', rewarded: null } } as const satisfies Record<string, TrialPlan>;

export interface RanTrial {
  readonly trace: TrialTrace;
  readonly bound: BoundProgram;
  readonly verdict: Verdict;
  readonly outcome: string | null;
}

export class RigDriver {
  /** Ticks per ms at which the last trial was bound; the rig may know better by the time its events are read. */
  #rate = 0;
  readonly rig: Rig;
  readonly identity: RigIdentity;
  readonly mouse: ScriptedMouse;
  /** Everything `events$` has given since the rig was opened. */
  readonly events: RawEvent[] = [];
  completed = false;
  #trial = 0;
  #onEvent: (event: RawEvent) => void = () => {};

  static async open(make: MakeRig, change?: ChangeFile): Promise<RigDriver> {
    const mouse = new ScriptedMouse();
    const rig = await make(mouse, change);
    const events: RawEvent[] = [];
    const driver = {
      hear: (event: RawEvent): void => {
        events.push(event);
      },
      complete: () => {},
    };
    rig.events$.subscribe({
      next: (event) => driver.hear(event),
      complete: () => driver.complete(),
      // A lost rig says so to whoever waits for a trial.
      error: () => {},
    });
    const opened = new RigDriver(rig, await rig.open(), mouse, events);
    driver.hear = (event) => opened.#hear(event);
    driver.complete = () => {
      opened.completed = true;
    };
    return opened;
  }

  private constructor(rig: Rig, identity: RigIdentity, mouse: ScriptedMouse, events: RawEvent[]) {
    this.rig = rig;
    this.identity = identity;
    this.mouse = mouse;
    this.events = events;
  }

  #hear(event: RawEvent): void {
    this.events.push(event);
    this.rig.acknowledge(event.seq);
    this.#onEvent(event);
  }

  bind(plan: TrialPlan): { bound: BoundProgram; source: TrialSource } {
    const program = compile(twoOdourTrial, plan, this.rig.lines);
    this.#rate = this.rig.ticksPerMs;
    return {
      bound: bind(program, { ...plan.durations }, this.#rate),
      source: { chart: twoOdourTrial, input: plan },
    };
  }

  /** `during`: called when the trial enters a state with this word in it, as soon as the host hears of it. */
  async run(
    plan: TrialPlan,
    script: readonly ScriptedEdge[] = [],
    { startAt = null, during }: { startAt?: DeviceTicks | null; during?: [state: string, act: () => void] } = {},
  ): Promise<RanTrial> {
    this.mouse.script = script;
    const { bound, source } = this.bind(plan);
    if (during !== undefined) {
      const [state, act] = during;
      let heard = false;
      this.#onEvent = ({ code, value }) => {
        if (heard || code !== EventCode.state || !bound.program.states[value]!.includes(state)) return;
        heard = true;
        act();
      };
    }
    const trace = await this.rig.runTrial(++this.#trial, bound, startAt, source);
    this.#onEvent = () => {};
    const verdict = replay(source.chart, plan, bound, trace.events);
    const result = bound.program.results[trace.result] as { outcome: string } | undefined;
    return { trace, bound, verdict, outcome: trace.reason === 0 ? (result?.outcome ?? null) : null };
  }

  /** When a line went on and off, in ticks from the first of `events`. */
  spans(line: string, events: readonly RawEvent[]): { on: number; off: number }[] {
    const bit = 1 << this.rig.lines.outputs.indexOf(line);
    const spans: { on: number; off: number }[] = [];
    let on: number | null = null;
    for (const { ticks, code, value } of events) {
      if (code !== EventCode.output) continue;
      const at = ticksBetween(events[0]!.ticks, ticks);
      if (value & bit) on ??= at;
      else if (on !== null) {
        spans.push({ on, off: at });
        on = null;
      }
    }
    if (on !== null) spans.push({ on, off: Number.POSITIVE_INFINITY });
    return spans;
  }

  /** Ticks from the start to each onset on a lick line. */
  onsets(line: string, events: readonly RawEvent[]): number[] {
    const input = this.rig.lines.inputs.indexOf(line) * 2 + 1;
    return events
      .filter(({ code, value }) => code === EventCode.input && value === input)
      .map(({ ticks }) => ticksBetween(events[0]!.ticks, ticks));
  }

  /** Whole ticks of the rig's clock, as `bind` rounds them. */
  ticks(ms: number): number {
    return Math.round(ms * (this.#rate || this.rig.ticksPerMs));
  }

  after(stamp: DeviceTicks, ms: number): DeviceTicks {
    return deviceTicks(stamp + this.ticks(ms));
  }
}

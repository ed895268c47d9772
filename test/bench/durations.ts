/**
 * How true the board keeps time, at the pins: each state of short trials against its stamped deadlines, and a delay of
 * 5 s against true time on a board whose clock is off.
 */
import { bind } from '#machines/bind.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { openBenchBoard } from './bench-board.ts';
import { goTrial } from './go-trial.ts';
import { plan } from './lick-to-water.ts';

const CYCLES_PER_TICK = 8;
const ODOUR_A = 1 << 4;
const ODOUR_C = 1 << 6;

export interface DurationResult {
  /** Stamped intervals between deadlines, minus what was bound, in ticks: every one, ascending. */
  readonly stampErrors: readonly number[];
  /** Time both odour valves were open at the pins, minus what was bound, in cycles: absolute, ascending. */
  readonly pinErrors: readonly number[];
}

export async function stateDurations(trials: number, load: boolean): Promise<DurationResult> {
  const { rig, mcu, lockStep, stopLoad } = await openBenchBoard(load);
  const { program } = new ProgramCache(rig.lines).get(twoOdourTrial, plan);
  const bound = bind(program, { ...plan.durations }, rig.ticksPerMs);
  const ticks = bound.ticks[program.slots.findIndex(({ name }) => name === 'odour1Ms')]!;
  const stampErrors: number[] = [];
  const pinErrors: number[] = [];
  const opened = new Map<number, number>();
  let before = 0;
  mcu.onPin((name, levels, cycle) => {
    if (name !== 'D') return;
    for (const odour of [ODOUR_A, ODOUR_C]) {
      if (levels & ~before & odour) opened.set(odour, cycle);
      if (before & ~levels & odour) pinErrors.push(Math.abs(cycle - opened.get(odour)! - ticks * CYCLES_PER_TICK));
    }
    before = levels;
  });
  for (let trial = 1; trial <= trials; trial++) {
    const { events } = await lockStep.wait(rig.runTrial(trial, bound, null));
    const states = events.filter(({ code }) => code === EventCode.state).map((event) => event.ticks);
    // Baseline, odour 1, early delay, late delay, odour 2: all of one length in this plan.
    for (const [i, at] of states.slice(1, 6).entries()) stampErrors.push((at - states[i]!) | 0);
  }
  stopLoad();
  await lockStep.wait(rig.close());
  const ascending = (values: number[]) => values.sort((a, b) => a - b);
  return { stampErrors: ascending(stampErrors.map((each) => each - ticks)), pinErrors: ascending(pinErrors) };
}

export interface DelayResult {
  /** From the closing of the first odour valve to the opening of the second, minus 5 s of true time, in ms; worst from the third trial on. */
  readonly worstMs: number;
  /** The same for the first trial of a board whose durations are bound at the nominal rate. */
  readonly uncorrectedMs: number;
}

/** `ppm`: how fast the board's clock runs, and by how much that grows in a minute. */
export async function delayInTrueTime(ppm: number, driftPpmPerMin: number, trials: number): Promise<DelayResult> {
  const { rig, mcu, lockStep } = await openBenchBoard(false, { ppm, driftPpmPerMin });
  const { program } = new ProgramCache(rig.lines).get(twoOdourTrial, goTrial);
  let closed = 0;
  let delayMs = 0;
  let before = 0;
  mcu.onPin((name, levels) => {
    if (name !== 'D') return;
    if (before & ~levels & ODOUR_A) closed = lockStep.nowMs();
    if (levels & ~before & ODOUR_C) delayMs = lockStep.nowMs() - closed;
    before = levels;
  });
  const errorAt = async (trial: number, ticksPerMs: number) => {
    await lockStep.wait(rig.runTrial(trial, bind(program, { ...goTrial.durations }, ticksPerMs), null));
    return delayMs - 5000;
  };
  const uncorrectedMs = await errorAt(1, 2000);
  let worstMs = 0;
  for (let trial = 2; trial <= trials; trial++) {
    const error = Math.abs(await errorAt(trial, rig.ticksPerMs));
    if (trial >= 3) worstMs = Math.max(worstMs, error);
  }
  await lockStep.wait(rig.close());
  return { worstMs, uncorrectedMs: Math.abs(uncorrectedMs) };
}

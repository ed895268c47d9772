/**
 * Lick edge to water edge at the pins of the emulated board, in exact CPU cycles: the two-odour trial with short
 * durations and light in the choice period, one lick a trial at a random phase of that period.
 */
import { bind } from '#machines/bind.ts';
import { planLight } from '#machines/light.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { RandomStream } from '#machines/random.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { CYCLES_PER_MS, openBenchBoard } from './bench-board.ts';

export interface LatencyResult {
  /** Cycles, ascending. */
  readonly cycles: readonly number[];
  readonly inputEdgesPerS: number;
  readonly bytesToBoardPerS: number;
  readonly bytesFromBoardPerS: number;
  readonly lostEvents: number;
  readonly overruns: number;
}

const durations = {
  baselineMs: 2,
  odour1Ms: 2,
  earlyDelayMs: 2,
  lateDelayMs: 2,
  odour2Ms: 2,
  answerStartMs: 0,
  choiceMs: 20,
  rewardDelayMs: 0,
  waterMs: 2,
  consumptionMs: 5,
  timeoutMs: 0,
};
/** The light is on from the start of the choice period, so that a wave runs while the lick is answered. */
export const plan: TrialPlan = {
  odour1: 'A',
  odour2: 'C',
  spouts: ['centre'],
  rewarded: 'centre',
  licksToAnswer: 1,
  rewardDelayed: false,
  abortOnEarlyLick: false,
  freeOnMiss: false,
  ...planLight({ from: 'choice', to: 'choice', rampMs: 0, ramp: 'outside' }, { on: true, mask: false }, durations),
};
const CHOICE_AT_MS = 10;

export async function lickToWater(licks: number, load: boolean): Promise<LatencyResult> {
  const random = new RandomStream(20240501, 'bench');
  const { rig, mcu, lockStep, counts, stopLoad } = await openBenchBoard(load);
  const beganAt = mcu.cycles;
  const before = { ...counts };
  const cycles: number[] = [];
  let lickAt = Number.POSITIVE_INFINITY;
  mcu.onPin((name, levels, cycle) => {
    if (name !== 'B' || !(levels & 1) || lickAt === Number.POSITIVE_INFINITY) return;
    cycles.push(cycle - lickAt);
    lickAt = Number.POSITIVE_INFINITY;
  });
  const { program } = new ProgramCache(rig.lines).get(twoOdourTrial, plan);
  const bound = bind(program, { ...plan.durations }, rig.ticksPerMs);
  for (let trial = 1; cycles.length < licks; trial++) {
    const running = rig.runTrial(trial, bound, null);
    // The trial's own trial line says when it began.
    const off = mcu.onPin((name, levels, cycle) => {
      if (name !== 'B' || !(levels & 2)) return;
      off();
      lickAt = Math.round(cycle + (CHOICE_AT_MS + 1 + random.float() * 17) * CYCLES_PER_MS);
      mcu.setPin('D2', true, lickAt);
      mcu.setPin('D2', false, lickAt + 1 * CYCLES_PER_MS);
    });
    await lockStep.wait(running);
  }
  stopLoad();
  const seconds = (mcu.cycles - beganAt) / 16e6;
  await lockStep.wait(rig.close());
  return {
    cycles: cycles.sort((a, b) => a - b),
    inputEdgesPerS: (counts.edges - before.edges) / seconds,
    bytesToBoardPerS: (counts.sent - before.sent) / seconds,
    bytesFromBoardPerS: (counts.received - before.received) / seconds,
    lostEvents: counts.lost,
    overruns: mcu.overruns,
  };
}

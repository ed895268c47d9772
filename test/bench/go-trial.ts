/** The go trial that interpreter, actor and emulated board are timed on: odours A and C, 20 s, the first lick rewarded. */
import type { TrialPlan } from '#machines/trial-plan.ts';

export const TRIAL_MS = 20_000;

export const goTrial: TrialPlan = {
  odour1: 'A',
  odour2: 'C',
  spouts: ['centre'],
  rewarded: 'centre',
  licksToAnswer: 1,
  rewardDelayed: false,
  abortOnEarlyLick: false,
  freeOnMiss: false,
  light: null,
  durations: {
    baselineMs: 2000,
    odour1Ms: 1000,
    earlyDelayMs: 2500,
    lateDelayMs: 2500,
    odour2Ms: 1000,
    answerStartMs: 0,
    choiceMs: 3000,
    rewardDelayMs: 0,
    waterMs: 40,
    consumptionMs: 8000,
    timeoutMs: 0,
  },
};

/** On and off edges of licks of 40 ms at equal distances over a trial, the first at 50 ms; in ms from its start. */
export function lickEdgesMs(licks: number): { readonly atMs: number; readonly on: boolean }[] {
  return Array.from({ length: licks }, (_, lick) => 50 + (lick * TRIAL_MS) / licks).flatMap((atMs) => [
    { atMs, on: true },
    { atMs: atMs + 40, on: false },
  ]);
}

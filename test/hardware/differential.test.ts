/**
 * One trial, three runners: the firmware on the emulated board, the interpreter, and XState itself. The board runs first,
 * with licks on its pins; the other two are given the licks as the board stamped them and must give the same events.
 */
import { expect, it } from 'vitest';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { programImage } from '#hardware/link/program-image.ts';
import { findRigFile, type RigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { Enactor } from '#machines/enact.ts';
import { Interpreter } from '#machines/interpret.ts';
import { planLight } from '#machines/light.ts';
import type { BoundProgram } from '#machines/program.ts';
import { RandomStream } from '#machines/random.ts';
import type { TrialDurations, TrialPlan } from '#machines/trial-plan.ts';
import type { TrialRunner } from '#machines/trial-runner.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode, epochs, type RawEvent } from '#machines/vocabulary.ts';
import { RigDriver } from './rig-driver.ts';
import type { ScriptedEdge } from './scripted-mouse.ts';

const TRAINS = 300;
/** From a pin's edge to the counter's reading: a sleeping chip wakes, takes the interrupt and saves three registers. */
const EDGE_TO_STAMP_MS = 23 / 16_000;
const TIE_JITTER_MS = 1e-3;

type Event = readonly [ticks: number, code: number, value: number];

function randomPlan(random: RandomStream): TrialPlan {
  // Multiples of 5 ms, so that different timers often fall due together; an odd one now and then.
  const ms = (least: number, most: number) =>
    random.below(5) === 0 ? least + random.float() * (most - least) : least + 5 * random.below((most - least) / 5 + 1);
  const rewardDelayed = random.below(2) === 0;
  const durations: TrialDurations = {
    baselineMs: ms(5, 20),
    odour1Ms: ms(5, 20),
    earlyDelayMs: ms(0, 20),
    lateDelayMs: ms(5, 20),
    odour2Ms: ms(5, 20),
    answerStartMs: random.below(2) ? 0 : ms(0, 40),
    choiceMs: ms(20, 60),
    rewardDelayMs: rewardDelayed ? ms(0, 20) : 0,
    waterMs: ms(5, 20),
    consumptionMs: ms(0, 60),
    timeoutMs: ms(0, 20),
  };
  return {
    odour1: random.below(2) ? 'A' : 'B',
    odour2: random.below(2) ? 'C' : 'D',
    spouts: ['centre'],
    rewarded: random.below(3) ? 'centre' : null,
    licksToAnswer: 1 + random.below(3),
    rewardDelayed,
    abortOnEarlyLick: random.below(4) === 0,
    freeOnMiss: random.below(6) === 0,
    ...randomLight(random, durations),
  };
}

/** Half the trials under light or its mask, over a span that light fits in, at multiples of 5 ms. */
function randomLight(random: RandomStream, durations: TrialDurations): Pick<TrialPlan, 'light' | 'durations'> {
  const first = random.below(epochs.length);
  const last = first + random.below(Math.min(3, epochs.length - first));
  const wholeMs = epochs.slice(first, last + 1).reduce((sum, epoch) => sum + durations[`${epoch}Ms`], 0);
  if (random.below(2) === 0 || wholeMs < 5) return { light: null, durations };
  const some = (mostMs: number) => (random.below(6) ? 5 * random.below(Math.ceil(mostMs / 5)) : 0);
  const startsAfterMs = some(wholeMs / 2);
  const endsBeforeMs = some(wholeMs - startsAfterMs);
  const rampMs = some(wholeMs - startsAfterMs - endsBeforeMs);
  const ramp = random.below(2) ? 'inside' : 'outside';
  const span = { from: epochs[first]!, to: epochs[last]!, startsAfterMs, endsBeforeMs, rampMs, ramp } as const;
  return planLight(span, { on: random.below(4) > 0, mask: random.below(3) > 0 }, durations);
}

/** The emulated rig's, with a line for the masking flash. */
function rigFile(): RigFile {
  const file = findRigFile('emulated');
  if (file.outputs.some(({ name }) => name === 'maskingLight')) return file;
  const opto = file.outputs.find(({ name }) => name === 'opto')!;
  return { ...file, outputs: [...file.outputs, { ...opto, name: 'maskingLight', pin: 10 }] };
}

/** Light that starts and ends within the choice period needs more nodes than a board holds where much else is asked. */
function fits(plan: TrialPlan, file: RigFile): boolean {
  const lines = { inputs: file.inputs.map(({ name }) => name), outputs: file.outputs.map(({ name }) => name) };
  const bound = bind(compile(twoOdourTrial, plan, lines), { ...plan.durations }, 2000);
  try {
    return programImage(bound).bytes.length > 0;
  } catch {
    return false;
  }
}

/** Onsets and offsets at random, and at the trial's own deadlines. `fromTtlMs`: how long the TTL rises after the start's stamp. */
function randomTrain(random: RandomStream, { durations: d }: TrialPlan, fromTtlMs: number): ScriptedEdge[] {
  const deadlines: number[] = [];
  let at = 0;
  for (const ms of [d.baselineMs, d.odour1Ms, d.earlyDelayMs, d.lateDelayMs, d.odour2Ms, d.choiceMs, d.consumptionMs]) {
    at += ms;
    deadlines.push(at);
  }
  const tied = deadlines.map((ms) => ms - fromTtlMs - EDGE_TO_STAMP_MS + (random.float() - 0.5) * 2 * TIE_JITTER_MS);
  const free = Array.from({ length: random.below(12) }, () => random.float() * at);
  return [...tied, ...free]
    .filter((ms) => ms > 0.1)
    .sort((a, b) => a - b)
    .map((ms, index) => ({ ms, line: 'lick', on: index % 2 === 0 }));
}

function rerun(
  make: (sink: (ticks: number, code: number, value: number) => void) => TrialRunner,
  bound: BoundProgram,
  trial: number,
  board: readonly RawEvent[],
): Event[] {
  const events: Event[] = [];
  const runner = make((ticks, code, value) => events.push([ticks >>> 0, code, value]));
  runner.begin(trial, bound, board[0]!.ticks);
  for (const { ticks, code, value } of board) if (code === EventCode.input) runner.input(value, ticks);
  if (runner.running) runner.advance(board.at(-1)!.ticks);
  return events;
}

it(`runs ${TRAINS} random lick trains alike on the firmware, the interpreter and XState, ties of lick and timer included`, async () => {
  const random = new RandomStream(7, 'differential');
  const file = rigFile();
  const driver = await RigDriver.open((mouse) => createEmulatedRig({ file, mouse }));
  let ties = 0;
  /** Trials by how many instants of their light are timed. */
  const litBy = [0, 0, 0, 0];
  let fromTtlMs = 0;
  for (let trial = 1; trial <= TRAINS; trial++) {
    let plan = randomPlan(random);
    while (!fits(plan, file)) plan = randomPlan(random);
    const script = randomTrain(random, plan, fromTtlMs);
    const { trace, bound } = await driver.run(plan, script);
    const board = trace.events.map(({ ticks, code, value }): Event => [ticks, code, value]);
    const timedLight = bound.program.slots.filter(({ name }) => /^(light|mask)/.test(name)).length;
    litBy[timedLight]!++;
    const about = () => `train ${trial}: ${JSON.stringify({ plan, script })}`;
    expect(
      rerun((sink) => new Interpreter(sink), bound, trial, trace.events),
      about(),
    ).toEqual(board);
    const actor = (sink: (ticks: number, code: number, value: number) => void) => {
      const enactor = new Enactor(twoOdourTrial, sink);
      enactor.plan(plan);
      return enactor;
    };
    expect(rerun(actor, bound, trial, trace.events), about()).toEqual(board);

    const inputs = trace.events.filter(({ code }) => code === EventCode.input);
    ties += inputs.filter(({ ticks, seq }) =>
      trace.events.some((e) => e.code === EventCode.state && e.ticks === ticks && e.seq < seq),
    ).length;
    // How far the script's clock lies behind the board's stamps, learnt from the train before.
    const first = script[0];
    if (first && inputs[0]) fromTtlMs = (inputs[0].ticks - trace.events[0]!.ticks) / 2000 - first.ms - EDGE_TO_STAMP_MS;
  }
  await driver.rig.close();
  // Luck alone would give none: the trains must really have met the deadlines.
  expect(ties).toBeGreaterThan(50);
  for (const timed of [0, 1, 2, 3]) expect(litBy[timed], `trials with ${timed} delays of light`).toBeGreaterThan(2);
}, 120_000);

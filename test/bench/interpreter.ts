/**
 * Trials per second in virtual time: the interpreter on a compiled program against XState's own actor on the chart
 * (machines/enact.ts), the same go/no-go trial, the same licks, and both write the same events into typed arrays.
 */
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { Enactor } from '#machines/enact.ts';
import { Interpreter } from '#machines/interpret.ts';
import type { LineTable } from '#machines/program.ts';
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import type { EventSink, TrialRunner } from '#machines/trial-runner.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { goTrial, lickEdgesMs } from './go-trial.ts';
import { median } from './statistics.ts';

const lines: LineTable = {
  inputs: ['lick'],
  outputs: ['odourA', 'odourB', 'odourC', 'odourD', 'water', 'opto', 'trial'],
};

export const LICKS_A_TRIAL = 30;

/** Events of one trial, each overwritten by the next trial's. */
class Recorder {
  count = 0;
  readonly ticks = new Float64Array(256);
  readonly codes = new Uint8Array(256);
  readonly values = new Uint16Array(256);
  readonly sink: EventSink = (ticks, code, value) => {
    const at = this.count++;
    this.ticks[at] = ticks;
    this.codes[at] = code;
    this.values[at] = value;
  };
}

export interface InterpreterResult {
  readonly interpreterTrialsPerS: number;
  readonly actorTrialsPerS: number;
  readonly eventsATrial: number;
}

/** Medians over `rounds` of so many trials each, after a round to warm up; the two take turns. */
export function interpreterAgainstActor(rounds: number, trials: number, actorTrials: number): InterpreterResult {
  const bound = bind(compile(twoOdourTrial, goTrial, lines), {}, NOMINAL_TICKS_PER_MS);
  const edges = LICKS_A_TRIAL * 2;
  const offsets = Float64Array.from(lickEdgesMs(LICKS_A_TRIAL), ({ atMs }) => Math.round(atMs * NOMINAL_TICKS_PER_MS));
  const recorder = new Recorder();
  const run = (runner: TrialRunner, many: number): number => {
    const began = performance.now();
    let at = 0;
    for (let trial = 1; trial <= many; trial++) {
      recorder.count = 0;
      runner.begin(trial, bound, at);
      for (let edge = 0; edge < edges; edge++) runner.input(1 - (edge & 1), at + offsets[edge]!);
      while (runner.running) runner.advance(runner.nextDeadline);
      at = recorder.ticks[recorder.count - 1]!;
    }
    return (many / (performance.now() - began)) * 1000;
  };
  const interpreter = new Interpreter(recorder.sink);
  const actor = new Enactor(twoOdourTrial, recorder.sink);
  actor.plan(goTrial);
  const fast: number[] = [];
  const slow: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    fast.push(run(interpreter, trials));
    const events = recorder.count;
    slow.push(run(actor, actorTrials));
    if (recorder.count !== events) {
      throw new Error(`The actor made ${recorder.count} events of a trial, the interpreter ${events}: no comparison.`);
    }
  }
  return {
    interpreterTrialsPerS: median(fast.slice(1)),
    actorTrialsPerS: median(slow.slice(1)),
    eventsATrial: recorder.count,
  };
}

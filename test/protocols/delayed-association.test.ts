import { describe, expect, it } from 'vitest';
import type { TwoOdourPlan } from '#machines/two-odour-trial.ts';
import { delayedAssociation } from '#protocols/delayed-association.ts';
import { ParameterError, parseParameters } from '#protocols/parameters.ts';
import type { DrawnTrial, PastTrial, RigFacts } from '#protocols/task.ts';

const rig: RigFacts = { waterMs: (ul, spout) => ul * 10 + (spout === 'right' ? 5 : 0) };

/** The first n trials, and by pair what they ask. */
function draw(settings: Record<string, string>, n: number, seed = 1) {
  const planner = delayedAssociation.planner(parseParameters(delayedAssociation, settings), seed, rig);
  const history: PastTrial[] = [];
  const drawn: (DrawnTrial & { input: TwoOdourPlan })[] = [];
  for (let index = 0; index < n; index++) {
    const trial = planner.next(history) as (typeof drawn)[number];
    drawn.push(trial);
    history.push({ trialType: trial.trialType, outcome: null });
  }
  const byPair = new Map(drawn.map((trial) => [trial.trialType, trial.input]));
  return { planner, history, drawn, ask: (pair: string) => byPair.get(pair)! };
}

describe('delayed association', () => {
  it('asks for licks on A-C and B-D alone, at one spout', () => {
    const { ask } = draw({}, 4);
    const rewarded = ['A-C', 'A-D', 'B-C', 'B-D'].map((pair) => ask(pair).rewarded);
    expect(rewarded).toEqual(['centre', null, null, 'centre']);
    expect(ask('A-C').spouts).toEqual(['centre']);
  });

  it('asks for left on A-C and B-D and right on A-D and B-C, at two spouts', () => {
    const { ask } = draw({ responseMode: 'two-spout' }, 4);
    const rewarded = ['A-C', 'A-D', 'B-C', 'B-D'].map((pair) => ask(pair).rewarded);
    expect(rewarded).toEqual(['left', 'right', 'right', 'left']);
    expect(ask('A-C').spouts).toEqual(['left', 'right']);
  });

  it('presents the odours its pair is named for', () => {
    for (const { trialType, input } of draw({}, 40).drawn) expect(`${input.odour1}-${input.odour2}`).toBe(trialType);
  });

  it('opens each valve for as long as its own calibration says', () => {
    const { ask } = draw({ responseMode: 'two-spout', rewardUl: '3' }, 4);
    expect(ask('A-C').durations.waterMs).toBe(30);
    expect(ask('A-D').durations.waterMs).toBe(35);
  });

  it('splits the delay without losing a millisecond', () => {
    const { durations } = draw({ delayMs: '5001', lateDelayShare: '0.3' }, 1).drawn[0]!.input;
    expect(durations.lateDelayMs).toBe(1500);
    expect(durations.earlyDelayMs).toBe(3501);
  });

  it('delays the reward only where a delay is set', () => {
    expect(draw({}, 1).drawn[0]!.input.rewardDelayed).toBe(false);
    expect(draw({ rewardDelayMs: '100' }, 1).drawn[0]!.input.rewardDelayed).toBe(true);
  });

  it('keeps its order when light is switched on', () => {
    const order = (settings: Record<string, string>) => draw(settings, 200).drawn.map((trial) => trial.trialType);
    expect(order({ optoEpoch: 'choice', optoShare: '0.3' })).toEqual(order({}));
  });

  it('lights the asked share of trials, evenly over the pairs', () => {
    const { drawn } = draw({ optoEpoch: 'lateDelay', optoShare: '0.25' }, 160);
    const lit = drawn.filter((trial) => trial.input.light?.on);
    const ofPair = (pair: string) => lit.filter((trial) => trial.trialType === pair).length;
    expect(delayedAssociation.trialTypes.map(ofPair)).toEqual([10, 10, 10, 10]);
    expect(drawn.filter((trial) => trial.input.light?.on === false)).toHaveLength(120);
  });

  it('goes on where a session stood: the history alone gives the place', () => {
    const { drawn, history } = draw({ optoEpoch: 'choice', optoShare: '0.2' }, 30);
    const resumed = draw({ optoEpoch: 'choice', optoShare: '0.2' }, 0).planner;
    expect(resumed.next(history.slice(0, 17))).toEqual(drawn[17]);
  });

  it('refuses a drop that could outlast the trial, naming what to change', () => {
    const attempt = () => draw({ rewardUl: '4', consumptionMs: '30' }, 1);
    expect(attempt).toThrow(ParameterError);
    expect(attempt).toThrow(/4 ul \(40 ms at the centre spout.*consumptionMs \(30 ms\)/);
  });

  it('refuses a rig without a usable calibration', () => {
    const parameters = parseParameters(delayedAssociation, {});
    expect(() => delayedAssociation.planner(parameters, 1, { waterMs: () => Number.NaN })).toThrow(/NaN ms/);
  });

  it('warns of light on more than a quarter of the trials', () => {
    const warnings = (optoShare: string) =>
      delayedAssociation.warnings(parseParameters(delayedAssociation, { optoEpoch: 'choice', optoShare }));
    expect(warnings('0.25')).toEqual([]);
    expect(warnings('0.3')).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { canonical } from '#machines/canonical.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { delayedAssociation } from '#protocols/delayed-association.ts';
import { ParameterError, parseParameters } from '#protocols/parameters.ts';
import type { DrawnTrial, PastTrial, RigFacts } from '#protocols/task.ts';

const rig: RigFacts = {
  waterMs: (ul, spout) => ul * 10 + (spout === 'right' ? 5 : 0),
  valveOf: (odour) => odour,
};

/** The first n trials, and by pair what they ask. */
function draw(settings: Record<string, string>, n: number, seed = 1) {
  const planner = delayedAssociation.planner(parseParameters(delayedAssociation, settings), seed, rig);
  const history: PastTrial[] = [];
  const drawn: (DrawnTrial & { input: TrialPlan })[] = [];
  for (let index = 0; index < n; index++) {
    const trial = planner.next(history) as (typeof drawn)[number];
    drawn.push(trial);
    history.push({ trialType: trial.trialType, outcome: null, answer: null });
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

  const lighting = { optoEpoch: 'choice', optoShare: '0.25', lightAmplitude: '0.7' };

  it('asks for a 40 Hz sine that ramps down within the epoch, and as it is set', () => {
    const lightOf = (settings: Record<string, string>) => {
      const { input } = draw({ ...lighting, ...settings }, 40).drawn.find((trial) => trial.input.light?.on)!;
      return { wave: input.light!.wave, ramp: input.light!.ramp, rampMs: input.durations.lightRampMs };
    };
    const usual = { shape: 'sine', amplitude: 0.7, frequencyHz: 40, dutyFraction: null };
    expect(lightOf({})).toEqual({ wave: usual, ramp: 'inside', rampMs: 100 });
    const square = { lightWaveform: 'square', lightFrequencyHz: '20', lightRampMs: '250', lightRampSide: 'outside' };
    expect(lightOf(square)).toEqual({
      wave: { ...usual, shape: 'square', frequencyHz: 20, dutyFraction: 0.5 },
      ramp: 'outside',
      rampMs: 250,
    });
    expect(lightOf({ lightWaveform: 'constant' }).wave).toEqual({ ...usual, shape: 'constant', frequencyHz: null });
  });

  it('shows the masking flash in every trial, lit or not, where it is asked for', () => {
    const { drawn } = draw({ ...lighting, lightMask: 'true' }, 80);
    expect(drawn.every((trial) => trial.input.light?.mask)).toBe(true);
    expect(drawn.filter((trial) => trial.input.light?.on)).toHaveLength(20);
    expect(draw(lighting, 80).drawn.some((trial) => trial.input.light?.mask)).toBe(false);
    const flashes = draw({ optoEpoch: 'choice', lightMask: 'true' }, 20).drawn;
    expect(flashes.every((trial) => trial.input.light?.mask && !trial.input.light.on)).toBe(true);
  });

  it.each([{}, { responseMode: 'two-spout' }, lighting, { ...lighting, lightMask: 'true', optoShare: '0.01' }])(
    'names a trial of every structure that it draws, and of no other: %o',
    (settings) => {
      const { planner, drawn } = draw(settings as Record<string, string>, 2000);
      const sorted = (inputs: Iterable<object>) => [...new Set([...inputs].map((input) => canonical(input)))].sort();
      expect(sorted(planner.structures())).toEqual(sorted(drawn.map((trial) => trial.input)));
    },
  );

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
    expect(() => delayedAssociation.planner(parameters, 1, { ...rig, waterMs: () => Number.NaN })).toThrow(/NaN ms/);
  });

  it('warns of light on more than a quarter of the trials', () => {
    const warnings = (optoShare: string) =>
      delayedAssociation.warnings(parseParameters(delayedAssociation, { optoEpoch: 'choice', optoShare }));
    expect(warnings('0.25')).toEqual([]);
    expect(warnings('0.3')).toHaveLength(1);
  });
});

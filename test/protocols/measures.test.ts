import { describe, expect, it } from 'vitest';
import type { Outcome } from '#machines/vocabulary.ts';
import type { Measures, PairMeasures } from '#protocols/measures.ts';
import { measure, worstPair } from '#protocols/measures.ts';
import type { NotScored, TrialRecord } from '#protocols/trial-record.ts';
import { askedBy, isControl, isScored, lastOf, whyNotScored } from '#protocols/trial-record.ts';

const pairNames = ['A-C', 'A-D', 'B-C', 'B-D'];

function goNoGo(trialType: string, outcome: Outcome | null, more: Partial<TrialRecord> = {}): TrialRecord {
  return { trialType, outcome, go: trialType === 'A-C' || trialType === 'B-D', opto: false, ...more };
}

function twoSpouts(trialType: string, outcome: Outcome | null): TrialRecord {
  return { trialType, outcome, go: null, opto: false };
}

function times(n: number, trial: TrialRecord): TrialRecord[] {
  return Array.from({ length: n }, () => trial);
}

/** Licks on all pairs but A-D. */
const licksOnThree = pairNames.flatMap((pair) => {
  const go = pair === 'A-C' || pair === 'B-D';
  const licks = pair !== 'A-D';
  return times(10, goNoGo(pair, go ? 'hit' : licks ? 'falseAlarm' : 'correctRejection'));
});

const pairOf = (measures: Measures, name: string): PairMeasures =>
  measures.pairs.find((pair) => pair.trialType === name)!;

describe('scoring', () => {
  const reasons: [NotScored, TrialRecord][] = [
    ['aborted', goNoGo('A-C', null)],
    ['assisted', goNoGo('A-C', 'hit', { assisted: true })],
    ['correction', goNoGo('A-C', 'hit', { correction: true })],
    ['probe', goNoGo('A-C', 'hit', { probe: true })],
    ['blank', goNoGo('A-C', 'hit', { blank: true })],
    ['excluded', goNoGo('A-C', 'hit', { excluded: true })],
  ];

  it.each(reasons)('leaves out a trial that is %s, says so, and counts it apart', (reason, trial) => {
    expect(whyNotScored(trial)).toBe(reason);
    const measures = measure([trial]);
    expect(measures.n).toBe(0);
    expect(measures.notScored[reason]).toBe(1);
  });

  it('takes every other trial; control trials are those without light', () => {
    const plain = goNoGo('A-C', 'miss', { assisted: false });
    expect([isScored(plain), isControl(plain)]).toEqual([true, true]);
    const lit = { ...plain, opto: true };
    expect([isScored(lit), isControl(lit)]).toEqual([true, false]);
  });

  it('knows from the plan whether a lick was asked for', () => {
    const wave = { shape: 'sine', amplitude: 1, frequencyHz: 40, dutyFraction: null } as const;
    const light = { on: true, mask: true, from: 'choice', to: 'choice', ramp: 'inside', wave, steps: [] } as const;
    const control = { ...light, on: false };
    expect(askedBy({ spouts: ['centre'], rewarded: 'centre', light: control })).toEqual({ go: true, opto: false });
    expect(askedBy({ spouts: ['centre'], rewarded: null, light })).toEqual({ go: false, opto: true });
    expect(askedBy({ spouts: ['left', 'right'], rewarded: 'left', light: null })).toEqual({ go: null, opto: false });
  });
});

describe('a window', () => {
  it('is the last n trials that count, oldest first', () => {
    const trials = [
      goNoGo('A-C', 'hit'),
      goNoGo('A-D', 'falseAlarm'),
      goNoGo('B-C', null),
      goNoGo('B-D', 'miss', { opto: true }),
      goNoGo('A-C', 'miss'),
    ];
    expect(lastOf(trials, 2)).toEqual([trials[3], trials[4]]);
    expect(lastOf(trials, 2, isControl)).toEqual([trials[1], trials[4]]);
    expect(lastOf(trials, 9)).toHaveLength(4);
    expect(lastOf(trials, 0)).toEqual([]);
  });
});

describe('measures at one spout', () => {
  it('show the pair that a mouse licking on three of four pairs fails, behind its 75 %', () => {
    const measures = measure(licksOnThree);
    expect(measures.correctRate).toBe(0.75);
    expect(measures.pairs.map((pair) => [pair.trialType, pair.correctRate])).toEqual([
      ['A-C', 1],
      ['A-D', 1],
      ['B-C', 0],
      ['B-D', 1],
    ]);
    expect(worstPair(measures.pairs, pairNames, 10)?.trialType).toBe('B-C');
  });

  it('give an always licking mouse on a 75 % go mix a balanced accuracy of a half', () => {
    const measures = measure([...times(75, goNoGo('A-C', 'hit')), ...times(25, goNoGo('A-D', 'falseAlarm'))]);
    expect(measures.correctRate).toBe(0.75);
    expect(measures.balancedAccuracy).toBe(0.5);
    expect([measures.hitRate, measures.falseAlarmRate]).toEqual([1, 1]);
    expect(measures.criterion).toBeLessThan(-1);
  });

  it("give d' with its ceiling", () => {
    const perfect = [...times(20, goNoGo('A-C', 'hit')), ...times(20, goNoGo('A-D', 'correctRejection'))];
    const measures = measure(perfect);
    expect(measures.dPrime).toBeCloseTo(3.96, 2);
    expect(measures.dPrimeCeiling).toBe(measures.dPrime);
    expect(measure([...perfect, goNoGo('A-C', 'miss')]).dPrime).toBeLessThan(measures.dPrimeCeiling!);
  });

  it('count an early trial as not correct, but not as an answer', () => {
    const measures = measure([
      ...times(6, goNoGo('A-C', 'hit')),
      ...times(2, goNoGo('A-C', 'miss')),
      ...times(2, goNoGo('A-C', 'early')),
    ]);
    expect(measures.correctRate).toBe(0.6);
    expect(measures.hitRate).toBe(0.75);
    expect(pairOf(measures, 'A-C').answerRate).toBe(0.75);
    expect(measures.counts.early).toBe(2);
  });

  it('give the answer rate of each pair: hits on go, false alarms on no-go', () => {
    const measures = measure([
      ...times(8, goNoGo('A-C', 'hit')),
      ...times(2, goNoGo('A-C', 'miss')),
      ...times(1, goNoGo('A-D', 'falseAlarm')),
      ...times(9, goNoGo('A-D', 'correctRejection')),
    ]);
    expect([pairOf(measures, 'A-C').answerRate, pairOf(measures, 'A-D').answerRate]).toEqual([0.8, 0.1]);
    expect(pairOf(measures, 'A-D').correctRate).toBe(0.9);
    expect(pairOf(measures, 'A-D').correct95.low).toBeCloseTo(0.596, 3);
    expect(measures.balancedAccuracy).toBeCloseTo(0.85, 12);
  });

  it('are null, not 0, where no trial bears on them', () => {
    const none = measure([]);
    expect([none.correctRate, none.correct95, none.balancedAccuracy, none.dPrime, none.hitRate]).toEqual(
      Array(5).fill(null),
    );
    const goOnly = measure(times(5, goNoGo('A-C', 'hit')));
    expect([goOnly.hitRate, goOnly.falseAlarmRate, goOnly.balancedAccuracy, goOnly.dPrime]).toEqual([
      1,
      null,
      null,
      null,
    ]);
  });
});

describe('measures at two spouts', () => {
  const trials = [
    ...times(9, twoSpouts('A-C', 'correct')),
    ...times(1, twoSpouts('A-C', 'noResponse')),
    ...times(30, twoSpouts('A-D', 'error')),
    ...times(10, twoSpouts('A-D', 'correct')),
  ];

  it('count no response as not correct and balance over the pairs', () => {
    const measures = measure(trials);
    expect(measures.correctRate).toBe(0.38);
    expect(measures.balancedAccuracy).toBeCloseTo((0.9 + 0.25) / 2, 12);
    expect(pairOf(measures, 'A-C').answerRate).toBe(0.9);
  });

  it("have neither hit rate nor d'", () => {
    const measures = measure(trials);
    expect([measures.hitRate, measures.falseAlarmRate, measures.dPrime, measures.dPrimeCeiling]).toEqual(
      Array(4).fill(null),
    );
  });
});

describe('the worst pair', () => {
  it('is unknown while a pair has too few trials or was never shown', () => {
    const { pairs } = measure(licksOnThree);
    expect(worstPair(pairs, pairNames, 11)).toBeNull();
    expect(worstPair(pairs, [...pairNames, 'E-F'], 1)).toBeNull();
    expect(worstPair([], [], 1)).toBeNull();
  });
});

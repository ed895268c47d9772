import { describe, expect, it } from 'vitest';
import { RandomStream } from '#machines/random.ts';
import type { Outcome } from '#machines/vocabulary.ts';
import { delayedAssociationStages as stages } from '#protocols/delayed-association-stages.ts';
import { findTask, tasks } from '#protocols/registry.ts';
import { sessionKinds, whyNotCounted } from '#protocols/session-kind.ts';
import { ruleFigures, ruleWords, type Stage, type StageRule, stageChange } from '#protocols/stages.ts';
import type { TrialRecord } from '#protocols/trial-record.ts';

const goPairs = new Set(['A-C', 'B-D']);
const pairs = ['A-C', 'A-D', 'B-C', 'B-D'];

/** What an animal does on a pair: the chance that it licks. */
type Licks = (pair: string) => number;

function trialOf(trialType: string, licks: boolean, more: Partial<TrialRecord> = {}): TrialRecord {
  const go = goPairs.has(trialType);
  const outcome: Outcome = go ? (licks ? 'hit' : 'miss') : licks ? 'falseAlarm' : 'correctRejection';
  return { trialType, outcome, go, opto: false, ...more };
}

/** A session of blocks of the four pairs, or of the go pairs alone. */
function session(licks: Licks, trials: number, random: RandomStream, shown: readonly string[] = pairs): TrialRecord[] {
  return Array.from({ length: trials / shown.length }, () => random.shuffle(shown)).flatMap((block) =>
    block.map((pair) => trialOf(pair, random.float() < licks(pair))),
  );
}

/** Exactly so many of each pair right, the wrong ones first. */
function exactly(rightOf: Readonly<Record<string, number>>, each: number): TrialRecord[] {
  return Array.from({ length: each }, (_, n) =>
    Object.entries(rightOf).map(([pair, right]) => trialOf(pair, n >= each - right === goPairs.has(pair))),
  ).flat();
}

const stageNamed = (name: string): Stage => stages.find((stage) => stage.name === name)!;
const met = (rule: StageRule, trials: readonly TrialRecord[], trialTypes: readonly string[] = pairs) =>
  ruleFigures(rule, { session: 1, trials }, trialTypes).met;

/** Where an animal goes from a stage after sessions that each counted. */
function changeAfter(stage: string, sessions: readonly (readonly TrialRecord[])[]) {
  return stageChange(stages, stage, (rule) =>
    sessions.map((trials, index) => ruleFigures(rule, { session: index + 1, trials }, pairs)),
  );
}

const good = exactly({ 'A-C': 25, 'A-D': 25, 'B-C': 25, 'B-D': 25 }, 25);
const bad = exactly({ 'A-C': 12, 'A-D': 12, 'B-C': 12, 'B-D': 12 }, 25);

describe.each(
  tasks.flatMap((task) =>
    task.stages.flatMap((stage) =>
      [stage.promote, stage.demote].flatMap((rule) => (rule === null ? [] : [{ name: rule.name, rule, stage }])),
    ),
  ),
)('the rule "$name"', ({ rule, stage }) => {
  const { trialTypes } = findTask(stage.task);
  const right = (share: number) =>
    exactly(Object.fromEntries(trialTypes.map((pair) => [pair, Math.round(share * 50)])), 50);

  it('can fire, and does not always', () => {
    const fires = rule.is === 'below' ? right(0.1) : right(1);
    expect(met(rule, fires, trialTypes)).toBe(true);
    expect(met(rule, rule.is === 'below' ? right(1) : right(0.1), trialTypes)).toBe(false);
  });

  it('says what it is in a sentence', () => {
    expect(ruleWords(rule)).toMatch(
      /^(hit rate|balanced accuracy) (at least|above|below) \d+ % .*control trials of .*session/,
    );
  });
});

describe('a rule', () => {
  const expert = stageNamed('full').promote!;

  it('of an expert wants more than 80 %, not 80', () => {
    expect(met(expert, exactly({ 'A-C': 20, 'A-D': 20, 'B-C': 20, 'B-D': 20 }, 25))).toBe(false);
    expect(met(expert, exactly({ 'A-C': 21, 'A-D': 20, 'B-C': 20, 'B-D': 20 }, 25))).toBe(true);
  });

  it('of a stage before wants at least 75 %', () => {
    const { promote } = stageNamed('delay-1s');
    expect(met(promote!, exactly({ 'A-C': 15, 'A-D': 15, 'B-C': 15, 'B-D': 15 }, 20))).toBe(true);
    expect(met(promote!, exactly({ 'A-C': 14, 'A-D': 15, 'B-C': 15, 'B-D': 15 }, 20))).toBe(false);
  });

  it('looks at the worst pair, however good the rest is, and at pairs that hardly came', () => {
    expect(met(expert, exactly({ 'A-C': 25, 'A-D': 15, 'B-C': 25, 'B-D': 25 }, 25))).toBe(false);
    expect(met(expert, exactly({ 'A-C': 25, 'A-D': 17, 'B-C': 25, 'B-D': 25 }, 25))).toBe(true);
    const few = good.filter(({ trialType }, index) => trialType !== 'B-D' || index > 64);
    expect(few.filter(({ trialType }) => trialType === 'B-D')).toHaveLength(9);
    expect(met(expert, few)).toBe(false);
    expect(
      met(
        expert,
        good.filter(({ trialType }) => trialType !== 'B-D'),
      ),
    ).toBe(false);
  });

  it('looks at the last trials, not at the best', () => {
    expect(met(expert, [...bad, ...good])).toBe(true);
    expect(met(expert, [...good, ...bad])).toBe(false);
  });

  it('looks at control trials alone', () => {
    const wrong = (more: Partial<TrialRecord>) =>
      pairs.flatMap((pair) => Array(30).fill(trialOf(pair, !goPairs.has(pair), more)));
    for (const mark of ['assisted', 'correction', 'probe', 'blank', 'excluded', 'opto'] as const) {
      expect(met(expert, [...good, ...wrong({ [mark]: true })])).toBe(true);
    }
    expect(met(expert, [...good, ...wrong({ outcome: null })])).toBe(true);
    expect(met(expert, [...good, ...wrong({})])).toBe(false);
  });

  it('keeps what it saw: the value, the worst pair, and how many trials', () => {
    const seen = ruleFigures(
      expert,
      { session: 7, trials: exactly({ 'A-C': 25, 'A-D': 17, 'B-C': 25, 'B-D': 25 }, 25) },
      pairs,
    );
    expect(seen).toEqual({
      session: 7,
      trials: 100,
      value: expect.closeTo(0.92, 10),
      worst: { trialType: 'A-D', correctRate: 0.68, trials: 25 },
      met: true,
    });
  });
});

describe('a stage', () => {
  it('of the full task is left for expert after three good sessions in a row, the last ones', () => {
    expect(changeAfter('full', [good, good])).toBeNull();
    expect(changeAfter('full', [good, bad, good, good])).toBeNull();
    const change = changeAfter('full', [bad, good, good, good]);
    expect(change).toMatchObject({ kind: 'promote', from: 'full', to: 'expert' });
    expect(change!.figures.map((each) => each.session)).toEqual([2, 3, 4]);
  });

  it('is set back after two bad sessions in a row, for a person to decide', () => {
    expect(changeAfter('expert', [good, bad])).toBeNull();
    expect(changeAfter('expert', [bad, good, bad])).toBeNull();
    expect(changeAfter('expert', [good, bad, bad])).toMatchObject({
      kind: 'demote',
      from: 'expert',
      to: 'full',
      rule: { mode: 'propose' },
    });
  });

  it('that is first is never set back, and that is last never left upwards', () => {
    const missed = Array<TrialRecord>(60).fill(trialOf('A-C', false));
    expect(changeAfter('go-pairs', [missed, missed, missed])).toBeNull();
    expect(changeAfter('expert', [good, good, good, good])).toBeNull();
  });

  it('must be known', () => {
    expect(() => changeAfter('kindergarten', [good])).toThrow(/no stage kindergarten/);
  });
});

describe('a mouse with a trick', () => {
  const LAPSE = 0.03;
  const tricks: [string, Licks][] = [
    ...pairs
      .filter((pair) => !goPairs.has(pair))
      .map((withheld): [string, Licks] => [
        `licks on all pairs but ${withheld}`,
        (pair) => (pair === withheld ? LAPSE : 1 - LAPSE),
      ]),
    ['always licks', () => 1],
    ['never licks', () => 0],
    ['licks at random', () => 0.5],
    ['goes by odour 2 alone', (pair) => (pair.endsWith('C') ? 1 - LAPSE : LAPSE)],
  ];

  it.each(tricks)('that %s never leaves the first stage with all pairs, in 2,000 sessions', (_, licks) => {
    const random = new RandomStream(5, 'tricks');
    for (let run = 0; run < 2000; run++) {
      const trials = session(licks, 200, random);
      for (const stage of stages.slice(1, 4)) expect(met(stage.promote!, trials)).toBe(false);
    }
  });

  it('would pass for good if single pairs were not looked at', () => {
    const random = new RandomStream(5, 'tricks');
    const { promote } = stageNamed('delay-1s');
    const careless = { ...promote!, everyPair: null };
    const passed = Array.from({ length: 200 }, () => session(tricks[0]![1], 200, random)).filter((trials) =>
      met(careless, trials),
    );
    expect(passed.length).toBeGreaterThan(20);
  });
});

describe('a session', () => {
  const counted = { kind: 'training', offTask: false, stage: 'full', excluded: false, trials: 200 } as const;

  it('of training or imaging counts; no other does', () => {
    for (const kind of sessionKinds) {
      const counts = kind === 'training' || kind === 'imaging';
      expect(whyNotCounted({ ...counted, kind })).toBe(counts ? null : `it was a session of kind ${kind}`);
    }
  });

  it.each([
    [{ excluded: true }, 'it is excluded'],
    [{ offTask: true }, 'parameters were set by hand'],
    [{ stage: null }, 'it ran outside the stages of training'],
    [{ trials: 39 }, 'it has 39 engaged control trials, fewer than 40'],
  ])('with %o does not count, and says why', (change, why) => {
    expect(whyNotCounted({ ...counted, ...change })).toBe(why);
    expect(whyNotCounted({ ...counted, trials: 40 })).toBeNull();
  });
});

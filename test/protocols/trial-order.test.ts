import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, Spout } from '#machines/vocabulary.ts';
import type { PastTrial } from '#protocols/task.ts';
import { type OrderRules, type Place, TrialOrder } from '#protocols/trial-order.ts';

const rules: OrderRules = {
  types: [
    { name: 'A-C', first: true },
    { name: 'A-D', first: false },
    { name: 'B-C', first: false },
    { name: 'B-D', first: true },
  ],
  seed: 1,
  blockLength: 4,
  firstShare: 0.5,
  probeShare: 0,
  replaceAborted: 'skip',
  corrections: 'none',
  correctionsAtMost: 3,
  antiBias: false,
};

type Answer = (place: Place, trial: number) => { outcome: Outcome | null; answer?: Spout | null };

const allHits: Answer = () => ({ outcome: 'hit' });

/** So many trials of an animal that does as told. */
function draw(changes: Partial<OrderRules>, trials: number, does: Answer = allHits): Place[] {
  const order = new TrialOrder({ ...rules, ...changes });
  const history: PastTrial[] = [];
  return Array.from({ length: trials }, (_, trial) => {
    const place = order.after(history);
    const { outcome, answer = null } = does(place, trial);
    history.push({ trialType: String(place.type), outcome, answer });
    return place;
  });
}

const blocks = (places: readonly Place[], length: number) =>
  Array.from({ length: places.length / length }, (_, block) => places.slice(block * length, (block + 1) * length));
const isFirst = ({ type }: Place) => type !== null && rules.types[type]!.first;

function longestRun(values: readonly unknown[]): number {
  let [longest, run] = [0, 0];
  for (const [index, value] of values.entries()) {
    run = index > 0 && value === values[index - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

describe('blocks', () => {
  it.each([4, 8, 20])('of %i hold every pair equally often, over 100,000 trials', (blockLength) => {
    const places = draw({ blockLength }, 100_000);
    for (const block of blocks(places, blockLength)) {
      for (const type of [0, 1, 2, 3]) {
        expect(block.filter((place) => place.type === type)).toHaveLength(blockLength / 4);
      }
    }
  });

  it('of four never run a pair more than twice, nor go or no-go more than four times', () => {
    const places = draw({}, 100_000);
    expect(longestRun(places.map(({ type }) => type))).toBe(2);
    expect(longestRun(places.map(isFirst))).toBe(4);
  });

  it('tell nothing of the next pair across blocks: what follows a pair is as often any pair', () => {
    const places = draw({}, 100_000);
    const seen = new Map<string, number>();
    for (let first = 3; first + 1 < places.length; first += 4) {
      const cell = `${places[first]!.type} ${places[first + 1]!.type}`;
      seen.set(cell, (seen.get(cell) ?? 0) + 1);
    }
    const each = [...seen.values()].reduce((sum, n) => sum + n, 0) / 16;
    // Chi-square with 15 degrees of freedom: 37.7 is passed by chance once in a thousand seeds.
    expect(seen.size).toBe(16);
    expect([...seen.values()].reduce((sum, n) => sum + (n - each) ** 2 / each, 0)).toBeLessThan(37.7);
  });

  it.each([
    [0.75, 4],
    [0.6, 20],
    [0.25, 8],
  ])(
    'with %f go trials in %i hold exactly that mix, and both pairs of a kind equally often',
    (firstShare, blockLength) => {
      const places = draw({ firstShare, blockLength }, 12_000);
      for (const block of blocks(places, blockLength)) {
        expect(block.filter(isFirst)).toHaveLength(Math.round(blockLength * firstShare));
      }
      const counts = [0, 1, 2, 3].map((type) => places.filter((place) => place.type === type).length);
      expect(Math.abs(counts[0]! - counts[3]!)).toBeLessThanOrEqual(1);
      expect(Math.abs(counts[1]! - counts[2]!)).toBeLessThanOrEqual(1);
    },
  );

  it('of a task that has only go pairs are all go', () => {
    const types = [rules.types[0]!, rules.types[3]!];
    expect(new Set(draw({ types }, 400).map(({ type }) => type))).toEqual(new Set([0, 1]));
  });

  it('have probes added at their share, at any place', () => {
    const places = draw({ probeShare: 0.1 }, 20_000);
    const probes = places.flatMap(({ type }, index) => (type === null ? [index] : []));
    expect(probes.length / places.length).toBeCloseTo(0.1, 2);
    expect(places.flatMap(({ type, nth }) => (type === null ? [nth] : []))).toEqual(probes.map((_, nth) => nth));
  });
});

describe('an aborted trial', () => {
  const abortsSome: Answer = (_, trial) => ({ outcome: trial % 5 === 2 ? (trial % 2 ? 'early' : null) : 'hit' });
  const completed = (places: readonly Place[]) => places.filter((_, trial) => trial % 5 !== 2);

  it('is lost where nothing replaces it: the order goes on as if it had been run', () => {
    expect(draw({}, 400, abortsSome)).toEqual(draw({}, 400));
  });

  it('comes again at once, and is the same trial', () => {
    const places = draw({ replaceAborted: 'again' }, 400, abortsSome);
    for (const [trial, place] of places.entries()) {
      if (trial % 5 === 2 && trial + 1 < places.length) expect(places[trial + 1]).toEqual(place);
    }
  });

  it.each(['again', 'later'] as const)('replaced %s, leaves the completed trials balanced', (replaceAborted) => {
    const places = completed(draw({ replaceAborted }, 4000, abortsSome));
    const counts = [0, 1, 2, 3].map((type) => places.filter((place) => place.type === type).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it('replaced later, comes within its block and not always at once', () => {
    const places = draw({ replaceAborted: 'later' }, 4000, abortsSome);
    const aborted = places.flatMap((place, trial) => (trial % 5 === 2 ? [{ place, trial }] : []));
    const waits = aborted.slice(0, -3).map(({ place, trial }) => {
      const again = places.findIndex(
        (each, later) => later > trial && each.type === place.type && each.nth === place.nth,
      );
      return again - trial;
    });
    expect(Math.min(...waits)).toBe(1);
    expect(Math.max(...waits)).toBeGreaterThan(1);
    expect(Math.max(...waits)).toBeLessThan(10);
  });
});

describe('correction trials', () => {
  const wrong: Answer = ({ type }) => ({
    outcome: isFirst({ type, nth: 0, correction: false }) ? 'miss' : 'falseAlarm',
  });

  it('repeat the pair after a wrong answer until it is right', () => {
    const places = draw({ corrections: 'wrongAnswers' }, 400, (place, trial) =>
      trial % 3 === 0 ? wrong(place, trial) : { outcome: 'correctRejection' },
    );
    for (let trial = 0; trial + 1 < places.length; trial++) {
      const { type } = places[trial]!;
      const repeats = trial % 3 === 0 && !rules.types[type!]!.first;
      expect(places[trial + 1]!.correction).toBe(repeats);
      if (repeats) expect(places[trial + 1]!.type).toBe(type);
    }
  });

  it('follow a miss too where all errors are corrected', () => {
    expect(draw({ corrections: 'allErrors' }, 2, wrong)[1]!.correction).toBe(true);
    const missed: Answer = () => ({ outcome: 'miss' });
    expect(draw({ corrections: 'wrongAnswers' }, 50, missed).some(({ correction }) => correction)).toBe(false);
  });

  it('end after so many in a row, and leave the order as it was', () => {
    const always: Answer = () => ({ outcome: 'falseAlarm' });
    const places = draw({ corrections: 'wrongAnswers', correctionsAtMost: 2 }, 300, always);
    expect(longestRun(places.map(({ correction }) => correction))).toBe(2);
    expect(places.filter(({ correction }) => !correction)).toEqual(draw({}, 100));
  });
});

describe('the order against a side bias', () => {
  const sides = (places: readonly Place[]) => places.map(isFirst);
  const asked: Answer = (place) => ({ outcome: 'correct', answer: isFirst(place) ? 'left' : 'right' });

  it('never asks for a side more than three times in a row, over 100,000 trials', () => {
    expect(longestRun(sides(draw({ antiBias: true }, 100_000, asked)))).toBe(3);
  });

  it('is even for an animal without a bias', () => {
    const left = sides(draw({ antiBias: true }, 20_000, asked)).filter(Boolean).length / 20_000;
    expect(left).toBeGreaterThan(0.48);
    expect(left).toBeLessThan(0.52);
  });

  it.each([
    ['left', 0.25],
    ['right', 0.75],
  ] as const)(
    'asks an animal that always goes %s for the other side as often as three in a row allow',
    (answer, left) => {
      const places = draw({ antiBias: true }, 4000, () => ({ outcome: 'error', answer }));
      const share = sides(places.slice(30)).filter(Boolean).length / (places.length - 30);
      expect(share).toBeCloseTo(left, 1);
    },
  );

  it('forgets a bias after thirty answers', () => {
    const turned = (place: Place, trial: number) =>
      trial < 200 ? ({ outcome: 'error', answer: 'left' } as const) : asked(place, trial);
    const places = draw({ antiBias: true }, 6000, turned);
    const late = sides(places.slice(300)).filter(Boolean).length / (places.length - 300);
    expect(late).toBeGreaterThan(0.46);
    expect(late).toBeLessThan(0.54);
  });
});

it('is a function of seed and history: a resumed session, or another history, is drawn as if from the start', () => {
  const outcomes = fc.array(fc.constantFrom<Outcome | null>('hit', 'falseAlarm', 'miss', 'early', null), {
    maxLength: 60,
  });
  const changes = fc.record({
    seed: fc.nat(),
    replaceAborted: fc.constantFrom<OrderRules['replaceAborted']>('skip', 'again', 'later'),
    corrections: fc.constantFrom<OrderRules['corrections']>('none', 'wrongAnswers', 'allErrors'),
    antiBias: fc.boolean(),
    probeShare: fc.constantFrom(0, 0.1),
  });
  fc.assert(
    fc.property(changes, outcomes, outcomes, (changed, one, other) => {
      const past = (list: readonly (Outcome | null)[]): PastTrial[] =>
        list.map((outcome) => ({ trialType: '', outcome, answer: null }));
      const [first, second] = [past(one), past(other)];
      const used = new TrialOrder({ ...rules, ...changed });
      for (let n = 0; n <= first.length; n++) used.after(first.slice(0, n));
      expect(used.after(second)).toEqual(new TrialOrder({ ...rules, ...changed }).after(second));
      expect(used.after(first.slice(0, 3))).toEqual(new TrialOrder({ ...rules, ...changed }).after(first.slice(0, 3)));
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMouse, type MouseState, naiveMouse, trainedMouse } from '#hardware/mouse/learning-mouse.ts';
import { drawTraits, typicalMouse } from '#hardware/mouse/traits.ts';
import { association, choice, correct, early, late, MouseBench, pairs, S, sides } from './mouse-bench.ts';

/** Never a bad day, and never sated, where a test counts trials. */
const steady = { ...typicalMouse, badDays: 0, capacityUl: 1e6 };
const expert = { ...trainedMouse(1), traits: steady };
const beside = { ...expert, traits: { ...steady, fibre: 'offTarget' as const } };

describe('an expert mouse', () => {
  it.each([
    ['one spout', ['centre'], association],
    ['two spouts', ['left', 'right'], sides],
  ] as const)('is right in 92 to 99 %% of trials on a good day, and on every pair, at %s', (_, spouts, pays) => {
    const { all, byPair } = correct(new MouseBench({ seed: 5, state: expert, spouts }), 1600, pays);
    expect(all).toBeGreaterThan(0.92);
    expect(all).toBeLessThan(0.99);
    for (const pair of pairs) expect(byPair[pair]).toBeGreaterThan(0.85);
  });

  it.each([
    ['late in the delay', late, 0.25, 0.5],
    ['in the choice period', choice, 0.25, 0.5],
    ['early in the delay', early, 0.02, 0.16],
  ] as const)('is impaired by light %s', (_, light, least, most) => {
    const dark = correct(new MouseBench({ seed: 7, state: expert }), 800).all;
    const lost = dark - correct(new MouseBench({ seed: 7, state: expert }), 800, association, light).all;
    expect(lost).toBeGreaterThan(least);
    expect(lost).toBeLessThan(most);
  });

  it('is not impaired by light that misses its target', () => {
    for (const light of [late, choice]) {
      expect(correct(new MouseBench({ seed: 7, state: beside }), 800, association, light).all).toBeGreaterThan(0.92);
    }
  });

  it('takes the pulses of a wave for one light', () => {
    const under = (pulsed: boolean) => {
      const bench = new MouseBench({ seed: 9, state: expert });
      let right = 0;
      for (let trial = 0; trial < 200; trial++) {
        bench.pass(5 * S);
        bench.open('odourA', S);
        for (let ms = 0; ms < 5000; ms += 25) {
          if (pulsed || ms === 0) bench.sense('opto', true);
          bench.pass(12_500);
          if (pulsed) bench.sense('opto', false);
          bench.pass(12_500);
        }
        bench.sense('opto', false);
        bench.open('odourC', S);
        if (bench.pass(3 * S, 'lick')) right++;
        bench.pass(6 * S);
      }
      return right;
    };
    expect(Math.abs(under(true) - under(false))).toBeLessThan(25);
  });

  it('smells nothing from a valve that is open for less than its onset latency', () => {
    const bench = new MouseBench({ seed: 5, state: expert });
    let licked = 0;
    for (let trial = 0; trial < 200; trial++) if (bench.trial('A-C', association, null, 50_000) !== null) licked++;
    expect(licked).toBeLessThan(30);
  });

  it('does no better than chance when all vials hold solvent', () => {
    const { all } = correct(new MouseBench({ seed: 5, state: expert, solvent: true }), 800);
    expect(all).toBeGreaterThan(0.42);
    expect(all).toBeLessThan(0.58);
  });

  it('tells an odour worse that comes before the one before has cleared', () => {
    const right = (delayUs: number) => {
      const bench = new MouseBench({ seed: 6, state: expert });
      let n = 0;
      for (let trial = 0; trial < 800; trial++) {
        const pair = pairs[trial % 4]!;
        const licked = bench.trial(pair, association, null, S, delayUs) !== null;
        if (licked === pair in association) n++;
      }
      return n / 800;
    };
    expect(right(200_000)).toBeLessThan(right(S) - 0.08);
  });

  it('stops working once it has drunk its fill', () => {
    const bench = new MouseBench({ seed: 3, state: { ...expert, traits: { ...steady, capacityUl: 400 } } });
    const answered = (trials: number) =>
      Array.from({ length: trials }, () => bench.trial('A-C')).filter((answer) => answer !== null).length;
    expect(answered(60)).toBeGreaterThan(50);
    answered(60);
    expect(answered(60)).toBeLessThan(12);
  });
});

describe('a naive mouse', () => {
  it('licks as often on no-go pairs as on go pairs', () => {
    const licked = { go: 0, noGo: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const bench = MouseBench.naive(seed);
      for (const pair of pairs) {
        if (bench.trial(pair) !== null) licked[pair in association ? 'go' : 'noGo'] += 1 / 400;
      }
    }
    expect(licked.go).toBeGreaterThan(0.5);
    expect(Math.abs(licked.go - licked.noGo)).toBeLessThan(0.08);
  });

  it('learns the pairs from what it is given, and nothing where water comes by chance', () => {
    const taught = MouseBench.naive(5, { state: naiveMouse(steady) });
    correct(taught, 1500);
    expect(correct(taught, 400).all).toBeGreaterThan(0.85);
    const confused = MouseBench.naive(5, { state: naiveMouse(steady) });
    for (let trial = 0; trial < 1500; trial++) {
      confused.trial(pairs[trial % 4]!, trial % 8 < 4 ? association : { 'A-D': 'water', 'B-C': 'water' });
    }
    expect(correct(confused, 200).all).toBeLessThan(0.7);
  });

  it('learns a single odour as well, and either side of two spouts', () => {
    const single = MouseBench.naive(8, { state: naiveMouse(steady) });
    const of = (trials: number) => {
      let right = 0;
      for (let trial = 0; trial < trials; trial++) {
        const go = trial % 2 === 0;
        single.pass(5 * S);
        single.open(go ? 'odourC' : 'odourD', S);
        const licked = single.pass(3 * S, 'lick');
        if (licked && go) single.open('water', 40_000);
        single.pass(6 * S);
        if (licked === go) right++;
      }
      return right / trials;
    };
    of(1500);
    expect(of(200)).toBeGreaterThan(0.85);
    const both = new MouseBench({ seed: 5, state: naiveMouse(steady), spouts: ['left', 'right'] });
    correct(both, 2500, sides);
    expect(correct(both, 400, sides).all).toBeGreaterThan(0.8);
  });

  it('licks in anticipation after odour 1, less and less as it learns that no water comes then', () => {
    const bench = MouseBench.naive(3, { state: naiveMouse(steady) });
    const inDelay = (trials: number) => {
      let licked = 0;
      for (let trial = 0; trial < trials; trial++) {
        bench.open('odourA', S);
        const fromUs = bench.nowUs;
        bench.pass(5 * S);
        if (bench.onsets(fromUs).length > 0) licked++;
        bench.open('odourD', S);
        bench.pass(8 * S);
      }
      return licked / trials;
    };
    expect(inDelay(50)).toBeGreaterThan(0.3);
    inDelay(500);
    expect(inDelay(200)).toBeLessThan(0.12);
  });

  it('keeps what it has learned from session to session, through the record', () => {
    const first = MouseBench.naive(5, { state: naiveMouse(steady) });
    correct(first, 1200);
    const state = JSON.parse(JSON.stringify(first.mouse.state())) as MouseState;
    expect(state).toEqual(first.mouse.state());
    expect(correct(new MouseBench({ seed: 6, state }), 400).all).toBeGreaterThan(0.8);
    // What a session learns changes no state handed in.
    expect(naiveMouse()).toEqual(naiveMouse());
    expect(correct(MouseBench.naive(6), 100).all).toBeLessThan(0.7);
  });

  it('tries more often where free water comes, and gives up where none does', () => {
    const bench = MouseBench.naive(2);
    for (let drop = 0; drop < 60; drop++) {
      bench.open('water', 40_000);
      bench.pass(5 * S);
    }
    const eager = bench.mouse.state().spontaneousS;
    expect(eager).toBeLessThan(10);
    bench.pass(7200 * S);
    expect(bench.mouse.state().spontaneousS).toBeGreaterThan(eager * 3);
  });
});

describe('the tongue', () => {
  it('licks 6 to 9 times a second in a bout, each contact 30 to 60 ms', () => {
    const bench = MouseBench.trained(1);
    for (let trial = 0; trial < 200; trial++) bench.trial('A-C');
    const onsets = bench.onsets().map(({ atUs }) => atUs);
    const inBouts = onsets
      .slice(1)
      .map((at, index) => at - onsets[index]!)
      .filter((us) => us < 200_000);
    expect(inBouts.length).toBeGreaterThan(300);
    expect(Math.min(...inBouts)).toBeGreaterThanOrEqual(110_000);
    expect(Math.max(...inBouts)).toBeLessThanOrEqual(165_000);
    for (const [index, { atUs, on }] of bench.edges.entries()) {
      if (on) continue;
      const contact = atUs - bench.edges[index - 1]!.atUs;
      expect(contact).toBeGreaterThanOrEqual(30_000);
      expect(contact).toBeLessThanOrEqual(60_000);
    }
  });

  it('licks longer for water, and comes to drink free water', () => {
    const licksAfter = (water: boolean) => {
      const bench = MouseBench.trained(2);
      for (let drop = 0; drop < 100; drop++) {
        if (water) bench.open('water', 40_000);
        bench.pass(5 * S);
      }
      return bench.onsets().length / 100;
    };
    expect(licksAfter(false)).toBeLessThan(0.4);
    expect(licksAfter(true)).toBeGreaterThan(14);
  });

  it('stops waiting for the spout when the second odour comes', () => {
    const bench = MouseBench.naive(6);
    for (let trial = 0; trial < 50; trial++) {
      bench.open('odourA', S);
      bench.pass(S / 5);
      const odour2Us = bench.nowUs;
      bench.open('odourC', 3 * S);
      expect(bench.onsets(odour2Us)).toEqual([]);
      bench.pass(20 * S);
    }
  });

  it('licks by its seed: the same again, another otherwise', () => {
    const edges = (seed: number) => {
      const bench = MouseBench.trained(seed);
      for (let trial = 0; trial < 20; trial++) bench.trial(pairs[trial % 4]!);
      return bench.edges;
    };
    expect(edges(4)).toEqual(edges(4));
    expect(edges(4)).not.toEqual(edges(5));
  });

  it('is one: whatever the valves do, edges come in strict order, on and off in turn, none in the past', () => {
    const happening = fc.record({
      line: fc.constantFrom('odourA', 'odourB', 'odourC', 'odourD', 'waterLeft', 'waterRight', 'opto'),
      openUs: fc.integer({ min: 1, max: 1_500_000 }),
      restUs: fc.integer({ min: 0, max: 3_000_000 }),
    });
    fc.assert(
      fc.property(fc.nat(), fc.array(happening, { maxLength: 40 }), (seed, happenings) => {
        const bench = new MouseBench({ seed, spouts: ['left', 'right'] });
        for (const { line, openUs, restUs } of happenings) {
          bench.open(line, openUs);
          expect(bench.mouse.next()!.atUs).toBeGreaterThan(bench.nowUs);
          bench.pass(restUs);
        }
        bench.pass(10 * S);
        for (const [index, edge] of bench.edges.entries()) {
          expect(edge.on).toBe(index % 2 === 0);
          if (index > 0) expect(edge.atUs).toBeGreaterThan(bench.edges[index - 1]!.atUs);
          if (!edge.on) expect(edge.line).toBe(bench.edges[index - 1]!.line);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('days and animals', () => {
  it('has a bad day now and then, and often two in a row', () => {
    const badAfter = (badDay: boolean) => {
      let bad = 0;
      for (let seed = 0; seed < 1000; seed++) {
        if (createMouse({ seed, spouts: ['centre'], state: { ...naiveMouse(), badDay } }).state().badDay) bad++;
      }
      return bad / 1000;
    };
    expect(badAfter(false)).toBeGreaterThan(0.03);
    expect(badAfter(false)).toBeLessThan(0.12);
    expect(badAfter(true)).toBeGreaterThan(0.3);
  });

  it('does worse on a bad day', () => {
    const bad = Array.from({ length: 200 }, (_, seed) => seed).find(
      (seed) => createMouse({ seed, spouts: ['centre'], state: trainedMouse(1) }).state().badDay,
    )!;
    const traits = { ...typicalMouse, capacityUl: 1e6 };
    expect(correct(new MouseBench({ seed: bad, state: { ...expert, traits } }), 400).all).toBeLessThan(0.92);
  });

  it('differs from subject to subject, within what mice are, and is the same for the same cohort', () => {
    const drawn = Array.from({ length: 1000 }, (_, subject) => drawTraits(3, subject));
    expect(drawTraits(3, 17)).toEqual(drawn[17]);
    expect(drawTraits(4, 17)).not.toEqual(drawn[17]);
    expect(new Set(drawn.map(({ pairRate }) => pairRate)).size).toBe(1000);
    for (const { pairRate, recognised, memoryS, lapses, badDays, capacityUl } of drawn) {
      expect(pairRate).toBeGreaterThan(typicalMouse.pairRate / 5);
      expect(pairRate).toBeLessThan(typicalMouse.pairRate * 5);
      expect(recognised).toBeGreaterThan(0.95);
      expect(recognised).toBeLessThan(1);
      expect(memoryS).toBeGreaterThan(60);
      expect(lapses).toBeLessThan(0.06);
      expect(badDays).toBeLessThan(0.3);
      expect(capacityUl).toBeGreaterThan(500);
    }
  });

  it('cannot be made without a spout or with a skill that is none', () => {
    expect(() => createMouse({ seed: 1, spouts: [] })).toThrow(RangeError);
    expect(() => trainedMouse(2)).toThrow(RangeError);
  });
});

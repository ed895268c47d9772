import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMouse, type LickEdge, type Mouse } from '#hardware/mouse/mouse.ts';
import type { Spout } from '#machines/vocabulary.ts';

const S = 1_000_000;

/** A mouse between hand-driven valves: time passes, and it licks. */
class Bench {
  readonly edges: LickEdge[] = [];
  readonly #mouse: Mouse;
  nowUs = 0;

  constructor(mouse: Mouse) {
    this.#mouse = mouse;
  }

  pass(us: number): void {
    this.nowUs += us;
    for (let edge = this.#mouse.next(); edge !== null && edge.atUs <= this.nowUs; edge = this.#mouse.next()) {
      this.edges.push(edge);
      this.#mouse.made();
    }
  }

  open(line: string, us: number): void {
    this.#mouse.sense(this.nowUs, line, true);
    this.pass(us);
    this.#mouse.sense(this.nowUs, line, false);
  }

  /** Both odours as in the task; the line first licked within the 3 s choice period, or null. */
  trial(pair: string, odourUs = S): string | null {
    this.pass(5 * S);
    this.open(`odour${pair[0]}`, odourUs);
    this.pass(5 * S);
    this.open(`odour${pair[2]}`, odourUs);
    const choiceUs = this.nowUs;
    this.pass(3 * S);
    const answer = this.onsets(choiceUs)[0];
    this.pass(5 * S);
    return answer?.line ?? null;
  }

  onsets(fromUs = 0): LickEdge[] {
    return this.edges.filter(({ atUs, on }) => on && atUs >= fromUs);
  }
}

const pairs = ['A-C', 'A-D', 'B-C', 'B-D'];

/** Share of trials of each pair answered as the task asks. */
function correct(skill: number, spouts: readonly Spout[], odourUs = S): Record<string, number> {
  const bench = new Bench(createMouse({ seed: 5, skill, spouts }));
  const share: Record<string, number> = {};
  const each = 400;
  for (let trial = 0; trial < each * 4; trial++) {
    const pair = pairs[trial % 4]!;
    const matched = pair === 'A-C' || pair === 'B-D';
    const wanted = spouts.length > 1 ? (matched ? 'lickLeft' : 'lickRight') : matched ? 'lick' : null;
    share[pair] = (share[pair] ?? 0) + (bench.trial(pair, odourUs) === wanted ? 1 / each : 0);
  }
  return share;
}

const mean = (share: Record<string, number>) => Object.values(share).reduce((sum, each) => sum + each / 4, 0);

describe('the mouse', () => {
  it.each([['centre'], ['left', 'right']] as Spout[][])(
    'is right in about 94 %% of trials as an expert, on every pair (%s %s)',
    (...spouts) => {
      const share = correct(1, spouts.filter(Boolean));
      expect(mean(share)).toBeGreaterThan(0.925);
      expect(mean(share)).toBeLessThan(0.96);
      for (const pair of pairs) expect(share[pair]).toBeGreaterThan(0.85);
    },
  );

  it('licks at chance when naive: as often on no-go pairs as on go pairs', () => {
    const share = correct(0, ['centre']);
    expect(share['A-C']! + share['B-D']!).toBeGreaterThan(1.4);
    expect(share['A-D']! + share['B-C']!).toBeLessThan(0.6);
  });

  it('learns in between', () => {
    const half = mean(correct(0.5, ['centre']));
    expect(half).toBeGreaterThan(0.65);
    expect(half).toBeLessThan(0.8);
  });

  it('smells nothing from a valve that is open for less than its onset latency', () => {
    expect(correct(1, ['centre'], 50_000)['A-C']).toBeLessThan(0.1);
  });

  it('licks 6 to 9 times a second in a bout, each contact 30 to 60 ms', () => {
    const bench = new Bench(createMouse({ seed: 1, spouts: ['centre'] }));
    for (let trial = 0; trial < 200; trial++) bench.trial('A-C');
    const onsets = bench.onsets().map(({ atUs }) => atUs);
    const intervals = onsets.slice(1).map((at, index) => at - onsets[index]!);
    const inBouts = intervals.filter((us) => us < 200_000);
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
      const bench = new Bench(createMouse({ seed: 2, spouts: ['centre'] }));
      for (let drop = 0; drop < 100; drop++) {
        if (water) bench.open('water', 40_000);
        bench.pass(5 * S);
      }
      return bench.onsets().length / 100;
    };
    expect(licksAfter(false)).toBeLessThan(0.2);
    expect(licksAfter(true)).toBeGreaterThan(8);
  });

  it('licks now and then in the delay and on its own', () => {
    const bench = new Bench(createMouse({ seed: 3, spouts: ['centre'] }));
    let inDelay = 0;
    for (let trial = 0; trial < 200; trial++) {
      bench.open('odourA', S);
      const delayUs = bench.nowUs;
      bench.pass(5 * S);
      if (bench.onsets(delayUs).length > 0) inDelay++;
      bench.open('odourD', S);
      bench.pass(8 * S);
    }
    expect(inDelay).toBeGreaterThan(5);
    expect(inDelay).toBeLessThan(60);
    const alone = new Bench(createMouse({ seed: 3, spouts: ['centre'] }));
    alone.pass(3600 * S);
    expect(alone.onsets().length).toBeGreaterThan(10);
    expect(alone.onsets().length).toBeLessThan(60);
  });

  it('stops waiting for the spout when the second odour comes', () => {
    const bench = new Bench(createMouse({ seed: 6, skill: 0, spouts: ['centre'] }));
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
      const bench = new Bench(createMouse({ seed, spouts: ['centre'] }));
      for (let trial = 0; trial < 20; trial++) bench.trial(pairs[trial % 4]!);
      return bench.edges;
    };
    expect(edges(4)).toEqual(edges(4));
    expect(edges(4)).not.toEqual(edges(5));
  });

  it('has one tongue: whatever the valves do, edges come in strict order, on and off in turn, none in the past', () => {
    const happening = fc.record({
      line: fc.constantFrom('odourA', 'odourB', 'odourC', 'odourD', 'waterLeft', 'waterRight', 'opto'),
      openUs: fc.integer({ min: 1, max: 1_500_000 }),
      restUs: fc.integer({ min: 0, max: 3_000_000 }),
    });
    fc.assert(
      fc.property(fc.nat(), fc.array(happening, { maxLength: 40 }), (seed, happenings) => {
        const mouse = createMouse({ seed, skill: 0, spouts: ['left', 'right'] });
        const bench = new Bench(mouse);
        for (const { line, openUs, restUs } of happenings) {
          bench.open(line, openUs);
          expect(mouse.next()!.atUs).toBeGreaterThan(bench.nowUs);
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

  it('cannot be made without a spout or with a skill that is none', () => {
    expect(() => createMouse({ seed: 1, spouts: [] })).toThrow(RangeError);
    expect(() => createMouse({ seed: 1, skill: 2, spouts: ['centre'] })).toThrow(RangeError);
  });
});

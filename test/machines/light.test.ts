import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programImage } from '#hardware/link/program-image.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { programHash } from '#machines/program-cache.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { epochs } from '#machines/vocabulary.ts';
import { type AskedLight, licks, planOf, rigLines, tell } from './trial-driver.ts';

const aborts = { abortOnEarlyLick: true };

/** Epochs begin at 0, 100, 200, 300, 400, 500 and 800 ms; the trial ends at 1000. */
describe('light in a trial', () => {
  const delay = { from: 'earlyDelay', to: 'lateDelay' } as const;
  const part = { from: 'choice', startsAfterMs: 50, endsBeforeMs: 100 } as const;
  const lightCases: [fact: string, light: AskedLight, opto: number[] | null, mask: number[] | null][] = [
    ['without a break through the epochs of a span', delay, [200, 400], null],
    ['over the whole trial', { from: 'baseline', to: 'consumption', mask: true }, [0, 1000], [0, 1000]],
    ['from late to early in one epoch', part, [550, 700], null],
    ['from late in one epoch to early in another', { ...part, from: 'odour1' }, [150, 700], null],
    ['off by the ramp earlier where it must end at the edge', { ...delay, rampMs: 30 }, [200, 370], null],
    ['off at the edge where the ramp begins there', { ...delay, rampMs: 30, ramp: 'outside' }, [200, 400], null],
    ['off an epoch earlier where the ramp fills the last', { ...delay, rampMs: 100 }, [200, 300], null],
    ['off two epochs earlier for a longer ramp', { ...part, from: 'odour1', rampMs: 350 }, [150, 350], null],
    ['masked up to the end of a ramp inside', { ...delay, rampMs: 30, mask: true }, [200, 370], [200, 400]],
    ['masked to the edge', { ...delay, rampMs: 30, ramp: 'outside', mask: true }, [200, 400], [200, 400]],
    ['masked for a part', { ...part, rampMs: 80, mask: true }, [550, 620], [550, 700]],
    ['masked for as long where it is not lit', { ...part, rampMs: 80, mask: true, on: false }, null, [550, 700]],
    ['neither where neither is asked', { ...part, on: false }, null, null],
  ];
  it.each(lightCases)('lights %s', (_, { to = 'choice', ...light }, opto, mask) => {
    for (const inputs of [[], licks([520, 610, 650])]) {
      const { on } = tell({ light: { to, ...light } }, inputs);
      expect([on.opto, on.maskingLight]).toEqual([opto && [opto], mask && [mask]].map((spans) => spans ?? undefined));
    }
  });

  it('lights an epoch of no length only as part of a span', () => {
    const durations = { earlyDelayMs: 0, odour2Ms: 0 };
    const light = { from: 'earlyDelay', to: 'odour2', startsAfterMs: 10, rampMs: 30 } as const;
    expect(tell({ durations, light }, []).on.opto).toEqual([[210, 270]]);
    expect(() => planOf({ durations, light: { from: 'odour2' } })).toThrow('would never be on');
  });

  it('lights any span of any epochs to the millisecond, and masks it', () => {
    const drawn = fc.record({
      lasts: fc.array(fc.nat(40), { minLength: epochs.length, maxLength: epochs.length }),
      ends: fc.tuple(fc.nat(epochs.length - 1), fc.nat(epochs.length - 1)),
      cuts: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
      ramp: fc.constantFrom('inside', 'outside'),
    });
    fc.assert(
      fc.property(drawn, ({ lasts, ends: [a, b], cuts: [late, early, down], ramp }) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const sum = (from: number, to: number) => lasts.slice(from, to).reduce((all, ms) => all + ms, 0);
        fc.pre(sum(first, last + 1) > 0);
        const startsAfterMs = late % sum(first, last + 1);
        const endsBeforeMs = early % (sum(first, last + 1) - startsAfterMs);
        const rampMs = down % (sum(first, last + 1) - startsAfterMs - endsBeforeMs);
        const span = { from: epochs[first]!, to: epochs[last]!, startsAfterMs, endsBeforeMs, rampMs, ramp } as const;
        const durations = Object.fromEntries(epochs.map((epoch, index) => [`${epoch}Ms`, lasts[index]!]));
        const [from, to] = [sum(0, first) + startsAfterMs, sum(0, last + 1) - endsBeforeMs];
        const { on } = tell({ durations, light: { ...span, mask: true } }, []);
        expect(on.opto).toEqual([[from, ramp === 'inside' ? to - rampMs : to]]);
        expect(on.maskingLight).toEqual([[from, to]]);
        expect(tell({ durations, light: { ...span, mask: true, on: false } }, []).on.maskingLight).toEqual([
          [from, to],
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it('closes odour, light and mask at an early lick', () => {
    const lights: AskedLight[] = [
      { from: 'odour2', mask: true },
      { from: 'baseline', to: 'consumption', rampMs: 10, mask: true },
      { from: 'lateDelay', to: 'choice', startsAfterMs: 120, mask: true, rampMs: 200 },
    ];
    for (const light of lights) {
      const { on, endsAt } = tell({ ...aborts, light }, licks([450]));
      const from = { odour2: 400, baseline: 0, lateDelay: 420 }[light.from as string]!;
      expect([on.odourC, on.opto, on.maskingLight, endsAt]).toEqual([[[400, 450]], [[from, 450]], [[from, 450]], 600]);
    }
    expect(tell({ ...aborts, light: { from: 'choice', mask: true } }, licks([450])).on).not.toHaveProperty('opto');
  });

  it('needs no byte more where nothing is lit, and no timer where light keeps to the edges', () => {
    const bytesOf = (light: AskedLight | null) => {
      const plan = planOf({ light });
      const bound = bind(compile(twoOdourTrial, plan, rigLines), { ...plan.durations }, 1);
      return [programImage(bound).bytes.length, bound.program.timers, programHash(bound.program)];
    };
    const dark = bytesOf(null);
    expect(bytesOf({ ...part, rampMs: 80, on: false })).toEqual(dark);
    expect(bytesOf({ ...delay, mask: true }).slice(0, 2)).toEqual(dark.slice(0, 2));
    expect(bytesOf({ ...delay, startsAfterMs: 100 })).toEqual(bytesOf({ from: 'lateDelay' }));
    expect(bytesOf({ ...delay, endsBeforeMs: 100 })).toEqual(bytesOf({ from: 'earlyDelay' }));
  });

  it('leaves no timer of its own running in a timeout', () => {
    const light = { ...delay, startsAfterMs: 20, endsBeforeMs: 20, rampMs: 20, mask: true };
    const { nodes, states } = compile(twoOdourTrial, planOf({ ...aborts, light }), rigLines);
    const timeouts = nodes.filter(({ state }) => states[state] === 'timeout');
    expect(timeouts.map(({ running }) => running & (running - 1))).toEqual([0]);
  });

  const refused: [AskedLight, RegExp][] = [
    [{ from: 'choice', to: 'odour1' }, /from choice to odour1 runs backwards/],
    [{ from: 'choice', startsAfterMs: 200, endsBeforeMs: 100 }, /would never be on: the span has 300 ms/],
    [{ from: 'choice', endsBeforeMs: 100, rampMs: 200 }, /the ramp \(200 ms\) must be shorter than .* 200 ms/],
    [{ from: 'choice', ramp: 'outside', rampMs: 400 }, /the ramp \(400 ms\) must be shorter/],
    [{ from: 'choice', rampMs: Number.NaN }, /rampMs is NaN/],
    [{ from: 'choice', startsAfterMs: -1 }, /startsAfterMs is -1/],
  ];
  it.each(refused)('refuses light that cannot be: %j', (light, message) => {
    expect(() => planOf({ light })).toThrow(RangeError);
    expect(() => planOf({ light })).toThrow(message);
  });

  it('refuses a plan whose light lacks its durations', () => {
    const { durations, ...plan } = planOf({ light: part });
    const { lightOpensMs: _, ...rest } = durations;
    expect(() => compile(twoOdourTrial, { ...plan, durations: rest }, rigLines)).toThrow(/waits for lightOpensMs/);
  });
});

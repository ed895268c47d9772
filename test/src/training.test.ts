import { describe, expect, it } from 'vitest';
import { naiveMouse } from '#hardware/mouse/learning-mouse.ts';
import type { LickEdge, Mouse } from '#hardware/mouse/mouse.ts';
import { drawTraits } from '#hardware/mouse/traits.ts';
import { RandomStream } from '#machines/random.ts';
import { delayedAssociationStages } from '#protocols/delayed-association-stages.ts';
import { type DryTraining, dryTraining, learningMouse } from './dry-training.ts';

const SUBJECTS = 1000;

function train(subject: number, trials: number): DryTraining {
  const seedOf = (day: number) => subject * 1000 + day;
  return dryTraining(learningMouse(naiveMouse(drawTraits(2024, subject)), seedOf), seedOf, { days: 14, trials });
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Licks once, 300 ms after an odour's valve closes, where it chooses to; knows the odour before. */
class TrickMouse implements Mouse {
  readonly #licks: (pair: string) => boolean;
  #odour = '';
  #edges: LickEdge[] = [];

  constructor(licks: (pair: string) => boolean) {
    this.#licks = licks;
  }

  sense(atUs: number, line: string, on: boolean): void {
    if (on || !line.startsWith('odour')) return;
    const odour = line.slice('odour'.length);
    if (this.#licks(`${this.#odour}-${odour}`)) {
      this.#edges = [300_000, 340_000].map((later, edge) => ({ atUs: atUs + later, line: 'lick', on: edge === 0 }));
    }
    this.#odour = odour;
  }

  next(): LickEdge | null {
    return this.#edges[0] ?? null;
  }

  made(): void {
    this.#edges.shift();
  }
}

describe('a thousand simulated mice in two weeks', { timeout: 120_000 }, () => {
  const trained = Array.from({ length: SUBJECTS }, (_, subject) => train(subject, 80));
  const changes = trained.flatMap((subject) => subject.changes);
  const names = delayedAssociationStages.map(({ name }) => name);

  it('reach every stage, and leave every stage but the last by its rule upwards', () => {
    for (const name of names) expect(trained.some(({ stages }) => stages.includes(name))).toBe(true);
    for (const [index, from] of names.slice(0, -1).entries()) {
      const left = changes.filter((change) => change.kind === 'promote' && change.from === from);
      expect(left.length).toBeGreaterThan(SUBJECTS * 0.8);
      for (const { to, rule } of left) {
        expect(to).toBe(names[index + 1]);
        expect(rule).toBe(delayedAssociationStages[index]!.promote);
      }
    }
  });

  it('are demoted now and then, from the stages where they can fail', () => {
    const back = changes.filter(({ kind }) => kind === 'demote');
    expect(back.length).toBeGreaterThan(5);
    expect(back.length).toBeLessThan(SUBJECTS / 4);
    expect(back.some(({ from, to }) => from === 'expert' && to === 'full')).toBe(true);
    for (const { figures, rule } of back) expect(figures).toHaveLength(rule.sessions);
  });
});

describe('mice with 200 trials a session', { timeout: 60_000 }, () => {
  const trained = Array.from({ length: 60 }, (_, subject) => train(subject, 200));

  it('become experts in about seven sessions, as in Bellafard et al. 2024', () => {
    const sessions = trained.flatMap(({ stages }) => (stages.includes('expert') ? [stages.indexOf('expert')] : []));
    expect(sessions.length).toBeGreaterThan(55);
    expect(meanOf(sessions)).toBeGreaterThan(6);
    expect(meanOf(sessions)).toBeLessThan(8.5);
    expect(Math.min(...sessions)).toBeGreaterThanOrEqual(6);
  });

  it('are right in about 94 % as experts, and far from it on the first day with all pairs', () => {
    const on = (wanted: string, { stages, accuracies }: DryTraining) =>
      accuracies.filter((accuracy, day) => accuracy !== null && stages[day] === wanted) as number[];
    const asExperts = meanOf(trained.flatMap((subject) => on('expert', subject)));
    expect(asExperts).toBeGreaterThan(0.92);
    expect(asExperts).toBeLessThan(0.96);
    const atFirst = meanOf(trained.flatMap((subject) => on('delay-1s', subject).slice(0, 1)));
    expect(atFirst).toBeGreaterThan(0.5);
    expect(atFirst).toBeLessThan(0.75);
  });
});

describe('a mouse with a trick, at the pins', () => {
  const LAPSE = 0.03;
  const tricks: [string, (pair: string) => number][] = [
    ['licks on three pairs of four', (pair) => (pair === 'A-D' ? LAPSE : 1 - LAPSE)],
    ['licks on the other three pairs of four', (pair) => (pair === 'B-C' ? LAPSE : 1 - LAPSE)],
    ['always licks', () => 1],
    ['never licks', () => 0],
  ];

  it.each(tricks)('that %s is never made an expert, in 100 sessions', (_, chance) => {
    const random = new RandomStream(3, 'lapses');
    const mouseOf = () => new TrickMouse((pair) => random.float() < chance(pair));
    const { stages } = dryTraining(mouseOf, (day) => day, { days: 100, trials: 120 });
    expect(new Set(stages)).not.toContain('expert');
    expect(new Set(stages)).not.toContain('full');
  });

  it('is made one where it knows all four pairs, so the rules are not what stops the others', () => {
    const knows = () => new TrickMouse((pair) => pair === 'A-C' || pair === 'B-D');
    expect(dryTraining(knows, (day) => day, { days: 10, trials: 120 }).stages.at(-1)).toBe('expert');
  });
});

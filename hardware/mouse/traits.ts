/**
 * What differs from mouse to mouse. Means and spreads are fitted so that a cohort looks like Bellafard et al. 2024: about
 * seven sessions to expert, about 94 % right there, strong loss under light in late delay or choice, weaker in early delay,
 * none off target (docs/mouse.md tells how, and what is our choice).
 */
import { RandomStream } from '#machines/random.ts';

export interface MouseTraits {
  /** Step of learning of pairs, per answered trial. */
  readonly pairRate: number;
  /** Share of odours recognised. */
  readonly recognised: number;
  /** Time constant of forgetting the last odour, in seconds. */
  readonly memoryS: number;
  /** Share of trials answered without attention, on a usual day. */
  readonly lapses: number;
  /** Chance that a day is a bad one. */
  readonly badDays: number;
  /** Water that sates it, in microlitres. */
  readonly capacityUl: number;
  /** Where the light falls: on the area that holds the memory and chooses, or beside it. */
  readonly fibre: 'onTarget' | 'offTarget';
}

export const typicalMouse: MouseTraits = {
  pairRate: 0.008,
  recognised: 0.998,
  memoryS: 450,
  lapses: 0.0045,
  badDays: 0.04,
  capacityUl: 1100,
  fibre: 'onTarget',
};

/** Traits of one subject of a cohort; `subject`: 0, 1, 2 ... */
export function drawTraits(cohortSeed: number, subject: number): MouseTraits {
  const random = new RandomStream(cohortSeed, 'traits', subject);
  // Sum of 12: near enough to a normal deviate, and never beyond 6.
  const deviate = () => Array.from({ length: 12 }, () => random.float()).reduce((sum, each) => sum + each, -6);
  const about = (mean: number, relative: number) => mean * Math.exp(relative * deviate());
  const { pairRate, recognised, memoryS, lapses, badDays, capacityUl, fibre } = typicalMouse;
  return {
    pairRate: about(pairRate, 0.35),
    recognised: 1 - about(1 - recognised, 0.3),
    memoryS: about(memoryS, 0.25),
    lapses: about(lapses, 0.4),
    badDays: about(badDays, 0.3),
    capacityUl: about(capacityUl, 0.15),
    fibre,
  };
}

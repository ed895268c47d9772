/**
 * How a naive mouse comes to the full task, and what makes it an expert. Go pairs first, as in the nearest published task
 * (Li lab, bioRxiv 2023.10.08.561458: full task at 75 %, well trained above 75 %); then short delays, which speed learning
 * (Fukunaga 2023); expert by three sessions in a row above 80 % (PLoS Biol 2022). What Bellafard et al. 2024 did before
 * the full task is not published.
 *
 * Every rule looks at single pairs too: a mouse that licks on three pairs of four has 75 % right.
 */
import type { Stage, StageRule } from './stages.ts';

const learned = {
  mode: 'auto',
  sessions: 1,
  lastTrials: 80,
  measure: 'balancedAccuracy',
  is: 'atLeast',
  share: 0.75,
  everyPair: { atLeast: 0.5, leastTrials: 8 },
} as const satisfies Partial<StageRule>;

const lost = {
  mode: 'propose',
  sessions: 2,
  lastTrials: 80,
  measure: 'balancedAccuracy',
  is: 'below',
  everyPair: null,
} as const satisfies Partial<StageRule>;

export const delayedAssociationStages: readonly Stage[] = [
  {
    name: 'go-pairs',
    prose: 'Only the pairs that earn water, with free water on a third of the misses: the mouse learns to lick.',
    task: 'go-pairs',
    settings: {},
    light: false,
    promote: {
      name: 'licks for water',
      mode: 'auto',
      sessions: 1,
      lastTrials: 40,
      measure: 'hitRate',
      is: 'atLeast',
      share: 0.75,
      everyPair: null,
    },
    demote: null,
  },
  {
    name: 'delay-1s',
    prose: 'All four pairs with a delay of one second.',
    task: 'delayed-association',
    settings: { delayMs: 1000 },
    light: false,
    promote: { name: 'tells pairs apart at 1 s', ...learned },
    demote: { ...lost, name: 'no longer licks for water', measure: 'hitRate', share: 0.3 },
  },
  {
    name: 'delay-3s',
    prose: 'All four pairs with a delay of three seconds.',
    task: 'delayed-association',
    settings: { delayMs: 3000 },
    light: false,
    promote: { name: 'tells pairs apart at 3 s', ...learned },
    demote: { ...lost, name: 'fails at 3 s', share: 0.65 },
  },
  {
    name: 'full',
    prose: 'The full task with its delay of five seconds.',
    task: 'delayed-association',
    settings: {},
    light: false,
    promote: {
      name: 'expert',
      mode: 'auto',
      sessions: 3,
      lastTrials: 100,
      measure: 'balancedAccuracy',
      is: 'above',
      share: 0.8,
      everyPair: { atLeast: 0.65, leastTrials: 10 },
    },
    demote: { ...lost, name: 'fails at 5 s', share: 0.65 },
  },
  {
    name: 'expert',
    prose: 'The full task, known. Each day of practice here is an expert day; sessions with light may be run.',
    task: 'delayed-association',
    settings: {},
    light: true,
    promote: null,
    demote: { ...lost, name: 'no longer an expert', lastTrials: 100, share: 0.75 },
  },
];

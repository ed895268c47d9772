/**
 * How even a session came out in fact: trials by type, light by type and epoch, the longest runs. A plan may be balanced
 * and a session cut short.
 */
import type { Epoch } from '#machines/vocabulary.ts';

export interface BalancedTrial {
  readonly trialType: string;
  /** Spout that would earn water; null: none. */
  readonly rewarded: string | null;
  /** Epoch under light; null: none. */
  readonly litIn: Epoch | null;
}

export interface AchievedBalance {
  /** By trial type, by name. */
  readonly types: readonly { readonly trialType: string; readonly trials: number; readonly lit: number }[];
  readonly litByEpoch: Readonly<Partial<Record<Epoch, number>>>;
  readonly longestRun: { readonly sameType: number; readonly sameReward: number };
}

export function achievedBalance(trials: readonly BalancedTrial[]): AchievedBalance {
  const types = new Map<string, { trials: number; lit: number }>();
  const litByEpoch: Partial<Record<Epoch, number>> = {};
  for (const { trialType, litIn } of trials) {
    const counted = types.get(trialType) ?? { trials: 0, lit: 0 };
    counted.trials++;
    if (litIn !== null) {
      counted.lit++;
      litByEpoch[litIn] = (litByEpoch[litIn] ?? 0) + 1;
    }
    types.set(trialType, counted);
  }
  return {
    types: [...types]
      .map(([trialType, counted]) => ({ trialType, ...counted }))
      .sort((one, other) => (one.trialType < other.trialType ? -1 : 1)),
    litByEpoch,
    longestRun: {
      sameType: longestRun(trials.map(({ trialType }) => trialType)),
      sameReward: longestRun(trials.map(({ rewarded }) => rewarded)),
    },
  };
}

function longestRun(values: readonly unknown[]): number {
  let longest = 0;
  let run = 0;
  values.forEach((value, index) => {
    run = index > 0 && value === values[index - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  });
  return longest;
}

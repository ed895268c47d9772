/** What opto light did to one animal, by span of epochs: session by session, then the mean of its sessions. Pure. */
import type { Epoch } from '#machines/vocabulary.ts';
import type { SessionRow } from './session-row.ts';

export interface LightEffect {
  readonly from: Epoch;
  /** Inclusive. */
  readonly to: Epoch;
  readonly sham: boolean;
  /** Within one session, by matched pairs, light less control: -1 to 1. */
  readonly sessions: readonly { readonly session: number; readonly number: number; readonly effect: number }[];
  /** Scored engaged trials under light in all sessions, also in those with too few for an effect. */
  readonly litTrials: number;
  /** Of the sessions; null: none had enough trials. */
  readonly mean: number | null;
}

/** Excluded sessions and those under a drug are left out. */
export function lightEffects(rows: readonly SessionRow[]): LightEffect[] {
  const spans = new Map<string, LightEffect[]>();
  for (const { session, number, light, excluded, agent } of rows) {
    if (excluded || agent !== null) continue;
    for (const { from, to, sham, measures, effect } of light) {
      const key = JSON.stringify([from, to, sham]);
      const one = { from, to, sham, litTrials: measures.n, mean: effect };
      const sessions = effect === null ? [] : [{ session, number, effect }];
      spans.set(key, [...(spans.get(key) ?? []), { ...one, sessions }]);
    }
  }
  return [...spans.values()].map((parts) => {
    const sessions = parts.flatMap((part) => part.sessions);
    const { from, to, sham } = parts[0]!;
    return {
      from,
      to,
      sham,
      sessions,
      litTrials: parts.reduce((sum, { litTrials }) => sum + litTrials, 0),
      mean: sessions.length === 0 ? null : sessions.reduce((sum, { effect }) => sum + effect, 0) / sessions.length,
    };
  });
}

/** Today against the animal's own history: named rules, so that an alarm can be argued with. Pure. */
import { median } from '#protocols/statistics.ts';
import type { SessionRow } from './session-row.ts';

export interface AgainstHistory {
  /** `none`: nothing to hold against one another. */
  readonly verdict: 'fell' | 'rose' | 'as before' | 'none';
  /** Balanced accuracy of the day's last comparable session; null: it had none. */
  readonly today: number | null;
  /** Median of those before, and of how many; null: there are too few. */
  readonly usual: number | null;
  readonly of: number;
}

/** Looked back at, in the same stage and task. */
const SESSIONS_BACK = 5;
const LEAST_SESSIONS = 2;
/** Less than this is no fall, however many trials there are; a billionth less, for what binary fractions make of a tenth. */
const LEAST_CHANGE = 0.1 - 1e-9;
/** Fewer engaged control trials say nothing about an animal (protocols/session-kind.ts has the same for stages). */
const LEAST_TRIALS = 40;

/**
 * It fell where the day's balanced accuracy lies at least ten points below the median of up to five sessions before it in
 * the same stage and task, and that median lies outside the day's 95 % interval; it rose the other way round. `rows`:
 * oldest first, none later than `day`.
 */
export function againstHistory(rows: readonly SessionRow[], day: string): AgainstHistory {
  const comparable = rows.filter(
    (row) =>
      row.apart.every((why) => why === 'other rig' || why === 'opto') &&
      row.control.n >= LEAST_TRIALS &&
      row.control.balancedAccuracy !== null,
  );
  const last = comparable.findLast((row) => row.day === day);
  if (last === undefined) return { verdict: 'none', today: null, usual: null, of: 0 };
  const before = comparable
    .filter((row) => row.day < day && row.task === last.task && row.stage === last.stage)
    .slice(-SESSIONS_BACK)
    .map(({ control }) => control.balancedAccuracy!);
  const today = last.control.balancedAccuracy!;
  if (before.length < LEAST_SESSIONS) return { verdict: 'none', today, usual: null, of: before.length };
  const usual = median(before)!;
  const interval = last.control.balanced95!;
  const seen = { today, usual, of: before.length };
  if (today <= usual - LEAST_CHANGE && interval.high < usual) return { verdict: 'fell', ...seen };
  if (today >= usual + LEAST_CHANGE && interval.low > usual) return { verdict: 'rose', ...seen };
  return { verdict: 'as before', ...seen };
}

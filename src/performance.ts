/**
 * How the animal did in a recorded session: over the span in which it worked, and over all of it; and how even the session
 * came out. One reading for all that show it.
 */
import { excludedFrom } from '#data/animal-room/exclusions.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readTrials, type SessionRecord } from '#data/reads.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { type AchievedBalance, achievedBalance } from '#protocols/achieved-balance.ts';
import { type Measures, measure } from '#protocols/measures.ts';
import { trialRecord } from './past-trial.ts';

export interface Performance {
  /** Of the engaged span: the main figure. */
  readonly engaged: Measures;
  /** Last trial of that span; null: engaged to the end. */
  readonly lastEngagedTrial: number | null;
  /** Of the whole session; null: it is the engaged span. */
  readonly whole: Measures | null;
  /** Of trials with solvent in all vials, as if they were scored: chance is expected. Null: there are none. */
  readonly blank: Measures | null;
  /** Probes that were licked to, of so many; they earn nothing. */
  readonly probes: { readonly licked: number; readonly of: number };
  readonly balance: AchievedBalance;
}

export function readPerformance(db: RecordDatabase, { id, lastEngagedTrial }: SessionRecord): Performance {
  const rows = readTrials(db, id);
  const isExcluded = excludedFrom(db, id, 'behaviour');
  const records = rows.map((row) => ({
    trial: row.trial,
    record: { ...trialRecord(row), excluded: isExcluded(row.trial) },
  }));
  const upTo = lastEngagedTrial ?? Number.POSITIVE_INFINITY;
  const probes = records.filter(({ record }) => record.probe);
  const blanks = records.flatMap(({ record }) => (record.blank ? [{ ...record, blank: false }] : []));
  return {
    engaged: measure(records.filter(({ trial }) => trial <= upTo).map(({ record }) => record)),
    lastEngagedTrial,
    whole: lastEngagedTrial === null ? null : measure(records.map(({ record }) => record)),
    blank: blanks.length === 0 ? null : measure(blanks),
    probes: { licked: probes.filter(({ record }) => record.outcome === 'falseAlarm').length, of: probes.length },
    balance: achievedBalance(
      rows.map(({ trialType, plan, light }) => ({
        trialType,
        rewarded: (plan as TrialPlan).rewarded,
        litIn: light !== null && light.sham === null ? light.from : null,
      })),
    ),
  };
}

/** Verdicts of replay, kept with the record: the view `trials_wide` shows the last one of each trial. */
import { entering } from '../animal-room/entry.ts';
import { insert } from '../insert.ts';

interface TrialVerdict {
  readonly trial: number;
  readonly consistent: boolean;
  /** First event that departs; null: no single one. */
  readonly departsAtSeq: number | null;
  /** What was found there; null: nothing. */
  readonly detail: string | null;
}

export interface Judgement {
  readonly session: number;
  readonly verdicts: readonly TrialVerdict[];
  readonly softwareVersion: string;
  /** In UTC, so that the last one in time is the last one as text, also where a clock was put back an hour. */
  readonly at: string;
}

/** A row a trial. Judged twice in one millisecond, the second stands. @throws RecordError */
export function keepVerdicts(path: string, { session, verdicts, softwareVersion, at }: Judgement): void {
  entering({ path, createFolder: false }, (db) => {
    const columns = ['session', 'trial', 'consistent', 'departs_at_seq', 'detail', 'software_version', 'at'];
    const row = db.prepare(
      `${insert('verdicts', columns)} ON CONFLICT DO UPDATE SET consistent = excluded.consistent,
         departs_at_seq = excluded.departs_at_seq, detail = excluded.detail, software_version = excluded.software_version`,
    );
    for (const { trial, consistent, departsAtSeq: departs_at_seq, detail } of verdicts) {
      const judged = { consistent: Number(consistent), departs_at_seq, detail, software_version: softwareVersion, at };
      row.run({ session, trial, ...judged });
    }
  });
}

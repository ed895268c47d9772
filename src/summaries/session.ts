/** All that is told of one session when it has ended, on the terminal and as a page; also of one that still runs. */
import { type Animal, animalNumbered } from '#data/animal-room/animals.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readCertificate, readFaults, readImaging, readSession, type SessionRecord } from '#data/reads.ts';
import { type SessionLine, sessionLine } from '#data/rollups/history.ts';
import { SessionFactsReader } from '#data/rollups/session-facts.ts';
import { type EpochSpan, epochSpansOf, type ScoredTrial, scoredTrialsOf } from '#data/rollups/trials.ts';
import type { CertificateRow, FaultRow, ImagingRow } from '#data/rows.ts';
import { decisionOfSession } from '#data/training-reads.ts';
import { answeredOutcomes } from '#protocols/measures.ts';
import { type CareStanding, careOf } from '../animal-room/standing.ts';
import type { DensityOfPair } from '../figures/lick-density.ts';
import type { RasterTrial } from '../figures/lick-raster.ts';
import { type Performance, readPerformance } from '../performance.ts';

export interface SessionSummary {
  readonly record: SessionRecord;
  readonly line: SessionLine;
  readonly animal: Animal;
  readonly performance: Performance;
  readonly trials: readonly ScoredTrial[];
  readonly raster: readonly RasterTrial[];
  readonly epochs: readonly EpochSpan[];
  readonly density: readonly DensityOfPair[];
  readonly firstLicks: readonly FirstLicks[];
  /** Of answered trials, one each: what its pair asks, and when the tongue first came in the choice period. */
  readonly reactions: readonly { readonly go: boolean | null; readonly ms: number }[];
  /** Null: it has none. */
  readonly certificate: CertificateRow | null;
  readonly faults: readonly FaultRow[];
  readonly imaging: ImagingRow | null;
  /** What the rules of its stage decided on it, in one line; null: the animal stays where it is. */
  readonly decision: {
    readonly from: string | null;
    readonly to: string;
    readonly verdict: string;
    readonly reason: string;
  } | null;
  /** On the session's day. */
  readonly care: CareStanding;
}

/** Quartiles over the scored control trials of a class in which a lick answered; milliseconds. */
export interface FirstLicks {
  /** What the pairs ask. */
  readonly go: boolean | null;
  readonly trials: number;
  readonly fromChoice: Quartiles;
  /** Null: the task has no second odour. */
  readonly fromOdour2: Quartiles | null;
}

export type Quartiles = readonly [low: number, median: number, high: number];

/** Undefined: there is no such session. */
export function readSessionSummary(db: RecordDatabase, id: number): SessionSummary | undefined {
  const record = readSession(db, id);
  const line = sessionLine(db, id);
  if (record === undefined || line === undefined) return undefined;
  const animal = animalNumbered(db, line.subjectId)!;
  const trials = scoredTrialsOf(db, id);
  const byTrial = new Map(trials.map((trial) => [trial.trial, trial]));
  const { trials: facts, pairs } = new SessionFactsReader(db).read(id);
  const joined = facts.map((row) => ({ ...row, scored: byTrial.get(row.trial)! }));
  const answered = joined.filter(
    ({ scored, facts: { licks } }) =>
      scored.notScored === null &&
      !scored.lit &&
      answeredOutcomes.has(scored.outcome!) &&
      licks?.firstFromChoiceMs != null,
  );
  const asks = new Map(trials.map(({ trialType, go }) => [trialType, go]));
  return {
    record,
    line,
    animal,
    performance: readPerformance(db, record),
    trials,
    raster: joined.map(({ scored: { trialType, go, lit }, facts: { lickMs }, startS, endS }) => ({
      trialType,
      go,
      lit,
      lickMs,
      lengthMs: (endS - startS) * 1000,
    })),
    epochs: epochSpansOf(db, id),
    density: pairs.map(({ trialType, trials: n, density }) => ({
      trialType,
      go: asks.get(trialType) ?? null,
      trials: n,
      licks: density,
    })),
    firstLicks: ([true, false, null] as const).flatMap((go) => {
      const own = answered.filter(({ scored }) => scored.go === go).map(({ facts: { licks } }) => licks!);
      if (own.length === 0) return [];
      const fromOdour2 = own.flatMap(({ firstFromOdour2Ms }) => firstFromOdour2Ms ?? []);
      return [
        {
          go,
          trials: own.length,
          fromChoice: quartiles(own.map(({ firstFromChoiceMs }) => firstFromChoiceMs!)),
          fromOdour2: fromOdour2.length === 0 ? null : quartiles(fromOdour2),
        },
      ];
    }),
    reactions: answered.map(({ scored: { go }, facts: { licks } }) => ({ go, ms: licks!.firstFromChoiceMs! })),
    certificate: readCertificate(db, id) ?? null,
    faults: readFaults(db, id),
    imaging: readImaging(db, id) ?? null,
    decision: decisionOfSession(db, id),
    care: careOf(db, animal, line.startedAt.slice(0, 10)),
  };
}

/** By linear interpolation between the values. */
function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below]! + (place - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

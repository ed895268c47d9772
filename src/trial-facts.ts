/**
 * A recorded session as people and statistics want it: one fact row a trial, read from the record's rows and raw events.
 */
import { excludedFrom, exclusionUses } from '#data/animal-room/exclusions.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readEvents, readTrials, type SessionRecord, type TrialRecord } from '#data/reads.ts';
import { EpochReader, lickLinesOf } from '#data/rollups/epoch-reader.ts';
import type { LightRow } from '#data/rows.ts';
import { type ClockSegment, deviceTicks, type SessionUs, TickUnwrapper } from '#machines/time.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { type Epoch, endReasonWords, type RawEvent } from '#machines/vocabulary.ts';
import { licksOf, type TrialLicks } from '#protocols/licks.ts';
import { tasks } from '#protocols/registry.ts';

export interface TrialFacts {
  readonly trial: number;
  readonly pair: string;
  /** Null: not completed. */
  readonly outcome: string | null;
  readonly endReason: string;
  /** Under opto light. */
  readonly lit: boolean;
  /** With the masking flash. */
  readonly masked: boolean;
  /** First and last epoch of light or flash; null: neither. What follows is null too where there is no light. */
  readonly lightFrom: Epoch | null;
  readonly lightTo: Epoch | null;
  readonly waveform: LightRow['waveform'] | null;
  readonly frequencyHz: number | null;
  /** At the peak, 0 to 1. */
  readonly drive: number | null;
  readonly rampMs: number | null;
  readonly rampSide: LightRow['rampSide'];
  /** Seconds from the session's first trial, by the device's clock. */
  readonly startS: number;
  readonly endS: number;
  /** Lick onsets in all epochs, and in the delay. */
  readonly licks: number;
  readonly delayLicks: number;
  readonly firstLickFromOdour2Ms: number | null;
  readonly firstLickFromChoiceMs: number | null;
  readonly lickingAtChoice: boolean | null;
  readonly assisted: boolean;
  readonly correction: boolean;
  readonly probe: boolean;
  /** Uses that it is left out of, joined by +; empty: none. */
  readonly excluded: string;
}

/** Null for a task that this program does not know: its epochs are not known either. */
type LickReader = (plan: TrialPlan, events: readonly RawEvent[], ticksPerMs: number) => TrialLicks;

/** Licks of a trial by epoch, for a session whose programs are this program's own. */
export function lickReader(task: string, { lines }: Pick<SessionRecord, 'lines'>): LickReader | null {
  if (!tasks.some(({ name }) => name === task)) return null;
  const epochs = new EpochReader(lines);
  const lickLines = lickLinesOf(lines);
  return (plan, events, ticksPerMs) =>
    licksOf(events, { epochOfState: epochs.epochs(task, plan, null) ?? (() => null), lickLines, ticksPerMs });
}

export function readTrialFacts(db: RecordDatabase, session: SessionRecord): TrialFacts[] {
  const reader = lickReader(session.task, session);
  let unwrapper: TickUnwrapper | null = null;
  const uses = exclusionUses.map((use) => ({ use, leavesOut: excludedFrom(db, session.id, use) }));
  return readTrials(db, session.id).map((row) => {
    const plan = row.plan as TrialPlan;
    unwrapper ??= new TickUnwrapper(clockFrom(row));
    const startUs = unwrapper.toSessionUs(row.startTicks);
    const endUs = unwrapper.toSessionUs(row.endTicks);
    const events = [...readEvents(db, session.id, row.firstSeq, row.lastSeq)];
    const licks = reader?.(plan, events, row.ticksPerMs);
    return {
      trial: row.trial,
      pair: row.trialType,
      outcome: row.outcome,
      endReason: endReasonWords[row.endReason],
      ...lightFacts(row.light),
      startS: startUs / 1e6,
      endS: endUs / 1e6,
      licks: licks === undefined ? 0 : Object.values(licks.byEpoch).reduce((sum, n) => sum + n, 0),
      delayLicks: licks?.delay ?? 0,
      firstLickFromOdour2Ms: licks?.firstFromOdour2Ms ?? null,
      firstLickFromChoiceMs: licks?.firstFromChoiceMs ?? null,
      lickingAtChoice: licks?.lickingAtChoice ?? null,
      assisted: row.assisted,
      correction: row.correction,
      probe: row.probe,
      excluded: uses.flatMap(({ use, leavesOut }) => (leavesOut(row.trial) ? [use] : [])).join('+'),
    };
  });
}

function lightFacts(light: LightRow | null) {
  const lit = light !== null && light.sham === null;
  return {
    lit,
    masked: light?.masked ?? false,
    lightFrom: light?.from ?? null,
    lightTo: light?.to ?? null,
    waveform: lit ? light.waveform : null,
    frequencyHz: lit ? light.frequencyHz : null,
    drive: lit ? light.drive : null,
    rampMs: lit ? light.rampMs : null,
    rampSide: lit ? light.rampSide : null,
  };
}

function clockFrom({ startTicks, ticksPerMs }: TrialRecord): ClockSegment {
  return { originTicks: deviceTicks(startTicks), originUs: 0 as SessionUs, ticksPerMs };
}

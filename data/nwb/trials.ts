/** /intervals/trials, and /intervals/trial_epochs: which epoch of its trial ran from when to when. */
import { EventCode } from '#machines/vocabulary.ts';
import type { TrialRecord } from '../reads.ts';
import { type EpochOfState, EpochReader } from '../rollups/epoch-reader.ts';
import { momentIn, type RecordedEvents } from './recorded-events.ts';
import type { Source } from './source.ts';
import { table } from './table.ts';
import type { Group } from './tree.ts';
import { trialColumns } from './trial-columns.ts';

/** Null: the session has none. */
export function trialsTable({ session, trials, wide, events, rolledUp }: Source): Group | null {
  if (trials.length === 0) return null;
  const columns = trialColumns(
    trials.map((trial, index) => ({
      wide: wide[index]!,
      startS: events.seconds[trial.firstSeq]!,
      stopS: events.seconds[trial.lastSeq]!,
      at: (ms) => momentIn(events, trial, ms),
    })),
  );
  const about = [
    ...(session.simulated ? ['SIMULATED.'] : []),
    'Trials as they ran; times are those of commands and of edges sensed, and do not prove that odour, water or light came.',
    ...(rolledUp
      ? []
      : ['What the events say of them was not rolled up when this was written: those columns are NaN.']),
  ];
  return table('TimeIntervals', about.join(' '), columns);
}

interface Span {
  readonly trial: number;
  readonly epoch: string;
  readonly fromS: number;
  readonly toS: number;
}

/** Null: no epoch of any trial is known. */
export function trialEpochs({ session, trials, events }: Source): Group | null {
  const reader = new EpochReader(session.lines);
  // The same few plans are drawn again and again; one for which there is no chart any more is tried once.
  const known = new Map<string, EpochOfState | null>();
  const spans = trials.flatMap((trial) => {
    const key = `${trial.programHash} ${JSON.stringify(trial.plan)}`;
    const epochOf = known.has(key)
      ? known.get(key)!
      : reader.epochs(session.task, trial.plan as { durations: object }, trial.programHash);
    known.set(key, epochOf);
    return epochOf === null ? [] : spansOf(trial, events, epochOf);
  });
  if (spans.length === 0) return null;
  return table(
    'TimeIntervals',
    'Epochs of the trials, from the states of their charts: an epoch begins with its first state and ends with the next state that is of another, or with the trial. Trials whose task is not known any more have none, and neither has time outside all epochs, such as a timeout.',
    {
      start_time: { kind: 'seconds', description: 'The epoch begins.', values: spans.map(({ fromS }) => fromS) },
      stop_time: { kind: 'seconds', description: 'It ends.', values: spans.map(({ toS }) => toS) },
      trial: {
        kind: 'count',
        description: 'Number of the trial, as in its table.',
        values: spans.map(({ trial }) => trial),
      },
      epoch: {
        kind: 'text',
        description: 'baseline, odour1, earlyDelay, lateDelay, odour2, choice or consumption.',
        values: spans.map(({ epoch }) => epoch),
      },
    },
  );
}

function spansOf({ trial, firstSeq, lastSeq }: TrialRecord, events: RecordedEvents, epochOf: EpochOfState): Span[] {
  const spans: Span[] = [];
  let open: Omit<Span, 'toS'> | null = null;
  const close = (toS: number) => {
    if (open !== null) spans.push({ ...open, toS });
    open = null;
  };
  for (let seq = firstSeq; seq <= lastSeq; seq++) {
    if (events.codes[seq] !== EventCode.state) continue;
    const epoch = epochOf(events.values[seq]!);
    const fromS = events.seconds[seq]!;
    if (epoch === (open as Omit<Span, 'toS'> | null)?.epoch) continue;
    close(fromS);
    if (epoch !== null) open = { trial, epoch, fromS };
  }
  close(events.seconds[lastSeq]!);
  return spans;
}

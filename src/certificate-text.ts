/** A timing certificate on screen: its line in colour, and its figures in a table. */
import type { CertificateFigures } from '#hardware/certificate.ts';
import type { Grade } from '#hardware/finding.ts';
import type { FrameFigures } from './frame-log.ts';
import type { Io } from './io.ts';
import { count, paint, table } from './table.ts';

const colours = { PASS: 'green', WARN: 'yellow', FAIL: 'red' } as const satisfies Record<Grade, string>;

/** `text` in the colour of its grade. */
export function paintGrade(io: Io, grade: Grade, text: string): string {
  return paint(io, colours[grade], text);
}

export function certificateLine({ grade, line }: { readonly grade: Grade; readonly line: string }, io: Io): string {
  return `Timing ${paintGrade(io, grade, grade)}${line.slice(grade.length)}\n`;
}

/** As they stand in the record; no frame clock: null, or nothing in records of a version before frames were counted. */
export type StoredFigures = CertificateFigures & { readonly frameClock?: FrameFigures | null };

export function figuresTable(figures: StoredFigures): string {
  const rows = [...measuredRows(figures), ...sessionRows(figures), ...frameRows(figures.frameClock ?? null)];
  return table(
    [
      { head: 'figure', cell: ([what]) => what! },
      { head: 'value', cell: ([, value]) => value! },
    ],
    rows,
  );
}

const sources: Readonly<Record<CertificateFigures['measuredBy'], string>> = {
  device: 'the board',
  host: 'this computer (soft timing)',
  virtual: 'nobody: virtual time',
  unknown: 'nobody: the rig could not be asked at the end',
};

function* measuredRows(figures: CertificateFigures): Generator<string[]> {
  yield ['measured by', sources[figures.measuredBy]];
  const { timers, lickToValve, clock, roundTripsMs } = figures;
  if (timers === null || lickToValve === null || clock === null || roundTripsMs === null) return;
  yield ['timer to pins', lateness(timers)];
  yield ['lick to pins', lateness(lickToValve)];
  const drift =
    clock.driftPpmPerMin === null ? 'drift not known yet' : `drift ${clock.driftPpmPerMin.toFixed(2)} ppm/min`;
  if (figures.measuredBy === 'device') {
    yield ['clock', `${clock.ratePpm >= 0 ? '+' : ''}${clock.ratePpm.toFixed(1)} ppm, ${drift}`];
    yield ['clock uncertain by', `${clock.uncertaintyUs.toFixed(0)} us`];
  }
  const { p50, p95, max } = roundTripsMs;
  yield [
    'round trips',
    `${p50.toFixed(1)} ms, 95 % within ${p95.toFixed(1)}, worst ${max.toFixed(1)} (${roundTripsMs.count})`,
  ];
  yield ['frames sent again', String(figures.framesSentAgain)];
  yield ['damaged frames', `${figures.damagedFramesHere} from the board, ${figures.damagedFramesThere} to it`];
  yield ['receiver overruns', String(figures.receiverOverruns)];
  yield ['line broken, board reset', `${figures.reconnections}, ${figures.boardResets}`];
}

function* sessionRows({ lostEvents, bounces, trials }: CertificateFigures): Generator<string[]> {
  yield ['events lost', String(lostEvents)];
  yield ['bounces', String(bounces)];
  const { run, consistent, departing, notJudged, endedEarly } = trials;
  yield ['trials', `${run}: ${consistent} consistent, ${departing.length} not, ${notJudged} not judged`];
  if (departing.length > 0) yield ['not consistent', departing.join(', ')];
  for (const [reason, n] of Object.entries(endedEarly)) yield ['ended early', `${count(n, 'trial')}: ${reason}`];
}

function* frameRows(clock: FrameFigures | null): Generator<string[]> {
  if (clock === null) return;
  const running = clock.alreadyRunning ? ', running before it was armed' : '';
  yield ['frame clock', `${count(clock.frames, 'frame')} at ${clock.nominalHz} Hz${running}`];
  yield ['frame alarms', `${count(clock.gaps, 'gap')}, ${clock.rateAlarms} of the rate`];
  yield ['pulses rejected', String(clock.rejectedPulses)];
}

function lateness({ count: n, meanUs, worstUs }: NonNullable<CertificateFigures['timers']>): string {
  return n === 0 ? 'none' : `${meanUs.toFixed(1)} us on average, ${worstUs.toFixed(1)} at worst (${n})`;
}

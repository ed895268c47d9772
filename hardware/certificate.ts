/**
 * The timing certificate of a session: what the device and the link measured, and one line that says whether it is good
 * enough. It speaks of what was commanded at the pins, not of odour or water delivered. Pure: figures in, grade out.
 */
import { NOMINAL_TICKS_PER_MS } from '#machines/time.ts';
import type { Grade } from './finding.ts';
import type { RigIdentity, RigTiming } from './rig.ts';
import { damagedFrames, isDamaged, isSlow, RATE_FAIL_PPM, RATE_WARN_PPM } from './rig-checks.ts';

/** What the session itself knows. */
export interface SessionFacts {
  /** Sum over all `lost` events. */
  readonly lostEvents: number;
  readonly bounces: number;
  readonly trials: {
    readonly run: number;
    readonly consistent: number;
    /** Their numbers: no run of their chart, or not as their digest says. */
    readonly departing: readonly number[];
    readonly notJudged: number;
    /** Trials ended early, by reason in words. */
    readonly endedEarly: Readonly<Record<string, number>>;
  };
}

interface Lateness {
  readonly count: number;
  readonly meanUs: number;
  readonly worstUs: number;
}

/** As it stands in the record. */
export interface CertificateFigures extends SessionFacts {
  /** Who measured: the device, the host (soft timing), `virtual` (nothing), `unknown` (the device could not be asked at the end). */
  readonly measuredBy: 'device' | 'host' | 'virtual' | 'unknown';
  /** Null unless measured. */
  readonly timers: Lateness | null;
  /** From an edge's stamp to the pins; the interrupt's entry, about 1 us, comes before the stamp. */
  readonly lickToValve: Lateness | null;
  readonly clock: RigTiming['clock'] | null;
  readonly roundTripsMs: RigTiming['roundTripsMs'] | null;
  readonly framesSentAgain: number;
  readonly damagedFramesHere: number;
  readonly damagedFramesThere: number;
  readonly receiverOverruns: number;
  readonly reconnections: number;
  readonly boardResets: number;
}

export interface Certificate {
  readonly grade: Grade;
  /** Begins with the grade. */
  readonly line: string;
  readonly figures: CertificateFigures;
}

/** From a lick to its valve: the worst under full load, both lick lines, light and a saturated link. */
const LICK_WARN_US = 50;
/**
 * From a deadline to the pins: 10 us at worst under full load where it is prepared ahead, 90 us where it takes the engine's
 * way (light, and outputs on more ports than an answer reaches). More than twice that: something held the board up.
 */
const TIMER_WARN_US = 200;
/** The grid of systems that poll once a millisecond: later than that, nothing is won by a board. */
const LATE_FAIL_US = 1000;
/** The host's own bound, after which it ends a trial rather than write late (hardware/firmata/soft-timing.ts). */
const SOFT_LATE_FAIL_US = 50_000;
/** A third of a frame at 30 Hz: what is aligned by such a clock may fall into the wrong frame. */
const UNCERTAIN_WARN_US = 10_000;
const US_PER_TICK = 1000 / NOMINAL_TICKS_PER_MS;
const NAMED_TRIALS = 8;

/** `timing`: null in virtual time; `unknown`: the device was lost, or the session was cut off in a trial. */
export function certify(
  timing: RigTiming | null | 'unknown',
  identity: Pick<RigIdentity, 'timing'>,
  session: SessionFacts,
): Certificate {
  const measured = timing === null || timing === 'unknown' ? null : timing;
  const figures: CertificateFigures = {
    measuredBy: timing === null ? 'virtual' : timing === 'unknown' ? 'unknown' : identity.timing,
    timers: measured && lateness(measured.timers),
    lickToValve: measured && lateness(measured.inputs),
    clock: measured?.clock ?? null,
    roundTripsMs: measured?.roundTripsMs ?? null,
    framesSentAgain: measured?.resent ?? 0,
    damagedFramesHere: measured?.badFramesHere ?? 0,
    damagedFramesThere: measured?.badFramesThere ?? 0,
    receiverOverruns: measured?.overruns ?? 0,
    reconnections: measured?.reconnections ?? 0,
    boardResets: measured?.boardResets ?? 0,
    ...session,
  };
  const failures = [...proofFailures(figures), ...latenessFailures(figures)];
  const warnings = [...timingWarnings(figures), ...(measured === null ? [] : linkWarnings(measured))];
  const grade: Grade = failures.length > 0 ? 'FAIL' : warnings.length > 0 ? 'WARN' : 'PASS';
  const reasons = [...failures, ...warnings].join('; ');
  return { grade, line: `${grade}: ${reasons === '' ? summary(figures) : reasons}.`, figures };
}

function* proofFailures({ lostEvents, trials: { departing } }: CertificateFigures): Generator<string> {
  if (lostEvents > 0) {
    const proved = departing.length === 0 ? '' : `, so ${trialsWords(departing)} cannot be proved`;
    const remedy = departing.length === 0 ? 'what happened there is not known' : 'leave them out of analyses';
    yield `${lostEvents} event${lostEvents === 1 ? ' was' : 's were'} lost${proved}; ${remedy}`;
  } else if (departing.length > 0) {
    yield `${trialsWords(departing)} ${departing.length === 1 ? 'is no run of its' : 'are no runs of their'} chart; leave ${departing.length === 1 ? 'it' : 'them'} out of analyses, and see "rig verify"`;
  }
}

function* latenessFailures({ measuredBy, timers, lickToValve, clock }: CertificateFigures): Generator<string> {
  const most = measuredBy === 'host' ? SOFT_LATE_FAIL_US : LATE_FAIL_US;
  for (const [what, late] of [['a timer', timers] as const, ['a lick', lickToValve] as const]) {
    if (late !== null && late.worstUs > most)
      yield `${what} reached its valve ${us(late.worstUs)} late; have the rig looked at before its next session`;
  }
  if (clock !== null && measuredBy === 'device' && Math.abs(clock.ratePpm) > RATE_FAIL_PPM)
    yield `the board's clock is ${percent(clock.ratePpm)} off, so all durations are; replace the board`;
}

function* timingWarnings(figures: CertificateFigures): Generator<string> {
  const { measuredBy, timers, lickToValve, clock, boardResets, reconnections, trials } = figures;
  if (measuredBy === 'unknown') yield 'the rig could not be asked at the end, so its lateness is not known';
  if (measuredBy === 'host') {
    const worst = Math.max(timers?.worstUs ?? 0, lickToValve?.worstUs ?? 0);
    yield `soft timing, by this computer and not by the board: valves up to ${us(worst)} after their stamps`;
  } else {
    for (const [what, late, most] of [
      ['a timer', timers, TIMER_WARN_US] as const,
      ['a lick', lickToValve, LICK_WARN_US] as const,
    ]) {
      if (late !== null && late.worstUs > most && late.worstUs <= LATE_FAIL_US)
        yield `${what} reached its valve ${us(late.worstUs)} late, more than the ${most} us of a board under load; if it comes again, have the rig looked at`;
    }
    const off = Math.abs(clock?.ratePpm ?? 0);
    if (off > RATE_WARN_PPM && off <= RATE_FAIL_PPM)
      yield `the board's clock is ${percent(off)} off (measured and corrected); replace the board soon`;
    if ((clock?.uncertaintyUs ?? 0) > UNCERTAIN_WARN_US)
      yield `times against other recordings are uncertain by ${us(clock!.uncertaintyUs)}; align by the sync pulses, and look at the cable`;
  }
  if (boardResets > 0) yield `the board restarted ${times(boardResets)}; look at its supply`;
  if (reconnections > 0) yield `the line broke ${times(reconnections)}; look at its cable`;
  for (const [reason, count] of Object.entries(trials.endedEarly)) {
    if (count > 0 && !operatorsOwn.has(reason)) yield `${trialCount(count)} ended early (${reason})`;
  }
}

function* linkWarnings(timing: RigTiming): Generator<string> {
  if (timing.overruns > 0) yield `the board's receiver lost ${timing.overruns} bytes (sent again)`;
  if (isDamaged(timing)) {
    const remedy = timing.reconnections > 0 ? '' : '; look at the cable';
    yield `${damagedFrames(timing)} frames were damaged or sent again${remedy}`;
  }
  if (isSlow(timing)) {
    const { p50, p95 } = timing.roundTripsMs;
    yield `the link was slow (round trips ${p50.toFixed(0)} ms, 95 % within ${p95.toFixed(0)}); plug the board into the computer itself`;
  }
}

/** `aborted by the host`: somebody stopped the session, or said so. */
const operatorsOwn: ReadonlySet<string> = new Set(['aborted by the host']);

function summary({ measuredBy, timers, lickToValve, clock, trials }: CertificateFigures): string {
  const { run, consistent } = trials;
  const judged = consistent > 0 ? `; ${consistent} of ${trialCount(run)} proved by replay` : '';
  if (measuredBy === 'virtual') return `virtual: nothing measured${judged}`;
  const parts = [
    timers!.count > 0 ? `timers at worst ${us(timers!.worstUs)} late` : null,
    lickToValve!.count > 0 ? `lick to valve at worst ${us(lickToValve!.worstUs)}` : null,
    `clock ${Math.abs(clock!.ratePpm).toFixed(0)} ppm ${clock!.ratePpm < 0 ? 'slow' : 'fast'} (corrected)`,
    'no event lost',
  ];
  return `${parts.filter((part) => part !== null).join(', ')}${judged}`;
}

function lateness({ count, meanTicks, worstTicks }: RigTiming['timers']): Lateness {
  return { count, meanUs: meanTicks * US_PER_TICK, worstUs: worstTicks * US_PER_TICK };
}

function trialsWords(numbers: readonly number[]): string {
  const shown = numbers.slice(0, NAMED_TRIALS).join(', ');
  const more = numbers.length > NAMED_TRIALS ? ` and ${numbers.length - NAMED_TRIALS} more` : '';
  return `trial${numbers.length === 1 ? '' : 's'} ${shown}${more}`;
}

function trialCount(count: number): string {
  return `${count} trial${count === 1 ? '' : 's'}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** `4.5 us`, `1.2 ms`. */
function us(value: number): string {
  return value < 1000 ? `${value.toFixed(1)} us` : `${(value / 1000).toFixed(1)} ms`;
}

function percent(ppm: number): string {
  return `${(Math.abs(ppm) / 10_000).toFixed(2)} %`;
}

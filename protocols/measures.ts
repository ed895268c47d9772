/**
 * How an animal is doing: one definition of each measure, for stage rules, screens and summaries alike. Pairs first,
 * because one number hides strategies: a mouse that licks on three pairs of four scores 75 %.
 *
 * Rates are shares from 0 to 1, or null where no trial bears on them.
 * An early trial (tasks that abort on early licks) is scored and is not correct; it stays out of hit rate, false-alarm
 * rate and d', which ask what the animal answered, and it was never asked.
 */
import type { Outcome } from '#machines/vocabulary.ts';
import { outcomes } from '#machines/vocabulary.ts';
import { dPrime95, meanRate95 } from './intervals.ts';
import type { Interval } from './statistics.ts';
import { dPrimeCeiling, sensitivity, wilson95 } from './statistics.ts';
import type { NotScored, TrialRecord } from './trial-record.ts';
import { whyNotScored } from './trial-record.ts';

export interface PairMeasures {
  readonly trialType: string;
  readonly go: boolean | null;
  /** Scored trials. */
  readonly n: number;
  readonly correct: number;
  readonly correctRate: number;
  readonly correct95: Interval;
  /** Answered trials (a lick in the window) of those that reached the choice period: hit or false-alarm rate. */
  readonly answerRate: number | null;
  readonly counts: Readonly<Record<Outcome, number>>;
}

export interface Measures {
  /** By name of the pair. */
  readonly pairs: readonly PairMeasures[];
  /** Scored trials. */
  readonly n: number;
  readonly correct: number;
  readonly correctRate: number | null;
  readonly correct95: Interval | null;
  /**
   * Go/no-go: mean of the correct rates on go and on no-go trials. Two spouts: mean over the pairs. Null while one of
   * the two kinds has no trial. Use it wherever the mix is not even.
   */
  readonly balancedAccuracy: number | null;
  readonly balanced95: Interval | null;
  readonly hitRate: number | null;
  readonly falseAlarmRate: number | null;
  /** Null with two spouts, and without go or no-go trials. */
  readonly dPrime: number | null;
  readonly dPrime95: Interval | null;
  readonly criterion: number | null;
  /** The d' of a faultless animal over as many trials; draw it beside the curve. */
  readonly dPrimeCeiling: number | null;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly notScored: Readonly<Record<NotScored, number>>;
}

type Counts = Record<Outcome, number>;

const correctOutcomes: ReadonlySet<Outcome> = new Set<Outcome>(['hit', 'correctRejection', 'correct']);
/** The animal licked where a lick is an answer. */
export const answeredOutcomes: ReadonlySet<Outcome> = new Set<Outcome>(['hit', 'falseAlarm', 'correct', 'error']);

/** So many trials alike: a cell of a roll-up, or one trial. */
export interface Tally {
  readonly trialType: string;
  readonly go: boolean | null;
  /** Null: not completed. */
  readonly outcome: Outcome | null;
  /** Null: scored. */
  readonly notScored: NotScored | null;
  readonly trials: number;
}

/** Measures of the scored trials among these; filter with `isControl` or `lastOf` first for a window. */
export function measure(trials: Iterable<TrialRecord>): Measures {
  return measureTallies(tallied(trials));
}

function* tallied(trials: Iterable<TrialRecord>): Iterable<Tally> {
  for (const trial of trials) {
    const { trialType, go, outcome } = trial;
    yield { trialType, go, outcome, notScored: whyNotScored(trial), trials: 1 };
  }
}

/** The same, of trials that were counted before. */
export function measureTallies(tallies: Iterable<Tally>): Measures {
  const cells = new Map<string, Cell>();
  const notScored = { aborted: 0, assisted: 0, correction: 0, probe: 0, blank: 0, excluded: 0 };
  for (const { trialType, go, outcome, notScored: why, trials } of tallies) {
    if (why !== null || outcome === null) {
      notScored[why ?? 'aborted'] += trials;
      continue;
    }
    const key = `${go} ${trialType}`;
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { trialType, go, counts: noCounts() };
      cells.set(key, cell);
    }
    cell.counts[outcome] += trials;
  }

  const pairs = pairsOf([...cells.values()]);
  const counts = sum(pairs.map((pair) => pair.counts));
  const n = size(counts);
  const correct = size(counts, correctOutcomes);
  const goTrials = counts.hit + counts.miss;
  const noGoTrials = counts.falseAlarm + counts.correctRejection;
  const detection = sensitivity(counts.hit, goTrials, counts.falseAlarm, noGoTrials);
  return {
    pairs,
    n,
    correct,
    correctRate: share(correct, n),
    correct95: wilson95(correct, n),
    ...balancedAccuracy([...cells.values()]),
    hitRate: share(counts.hit, goTrials),
    falseAlarmRate: share(counts.falseAlarm, noGoTrials),
    dPrime: detection?.dPrime ?? null,
    dPrime95: dPrime95({ k: counts.hit, n: goTrials }, { k: counts.falseAlarm, n: noGoTrials }),
    criterion: detection?.criterion ?? null,
    dPrimeCeiling: dPrimeCeiling(goTrials, noGoTrials),
    counts,
    notScored,
  };
}

/** Scored trials of a pair that ask alike. */
interface Cell {
  readonly trialType: string;
  readonly go: boolean | null;
  readonly counts: Counts;
}

/** By name. A pair that asks for a lick in some trials and for none in others (random contingency) asks for neither. */
function pairsOf(cells: readonly Cell[]): PairMeasures[] {
  const names = [...new Set(cells.map(({ trialType }) => trialType))].sort();
  return names.map((name) => {
    const own = cells.filter(({ trialType }) => trialType === name);
    const go = own.every((cell) => cell.go === own[0]!.go) ? own[0]!.go : null;
    return pairMeasures(name, go, sum(own.map(({ counts }) => counts)));
  });
}

/**
 * The pair with the lowest correct rate. Null while any of the expected pairs has fewer than `leastN` scored trials:
 * a pair that was not shown cannot be known to be good.
 */
export function worstPair(
  pairs: readonly PairMeasures[],
  expected: readonly string[],
  leastN: number,
): PairMeasures | null {
  const enough = expected.every((name) => (pairs.find((pair) => pair.trialType === name)?.n ?? 0) >= leastN);
  if (!enough) return null;
  return pairs.reduce<PairMeasures | null>(
    (worst, pair) => (worst === null || pair.correctRate < worst.correctRate ? pair : worst),
    null,
  );
}

function pairMeasures(trialType: string, go: boolean | null, counts: Counts): PairMeasures {
  const n = size(counts);
  const correct = size(counts, correctOutcomes);
  return {
    trialType,
    go,
    n,
    correct,
    correctRate: correct / n,
    correct95: wilson95(correct, n)!,
    answerRate: share(size(counts, answeredOutcomes), n - counts.early),
    counts,
  };
}

function balancedAccuracy(cells: readonly Cell[]): Pick<Measures, 'balancedAccuracy' | 'balanced95'> {
  const go = cells.filter((cell) => cell.go === true);
  const noGo = cells.filter((cell) => cell.go === false);
  const classes = go.length + noGo.length > 0 ? [go, noGo] : cells.map((cell) => [cell]);
  if (classes.length < 2 || classes.some((members) => members.length === 0)) {
    return { balancedAccuracy: null, balanced95: null };
  }
  const rates = classes.map((members) => {
    const counts = sum(members.map((cell) => cell.counts));
    return { k: size(counts, correctOutcomes), n: size(counts) };
  });
  return {
    balancedAccuracy: rates.reduce((sumOf, { k, n }) => sumOf + k / n, 0) / rates.length,
    balanced95: meanRate95(rates),
  };
}

function noCounts(): Counts {
  return { hit: 0, miss: 0, falseAlarm: 0, correctRejection: 0, correct: 0, error: 0, noResponse: 0, early: 0 };
}

function sum(all: readonly Readonly<Counts>[]): Counts {
  const result = noCounts();
  for (const counts of all) for (const outcome of outcomes) result[outcome] += counts[outcome];
  return result;
}

function size(counts: Counts, among?: ReadonlySet<Outcome>): number {
  return outcomes.reduce((n, outcome) => n + (among === undefined || among.has(outcome) ? counts[outcome] : 0), 0);
}

function share(k: number, n: number): number | null {
  return n === 0 ? null : k / n;
}

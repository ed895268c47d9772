/**
 * What a recorded session looks like in a terminal: heading, a line a trial, and how the animal did, pairs first.
 */
import type { SessionRecord, SessionSummary } from '#data/reads.ts';
import { epochs } from '#machines/vocabulary.ts';
import type { AchievedBalance } from '#protocols/achieved-balance.ts';
import type { Measures } from '#protocols/measures.ts';
import type { Io } from './io.ts';
import type { LightFigures, Performance } from './performance.ts';
import { type Column, clock, count, paint, percent, spanWords, table, words } from './table.ts';
import type { TrialFacts } from './trial-facts.ts';

/** Whatever shows simulated data says so. */
export function simulatedMark(simulated: boolean): string {
  return simulated ? 'SIMULATED ' : '';
}

export function sessionHeading(session: SessionRecord): string {
  const { stage, kind, offTask } = session;
  const ended = session.endReason ?? 'still open';
  const what = `task ${session.task}${stage === null ? '' : ` (stage ${stage})`}${offTask ? ' with parameters set by hand' : ''}`;
  return `${simulatedMark(session.simulated)}session ${session.id}: ${session.subject} on rig ${session.rig}, ${what}, ${kind}${givenWords(session)}, ${minute(session.startedAt)}, ${count(session.trials, 'trial')}, ${ended}`;
}

/** `: saline, 1 ul, M2, at 09:40`. */
function givenWords({ agent, dose, site, givenAt }: SessionRecord): string {
  if (agent === null) return '';
  const parts = [agent, dose, site, givenAt && `given ${minute(givenAt)}`].filter((part) => part !== null);
  return `: ${parts.join(', ')}`;
}

export function sessionTable(sessions: readonly SessionSummary[]): string {
  return table(
    [
      { head: 'session', align: 'right', cell: ({ id }) => id },
      { head: 'subject', cell: ({ subject }) => subject },
      { head: 'rig', cell: ({ rig }) => rig },
      { head: 'task', cell: ({ task }) => task },
      { head: 'kind', cell: ({ kind }) => kind },
      { head: 'stage', cell: ({ stage }) => stage },
      { head: 'started', cell: ({ startedAt }) => minute(startedAt) },
      { head: 'trials', align: 'right', cell: ({ trials }) => trials },
      { head: 'ended', cell: ({ endReason }) => endReason ?? 'still open' },
      { head: '', cell: ({ simulated }) => simulatedMark(simulated).trim() },
    ],
    sessions,
  );
}

/** Date and time of day as it was where the session ran. */
function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

const trialColumns: readonly Column<TrialFacts>[] = [
  { head: 'trial', align: 'right', cell: ({ trial }) => trial },
  { head: 'pair', cell: ({ pair }) => pair },
  { head: 'outcome', cell: ({ outcome, endReason }) => (outcome === null ? endReason : words(outcome)) },
  { head: 'licks', align: 'right', cell: ({ licks }) => licks },
  { head: 'in delay', align: 'right', cell: ({ delayLicks }) => delayLicks },
  { head: 'first lick', align: 'right', cell: ({ firstLickFromChoiceMs: ms }) => lickTime(ms) },
  { head: 'ended at', align: 'right', cell: ({ endS }) => clock(endS) },
];

const lightColumn: Column<TrialFacts> = { head: 'opto light', cell: lightWords };

/** `late delay, sine 40 Hz, ramp 100 ms, masked`; `masking flash`; `-`. */
function lightWords({ lit, masked, lightFrom, lightTo, waveform, frequencyHz, drive, rampMs }: TrialFacts): string {
  if (lightFrom === null || lightTo === null) return '-';
  if (!lit) return 'masking flash only';
  const parts = [
    spanWords({ from: lightFrom, to: lightTo }),
    `${waveform}${frequencyHz === null ? '' : ` ${frequencyHz} Hz`}`,
    drive === 1 ? null : `at ${percent(drive)}`,
    rampMs ? `ramp ${rampMs} ms` : null,
    masked ? 'masked' : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** From the start of the choice period. */
export function lickTime(ms: number | null): string {
  return ms === null ? '-' : `${Math.round(ms)} ms`;
}

export function trialTable(trials: readonly TrialFacts[]): string {
  const columns = trials.some(({ lightFrom }) => lightFrom !== null)
    ? trialColumns.toSpliced(3, 0, lightColumn)
    : trialColumns;
  return `${table(columns, trials)}first lick: from the start of the choice period. Outcomes say what was commanded and sensed, not that water flowed.\n`;
}

/** Engaged span first, the whole session small beside it; then what was not scored, and how even it came out. */
export function performanceText(performance: Performance, io: Io): string {
  const { control, lastEngagedTrial, whole, light, blank, probes, balance } = performance;
  const lines = [measuresText(control, light.length > 0 ? 'control' : 'scored', io), ...light.map(lightText)];
  if (whole !== null) {
    const all = `The animal stopped working after trial ${lastEngagedTrial}; the figures above are of the trials up to there.`;
    lines.push(
      `${all} Of the whole session: balanced accuracy ${percent(whole.balancedAccuracy) ?? 'not known'} of ${whole.n}.\n`,
    );
  }
  if (blank !== null) {
    lines.push(
      `Blank trials, solvent in all vials, where chance (50 %) is expected: balanced accuracy ${percent(blank.balancedAccuracy) ?? 'not known'} of ${blank.n}.\n`,
    );
  }
  if (probes.of > 0) lines.push(`Probes without odour: licked in ${probes.licked} of ${probes.of}.\n`);
  return `${lines.join('')}${balanceText(balance)}`;
}

/** `Order: A-C 10, A-D 10; ...`. */
function balanceText({ types, litByEpoch, longestRun }: AchievedBalance): string {
  if (types.length === 0) return '';
  const lit = epochs.flatMap((epoch) =>
    litByEpoch[epoch] === undefined ? [] : [`${words(epoch)} ${litByEpoch[epoch]}`],
  );
  const shown = types.map(
    ({ trialType, trials, lit: n }) => `${trialType} ${trials}${lit.length > 0 ? ` (${n} lit)` : ''}`,
  );
  const light = lit.length > 0 ? ` Opto light: ${lit.join(', ')} trials.` : '';
  return `Order: ${shown.join(', ')} trials; at most ${longestRun.sameType} of a type in a row, ${longestRun.sameReward} that pay alike.${light}\n`;
}

/** `Opto light in late delay: 52 % of 17, against control -41 points.` */
function lightText({ from, to, sham, measures, effect }: LightFigures): string {
  const against =
    effect === null
      ? 'too few trials to hold against control'
      : `${signedPoints(effect)} points against control, pair by pair`;
  return `${sham ? 'Sham' : 'Opto'} light in ${spanWords({ from, to })}: ${percent(measures.correctRate) ?? 'nothing'} right of ${measures.n}, ${against}.\n`;
}

/** A difference of shares in percentage points: `-41`, `+3`. */
function signedPoints(difference: number): string {
  const points = Math.round(difference * 100);
  return points > 0 ? `+${points}` : String(points);
}

function measuresText(measures: Measures, what: string, io: Io): string {
  const { n, notScored } = measures;
  const left = Object.entries(notScored).flatMap(([why, count]) => (count > 0 ? [`${count} ${why}`] : []));
  const leftOut = left.length > 0 ? `; not scored: ${left.join(', ')}` : '';
  if (n === 0) return `No ${what} trials${leftOut}.\n`;
  const pairs = table(
    [
      { head: 'pair', cell: ({ trialType }) => trialType },
      { head: 'asks', cell: ({ go }) => (go === null ? 'side' : go ? 'go' : 'no-go') },
      { head: 'trials', align: 'right', cell: (pair) => pair.n },
      { head: 'correct', align: 'right', cell: ({ correctRate }) => percent(correctRate) },
      {
        head: '95 % interval',
        align: 'right',
        cell: ({ correct95 }) => `${Math.round(correct95.low * 100)} to ${percent(correct95.high)}`,
      },
      { head: 'licked', align: 'right', cell: ({ answerRate }) => percent(answerRate) ?? '-' },
    ],
    measures.pairs,
  );
  const { balancedAccuracy, balanced95, hitRate, falseAlarmRate, dPrime, dPrime95, dPrimeCeiling } = measures;
  const interval =
    balanced95 === null ? '' : ` [${Math.round(balanced95.low * 100)}, ${Math.round(balanced95.high * 100)}]`;
  const lines = [
    `Balanced accuracy ${percent(balancedAccuracy) ?? 'not known yet'}${interval} of ${n} ${what} trials${leftOut}.`,
  ];
  if (dPrime !== null) {
    lines.push(
      `Hits ${percent(hitRate)}, false alarms ${percent(falseAlarmRate)}, d' ${dPrime.toFixed(2)} [${dPrime95!.low.toFixed(2)}, ${dPrime95!.high.toFixed(2)}] (at most ${dPrimeCeiling!.toFixed(2)} with so many trials).`,
    );
  }
  return `${pairs}${lines.map((line) => `${paint(io, 'bold', line)}\n`).join('')}`;
}

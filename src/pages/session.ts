/** The page of one session, made when it ends: how the animal did, every lick, light, water, stage, timing, alarms. */
import { firstLicks } from '../figures/first-licks.ts';
import { lickDensityFigure } from '../figures/lick-density.ts';
import { lickRaster } from '../figures/lick-raster.ts';
import { fillsWindow, withinSession } from '../figures/within-session.ts';
import type { FirstLicks, Quartiles, SessionSummary } from '../summaries/session.ts';
import { count, spanWords, words } from '../table.ts';
import { type Html, html } from './html.ts';
import { figure } from './parts.ts';
import { fixedWithInterval, minute, NONE, percentOf, pointsOf, ulOf, withInterval } from './words.ts';

const WIDTH = 1030;
const HALF = 500;

export function sessionBody(summary: SessionSummary): Html {
  const { record, raster, epochs, trials, density, reactions } = summary;
  const { simulated } = record;
  const wide = { width: WIDTH, simulated };
  return html`
<h1>${record.subject} <small>session ${record.id}</small></h1>
<p class="lead">${headline(summary)}</p>
<p class="soft">${about(summary)}</p>
${alarms(summary)}
<h2>How it did <small>engaged control trials, 95 % intervals</small></h2>
${performance(summary)}
${!fillsWindow(trials) ? null : figure(withinSession(trials, wide), 'Within the session', 'Hits and false alarms over the last 40 scored control trials, by trial.')}
${raster.length === 0 ? null : figure(lickRaster(raster, epochs, wide), 'Licks', 'Every trial a row, in the order they ran, over its seconds. Shaded: odours, choice period; dots at the left: opto light.')}
${density.length === 0 ? null : figure(lickDensityFigure({ now: density, before: [], epochs }, wide), 'Lick rate', 'Onsets a second in engaged control trials.')}
<div class="pair">${reactions.length === 0 ? null : figure(firstLicks(reactions, { width: HALF, simulated }), 'First licks', 'Trials by ms from the start of the choice period; below the line: pairs that ask for none.')}
${reactionTable(summary.firstLicks)}</div>
<h2>Day and stage</h2>
${dayLines(summary)}`;
}

function headline({ performance: { control, whole } }: SessionSummary): string {
  if (control.n === 0) return 'No scored trial.';
  const beside = whole === null ? '' : ` (whole session ${percentOf(whole.balancedAccuracy ?? whole.correctRate)})`;
  if (control.balancedAccuracy === null)
    return `${withInterval(control.correctRate, control.correct95)} correct${beside}`;
  const dPrime = control.dPrime === null ? '' : `, d\u2032 ${fixedWithInterval(control.dPrime, control.dPrime95, 2)}`;
  return `Balanced accuracy ${withInterval(control.balancedAccuracy, control.balanced95)}${beside}${dPrime}`;
}

function about({ record, line }: SessionSummary): string {
  const given = record.agent === null ? null : `${record.agent}${record.dose === null ? '' : `, ${record.dose}`}`;
  const parts = [
    minute(record.startedAt),
    `rig ${record.rig}`,
    `${record.task}${record.offTask ? ' with parameters set by hand' : ''}`,
    record.stage === null ? null : `stage ${record.stage}`,
    record.kind,
    given,
    count(line.trials, 'trial'),
    record.endReason ?? 'not closed',
    record.operator === null ? null : `run by ${record.operator}`,
  ];
  return parts.filter((part) => part !== null).join(' \u00b7 ');
}

function alarms({ faults, line, performance: { lastEngagedTrial } }: SessionSummary): Html {
  const stopped = lastEngagedTrial === null ? [] : [`The animal stopped working after trial ${lastEngagedTrial}.`];
  if (line.endReason === null) stopped.push('It is not closed: it runs, or its program died.');
  else if (/^(interrupted|fault)/.test(line.endReason)) stopped.push(`It was cut off (${line.endReason}).`);
  const items = [
    ...faults.map(({ trial, message }) => `${trial === null ? '' : `Trial ${trial}: `}${message}`),
    ...stopped,
  ];
  if (items.length === 0) return html`<p class="calm">No alarm.</p>`;
  return html`<ul class="alarms">${items.map((text) => html`<li>${text}`)}</ul>`;
}

function performance({ performance: { control, light, blank, probes, balance } }: SessionSummary): Html {
  const asked = new Map(balance.types.map(({ trialType, trials, lit }) => [trialType, { trials, lit }]));
  const pairs = html`<div class="wide"><table class="slim"><thead><tr><th>pair<th>asks<th class="n">shown<th class="n">scored<th class="n">correct<th class="n">licked<th>outcomes</tr></thead><tbody>${control.pairs.map(
    ({ trialType, go, n, correctRate, correct95, answerRate, counts }) =>
      html`<tr><td>${trialType}<td>${go === null ? 'side' : go ? 'lick' : 'no lick'}<td class="n">${asked.get(trialType)?.trials ?? NONE}<td class="n">${n}<td class="n">${withInterval(correctRate, correct95)}<td class="n">${percentOf(answerRate)}<td>${outcomeWords(counts)}</tr>`,
  )}</tbody></table></div>`;
  const lit =
    light.length === 0
      ? null
      : html`<div class="wide"><table class="slim"><thead><tr><th>opto light in<th class="n">trials<th class="n">correct<th class="n">against control, points</tr></thead><tbody>${light.map(
          (span) =>
            html`<tr><td>${spanWords(span)}${span.sham ? ' (sham)' : ''}<td class="n">${span.measures.n}<td class="n">${withInterval(span.measures.correctRate, span.measures.correct95)}<td class="n">${span.effect === null ? 'too few trials' : pointsOf(span.effect)}</tr>`,
        )}</tbody></table></div>`;
  const left = Object.entries(control.notScored).flatMap(([why, n]) => (n > 0 ? [`${n} ${why}`] : []));
  const run = balance.longestRun;
  return html`<div class="pair">${pairs}${lit}</div>
<p class="soft">At most ${run.sameType} of a pair in a row, ${run.sameReward} that pay alike.${left.length === 0 ? '' : ` Not scored: ${left.join(', ')}.`}${blank === null ? '' : ` Blanks: ${percentOf(blank.balancedAccuracy)} of ${blank.n}, chance expected.`}${probes.of === 0 ? '' : ` Probes without odour: licked in ${probes.licked} of ${probes.of}.`}</p>`;
}

/** `11 hit, 1 miss`. */
function outcomeWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .flatMap(([outcome, n]) => (n > 0 ? [`${n} ${words(outcome)}`] : []))
    .join(', ');
}

function reactionTable(rows: readonly FirstLicks[]): Html | null {
  if (rows.length === 0) return null;
  return html`<div class="wide"><table class="slim"><thead><tr><th>first lick, ms<th class="n">trials<th class="n">from choice<th class="n">from odour 2</tr></thead><tbody>${rows.map(
    ({ go, trials, fromChoice, fromOdour2 }) =>
      html`<tr><td>${go === null ? 'side' : go ? 'lick' : 'no lick'}<td class="n">${trials}<td class="n">${quartileWords(fromChoice)}<td class="n">${fromOdour2 === null ? NONE : quartileWords(fromOdour2)}</tr>`,
  )}</tbody></table><p class="soft">Median, and quartiles in brackets.</p></div>`;
}

function quartileWords([low, median, high]: Quartiles): string {
  return `${Math.round(median)} [${Math.round(low)}, ${Math.round(high)}]`;
}

function countsWords({ stage, endReason, assessed, excluded, notCounted }: SessionSummary['line']): string {
  if (stage === null) return 'It ran outside the stages of training.';
  if (excluded) return 'It does not count: it is excluded.';
  if (endReason === null) return 'It is not closed, so no rule has seen it.';
  if (!assessed) return 'It was cut off, so no rule has seen it: it does not count.';
  return notCounted === null ? 'It counts.' : `It does not count: ${notCounted}.`;
}

function dayLines({ line, care, decision, certificate, imaging, record }: SessionSummary): Html {
  const due = care.dueUl === null ? 'what is due is not known' : `${ulOf(care.dueUl)} still due to it`;
  const counts = countsWords(line);
  const stage =
    decision === null
      ? record.stage === null || !line.assessed
        ? ''
        : ` The animal stays in stage ${record.stage}.`
      : ` ${decision.verdict === 'proposed' ? `Proposed: back to ${decision.to}, a person decides` : `Stage ${decision.from} is left for ${decision.to}`}: ${decision.reason}.`;
  return html`<p>Water: ${ulOf(line.waterUl)} commanded in this session, ${ulOf(care.givenUl)} today${care.restriction === null ? '' : `, ${due}`}.</p>
<p>Stage: ${counts}${stage}</p>
<p>Timing: <span class="${certificate?.grade ?? ''}">${certificate?.line ?? 'no certificate'}</span></p>
${imaging === null ? null : html`<p>Frame clock: ${imaging.nominalHz} Hz agreed, ${imaging.rejectedPulses ?? 0} pulses rejected${imaging.alreadyRunning === true ? ', running before the session' : ''}.</p>`}`;
}

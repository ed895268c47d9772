/** The page of one animal: learning first, then the session of the day, light, licks, weight and water, decisions, remarks. */
import type { Alarm } from '../summaries/alarms.ts';
import type { LatestSession } from '../summaries/latest-session.ts';
import type { SessionRow } from '../summaries/session-row.ts';
import type { SubjectSummary } from '../summaries/subject.ts';
import { spanWords } from '../table.ts';
import { type Html, html } from './html.ts';
import { alarmList, figure } from './parts.ts';
import type { SubjectFigure, SubjectFigures } from './subject-figures.ts';
import { recordSections } from './subject-record.ts';
import { fixedWithInterval, NONE, percentOf, pointsOf, ulOf, withInterval } from './words.ts';

export interface SubjectPage {
  readonly summary: SubjectSummary;
  readonly latest: LatestSession | null;
  readonly alarms: readonly Alarm[];
  readonly figures: SubjectFigures;
}

export function subjectBody({ summary, latest, alarms, figures }: SubjectPage): Html {
  const { animal, status, sessions, tomorrow } = summary;
  return html`
<h1>${animal.name}</h1>
<p class="lead">${status}</p>
<p class="soft">${facts(summary)}</p>
${alarmList(alarms, 'No open case, no alarm.')}
<p><b>Tomorrow:</b> ${tomorrow}.</p>
${sessions.length === 0 ? html`<p class="calm">It has run no session up to this day.</p>` : learning(figures)}
${latest === null ? null : lastSession(latest, figures)}
${light(summary, figures)}
${licks(figures)}
${weightAndWater(summary, figures)}
${recordSections(summary)}`;
}

function facts({ animal, standing }: SubjectSummary): string {
  const parts = [
    animal.oldNames.length > 0 ? `before: ${animal.oldNames.join(', ')}` : null,
    animal.sex,
    animal.strain,
    animal.genotype,
    animal.birthDate === null ? null : `born ${animal.birthDate}`,
    animal.cage === null ? null : `cage ${animal.cage}`,
    animal.earMark === null ? null : `ear mark ${animal.earMark}`,
    animal.opsin === null ? null : `${animal.opsin}${animal.opsinControl === 1 ? ' (control)' : ''}`,
    animal.cohort === null ? null : `cohort ${animal.cohort}`,
    animal.licence === null ? null : `licence ${animal.licence}`,
    standing === null ? null : `${standing.ladder.title}, in this stage since ${standing.enteredAt.slice(0, 10)}`,
  ];
  return parts.filter((part) => part !== null).join(' \u00b7 ');
}

function learning(figures: SubjectFigures): Html {
  return html`<h2>Learning <small>engaged control trials of each session, 95 % intervals</small></h2>
${shown(figures.pairs)}${shown(figures.accuracy)}${shown(figures.dprime)}`;
}

function lastSession({ row }: LatestSession, figures: SubjectFigures): Html {
  const given = row.agent === null ? '' : `: ${row.agent}${row.dose === null ? '' : ` ${row.dose}`}`;
  const stage = row.stage === null ? '' : `, stage ${row.stage}`;
  return html`<h2>Session ${row.number} <small>${row.day}, rig ${row.rig}, ${row.task}${stage}, ${row.kind}${given}; record no. ${row.session}</small></h2>
${sessionFigures(row)}
${shown(figures['within-session'])}${shown(figures.licks)}`;
}

function sessionFigures({ control, whole, waterUl, trials, lastEngagedTrial, certificate, grade }: SessionRow): Html {
  const beside =
    whole === null ? null : html` <span class="soft">(whole session ${percentOf(whole.balancedAccuracy)})</span>`;
  return html`<p>${withInterval(control.balancedAccuracy ?? control.correctRate, control.balanced95 ?? control.correct95)} ${control.balancedAccuracy === null ? 'correct' : 'balanced accuracy'}${beside} \u00b7 d\u2032 ${fixedWithInterval(control.dPrime, control.dPrime95, 2)} \u00b7 ${control.n} scored control trials of ${trials}${lastEngagedTrial === null ? '' : `, engaged to trial ${lastEngagedTrial}`} \u00b7 ${ulOf(waterUl)} of water commanded \u00b7 <span class="${grade ?? ''}">${certificate ?? 'no timing certificate'}</span></p>
<div class="wide"><table class="slim"><thead><tr><th>pair<th>asks<th class="n">trials<th class="n">correct<th class="n">licked</tr></thead><tbody>${control.pairs.map(
    ({ trialType, go, n, correctRate, correct95, answerRate }) =>
      html`<tr><td>${trialType}<td>${go === null ? 'side' : go ? 'lick' : 'no lick'}<td class="n">${n}<td class="n">${withInterval(correctRate, correct95)}<td class="n">${percentOf(answerRate)}</tr>`,
  )}</tbody></table></div>`;
}

function light({ effects }: SubjectSummary, figures: SubjectFigures): Html | null {
  if (figures.light === undefined) return null;
  return html`<h2>Opto light <small>correct under light less correct of the same session\u2019s control trials, pair by pair, in percentage points</small></h2>
<div class="pair"><div>${shown(figures.light)}</div>
<div class="wide"><table><thead><tr><th>epoch<th class="n">mean<th class="n">sessions<th class="n">lit trials</tr></thead><tbody>${effects.map(
    (effect) =>
      html`<tr><td>${spanWords(effect)}${effect.sham ? ' (sham)' : ''}<td class="n">${pointsOf(effect.mean)}<td class="n">${effect.sessions.length}<td class="n">${effect.litTrials}</tr>`,
  )}</tbody></table></div></div>`;
}

function licks(figures: SubjectFigures): Html | null {
  if (figures['first-lick'] === undefined) return null;
  return html`<h2>Licks <small>engaged control trials</small></h2>
<div class="pair">${shown(figures['first-lick'])}${shown(figures['delay-licks'])}</div>`;
}

function weightAndWater({ care }: SubjectSummary, figures: SubjectFigures): Html | null {
  if (figures.weight === undefined && figures.water === undefined) return null;
  const due = care.dueUl === null ? NONE : ulOf(care.dueUl);
  return html`<h2>Weight and water <small>today ${care.weight === null ? 'not weighed' : `${care.weight.grams} g`}, ${ulOf(care.givenUl)} given, ${due} due</small></h2>
<div class="pair">${shown(figures.weight)}${shown(figures.water)}</div>`;
}

function shown(drawn: SubjectFigure | undefined): Html | null {
  return drawn === undefined ? null : figure(drawn.figure, drawn.what, drawn.how);
}

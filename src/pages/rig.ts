/** The page of one rig: what went wrong, its timing, what its valves gave and its sensors felt. */
import { clockFigure, sensorFigure } from '../figures/rig-curves.ts';
import type { Alarm } from '../summaries/alarms.ts';
import type { RigSession, RigSummary } from '../summaries/rig.ts';
import { count } from '../table.ts';
import { subjectFile } from './files.ts';
import { type Html, html } from './html.ts';
import { alarmList, figure } from './parts.ts';
import { fixed, minute, NONE, ulOf } from './words.ts';

const HALF = 500;

export function rigBody(summary: RigSummary, alarms: readonly Alarm[]): Html {
  const { rig, sessions, today, drops, vials, licks, faults } = summary;
  const frame = { width: HALF, simulated: rig.simulated };
  const clocked = sessions.some(({ clockPpm }) => clockPpm !== null);
  return html`
<h1>${rig.name}</h1>
<p class="lead">${count(today.length, 'session')} today, ${count(sessions.length, 'session')} shown.</p>
${alarmList(alarms, 'Nothing went wrong today.')}
<h2>Clock and sensors <small>by session, numbers as in the record</small></h2>
<div class="pair">${clocked ? figure(clockFigure(summary, frame), 'Clock', 'against the computer\u2019s, ppm.') : html`<p class="soft">Clock: not measured (virtual time, or no certificate).</p>`}
${licks.length === 0 ? html`<p class="soft">Lick sensors: no session of it is rolled up.</p>` : figure(sensorFigure(summary, frame), 'Lick sensors', 'onsets a trial; a dead one lies on the floor.')}</div>
<h2>Valves and vials</h2>
<div class="pair"><div class="wide"><table><thead><tr><th>water line<th>calibrated<th class="n">drops since<th class="n">water since</tr></thead><tbody>${drops.map(
    ({ line, calibratedAt, drops: n, ul }) =>
      html`<tr><td>${line}<td>${calibratedAt === null ? 'never: nominal flow' : calibratedAt.slice(0, 10)}<td class="n">${n}<td class="n">${ulOf(ul)}</tr>`,
  )}</tbody></table></div>
<div class="wide">${
    vials.length === 0
      ? html`<p class="soft">No vials are entered.</p>`
      : html`<table><thead><tr><th>valve<th>odorant<th>filled<th class="n">hours<th class="n">openings</tr></thead><tbody>${vials.map(
          ({ line, odorant, filledAt, hours, openings }) =>
            html`<tr><td>${line}<td>${odorant}<td>${minute(filledAt)}<td class="n">${fixed(hours, 0)}<td class="n">${openings}</tr>`,
        )}</tbody></table>`
  }</div></div>
${
  faults.length === 0
    ? null
    : html`<h2>Faults <small>newest first</small></h2><ul class="plain">${[...faults]
        .reverse()
        .slice(0, 30)
        .map(
          ({ session, trial, at, message }) =>
            html`<li><span class="soft">${minute(at)}, session ${session}${trial === null ? '' : `, trial ${trial}`}:</span> ${message}`,
        )}</ul>`
}
<h2>Sessions <small>newest first</small></h2>
<div class="wide"><table><thead><tr><th class="n">session<th>started<th>animal<th>task<th class="n">trials<th>timing<th class="n">clock ppm<th class="n">drift ppm/min<th class="n">worst lick to valve<th class="n">lost events<th class="n">faults<th>ended</tr></thead><tbody>${[...sessions].reverse().slice(0, 40).map(sessionTr)}</tbody></table></div>`;
}

function sessionTr(row: RigSession): Html {
  const {
    session,
    startedAt,
    subject,
    subjectId,
    task,
    trials,
    grade,
    clockPpm,
    driftPpmPerMin,
    worstLickToValveUs,
    lostEvents,
    faults,
    endReason,
  } = row;
  return html`<tr><td class="n">${session}<td class="nowrap">${minute(startedAt)}<td class="nowrap"><a href="${subjectFile(subjectId)}">${subject}</a><td class="nowrap">${task}<td class="n">${trials}<td><span class="${grade ?? ''}">${grade ?? NONE}</span><td class="n">${fixed(clockPpm, 1)}<td class="n">${fixed(driftPpmPerMin, 2)}<td class="n">${worstLickToValveUs === null ? NONE : `${fixed(worstLickToValveUs, 0)} us`}<td class="n">${lostEvents ?? NONE}<td class="n">${faults}<td>${endReason ?? 'not closed'}</tr>`;
}

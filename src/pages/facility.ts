/** The page that the lab opens in the morning: what must be looked at, then every animal on one line, then the rigs. */
import { sparkline } from '../figures/sparkline.ts';
import type { Alarm } from '../summaries/alarms.ts';
import { groupEffects } from '../summaries/group-effects.ts';
import type { RigSummary } from '../summaries/rig.ts';
import type { SubjectSummary } from '../summaries/subject.ts';
import { count } from '../table.ts';
import { effectSection } from './effects.ts';
import { rigFile, subjectFile } from './files.ts';
import { Html, html } from './html.ts';
import { alarmList } from './parts.ts';
import { dayWords, fixed, NONE, percentOf, pointsOf, ulOf } from './words.ts';

export interface Facility {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly simulated: boolean;
  readonly subjects: readonly SubjectSummary[];
  readonly rigs: readonly RigSummary[];
  readonly alarms: readonly Alarm[];
  /** By name. */
  readonly notShown: readonly string[];
}

export function facilityBody({ day, subjects, rigs, alarms, notShown, simulated }: Facility): Html {
  const ran = subjects.filter(({ today }) => today.length > 0).length;
  const sessions = subjects.reduce((sum, { today }) => sum + today.length, 0);
  const effects = groupEffects(subjects);
  return html`
<h1>${dayWords(day)}</h1>
<p class="lead">${count(subjects.length, 'animal')}, ${ran} of them run in ${count(sessions, 'session')} on ${count(rigs.filter(({ today }) => today.length > 0).length, 'rig')}.</p>
${alarmList(alarms, 'Nothing to look at: no open case, no alarm.')}
${subjects.length === 0 ? html`<p class="calm">No animal was seen in the last weeks.</p>` : subjectTable(subjects)}
${effectSection(effects, simulated)}
${rigs.length === 0 ? null : rigTable(rigs)}
${notShown.length === 0 ? null : html`<p class="soft">Not shown, because they have left or were not seen for 60 days: ${notShown.join(', ')}.</p>`}`;
}

function subjectTable(subjects: readonly SubjectSummary[]): Html {
  return html`<h2>Animals</h2>
<table class="cards"><thead><tr><th>animal<th>status<th>correct by pair, last sessions<th class="n">today<th class="n">d&#39;<th class="n">trials<th>against its own<th class="n">weight<th class="n">water, due<th>tomorrow</tr></thead>
<tbody>${subjects.map(subjectRow)}</tbody></table>`;
}

function subjectRow(summary: SubjectSummary): Html {
  const { animal, status, today, sessions, change, care, tomorrow } = summary;
  const last = today.at(-1);
  const shown = last?.control;
  const due = care.dueUl === null ? '' : care.dueUl < 0.5 ? ', none due' : `, ${Math.round(care.dueUl)} due`;
  const water = care.freeAccess ? 'free access' : `${ulOf(care.givenUl)}${due}`;
  return html`<tr${last === undefined ? new Html(' class="off"') : null}>
<td class="name"><a href="${subjectFile(animal.id)}">${animal.name}</a>
<td data-label="status">${status}
<td>${sessions.length === 0 ? NONE : sparkline(sessions)}
<td class="n" data-label="today">${shown === undefined ? 'not run' : html`<b>${percentOf(shown.balancedAccuracy ?? shown.correctRate)}</b> <span class="soft nowrap">${bounds(shown)}</span>${remarkOn(today)}`}
<td class="n" data-label="d'">${fixed(shown?.dPrime ?? null, 2)}
<td class="n" data-label="trials">${last === undefined ? NONE : trialsWords(last)}
<td data-label="against its own">${changeWords(change)}
<td class="n" data-label="weight">${care.weight === null ? NONE : html`${care.weight.grams} g${care.share === null ? null : html` <span class="soft">${percentOf(care.share)}</span>`}`}
<td class="n" data-label="water, due">${water}
<td data-label="tomorrow">${tomorrow}</tr>`;
}

/** What a reader must know of the day's figure: the kind of session, and that there were several. */
function remarkOn(today: SubjectSummary['today']): Html | null {
  const last = today.at(-1);
  if (last === undefined) return null;
  const ordinary = last.kind === 'training' || last.kind === 'imaging';
  const kind = ordinary ? null : last.agent === null ? last.kind : last.agent;
  const several = today.length > 1 ? `last of ${today.length}` : null;
  const words = [kind, several].filter((part) => part !== null).join(', ');
  return words === '' ? null : html`<br><span class="soft">${words}</span>`;
}

function bounds({ balancedAccuracy, balanced95, correct95 }: SubjectSummary['sessions'][number]['control']): string {
  const interval = balancedAccuracy === null ? correct95 : balanced95;
  return interval === null ? '' : `[${Math.round(interval.low * 100)}, ${Math.round(interval.high * 100)}]`;
}

/** Engaged ones of all, where the animal stopped. */
function trialsWords({ trials, lastEngagedTrial }: SubjectSummary['sessions'][number]): string {
  return lastEngagedTrial === null ? String(trials) : `${lastEngagedTrial} of ${trials}`;
}

function changeWords({ verdict, today, usual }: SubjectSummary['change']): Html {
  if (verdict === 'none' || today === null || usual === null) return html`<span class="soft">${NONE}</span>`;
  const words = `${verdict}, ${pointsOf(today - usual)}`;
  return verdict === 'as before'
    ? html`<span class="soft">${words}</span>`
    : html`<span class="${verdict}">${words}</span>`;
}

/** `8 PASS`, each grade in its colour. */
function gradeCounts(today: RigSummary['today']): Html[] {
  const grades = ['PASS', 'WARN', 'FAIL', null] as const;
  return grades.flatMap((grade) => {
    const n = today.filter((line) => line.grade === grade).length;
    return n === 0 ? [] : [html`<span class="${grade ?? ''}">${n} ${grade ?? 'without'}</span> `];
  });
}

function rigTable(rigs: readonly RigSummary[]): Html {
  return html`<h2>Rigs</h2>
<table class="cards"><thead><tr><th>rig<th class="n">sessions today<th>animals<th>timing<th class="n">faults today<th class="n">trials today</tr></thead>
<tbody>${rigs.map(({ rig, today, faults }) => {
    const ids = new Set(today.map(({ session }) => session));
    const names = [...new Set(today.map(({ subject }) => subject))];
    return html`<tr${today.length === 0 ? new Html(' class="off"') : null}><td class="name"><a href="${rigFile(rig.id)}">${rig.name}</a>
<td class="n" data-label="sessions today">${today.length}<td data-label="animals">${names.join(', ') || NONE}
<td data-label="timing">${gradeCounts(today)}
<td class="n" data-label="faults today">${faults.filter(({ session }) => ids.has(session)).length}
<td class="n" data-label="trials today">${today.reduce((sum, { trials }) => sum + trials, 0)}</tr>`;
  })}</tbody></table>`;
}

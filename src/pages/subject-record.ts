/** What stands in the record of an animal in words: its sessions, decisions on its stage, cases, remarks, corrections. */
import type { SessionRow } from '../summaries/session-row.ts';
import type { SubjectSummary } from '../summaries/subject.ts';
import { Html, html } from './html.ts';
import { fixed, minute, NONE, percentOf, ulOf } from './words.ts';

/** A page's worth. */
const ROWS_SHOWN = 30;

export function recordSections(summary: SubjectSummary): Html {
  return html`${sessionTable(summary)}${decisions(summary)}${cases(summary)}${remarks(summary)}${amendments(summary)}`;
}

function sessionTable({ sessions, earlier }: SubjectSummary): Html | null {
  if (sessions.length === 0) return null;
  const shown = sessions.slice(-ROWS_SHOWN).reverse();
  const left = earlier + sessions.length - shown.length;
  return html`<h2>Sessions <small>newest first${left > 0 ? `; ${left} earlier ones are not listed` : ''}</small></h2>
<div class="wide"><table><thead><tr><th class="n">no.<th>day<th>rig<th>stage<th>kind<th class="n">correct<th class="n">d\u2032<th class="n">control trials<th class="n">expert day<th class="n">water<th>timing<th>ended<th>apart, or not counted because</tr></thead><tbody>${shown.map(sessionTr)}</tbody></table></div>`;
}

function sessionTr(row: SessionRow): Html {
  const cutOff = row.stage !== null && !row.assessed ? 'cut off, so no rule has seen it' : null;
  const why = [...row.apart, row.excluded ? null : (row.notCounted ?? cutOff)]
    .filter((part) => part !== null)
    .join(', ');
  const { control, kind, agent } = row;
  return html`<tr${row.counts ? null : new Html(' class="off"')}><td class="n">${row.number}<td class="nowrap">${row.day}<td>${row.rig}<td>${row.stage ?? NONE}<td>${kind}${agent === null ? '' : `: ${agent}`}<td class="n">${percentOf(control.balancedAccuracy ?? control.correctRate)}<td class="n">${fixed(control.dPrime, 2)}<td class="n">${control.n}<td class="n">${row.counts && row.stage === 'expert' ? row.expertDay : NONE}<td class="n nowrap">${ulOf(row.waterUl)}<td><span class="${row.grade ?? ''}">${row.grade ?? NONE}</span><td>${row.endReason ?? 'not closed'}<td>${why}</tr>`;
}

function decisions({ decisions: all }: SubjectSummary): Html | null {
  if (all.length === 0) return null;
  return html`<h2>Stages <small>every decision with the figures it was made on</small></h2>
<div class="wide"><table><thead><tr><th>when<th>from<th>to<th>verdict<th>by<th>because</tr></thead><tbody>${all
    .slice(-ROWS_SHOWN)
    .reverse()
    .map(
      ({ at, from, to, verdict, person, rule, reason }) =>
        html`<tr><td class="nowrap">${minute(at)}<td>${from ?? NONE}<td>${to}<td>${verdict}<td>${person ?? `rule \u201c${rule}\u201d`}<td>${reason}</tr>`,
    )}</tbody></table></div>`;
}

function cases({ cases: all }: SubjectSummary): Html | null {
  if (all.length === 0) return null;
  return html`<h2>Welfare cases</h2><ul class="plain">${all.map(
    ({ id, openedAt, reason, entries, open }) =>
      html`<li>Case ${id}, ${minute(openedAt)}: ${reason}. ${open ? html`<b>Open.</b> ` : null}${entries.map(({ kind, body, person, at }) => `${kind}: ${body} (${person}, ${minute(at)}). `)}`,
  )}</ul>`;
}

function remarks({ notes }: SubjectSummary): Html | null {
  if (notes.length === 0) return null;
  const shown = notes.slice(-ROWS_SHOWN).reverse();
  return html`<h2>Remarks, exclusions, faults <small>newest first</small></h2><ul class="plain">${shown.map(
    ({ kind, at, session, trial, person, body }) =>
      html`<li><span class="soft">${minute(at)}${session === null ? '' : `, session ${session}`}${trial === null ? '' : `, trial ${trial}`}${person === null ? '' : `, ${person}`}, ${kind}:</span> ${body}`,
  )}</ul>`;
}

function amendments({ amendments: all }: SubjectSummary): Html | null {
  if (all.length === 0) return null;
  return html`<h2>Corrections <small>what was first entered stays in the record; the figures above count what was corrected</small></h2><ul class="plain">${all
    .slice(-ROWS_SHOWN)
    .reverse()
    .map(
      ({ tableName, rowKey, columnName, oldValue, newValue, person, reason, at }) =>
        html`<li>${tableNames[tableName] ?? tableName} ${rowKey}, ${columnName.replaceAll('_', ' ')}: ${oldValue ?? 'nothing'} to ${newValue ?? 'nothing'}. ${reason} <span class="soft">(${person}, ${minute(at)})</span>`,
    )}</ul>`;
}

const tableNames: Readonly<Record<string, string>> = {
  weights: 'weighing',
  water_ledger: 'water',
  sessions: 'session',
  session_conditions: 'session',
  subjects: 'animal',
  notes: 'remark',
};

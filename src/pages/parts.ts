/** Parts that several pages show. */
import type { Figure } from '../figures/draw.ts';
import type { Alarm } from '../summaries/alarms.ts';
import { type Html, html } from './html.ts';

export function alarmList(alarms: readonly Alarm[], calm: string): Html {
  if (alarms.length === 0) return html`<p class="calm">${calm}</p>`;
  return html`<ul class="alarms">${alarms.map(({ kind, text }) => html`<li class="${kind}">${text}`)}</ul>`;
}

/** `what` in bold, then how to read it. */
export function figure(drawn: Figure, what: string, how: string): Html {
  return html`<figure><figcaption><b>${what}</b> ${how}</figcaption>${drawn}</figure>`;
}

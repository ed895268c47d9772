/** The page of one session as a whole file. */
import type { SessionSummary } from '../summaries/session.ts';
import { definitions } from './footer.ts';
import { html } from './html.ts';
import { sessionBody } from './session.ts';
import { page } from './shell.ts';

export interface SessionPageMade {
  /** Of the record. */
  readonly path: string;
  /** ISO 8601 with offset. */
  readonly now: string;
  readonly software: string;
}

export function sessionPage(summary: SessionSummary, { path, now, software }: SessionPageMade): string {
  const { id, subject, simulated, firmware, engine } = summary.record;
  const footer = html`<p>${definitions}</p><p>Session ${id} of ${path}; ${engine}, ${firmware}. Made ${now.slice(0, 16).replace('T', ' ')} by Rehearsal ${software}.</p>`;
  return page({ title: `${subject}, session ${id}`, simulated, crumbs: null, footer }, sessionBody(summary));
}

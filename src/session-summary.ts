/** The summary of a session when it has ended: rolled up, told on the terminal, written as a page beside the record. */
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { refreshRollups } from '#data/rollups/refresh.ts';
import { ulText } from './animal-room/standing.ts';
import { type Io, isoWithOffset } from './io.ts';
import { writeWhole } from './nightly/write-whole.ts';
import { sessionFile } from './pages/files.ts';
import { pagesFolder } from './pages-folder.ts';
import { readingFrom } from './record-option.ts';
import { performanceText } from './show.ts';
import type { FirstLicks, Quartiles, SessionSummary } from './summaries/session.ts';
import { count, paint, words } from './table.ts';
import { softwareVersion } from './version.ts';

/** What follows the trials on the terminal. */
export function summaryText(summary: SessionSummary, io: Io): string {
  const { performance, firstLicks, faults, care, line } = summary;
  const { restriction, givenUl } = care;
  return [
    performanceText(performance, io),
    // What is due to it is told beside what it has had, where that is known.
    restriction === null
      ? `Water commanded in this session: ${ulText(line.waterUl)}; today: ${ulText(givenUl)}.\n`
      : '',
    ...firstLicks.map(firstLickText),
    faults.length === 0 ? '' : paint(io, 'yellow', `Alarms: ${faults.map(alarmText).join('; ')}.\n`),
  ].join('');
}

/** In short: its words were told when it happened, and stand on the page. */
function alarmText({ code, trial }: SessionSummary['faults'][number]): string {
  return trial === null ? words(code) : `${words(code)} in trial ${trial}`;
}

function firstLickText({ go, trials, fromChoice, fromOdour2 }: FirstLicks): string {
  const asked = go === null ? '' : go ? ' where a lick was asked' : ' where none was asked';
  const from2 = fromOdour2 === null ? '' : `, ${quartileWords(fromOdour2)} from odour 2`;
  return `First lick${asked}: ${quartileWords(fromChoice)} from the choice period${from2} (median, quartiles; ${count(trials, 'trial')}).\n`;
}

function quartileWords([low, median, high]: Quartiles): string {
  return `${Math.round(median)} ms (${Math.round(low)} to ${Math.round(high)})`;
}

export interface WrittenSummary {
  readonly summary: SessionSummary;
  /** The page. */
  readonly file: string;
}

/**
 * Rolls the session up where it is closed, reads it, writes its page. Null: there is no such session.
 * `out`: file of the page; null: beside the record. @throws RecordError; what the file system says
 */
export async function writeSummary(
  path: string,
  session: number,
  { out, io }: { readonly out: string | null; readonly io: Io },
): Promise<WrittenSummary | null> {
  refreshRollups(path, { only: [session] });
  // Only who draws waits for the drawing library.
  const { readSessionSummary } = await import('./summaries/session.ts');
  const { sessionPage } = await import('./pages/session-page.ts');
  const summary = readingFrom(path, (db) => readSessionSummary(db, session));
  if (summary === undefined) return null;
  const file = out ?? join(pagesFolder(path), sessionFile(session));
  const text = sessionPage(summary, { path, now: isoWithOffset(io.now()), software: softwareVersion });
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(dirname(file), basename(file), text);
  return { summary, file };
}

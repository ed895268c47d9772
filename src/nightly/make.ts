/**
 * Makes the pages of a night: one for the facility, one an animal, one a rig, with the same numbers as CSV and JSON, and a
 * picture an animal. The record is read as one snapshot, animal by animal, so that neither a session which is recorded
 * meanwhile nor the length of a lab's history changes what is shown. The facility's page is written after those it leads to.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { RecordError } from '#data/record-error.ts';
import { refreshRollups } from '#data/rollups/refresh.ts';
import { facilityBody } from '../pages/facility.ts';
import { FACILITY_FILE, rigFile, SIMULATED_FILE, sessionFile, subjectFile } from '../pages/files.ts';
import { nightFooter } from '../pages/footer.ts';
import { html } from '../pages/html.ts';
import { rigBody } from '../pages/rig.ts';
import { sessionPage } from '../pages/session-page.ts';
import { page } from '../pages/shell.ts';
import { subjectBody } from '../pages/subject.ts';
import { subjectFigures } from '../pages/subject-figures.ts';
import { dayWords } from '../pages/words.ts';
import { alarmsOf } from '../summaries/alarms.ts';
import { latestSession } from '../summaries/latest-session.ts';
import { dayMeant, type NightPart, nightParts } from '../summaries/night.ts';
import { type RigSummary, readRig } from '../summaries/rig.ts';
import { readSessionSummary } from '../summaries/session.ts';
import { readSubject, type SubjectSummary } from '../summaries/subject.ts';
import { PictureWriter } from './picture-writer.ts';
import { subjectPictures } from './pictures.ts';
import { TableFiles } from './table-files.ts';
import { alarmTables, rigTables, subjectTables } from './tables.ts';
import { writeWhole } from './write-whole.ts';

export interface NightOptions {
  /** Of the record. */
  readonly path: string;
  /** YYYY-MM-DD; null: the one that is meant now. */
  readonly day: string | null;
  /** Made where it is missing. */
  readonly folder: string;
  /** A picture of each figure, too. */
  readonly allPictures: boolean;
  /** ISO 8601 with offset. */
  readonly now: string;
  readonly software: string;
}

export interface NightReport {
  readonly day: string;
  /** Of the facility. */
  readonly page: string;
  readonly animals: number;
  readonly rigs: number;
  readonly alarms: number;
  /** Sessions that were rolled up for it. */
  readonly rolledUp: number;
  /** What could not be brought up to date first, in words; null: nothing. */
  readonly notice: string | null;
  readonly simulated: boolean;
}

/** @throws RecordError; what the file system says of the folder */
export async function makeNight(options: NightOptions): Promise<NightReport> {
  const { path, folder } = options;
  const { rolledUp, notice } = broughtUpToDate(path);
  makeFolder(folder);
  const db = openRecord(path, { mode: 'read' });
  try {
    db.exec('BEGIN');
    const day = options.day ?? dayMeant(db, options.now);
    const parts = nightParts(db, day);
    const files = new TableFiles(folder);
    const pictures = new PictureWriter(folder);
    const write: Write = (name, content) => writeWhole(folder, name, content);
    const made = parts.map((part, index) =>
      makePart(db, { ...options, day, part, first: index === 0, both: parts.length > 1, files, pictures, write }),
    );
    if (parts.length === 0) write(FACILITY_FILE, emptyPage(day, options));
    for (const session of rolledUp) rewriteSessionPage(db, session, { ...options, write });
    files.close();
    db.exec('COMMIT');
    await pictures.done();
    return {
      day,
      page: join(folder, FACILITY_FILE),
      animals: made.reduce((sum, { animals }) => sum + animals, 0),
      rigs: made.reduce((sum, { rigs }) => sum + rigs, 0),
      alarms: made.reduce((sum, { alarms }) => sum + alarms, 0),
      rolledUp: rolledUp.length,
      notice,
      simulated: parts.length > 0 && parts.every(({ simulated }) => simulated),
    };
  } finally {
    db.close();
  }
}

/** A record that cannot be written is shown as far as it was rolled up. */
function broughtUpToDate(path: string): { rolledUp: readonly number[]; notice: string | null } {
  try {
    const rolledUp: number[] = [];
    refreshRollups(path, { onRolledUp: (session) => rolledUp.push(session) });
    return { rolledUp, notice: null };
  } catch (error) {
    if (!(error instanceof RecordError) || !['readOnly', 'network'].includes(error.code)) throw error;
    const what = 'The record cannot be written here, so sessions that were not rolled up before show no trials.';
    return { rolledUp: [], notice: `${what} Nothing is lost. Run the nightly on the computer that records.` };
  }
}

/** A session's own page, made when it ended, where something has touched the session since. */
function rewriteSessionPage(
  db: RecordDatabase,
  session: number,
  options: NightOptions & { readonly write: Write },
): void {
  const name = sessionFile(session);
  const summary = existsSync(join(options.folder, name)) ? readSessionSummary(db, session) : undefined;
  if (summary !== undefined) options.write(name, sessionPage(summary, options));
}

/** In a folder where none can be made (/proc) Node tries for ever, if it is to make those above it too. */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: !existsSync(dirname(folder)) });
}

type Write = (name: string, content: string) => void;

interface PartOptions extends NightOptions {
  readonly day: string;
  readonly part: NightPart;
  /** Its page is the facility's. */
  readonly first: boolean;
  /** The record holds real and simulated animals. */
  readonly both: boolean;
  readonly files: TableFiles;
  readonly pictures: PictureWriter;
  readonly write: Write;
}

function makePart(db: RecordDatabase, options: PartOptions): { animals: number; rigs: number; alarms: number } {
  const { day, part, files, pictures, write, first, both } = options;
  const { simulated } = part;
  const footer = nightFooter({ ...options, day });
  const home = first ? FACILITY_FILE : SIMULATED_FILE;
  const crumbs = html`<a href="${home}">All animals</a> \u00b7 ${dayWords(day)}`;
  const subjects = part.animals.map((animal): SubjectSummary => {
    const summary = readSubject(db, animal, day);
    const latest = latestSession(db, summary.sessions);
    const figures = subjectFigures(summary, latest);
    const body = subjectBody({ summary, latest, alarms: alarmsOf([summary], []), figures });
    write(subjectFile(animal.id), page({ title: `${animal.name}, ${day}`, simulated, crumbs, footer }, body));
    pictures.add(subjectPictures(summary, figures, options.allPictures));
    files.add(subjectTables(summary));
    return slim(summary);
  });
  const rigs = part.rigs.map((rig): RigSummary => {
    const summary = readRig(db, rig, day);
    const body = rigBody(summary, alarmsOf([], [summary]));
    write(rigFile(rig.id), page({ title: `rig ${rig.name}, ${day}`, simulated, crumbs, footer }, body));
    files.add(rigTables(summary));
    return summary;
  });
  const alarms = alarmsOf(subjects, rigs);
  files.add(alarmTables(alarms, day, simulated));
  const body = facilityBody({ day, simulated, subjects, rigs, alarms, notShown: part.notShown });
  const [otherFile, otherWords] = first
    ? [SIMULATED_FILE, 'Simulated animals']
    : [FACILITY_FILE, 'Animals that are not simulated'];
  const other = both ? html`<a href="${otherFile}">${otherWords}</a>` : null;
  write(home, page({ title: `All animals, ${day}`, simulated, crumbs: other, footer }, body));
  return { animals: subjects.length, rigs: rigs.length, alarms: alarms.length };
}

/** What the facility's page shows of an animal: its last sessions, not its life. */
function slim(summary: SubjectSummary): SubjectSummary {
  return { ...summary, sessions: summary.sessions.slice(-SESSIONS_KEPT), careDays: [], notes: [], amendments: [] };
}

const SESSIONS_KEPT = 20;

function emptyPage(day: string, options: NightOptions): string {
  const body = html`<h1>${dayWords(day)}</h1><p class="lead">No animal and no rig was seen in the 60 days up to this day.</p><p>Nothing was recorded in ${options.path} for it. If that is not so, look whether this is the right record, and the right day (--date).</p>`;
  return page(
    { title: `All animals, ${day}`, simulated: false, crumbs: null, footer: nightFooter({ ...options, day }) },
    body,
  );
}

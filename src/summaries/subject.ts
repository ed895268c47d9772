/** All that the pages say of one animal on a day, as plain values: what is shown, and what stands in the CSV and JSON. */
import type { Animal } from '#data/animal-room/animals.ts';
import { casesOf, type WelfareCase } from '#data/animal-room/cases.ts';
import { amendmentsOf, type LoggedAmendment } from '#data/animal-room/history.ts';
import { type Remark, remarksOf } from '#data/animal-room/remarks.ts';
import type { RecordDatabase } from '#data/open.ts';
import { rolledUpCells } from '#data/rollups/cells.ts';
import { earlierSessions, type PairLicksRow, pairLicksOf, sessionLinesOf } from '#data/rollups/history.ts';
import { type Decision, readDecisions } from '#data/training-reads.ts';
import { type CareStanding, careOf, openPoints } from '../animal-room/standing.ts';
import { EXPERT, type Standing, standingOf } from '../training.ts';
import { type AgainstHistory, againstHistory } from './against-history.ts';
import { type CareDay, careDays } from './care-days.ts';
import { type LightEffect, lightEffects } from './light-effects.ts';
import { type SessionRow, sessionRows } from './session-row.ts';

export interface SubjectSummary {
  readonly animal: Animal;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** `habituating`, `learning (delay-3s)`, `expert day 4`. */
  readonly status: string;
  /** Null: in no stage. */
  readonly standing: Standing | null;
  /** The last SESSIONS_SHOWN up to the day, oldest first. */
  readonly sessions: readonly SessionRow[];
  /** Sessions before those. */
  readonly earlier: number;
  /** Those of the day. */
  readonly today: readonly SessionRow[];
  readonly change: AgainstHistory;
  readonly care: CareStanding;
  readonly careDays: readonly CareDay[];
  readonly effects: readonly LightEffect[];
  readonly decisions: readonly Decision[];
  readonly cases: readonly WelfareCase[];
  readonly notes: readonly Remark[];
  readonly amendments: readonly LoggedAmendment[];
  /** What is still to be done on the day, in words. */
  readonly open: readonly string[];
  /** What to do on the next, in words. */
  readonly tomorrow: string;
}

/** More points than this nobody reads on a page; and a page costs the same however long an animal lives. */
const SESSIONS_SHOWN = 80;

export function readSubject(db: RecordDatabase, animal: Animal, day: string): SubjectSummary {
  const licks = new Map<number, PairLicksRow[]>();
  const lines = sessionLinesOf(db, animal.id, day, SESSIONS_SHOWN);
  const ids = lines.map(({ session }) => session);
  for (const row of pairLicksOf(db, ids)) {
    const of = licks.get(row.session);
    if (of === undefined) licks.set(row.session, [row]);
    else of.push(row);
  }
  const earlier = earlierSessions(db, animal.id, lines[0]);
  const sessions = sessionRows(lines, { cells: rolledUpCells(db, ids), licks, earlier });
  const today = sessions.filter((row) => row.day === day);
  const standing = standingOf(db, animal.id);
  const care = careOf(db, animal, day);
  return {
    animal,
    day,
    status: statusOf(animal, standing, sessions),
    standing,
    sessions,
    earlier: earlier.sessions,
    today,
    change: againstHistory(sessions, day),
    care,
    careDays: careDays(db, animal, day),
    effects: lightEffects(sessions),
    decisions: standing === null ? [] : readDecisions(db, animal.id, standing.ladder.name),
    cases: casesOf(db, animal.id),
    notes: remarksOf(db, animal.id),
    // A description that was entered for the first time corrects nothing.
    amendments: amendmentsOf(db, animal.id).filter(
      ({ tableName, oldValue }) => tableName !== 'subjects' || oldValue !== null,
    ),
    open: openPoints(care),
    tomorrow: tomorrowFor(care, standing),
  };
}

function statusOf({ endedOn }: Animal, standing: Standing | null, sessions: readonly SessionRow[]): string {
  if (endedOn !== null) return `left on ${endedOn}`;
  if (standing === null) {
    const last = sessions.at(-1);
    if (last === undefined) return 'not run yet';
    return last.kind === 'habituation' ? 'habituating' : 'outside the stages';
  }
  const { stage } = standing;
  if (stage.name !== EXPERT) return `learning (${stage.name})`;
  // Of the sessions up to the day, not of all.
  return `expert day ${sessions.at(-1)?.expertDay ?? 0}`;
}

/** In the order in which it is to be thought of. */
function tomorrowFor({ openCases, restriction, falling }: CareStanding, standing: Standing | null): string {
  const steps: string[] = [];
  if (openCases.length > 0) steps.push('see to its case first');
  if (restriction !== null) steps.push('weigh');
  if (falling) steps.push('more water: its weight falls');
  if (standing === null) steps.push('no stage: choose a task');
  else if (standing.proposal !== null) steps.push(`decide: back to ${standing.proposal.to} is proposed`);
  else steps.push(`run ${standing.ladder.name}, stage ${standing.stage.name}${standing.held ? ' (held there)' : ''}`);
  return steps.join('; ');
}

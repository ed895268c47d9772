/** How an animal stands on a day: its weight, its water, its cases, and what is still to be done for it. */
import { type Animal, listAnimals } from '#data/animal-room/animals.ts';
import { casesOf, type WelfareCase } from '#data/animal-room/cases.ts';
import { headFixedSince } from '#data/animal-room/head-fixations.ts';
import { type LedgerLine, openWaterOn, waterOn } from '#data/animal-room/water.ts';
import { dailyWeights, type Restriction, restrictionOn, type Weight } from '#data/animal-room/weights.ts';
import type { RecordDatabase } from '#data/open.ts';
import { openSessionsOf, sessionsOn } from '#data/reads.ts';
import { bodyShare, isFalling, needUl } from '#protocols/animal-care.ts';
import { daysBetween } from './days.ts';

export interface CareStanding {
  readonly animal: Animal;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Null: it eats and drinks as it likes. */
  readonly restriction: Restriction | null;
  /** Of the day; null: not weighed yet. */
  readonly weight: Weight | null;
  /** The last one of an earlier day. */
  readonly before: Weight | null;
  /** Of the reference; null: no weight of the day, or no restriction. */
  readonly share: number | null;
  readonly falling: boolean;
  readonly openCases: readonly WelfareCase[];
  readonly water: readonly LedgerLine[];
  /** Measured microlitres of the day, those of sessions that are not closed yet included. */
  readonly givenUl: number;
  /** Had free access, unmeasured. */
  readonly freeAccess: boolean;
  /** By the day's weight, else the last one; null: no restriction, or never weighed. */
  readonly needUl: number | null;
  /** Null as `needUl`; 0 with free access. */
  readonly dueUl: number | null;
  /** Of `givenUl`, what rigs gave. */
  readonly byRigsUl: number;
  /** Sessions of the day, by number. */
  readonly sessions: readonly number[];
  /** Those that run now, or whose process died: what they gave up to now is counted. */
  readonly unfinished: readonly number[];
  /** Since when its head is fixed, ISO 8601; null: it is free. */
  readonly headFixedSince: string | null;
}

/** Days looked back for weights: a fall shows over four weighings. */
const WEIGHINGS = 5;

export function careOf(db: RecordDatabase, animal: Animal, day: string): CareStanding {
  const restriction = restrictionOn(db, animal.id, day);
  const weights = dailyWeights(db, animal.id, day, WEIGHINGS);
  const last = weights.at(-1) ?? null;
  const weight = last?.measuredAt.startsWith(day) ? last : null;
  const implant = animal.implantWeightG ?? 0;
  const water = waterOn(db, animal.id, day);
  // A session that runs, or whose program died, has given water too: an animal must not get it twice.
  const openUl = openWaterOn(db, animal.id, day);
  const givenUl = water.reduce((sum, { ul }) => sum + (ul ?? 0), openUl);
  const byRigs = water.reduce((sum, { ul, session }) => sum + (session === null ? 0 : (ul ?? 0)), openUl);
  const freeAccess = water.some(({ kind }) => kind === 'freeAccess');
  const need = restriction === null || last === null ? null : needUl(last.grams, implant, restriction.needMlPerG);
  return {
    animal,
    day,
    restriction,
    weight,
    before: weight === null ? last : (weights.at(-2) ?? null),
    share:
      restriction === null || weight === null ? null : bodyShare(weight.grams, restriction.referenceWeightG, implant),
    falling: isFalling(weights.map(({ grams }) => grams)),
    openCases: casesOf(db, animal.id).filter(({ open }) => open),
    water,
    givenUl,
    freeAccess,
    needUl: need,
    dueUl: need === null ? null : freeAccess ? 0 : Math.max(0, need - givenUl),
    byRigsUl: byRigs,
    sessions: sessionsOn(db, animal.id, day),
    unfinished: openSessionsOf(db, animal.id).map(({ session }) => session),
    headFixedSince: headFixedSince(db, animal.id),
  };
}

/** What rigs may still give it on the day, microlitres; null: it is on no restriction. `usualUl`: where no limit was ordered. */
export function remainingUl({ restriction, byRigsUl }: CareStanding, usualUl: number): number | null {
  return restriction === null ? null : Math.max(0, (restriction.mostUlPerDay ?? usualUl) - byRigsUl);
}

/** Every animal on restriction, with an open case or in a rig on a day; cases first, then by name. */
export function restrictedOn(db: RecordDatabase, day: string): CareStanding[] {
  return listAnimals(db)
    .filter(({ endedOn }) => endedOn === null || endedOn >= day)
    .map((animal) => careOf(db, animal, day))
    .filter(
      ({ restriction, openCases, headFixedSince }) =>
        restriction !== null || openCases.length > 0 || headFixedSince !== null,
    )
    .sort((a, b) => Math.min(b.openCases.length, 1) - Math.min(a.openCases.length, 1));
}

/** What is still to be done for it on the day, in words; empty: all is settled. */
export function openPoints({
  restriction,
  weight,
  dueUl,
  openCases,
  unfinished,
  headFixedSince,
}: CareStanding): string[] {
  const points = openCases.map(({ id }) => `case ${id} is open`);
  if (headFixedSince !== null) points.push(`head-fixed since ${headFixedSince.slice(11, 16)}`);
  if (restriction === null) return points;
  for (const session of unfinished) points.push(`session ${session} is not closed`);
  if (weight === null) points.push('not weighed');
  if (restriction.kind === 'water') {
    if (dueUl === null) points.push('water unknown: never weighed');
    else if (dueUl >= 0.5) points.push(`${Math.round(dueUl)} ul of water due`);
  }
  return points;
}

export interface StartAsked {
  /** How the program is called. */
  readonly rig: string;
  /** A second session of the day is meant. */
  readonly again: boolean;
  /** So many days may the weight be old; 0: it is of the day. */
  readonly weightDays: number;
}

/** Why a session may not start, in words, with what to do; null: it may. */
export function whyNoSession(standing: CareStanding, { rig, again, weightDays }: StartAsked): string | null {
  const { animal, restriction, day, weight, before, openCases, sessions } = standing;
  const { name } = animal;
  if (animal.endedOn !== null) {
    return `${name} left the experiment on ${animal.endedOn} (${animal.endStatus}). No session was started. Check the cage card.`;
  }
  const held = openCases.find(({ entries }) => entries.every(({ kind }) => kind !== 'override'));
  if (held !== undefined) {
    return `${name} has an open welfare case (${held.id}: ${held.reason}). No session was started. See to the animal; then close the case, or let it run by your word: ${rig} case ${name} --override "why" --operator NAME.`;
  }
  const last = weight ?? before;
  const age = last === null ? Number.POSITIVE_INFINITY : daysBetween(last.measuredAt, day);
  if (restriction !== null && age > weightDays) {
    return `${name} is on ${restriction.kind} restriction and was not weighed ${weightDays === 0 ? 'today' : `in the last ${weightDays + 1} days`}. No session was started. Weigh it: ${rig} weigh ${name} GRAMS --operator NAME.`;
  }
  if (restriction !== null && sessions.length > 0 && !again) {
    return `${name} has run today already (session ${sessions.join(', ')}). No session was started. Check the cage card; if it is to run again, add --again "why".`;
  }
  return null;
}

/** One line of the day's water; null: no restriction of water. */
export function waterLine({
  animal,
  restriction,
  givenUl,
  freeAccess,
  needUl: need,
  dueUl,
}: CareStanding): string | null {
  if (restriction?.kind !== 'water') return null;
  const given = `${animal.name} has had ${ulText(givenUl)} today${freeAccess ? ' and free access' : ''}`;
  if (need === null || dueUl === null) return `${given}; what it needs is not known until it is weighed.`;
  const due = dueUl < 0.5 ? 'nothing is due' : `${ulText(dueUl)} still due`;
  return `${given}, of ${ulText(need)} needed: ${due}.`;
}

/** To a tenth of a microlitre where there are any tenths. */
export function ulText(ul: number): string {
  return `${Number(ul.toFixed(1))} ul`;
}

/** A remark, and whether the entry was corrected. */
export function noteText(note: string | null, amended: 0 | 1): string {
  return [note, amended === 1 ? 'amended' : null].filter((part) => part !== null).join('; ');
}

/** What somebody must look at in the morning, in words: of one animal, of one rig, and of what several animals share. Pure. */
import type { RigSummary } from './rig.ts';
import type { SubjectSummary } from './subject.ts';

export interface Alarm {
  /** `case`: an animal's welfare; always first. */
  readonly kind: 'case' | 'shared' | 'animal' | 'rig';
  /** Of an animal or a rig; null: of several. */
  readonly subject: number | null;
  readonly rig: number | null;
  readonly text: string;
}

/** Fewer animals than this that fell on one rig may be chance. */
const LEAST_SHARED = 2;

/** Cases first, then what animals share, then single animals and rigs. */
export function alarmsOf(subjects: readonly SubjectSummary[], rigs: readonly RigSummary[]): Alarm[] {
  const cases = subjects.flatMap(caseAlarms);
  return [
    ...cases,
    ...subjects.flatMap(headFixedAlarms),
    ...sharedAlarms(subjects),
    ...subjects.flatMap(animalAlarms),
    ...rigs.flatMap(rigAlarms),
  ];
}

function caseAlarms({ animal, cases }: SubjectSummary): Alarm[] {
  return cases
    .filter(({ open }) => open)
    .map(({ id, reason, openedAt, entries }) => {
      const override = entries.findLast(({ kind }) => kind === 'override');
      const runs = override === undefined ? '' : ` It runs by the word of ${override.person}: ${override.body}.`;
      const text = `Case ${id} of ${animal.name}, open since ${openedAt.slice(0, 10)}: ${reason}.${runs}`;
      return { kind: 'case', subject: animal.id, rig: null, text };
    });
}

/** An animal that sits in a rig when the pages are made. */
function headFixedAlarms({ animal, care }: SubjectSummary): Alarm[] {
  const since = care.headFixedSince;
  if (since === null) return [];
  const text = `${animal.name} is head-fixed since ${since.slice(0, 16).replace('T', ' ')}, as far as the record knows. See to it, and enter when it is out (rig mouse out).`;
  return [{ kind: 'case', subject: animal.id, rig: null, text }];
}

/** Every animal of a rig, or of them all, fell on one day: that is no animal's doing. */
function sharedAlarms(subjects: readonly SubjectSummary[]): Alarm[] {
  const judged = subjects.filter(({ change }) => change.usual !== null);
  const fell = (each: SubjectSummary) => each.change.verdict === 'fell';
  const shared = (rig: number | null, text: string): Alarm => ({ kind: 'shared', subject: null, rig, text });
  const rigs = [...new Set(judged.flatMap(({ today }) => today.map(({ rig }) => rig)))].sort();
  if (rigs.length > 1 && judged.length > LEAST_SHARED && judged.every(fell)) {
    return [
      shared(
        null,
        `Every animal fell today (${judged.length} on ${rigs.length} rigs): check what they share first: water, odour stocks, the room.`,
      ),
    ];
  }
  return rigs.flatMap((rig) => {
    const own = judged.filter(({ today }) => today.some((row) => row.rig === rig));
    if (own.length < LEAST_SHARED || !own.every(fell)) return [];
    const names = own.map(({ animal }) => animal.name).join(', ');
    return [shared(null, `Every animal on rig ${rig} fell today (${names}): check air and vials first.`)];
  });
}

function animalAlarms(summary: SubjectSummary): Alarm[] {
  const { animal, change, care, open, today, standing } = summary;
  const texts: string[] = [];
  if (change.verdict === 'fell') {
    texts.push(`fell to ${percent(change.today!)} from its usual ${percent(change.usual!)}`);
  }
  if (care.falling) texts.push('has lost weight for three days');
  // Its cases and its place in a rig stand above, its sessions below.
  const told = /^(case|head-fixed|session) /;
  texts.push(...open.filter((point) => !told.test(point)).map((point) => `still open: ${point}`));
  for (const { session, endReason, grade, probes, blank, rig } of today) {
    if (endReason === null) {
      texts.push(
        `session ${session} on rig ${rig} is not closed: it runs, or its program died; the next start of that rig closes it`,
      );
    } else if (endReason === 'interrupted' || endReason.startsWith('fault')) {
      texts.push(`session ${session} on rig ${rig} was cut off (${endReason})`);
    }
    if (grade === 'FAIL') texts.push(`session ${session} on rig ${rig} failed its timing certificate`);
    if (probes.of > 0 && probes.licked / probes.of > 0.5) {
      texts.push(`licked in ${probes.licked} of ${probes.of} probes without odour: it may hear the valves`);
    }
    if (blank?.balanced95 != null && blank.balanced95.low > 0.5) {
      texts.push(`tells blanks apart in session ${session}: it goes by something other than odour`);
    }
  }
  if (standing?.proposal != null) texts.push(`a move back to stage ${standing.proposal.to} is proposed: decide`);
  return texts.map((text) => ({ kind: 'animal', subject: animal.id, rig: null, text: `${animal.name} ${text}.` }));
}

function rigAlarms({ rig, today, faults, licks }: RigSummary): Alarm[] {
  const texts: string[] = [];
  const ids = new Set(today.map(({ session }) => session));
  for (const { session, trial, message } of faults) {
    if (ids.has(session)) texts.push(`session ${session}${trial === null ? '' : `, trial ${trial}`}: ${message}`);
  }
  for (const { session, line, licks: onsets } of licks) {
    const of = today.find((each) => each.session === session);
    if (of !== undefined && onsets === 0 && of.trials >= LEAST_TRIALS_FOR_LICKS) {
      texts.push(`session ${session}: the sensor "${line}" felt no lick in ${of.trials} trials; is it dead?`);
    }
  }
  for (const { session, lostEvents } of today) {
    if (lostEvents !== null && lostEvents > 0) texts.push(`session ${session} lost ${lostEvents} events`);
  }
  return texts.map((text) => ({ kind: 'rig', subject: null, rig: rig.id, text: `Rig ${rig.name}, ${text}` }));
}

/** An animal may sit out a few. */
const LEAST_TRIALS_FOR_LICKS = 20;

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

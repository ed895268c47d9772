/**
 * Is a recorded session what it says it is? Four questions to every trial, each of which finds what the others cannot:
 *   sequence   no event is missing or added, in the trial and in the session (numbers, count, CRC-32)
 *   digest     the events are those that the rig counted and summed when they happened
 *   durations  the ticks that ran are the plan's milliseconds, and the plan is the one that the seed draws
 *   chart      the events are a run of the task's chart, and result and outcome are what it gives
 * A consistent record proves what was commanded and sensed, not that odour or water flowed.
 */
import type { SessionRecord, TrialRecord } from '#data/reads.ts';
import { EventDigest } from '#machines/digest.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { tasks } from '#protocols/registry.ts';
import type { Task } from '#protocols/task.ts';
import { planChecker } from './verify-plan.ts';
import { type Bout, checkPulse, checkTrial, type Departure } from './verify-trial.ts';
import { taskHash } from './version.ts';

interface TrialVerdict {
  /** Null: a pulse between trials. */
  readonly trial: number | null;
  readonly departures: readonly Departure[];
}

export interface Verification {
  readonly trials: readonly TrialVerdict[];
  /** Departures of the session as a whole. */
  readonly session: readonly Departure[];
  /** What is no departure, and must be known to judge. */
  readonly notes: readonly string[];
  readonly consistent: boolean;
}

export interface RecordedSession {
  readonly session: SessionRecord;
  readonly trials: readonly TrialRecord[];
  /** All, in order of `seq`. */
  readonly events: readonly RawEvent[];
}

/** Pure: reads nothing but what it is given and the tasks of this program. */
export function verifySession({ session, trials, events }: RecordedSession): Verification {
  const notes: string[] = [];
  const sequence = checkSequence(session, events);
  const task = tasks.find(({ name }) => name === session.task);
  if (task === undefined) {
    sequence.push({
      seq: null,
      problem: `this program has no task ${session.task}, so no trial can be held against it`,
    });
  } else if (session.taskHash !== taskHash()) {
    notes.push(
      `The task's sources have changed since (recorded ${session.taskHash}, now ${taskHash()}): what departs below may be that change.`,
    );
  }
  const { bouts, rest, cutOff } = split(events);
  sequence.push(...rest);
  if (cutOff.length > 0) {
    const what = `a trial was cut off: the ${cutOff.length} events from ${cutOff[0]!.seq} have no end`;
    if (/^(fault|interrupted)/.test(session.endReason ?? 'interrupted')) notes.push(`The last ${what.slice(2)}.`);
    else sequence.push({ seq: cutOff[0]!.seq, problem: what });
  }
  const verdicts = task === undefined ? [] : verdictsOf(task, session, trials, bouts, sequence);
  return {
    trials: verdicts,
    session: sequence,
    notes,
    consistent: sequence.length === 0 && verdicts.every(({ departures }) => departures.length === 0),
  };
}

function verdictsOf(
  task: Task,
  session: SessionRecord,
  rows: readonly TrialRecord[],
  bouts: readonly Bout[],
  sequence: Departure[],
): TrialVerdict[] {
  const programs = new ProgramCache(session.lines);
  const planOf = planChecker(task, session);
  const left = new Map(rows.map((row) => [row.trial, row]));
  const verdicts: TrialVerdict[] = [];
  let previous: TrialRecord | null = null;
  for (const bout of bouts) {
    const number = bout.events[0]!.value;
    if (number === PULSE_TRIAL) {
      const departures = checkPulse(programs, session.lines.outputs, bout);
      if (departures.length > 0) verdicts.push({ trial: null, departures });
      continue;
    }
    // The board counts trials in 16 bits.
    const row = [...left.values()].find(({ trial }) => (trial & 0xffff) === number);
    if (row === undefined) {
      sequence.push({ seq: bout.events[0]!.seq, problem: `trial ${number} has events and stands in no row` });
      continue;
    }
    left.delete(row.trial);
    const departures = [...checkTrial(task, programs, row, bout, previous), ...planOf(row)];
    verdicts.push({ trial: row.trial, departures });
    previous = row;
  }
  for (const { trial } of left.values()) {
    verdicts.push({
      trial,
      departures: [{ seq: null, problem: 'it stands in a row and has no events from start to end' }],
    });
  }
  return verdicts;
}

function checkSequence(session: SessionRecord, events: readonly RawEvent[]): Departure[] {
  const found: Departure[] = [];
  const digest = new EventDigest();
  let expected = 0;
  for (const { seq, ticks, code, value } of events) {
    if (seq !== expected) {
      const gap =
        seq === expected + 1 ? `event ${expected} is missing` : `events ${expected} to ${seq - 1} are missing`;
      found.push({ seq: expected, problem: gap });
    }
    expected = seq + 1;
    digest.add(ticks, code, value);
    if (code === EventCode.lost) found.push({ seq, problem: `the rig lost ${value} events here` });
  }
  if (session.eventCount === null) {
    found.push({ seq: null, problem: 'the session was never closed: it runs, or its process died' });
  } else if (session.eventCount !== digest.count) {
    found.push({
      seq: null,
      problem: `the session has ${digest.count} events and was closed with ${session.eventCount}`,
    });
  } else if (session.eventCrc32 !== digest.crc32) {
    found.push({ seq: null, problem: "the session's events do not give the CRC-32 that it was closed with" });
  }
  return found;
}

/** What happens between trials too. */
const atAnyTime: ReadonlySet<EventCode> = new Set([
  EventCode.input,
  EventCode.bounce,
  EventCode.sync,
  EventCode.fault,
  EventCode.lost,
]);

/** Trials and pulses, events that belong to none and may not stand there, and what follows a start without an end. */
function split(events: readonly RawEvent[]): { bouts: Bout[]; rest: Departure[]; cutOff: readonly RawEvent[] } {
  const bouts: Bout[] = [];
  const rest: Departure[] = [];
  let open: RawEvent[] | null = null;
  events.forEach((event, index) => {
    if (event.code === EventCode.start) {
      if (open !== null) rest.push({ seq: event.seq, problem: 'a trial starts before the one before it has ended' });
      open = [event];
    } else if (open !== null) {
      open.push(event);
      if (event.code !== EventCode.end) return;
      const after = events[index + 1];
      bouts.push({ events: open, digest: after?.code === EventCode.digest ? after : null });
      open = null;
    } else if (event.code === EventCode.digest) {
      if (events[index - 1]?.code !== EventCode.end) {
        rest.push({ seq: event.seq, problem: 'a digest stands where no trial has ended' });
      }
    } else if (!atAnyTime.has(event.code)) {
      rest.push({ seq: event.seq, problem: 'a state, output or end stands outside all trials' });
    }
  });
  return { bouts, rest, cutOff: open ?? [] };
}

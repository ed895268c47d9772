/**
 * Are the events those that were counted and summed when they happened? Of each trial by the rig's own digest, of each
 * closed session by the one that was written at its end. Events are read as they are taken, session by session.
 */
import { EventDigest } from '#machines/digest.ts';
import type { RecordDatabase } from '../open.ts';
import { type Finding, named } from './finding.ts';

interface Totals {
  readonly id: number;
  /** Null while the session is open. */
  readonly eventCount: number | null;
  readonly eventCrc32: number | null;
}

interface TrialDigest {
  readonly trial: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly count: number;
  readonly crc32: number;
}

type EventColumns = [seq: number, ticks: number, code: number, value: number];

export function* digests(db: RecordDatabase, onSession: (done: number, of: number) => void): Generator<Finding> {
  const sessions = db
    .prepare<[], Totals>('SELECT id, event_count AS eventCount, event_crc32 AS eventCrc32 FROM sessions ORDER BY id')
    .all();
  const trials = db.prepare<[number], TrialDigest>(
    `SELECT trial, first_seq AS firstSeq, last_seq AS lastSeq, digest_count AS count, digest_crc32 AS crc32
     FROM trials WHERE session = ? ORDER BY first_seq`,
  );
  const events = db
    .prepare<[number], EventColumns>('SELECT seq, ticks, code, value FROM events WHERE session = ? ORDER BY seq')
    .raw();
  for (const [index, session] of sessions.entries()) {
    // Trials first: of a session that runs, those that are there by now have all their events.
    const { whole, departing } = compared(trials.all(session.id), events.iterate(session.id));
    yield* found(session, whole, departing);
    onSession(index + 1, sessions.length);
  }
}

function compared(trials: readonly TrialDigest[], events: Iterable<EventColumns>) {
  const whole = new EventDigest();
  const departing: number[] = [];
  let at = 0;
  let own = new EventDigest();
  const settle = (trial: TrialDigest) => {
    if (own.count !== trial.count || own.crc32 !== trial.crc32) departing.push(trial.trial);
    own = new EventDigest();
    at++;
  };
  for (const [seq, ticks, code, value] of events) {
    whole.add(ticks, code, value);
    // Where the last event of a trial is gone, a later one ends it.
    while (trials[at] !== undefined && seq > trials[at]!.lastSeq) settle(trials[at]!);
    if (trials[at] !== undefined && seq >= trials[at]!.firstSeq) own.add(ticks, code, value);
  }
  while (trials[at] !== undefined) settle(trials[at]!);
  return { whole, departing };
}

function* found({ id, eventCount, eventCrc32 }: Totals, whole: EventDigest, departing: number[]): Generator<Finding> {
  const means = 'Events were changed, added or taken away since they were recorded; its figures cannot be relied on.';
  const todo = `Leave it out, {exclude ${id}}, and see where: {verify ${id}}. The last backup may still have it whole.`;
  if (departing.length > 0) {
    const what = `Session ${id}: the events of ${named('trial', departing)} do not give the digest that the rig counted.`;
    yield { what, means, todo };
  }
  if (eventCount === null) return;
  if (eventCount !== whole.count) {
    yield { what: `Session ${id} has ${whole.count} events, and was closed with ${eventCount}.`, means, todo };
  } else if (eventCrc32 !== whole.crc32) {
    yield { what: `Session ${id}: its events do not give the CRC-32 that it was closed with.`, means, todo };
  }
}

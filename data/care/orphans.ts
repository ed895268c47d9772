/**
 * Rows without what they belong to, where no foreign key of the file says so: trials without their events, water and light
 * of no trial, and sessions that nobody runs and nobody has closed.
 */
import { EventCode } from '#machines/vocabulary.ts';
import { LEASE_STALE_MS } from '../leases.ts';
import type { RecordDatabase } from '../open.ts';
import { type Finding, named } from './finding.ts';

interface Orphans extends Finding {
  /** Gives `session` and `n`, how many rows. */
  readonly sql: string;
}

const byHand = {
  means: 'Rows were taken away or put in by hand, past the guards of the file.',
  todo: 'Keep the file as it is, ask who changed it, and compare it with the last backup.',
} as const;

/** `x`: a row with session and trial. A board counts trials in 16 bits, and drops go by its events. */
const noTrial = 'NOT EXISTS (SELECT 1 FROM trials t WHERE t.session = x.session AND t.trial = x.trial)';
const noTrialOfBoard = 'NOT EXISTS (SELECT 1 FROM trials t WHERE t.session = x.session AND t.trial & 65535 = x.trial)';
/** A trial that was cut off has events and drops, and no row; so has a pulse. */
const notBegun = `NOT EXISTS (SELECT 1 FROM events e WHERE e.session = x.session AND e.seq < x.seq
  AND e.code = ${EventCode.start} AND e.value = x.trial)`;

const bySession = (from: string, where: string) =>
  `SELECT x.session, count(*) AS n FROM ${from} x WHERE ${where} GROUP BY 1`;

const kinds: readonly Orphans[] = [
  {
    what: 'Trials without their first or last event',
    sql: bySession(
      'trials',
      `NOT EXISTS (SELECT 1 FROM events e WHERE e.session = x.session AND e.seq = x.first_seq)
       OR NOT EXISTS (SELECT 1 FROM events e WHERE e.session = x.session AND e.seq = x.last_seq)`,
    ),
    ...byHand,
  },
  {
    what: 'Drops of water of no trial',
    sql: bySession('drops', `x.trial IS NOT NULL AND ${noTrialOfBoard} AND ${notBegun}`),
    ...byHand,
  },
  {
    what: 'Drops of water that no event opened',
    sql: bySession(
      'drops',
      `NOT EXISTS (SELECT 1 FROM events e WHERE e.session = x.session AND e.seq = x.seq AND e.code = ${EventCode.output})`,
    ),
    ...byHand,
  },
  { what: 'Opto light of no trial', sql: bySession('opto', noTrial), ...byHand },
  { what: 'Odours of no trial', sql: bySession('trial_odours', noTrial), ...byHand },
  {
    what: 'Frames without their event',
    sql: bySession('frames', 'NOT EXISTS (SELECT 1 FROM events e WHERE e.session = x.session AND e.seq = x.seq)'),
    ...byHand,
  },
  {
    what: 'Sessions without what they were for',
    sql: `SELECT id AS session, 1 AS n FROM sessions WHERE NOT EXISTS (SELECT 1 FROM session_conditions c WHERE c.session = id)`,
    ...byHand,
    means: 'They are in no list, and count nowhere.',
  },
  {
    what: 'Facts of no trial',
    sql: bySession('trial_facts', noTrial),
    means: 'They are derived, and nothing raw is wrong.',
    todo: 'Make them anew: {data rebuild}.',
  },
];

export function* orphans(db: RecordDatabase): Generator<Finding> {
  for (const { what, sql, means, todo } of kinds) {
    const rows = db.prepare<[], { session: number; n: number }>(sql).all();
    if (rows.length === 0) continue;
    const n = rows.reduce((sum, row) => sum + row.n, 0);
    yield {
      what: `${what}: ${n}, in ${named(
        'session',
        rows.map(({ session }) => session),
      )}.`,
      means,
      todo,
    };
  }
}

/** Open sessions whose rig nobody drives: no lease, or no sign of life for as long as a lease lives. */
export function* abandoned(db: RecordDatabase, nowMs: number): Generator<Finding> {
  const rows = db
    .prepare<[number], { session: number; rig: string }>(
      `SELECT s.id AS session, rigs.name AS rig FROM sessions s JOIN rigs ON rigs.id = s.rig
       LEFT JOIN rig_leases lease ON lease.rig = s.rig AND lease.heartbeat_at_ms >= ?
       WHERE s.end_reason IS NULL AND lease.rig IS NULL ORDER BY s.id`,
    )
    .all(nowMs - LEASE_STALE_MS);
  for (const { session, rig } of rows) {
    yield {
      what: `Session ${session} on ${rig} is open, and no process gives a sign of life there.`,
      means:
        'Its process died. What was reported as saved is there; it is not yet closed, and its water is not in the ledger.',
      todo: `Start ${rig} again: that closes it as interrupted.`,
    };
  }
}

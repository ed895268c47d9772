/**
 * One process drives a rig: a second one would start trials on an animal that already runs. The lease of a process that
 * died is free at once when it died on this computer, else after LEASE_STALE_MS without a heartbeat.
 */
import { hostname } from 'node:os';
import type { RecordDatabase } from './open.ts';
import { RecordError } from './record-error.ts';

/** Six missed heartbeats: no pause of a healthy process is that long, and a technician waits no longer. */
export const LEASE_STALE_MS = 30_000;
export const HEARTBEAT_MS = 5_000;

interface LeaseRow {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly heartbeat_at_ms: number;
}

/** Takes the rig's lease, also over from a dead holder. Call it inside a transaction. Throws RecordError `leased`. */
export function takeLeaseRow(db: RecordDatabase, rig: number, rigName: string, token: string, nowMs: number): void {
  const held = db
    .prepare<[number], LeaseRow>('SELECT token, host, pid, heartbeat_at_ms FROM rig_leases WHERE rig = ?')
    .get(rig);
  if (held !== undefined && held.token !== token && isAlive(held, nowMs)) {
    throw new RecordError(
      'leased',
      `The rig ${rigName} is in use by process ${held.pid} on ${held.host}. Nothing was started, and the session that runs there goes on. ` +
        `End that session first. If that computer was switched off, wait ${LEASE_STALE_MS / 1000} seconds and try again.`,
    );
  }
  db.prepare(
    `INSERT INTO rig_leases (rig, token, host, pid, taken_at_ms, heartbeat_at_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (rig) DO UPDATE SET token = excluded.token, host = excluded.host, pid = excluded.pid,
       taken_at_ms = excluded.taken_at_ms, heartbeat_at_ms = excluded.heartbeat_at_ms`,
  ).run(rig, token, hostname(), process.pid, nowMs, nowMs);
}

/** A sign of life. Throws RecordError `leaseLost`. */
export function beat(db: RecordDatabase, token: string, nowMs: number): void {
  const { changes } = db.prepare('UPDATE rig_leases SET heartbeat_at_ms = ? WHERE token = ?').run(nowMs, token);
  if (changes === 0) throw leaseLost();
}

/** Throws RecordError `leaseLost` when somebody else took the rig over meanwhile, e.g. while this computer slept. */
export function expectLease(db: RecordDatabase, token: string): void {
  if (db.prepare('SELECT 1 FROM rig_leases WHERE token = ?').get(token) === undefined) throw leaseLost();
}

function leaseLost(): RecordError {
  return new RecordError(
    'leaseLost',
    'Another process took over this rig while this one gave no sign of life. What was reported as saved is safe. ' +
      'End this session, look after the animal, and see who runs the rig now.',
  );
}

export function releaseLease(db: RecordDatabase, token: string): void {
  db.prepare('DELETE FROM rig_leases WHERE token = ?').run(token);
}

function isAlive(lease: LeaseRow, nowMs: number): boolean {
  if (nowMs - lease.heartbeat_at_ms > LEASE_STALE_MS) return false;
  if (lease.host !== hostname()) return true;
  try {
    process.kill(lease.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * Sessions that a dead process left open: they are closed as `interrupted` with what is there. Their end is not known
 * and is not made up.
 */
import { EventDigest } from '#machines/digest.ts';
import type { RecordDatabase } from './open.ts';

interface EventRow {
  readonly ticks: number;
  readonly code: number;
  readonly value: number;
}

/** Closes what stands open on the rig; the sessions' ids. Only the holder of the rig's lease may call it. */
export function closeInterrupted(db: RecordDatabase, rig: number): number[] {
  const open = db
    .prepare<[number], number>('SELECT id FROM sessions WHERE rig = ? AND end_reason IS NULL ORDER BY id')
    .pluck()
    .all(rig);
  const events = db.prepare<[number], EventRow>('SELECT ticks, code, value FROM events WHERE session = ? ORDER BY seq');
  const close = db.prepare(
    "UPDATE sessions SET end_reason = 'interrupted', event_count = ?, event_crc32 = ? WHERE id = ?",
  );
  for (const session of open) {
    const digest = new EventDigest();
    for (const { ticks, code, value } of events.iterate(session)) digest.add(ticks, code, value);
    close.run(digest.count, digest.crc32, session);
  }
  return open;
}

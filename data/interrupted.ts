/**
 * Sessions that a dead process left open: they are closed as `interrupted` with what is there, and the animal's ledger
 * gets the water that it had. Their end is not known and is not made up.
 */
import { EventDigest } from '#machines/digest.ts';
import type { TrialResult } from '#machines/trial-plan.ts';
import { addSessionWater } from './animal-room/water.ts';
import { insert } from './insert.ts';
import type { RecordDatabase } from './open.ts';
import { type DropRow, SessionWater } from './session-water.ts';

interface EventRow {
  readonly seq: number;
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
  const events = db.prepare<[number], EventRow>(
    'SELECT seq, ticks, code, value FROM events WHERE session = ? ORDER BY seq',
  );
  const about = db.prepare<[number], { startedAt: string; lines: string; rigFile: string }>(
    `SELECT started_at AS startedAt, lines.body AS lines, rig_file.body AS rigFile FROM sessions
     JOIN texts lines ON lines.id = lines_text JOIN texts rig_file ON rig_file.id = rig_file_text WHERE sessions.id = ?`,
  );
  const segments = db.prepare<[number], { firstSeq: number; ticksPerMs: number }>(
    'SELECT first_seq AS firstSeq, ticks_per_ms AS ticksPerMs FROM clock_segments WHERE session = ? ORDER BY segment',
  );
  const trials = db.prepare<[number], { lastSeq: number; result: string | null }>(
    `SELECT last_seq AS lastSeq, body AS result FROM trials LEFT JOIN texts ON texts.id = result_text
     WHERE session = ? ORDER BY trial`,
  );
  const close = db.prepare(
    "UPDATE sessions SET end_reason = 'interrupted', event_count = ?, event_crc32 = ? WHERE id = ?",
  );
  // Those that were committed with their events stand there already.
  const drop = db.prepare<[Omit<DropRow, 'openMs'> & { session: number; open_ms: number }]>(
    `${insert('drops', ['session', 'seq', 'line', 'trial', 'open_ms', 'ul', 'calibration'])} ON CONFLICT DO NOTHING`,
  );
  for (const session of open) {
    const digest = new EventDigest();
    const { startedAt, lines, rigFile } = about.get(session)!;
    const water = new SessionWater(JSON.parse(lines), rigFile);
    const clocks = segments.all(session);
    const ended = trials.all(session);
    for (const { seq, ticks, code, value } of events.iterate(session)) {
      while (clocks[0] !== undefined && clocks[0].firstSeq <= seq) water.clockSegment(clocks.shift()!.ticksPerMs);
      digest.add(ticks, code, value);
      water.event(ticks, code, value);
      if (ended[0]?.lastSeq === seq) water.trial(cameFree(JSON.parse(ended.shift()!.result ?? 'null')));
    }
    close.run(digest.count, digest.crc32, session);
    for (const { openMs, ...row } of water.takeDrops()) drop.run({ session, open_ms: openMs, ...row });
    addSessionWater(db, session, startedAt, water.given());
  }
  return open;
}

/** Did the trial's water come without an answer? `result`: the chart's output, or null. */
export function cameFree(result: unknown): boolean {
  return (result as TrialResult | null)?.free === true;
}

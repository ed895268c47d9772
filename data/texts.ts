/** Long texts, each distinct one stored once. */
import type { RecordDatabase } from './open.ts';

/** The text's id; a new one is entered. */
export function textId(db: RecordDatabase, body: string): number {
  db.prepare('INSERT INTO texts (body) VALUES (?) ON CONFLICT DO NOTHING').run(body);
  return db.prepare<[string], number>('SELECT id FROM texts WHERE body = ?').pluck().get(body)!;
}

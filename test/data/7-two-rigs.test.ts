/** Two people at two rigs, each in a process of their own, on one record: nobody waits for long, and nothing is lost. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { newPath } from './driver.ts';

const fixture = fileURLToPath(new URL('./fixtures/work-at-rig.ts', import.meta.url));
const ENTRIES = 60;
/** What a person or a trial may be held up by the other rig. */
const HOLD_UP_MS = 50;

interface Worked {
  /** Milliseconds of each entry by hand and of each trial, from asking to standing in the record. */
  readonly tookMs: readonly number[];
}

/** Works at a rig: a session in batches, and entries by hand between its trials. */
function work(path: string, rig: string): Promise<Worked> {
  const child = spawn(process.execPath, ['--import', 'tsx', fixture, path, rig, String(ENTRIES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let last = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      last = line;
    });
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(last)) : reject(new Error(`${rig} ended with ${code}`)),
    );
  });
}

const at = (share: number, of: readonly number[]) =>
  [...of].sort((a, b) => a - b)[Math.floor(share * (of.length - 1))]!;

describe('two rigs on one record', () => {
  it('hold each other up by no more than 50 ms, and lose no entry', async () => {
    const path = newPath();
    openRecord(path, { mode: 'write', createFolder: true }).close();
    const alone = (await work(path, 'alone')).tookMs;
    const [one, two] = await Promise.all([work(path, 'one'), work(path, 'two')]);
    const both = [...one.tookMs, ...two.tookMs];
    // The disk's own time, which a rig alone has too, is not the other rig's doing.
    expect(at(0.99, both) - at(0.99, alone)).toBeLessThan(HOLD_UP_MS);
    const db = openRecord(path, { mode: 'read' });
    const count = (sql: string) => db.prepare<[], number>(sql).pluck().get()!;
    expect(count('SELECT count(*) FROM water_ledger WHERE person IS NOT NULL')).toBe(3 * ENTRIES);
    expect(count('SELECT count(*) FROM trials')).toBe(3 * ENTRIES);
    expect(count('SELECT count(*) FROM sessions WHERE end_reason IS NULL')).toBe(0);
    expect(count('SELECT count(*) FROM events')).toBe(count('SELECT sum(event_count) FROM sessions'));
    expect(count('SELECT count(*) FROM (SELECT 1 FROM water_ledger WHERE person IS NOT NULL GROUP BY subject)')).toBe(
      3,
    );
    db.close();
  }, 120_000);
});

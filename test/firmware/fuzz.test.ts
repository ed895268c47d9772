/**
 * The firmware's portable C, built by the host's gcc with address and undefined-behaviour sanitizers, against a million
 * hostile frames: fuzz.c sends them, witness.c stands between the firmware's parts, watch.c looks at the pins.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FRAMES = 1_000_000;

const run = promisify(execFile);

function canBuild(): boolean {
  if (spawnSync('make', ['--version']).status !== 0) return false;
  const check = ['-x', 'c', '-fsanitize=address,undefined', '-o', '/dev/null', '-'];
  return spawnSync('gcc', check, { input: 'int main(void) { return 0; }' }).status === 0;
}

const able = canBuild();
const skip = able ? '' : ' (skipped: make, or gcc with its sanitizers, is not installed)';

describe.skipIf(!able)(`the firmware under fuzz${skip}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearsal-fuzz-'));
    await run('make', ['-s', '-C', import.meta.dirname, `BUILD=${folder}`]);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('breaks no rule in a million frames, and meets everything there is to meet', { timeout: 300_000 }, async () => {
    const { stdout } = await run(join(folder, 'fuzz'), [String(FRAMES), '1']);
    const counts = Object.fromEntries(
      [...stdout.matchAll(/^(.+?) +(\d+)$/gm)].map(([, name, count]) => [name, Number(count)]),
    );
    expect(counts['frames sent']).toBeGreaterThanOrEqual(FRAMES);
    expect(counts['sessions armed']).toBeGreaterThan(1000);
    expect(counts['edges answered ahead']).toBeGreaterThan(1000);
    expect(counts['deadlines met ahead']).toBeGreaterThan(10_000);
  });
});

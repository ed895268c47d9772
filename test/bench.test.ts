import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('measures everything it promises, and gives it to machines as whole rows', () => {
  const script = fileURLToPath(new URL('./bench/run.ts', import.meta.url));
  const args = ['--import', 'tsx', script, '--quick', '--json'];
  const rows: Record<string, unknown>[] = JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['name', 'value', 'unit', 'comparator', 'comparatorValue', 'ratio']);
    expect(row.value).toBeGreaterThanOrEqual(0);
    expect(row.ratio).toBeCloseTo((row.value as number) / (row.comparatorValue as number), 9);
  }
  const names = rows.map(({ name }) => name as string);
  for (const what of ['interpreter', 'recording', 'emulated board', 'roll-ups rebuilt', 'nightly for', 'event loop']) {
    expect(names.filter((name) => name.startsWith(what))).toHaveLength(1);
  }
  // Least, median, p99.9 and worst, in cycles and in microseconds.
  expect(names.filter((name) => name.startsWith('lick to water, idle'))).toHaveLength(8);
  expect(names.filter((name) => name.startsWith('lick to water, under load'))).toHaveLength(8);
  expect(names.filter((name) => name.startsWith('state durations'))).toHaveLength(4);
  const delays = rows.filter(({ name }) => (name as string).startsWith('5 s delay'));
  expect(delays).toHaveLength(3);
  for (const { value } of delays) expect(value).toBeLessThan(0.5);
  const worst = rows.find(({ name, unit }) => /under load, worst/.test(name as string) && unit === 'us');
  expect(worst!.value).toBeLessThan(50);
});

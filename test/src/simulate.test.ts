import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { place } from './driver.ts';

/** Everything in the tables that trials are made of, as text. */
function tablesOf(path: string, tables: readonly string[]): string {
  const db = openRecord(path, { mode: 'read' });
  try {
    return JSON.stringify(tables.map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).raw().all()));
  } finally {
    db.close();
  }
}

const tables = [
  'subjects',
  'sessions',
  'session_conditions',
  'trials',
  'events',
  'opto',
  'stages',
  'decisions',
  'assessments',
  'simulated_mice',
  'texts',
];
const small = 'simulate --subjects 2 --days 9 --trials 120';

describe('rig simulate', () => {
  it('trains mice from naive to expert through the record, says how, and each session is consistent', async () => {
    const { rig, file } = place();
    const { out, code } = await rig(`${small} --seed 3 --db a.sqlite`);
    expect(code).toBe(0);
    expect(out).toMatch(/^SIMULATED cohort, seed 3: 2 subjects, 9 days/);
    for (const name of ['sim3-01', 'sim3-02', 'Mean of 2 subjects', 'sessions to expert', 'light in late delay']) {
      expect(out).toContain(name);
    }
    expect(out).toMatch(/18 sessions, \d+ trials, \d+ events \((4\d|5\d)\.\d a trial\)/);
    expect(tablesOf(file('a.sqlite'), ['decisions'])).toContain('tells pairs apart at 1 s');
    for (const session of [1, 4, 9]) {
      expect((await rig(`verify ${session} --db a.sqlite`)).out).toContain('consistent');
    }
    const { out: stage } = await rig('stage sim3-01 --db a.sqlite');
    expect(stage).toMatch(/sim3-01 is in stage \S+ of delayed-association since \d{4}-\d\d-\d\d/);
    expect(stage).toContain('made: go-pairs to delay-1s');
  });

  it('gives the same tables, byte for byte, for the same seed, and others for another', async () => {
    const { rig, file } = place();
    for (const name of ['a', 'b']) await rig(`${small} --seed 3 --db ${name}.sqlite`);
    await rig(`${small} --seed 4 --db c.sqlite`);
    const [one, same, other] = ['a', 'b', 'c'].map((name) => tablesOf(file(`${name}.sqlite`), tables));
    expect(same === one).toBe(true);
    expect(other === one).toBe(false);
  });

  it('keeps its hands off a cohort that is there, and off what makes no sense', async () => {
    const { rig } = place();
    await rig('simulate --subjects 1 --days 1 --trials 5 --seed 3 --db a.sqlite');
    expect(await rig('simulate --subjects 1 --days 1 --trials 5 --seed 3 --db a.sqlite')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/seed 3 stands in .* already\. Nothing was started/),
    });
    expect(await rig('simulate --subjects 1 --off-target 2 --db b.sqlite')).toMatchObject({ code: 2 });
    expect(await rig('simulate --subjects 0 --db b.sqlite')).toMatchObject({ code: 2 });
  });

  it('shows mice whose light misses its target apart', async () => {
    const { rig } = place();
    const { out } = await rig('simulate --subjects 2 --off-target 1 --days 10 --trials 200 --seed 12 --db a.sqlite');
    expect(out).toContain('Mean of 1 subject:');
    expect(out).toContain('Mean of 1 subject, fibre off target:');
  });
});

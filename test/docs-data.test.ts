/** docs/data.md: what it shows in other languages runs as it stands there, and gives what `rig trials` gives. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { type Place, place } from './src/driver.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/data.md'), 'utf8');

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)![1]!;
}

const queryOf = (code: string) => /SELECT[\s\S]*?ORDER BY session, pair/.exec(code)![0];

type Line = readonly [session: number, subject: string, pair: string, hitRate: number, trials: number];

/** Three sessions, where trials stay out of the figures for every reason that there is: light, exclusion, probes. */
async function recorded(): Promise<Place> {
  const at = place();
  const run = '--rig virtual --trials 40 --db rehearsal.sqlite';
  for (const line of [
    `run --subject M1 --seed 1 --skill 1 ${run}`,
    `run --subject M2 --seed 2 --skill 1 --set optoEpoch=lateDelay optoShare=0.5 ${run}`,
    `run --subject M3 --seed 3 ${run}`,
    'exclude 1 --trials 5-20 --use behaviour --reason x --operator Kim --db rehearsal.sqlite',
  ]) {
    expect([line, (await at.rig(line)).code]).toEqual([line, 0]);
  }
  return at;
}

/** Go pairs in the table of `rig trials`: trials, and the share of them that were answered, in percent. */
async function shown({ rig }: Place, session: number) {
  const { out } = await rig(`trials ${session} --db rehearsal.sqlite`);
  const rows = out.matchAll(/^([A-D]-[A-D]) +go +(\d+) .* (\d+) %$/gm);
  return [...rows].map(([, pair, trials, percent]) => [session, pair, Number(trials), Number(percent)]);
}

const rounded = (lines: readonly Line[]) =>
  lines.map(([session, , pair, hitRate, trials]) => [session, pair, trials, Math.round(hitRate * 100)]);

describe('docs/data.md', () => {
  it('has lines of Python and of R that give the figures of rig trials', async () => {
    const at = await recorded();
    const figures = (await Promise.all([1, 2, 3].map((session) => shown(at, session)))).flat();
    expect(figures).toHaveLength(6);
    expect(new Set(figures.map(([, , trials]) => trials)).size).toBeGreaterThan(1);

    const run = (command: string, args: string[]) => {
      const ran = spawnSync(command, args, { cwd: at.folder, encoding: 'utf8' });
      return { code: ran.status, out: ran.stdout, err: ran.stderr };
    };
    writeFileSync(at.file('hits.py'), block('python'));
    const python = run('python3', ['hits.py']);
    expect([python.code, python.err]).toEqual([0, '']);
    const printed = python.out
      .trim()
      .split('\n')
      .map((text) => text.split(' '))
      .map(([session, subject, pair, rate, n]): Line => [Number(session), subject!, pair!, Number(rate), Number(n)]);
    expect(rounded(printed)).toEqual(figures);
    expect(new Set(printed.map(([, subject]) => subject))).toEqual(new Set(['M1', 'M2', 'M3']));

    // The package that R reads SQLite with is rarely where tests run: its query is asked in any case.
    const db = openRecord(at.file('rehearsal.sqlite'), { mode: 'read' });
    expect(
      db
        .prepare(queryOf(block('r')))
        .raw()
        .all(),
    ).toEqual(printed);
    db.close();
    if (run('Rscript', ['-e', 'library(DBI); library(RSQLite)']).code === 0) {
      writeFileSync(
        at.file('hits.R'),
        `${block('r')}\nwrite.csv(hits, "hits.csv", row.names = FALSE, quote = FALSE)\n`,
      );
      expect(run('Rscript', ['hits.R'])).toMatchObject({ code: 0 });
      const lines = readFileSync(at.file('hits.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((text) => text.split(','));
      expect(
        rounded(lines.map(([s, subject, pair, rate, n]) => [Number(s), subject!, pair!, Number(rate), Number(n)])),
      ).toEqual(figures);
    }
  });

  it('opens the record to read only, in both', () => {
    expect(block('python')).toContain('?mode=ro');
    expect(block('r')).toContain('SQLITE_RO');
  });
});

/** The log of weight and water: every day of the span, corrections beside what counts, nothing injected. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { place } from './driver.ts';

function room() {
  const at = place();
  const enters = (line: string, day: string) =>
    at.rig(`${line} --db a.sqlite --operator Kim`, { now: () => new Date(`${day}T09:00:00`) });
  return {
    at,
    enters,
    page: async (rest: string, day: string) => {
      const { code } = await at.rig(`log M1 --db a.sqlite --out log.html ${rest}`, {
        now: () => new Date(`${day}T18:00:00`),
      });
      expect(code).toBe(0);
      return readFileSync(at.file('log.html'), 'utf8');
    },
  };
}

/** Cells of a day's row. */
function cells(page: string, day: string): string[] {
  const row = new RegExp(`<tr[^>]*><td>${day}(.*?)</tr>`).exec(page)![1]!;
  return row.split(/<td[^>]*>/).slice(1);
}

describe('rig log', () => {
  it('has every day from the first entry on, with what counts, what was due, and what was corrected', async () => {
    const { enters, page } = room();
    await enters('subject add M1 --simulated --implant-weight-g 1.2', '2026-03-02');
    await enters('restrict M1 --reference 26.2', '2026-03-02');
    await enters('weigh M1 25.0', '2026-03-02');
    await enters('water M1 900', '2026-03-02');
    await enters('run --subject M1 --rig virtual --skill 1 --seed 3 --trials 20', '2026-03-02');
    await enters('weigh M1 20.0 --sure', '2026-03-04');
    await enters('amend water 1 --ul 800 --reason syringe<b>misread</b>', '2026-03-04');
    const text = await page('', '2026-03-04');
    const drops = 40;
    expect(cells(text, '2026-03-02')).toEqual([
      ...['25.0', '95.2', `${drops}`, '0', '800', `${800 + drops}*`, '952', '1'],
      `112 ul of water due`,
      'Kim',
    ]);
    expect(cells(text, '2026-03-03').slice(0, 6)).toEqual(['', '', '0', '0', '0', '0']);
    expect(cells(text, '2026-03-04').slice(0, 2)).toEqual(['20.0', '75.2']);
    expect(text).toMatch(/<li>Case 1, 2026-03-04 09:00: 75\.2 % of the reference weight/);
    expect(text).toContain('water 1, ul: 900 to 800. syringe&#60;b&#62;misread&#60;/b&#62; (Kim, 2026-03-04 09:00)');
    expect(text).toContain('SIMULATED');
    expect(text).not.toMatch(/src=|href=|@import|url\(/);
    expect(await page('--from 2026-03-03 --to 2026-03-03', '2026-03-04')).not.toContain('<td>2026-03-02');
  });

  it('takes no bad input', async () => {
    const { enters, at } = room();
    await enters('subject add M1 --simulated', '2026-03-02');
    for (const [line, words] of [
      ['log M9 --out log.html', /There is no subject M9/],
      ['log M1 --out no/such/folder/log.html', /could not be written/],
      ['log M1 --from 2026-03-02 --to 2026-03-01 --out log.html', /first day is after the last/],
      ['log M1 --from tomorrow --out log.html', /must be a day/],
    ] as const) {
      const { code, err } = await at.rig(`${line} --db a.sqlite`, { now: () => new Date('2026-03-02T09:00:00') });
      expect([line, code, err.replace(/\s+/g, ' ')]).toEqual([line, 2, expect.stringMatching(words)]);
    }
  });
});

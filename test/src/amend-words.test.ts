/** Remarks and what a session was for, corrected: the first words stay, the corrected ones count. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { place } from './driver.ts';

function room() {
  const at = place();
  const rig = (line: string, day = '2026-03-02') =>
    at.rig(`${line} --db a.sqlite`, { now: () => new Date(`${day}T09:00:00`) });
  return {
    at,
    rig,
    enter: (line: string, day?: string) => rig(`${line} --operator Kim`, day),
    run: (rest: string) => rig(`run --subject M1 --rig virtual --skill 1 --seed 3 ${rest}`),
    rows: (table: string) => {
      const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
      const rows = db.prepare(`SELECT * FROM ${table}`).all();
      db.close();
      return rows;
    },
  };
}

const one = (text: string) => text.replace(/\s+/g, ' ');

describe('rig note', () => {
  it('adds, lists, corrects and voids remarks; the first words stay', async () => {
    const { rig, enter, run, rows } = room();
    await run('--trials 2');
    expect((await rig('note 1')).out).toBe('No remark on session 1.\n');
    expect((await enter('note 1 spout-low')).out).toBe('Note 1 on session 1.\n');
    await enter('note 1 sneezed');
    const raw = rows('notes');
    expect((await enter('amend note 1 --text spout-high --reason mistyped')).out).toContain('spout-high');
    await enter('amend note 2 --void --reason other-animal');
    expect((await rig('note 1')).out).toMatch(/1 +2026-03-02 09:00 +Kim +spout-high; amended\n$/);
    expect((await rig('note 1')).out).not.toContain('sneezed');
    expect(rows('notes')).toEqual(raw);
    expect(rows('amendments')).toHaveLength(2);
  });
});

describe('rig amend session', () => {
  it('says what a session really was; whether it counts follows, and goes back as it came', async () => {
    const { rig, enter, run, rows } = room();
    await enter('subject add M1 --simulated');
    await enter('stage M1 --to delay-1s --reason begun');
    await run('--trials 60');
    const raw = rows('session_conditions');
    expect((await rig('stage M1')).out).toContain('M1 is in stage delay-3s');
    const { out } = await enter('amend session 1 --kind drug --agent saline --dose 1ul --reason forgot-to-say');
    expect(one(out)).toMatch(
      /Session 1 counts as drug: saline, 1ul\. .*because it was a session of kind drug.*back in stage delay-1s/,
    );
    expect((await rig('sessions')).out).toMatch(/drug +delay-1s/);
    expect((await rig('trials 1')).out).toContain('drug: saline, 1ul');
    await enter('amend session 1 --kind training --agent nothing --reason it-was-the-other');
    expect((await rig('trials 1')).out).not.toContain('saline');
    expect((await rig('stage M1')).out).toContain('M1 is in stage delay-3s');
    expect(rows('session_conditions')).toEqual(raw);
  });

  it('takes no bad input', async () => {
    const { enter, rig, run, rows } = room();
    await run('--trials 2');
    for (const [line, words] of [
      ['amend session 9 --kind opto --reason x', /There is no session 9/],
      ['amend session 1 --kind drug --reason x', /must say what was given/],
      ['amend session 1 --agent saline --reason x', /cannot have saline given/],
      ['amend session 1 --dose 1ul --reason x', /not what was given/],
      ['amend session 1 --agent nothing --dose 1ul --reason x', /no dose, site or time/],
      ['amend session 1 --kind training --reason x', /says so already/],
      ['amend session 1 --kind opto', /kept with its reason/],
      ['amend note 1 --text x --reason x', /There is no note 1/],
      ['amend note 1 --reason x', /One correction at a time/],
      ['note 9 hello', /There is no session 9/],
    ] as const) {
      const { code, err } = await enter(line);
      expect([line, code, one(err)]).toEqual([line, 2, expect.stringMatching(words)]);
    }
    expect((await rig('note 1 hello')).err).toContain('--operator NAME');
    expect([rows('amendments'), rows('notes')]).toEqual([[], []]);
  });
});

describe('the age of a weight', () => {
  it('is today, unless the rig file allows older ones', async () => {
    const { at, rig, enter } = room();
    const virtual = JSON.parse(findRigFile('virtual').text);
    writeFileSync(at.file('rig.json'), JSON.stringify({ ...virtual, name: 'weekly', weightDays: 2 }));
    await enter('subject add M1 --simulated');
    await enter('restrict M1 --reference 26');
    await enter('weigh M1 25');
    const run = (file: string, day: string) => rig(`run --subject M1 --rig ${file} --trials 1 --seed 1`, day);
    expect((await run('virtual', '2026-03-03')).err).toContain('was not weighed today');
    expect((await run('./rig.json', '2026-03-04')).code).toBe(0);
    expect((await run('./rig.json', '2026-03-05')).err).toContain('was not weighed in the last 3 days');
  });
});

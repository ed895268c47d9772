/** Exclusions: measures, stages and expert days are computed without what is left out, and with it again once lifted. */
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { place } from './driver.ts';

function room() {
  const at = place();
  const rig = (line: string) => at.rig(`${line} --db a.sqlite`);
  const enter = (line: string) => rig(`${line} --operator Kim`);
  const raw = () => {
    const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
    const rows = ['sessions', 'events', 'trials', 'drops'].map((table) => db.prepare(`SELECT * FROM ${table}`).all());
    db.close();
    return rows;
  };
  return { rig, enter, raw, run: (rest: string) => rig(`run --subject M1 --rig virtual --skill 1 --seed 3 ${rest}`) };
}

const one = (text: string) => text.replace(/\s+/g, ' ');

describe('rig exclude', () => {
  it('keeps trials out of every measure, says so in the table, and takes them back in', async () => {
    const { rig, enter, raw, run } = room();
    await run('--trials 40');
    const before = raw();
    const whole = (await rig('trials 1')).out;
    expect(whole).not.toContain('excluded');
    expect((await enter('exclude 1 --trials 1-10 --use behaviour --reason valve-stuck')).out).toContain(
      'Exclusion 1: trials 1 to 10 of session 1 of M1 stay out of behaviour.',
    );
    await enter('exclude 1 --trials 3 --use opto --reason fibre-loose');
    const without = (await rig('trials 1')).out;
    expect(without).not.toBe(whole);
    expect(without).toMatch(/10 excluded/);
    const rows = JSON.parse((await rig('trials 1 --json')).out) as { trial: number; excluded: string }[];
    expect(rows.map(({ excluded }) => excluded)).toEqual(
      rows.map(({ trial }) => (trial === 3 ? 'behaviour+opto' : trial <= 10 ? 'behaviour' : '')),
    );
    expect((await rig('exclude 1')).out).toMatch(/1 +trials 1 to 10 +behaviour +valve-stuck +Kim 2026-03-02/);
    await enter('exclude 1 --lift 1 --reason wrong-session');
    expect((await rig('trials 1')).out).toBe(whole);
    expect((await rig('exclude 1')).out).toMatch(/valve-stuck .*Kim 2026-03-02/);
    expect(raw()).toEqual(before);
  });

  it('takes an expert day away with its session, and gives it back', async () => {
    const { rig, enter, run } = room();
    await enter('subject add M1 --simulated');
    await enter('stage M1 --to expert --reason trained');
    await run('--trials 120');
    const counted = async () => (await rig('stage M1')).out.split('\n').slice(0, 2).join(' ');
    const first = await counted();
    expect(first).toMatch(/with 1 session that counted\. .*1\b/);
    expect(one((await enter('exclude 1 --use behaviour --reason sick')).out)).toMatch(
      /all trials of session 1 .* does not count in the stage expert, because it is excluded/,
    );
    expect(await counted()).not.toBe(first);
    expect((await enter('exclude 1 --lift 1 --reason recovered')).out).toContain('counts in the stage expert');
    expect(await counted()).toBe(first);
  });

  it('takes back a promotion that rests on what is excluded; not for trials that change nothing', async () => {
    const { rig, enter, run } = room();
    await enter('subject add M1 --simulated');
    await enter('stage M1 --to delay-1s --reason begun');
    await run('--trials 60');
    expect((await rig('stage M1')).out).toContain('M1 is in stage delay-3s');
    await enter('exclude 1 --trials 1-2 --use behaviour --reason valve-stuck');
    expect((await rig('stage M1')).out).toContain('M1 is in stage delay-3s');
    const { out } = await enter('exclude 1 --use behaviour --reason drank-before');
    expect(one(out)).toContain('M1 is back in stage delay-1s: it was moved to delay-3s on session 1.');
    expect((await rig('stage M1')).out).toContain('M1 is in stage delay-1s');
  });

  it('takes no bad input, and leaves nothing half-entered', async () => {
    const { rig, enter, run } = room();
    await run('--trials 4');
    for (const [line, words] of [
      ['exclude 9 --use opto --reason x', /There is no session 9/],
      ['exclude 1 --use opto', /kept with its reason/],
      ['exclude 1 --reason x', /Say out of which use/],
      ['exclude 1 --use opto --trials 3-9 --reason x', /Session 1 has 4 trials/],
      ['exclude 1 --use opto --trials 4-2 --reason x', /trials as 12-40/],
      ['exclude 1 --use taste --reason x', /one of behaviour, imaging, opto/],
      ['exclude 1 --lift 3 --reason x', /has no exclusion 3 in force/],
      ['exclude 1 --lift 3 --use opto --reason x', /one at a time/],
    ] as const) {
      const { code, err } = await enter(line);
      expect([line, code, one(err)]).toEqual([line, 2, expect.stringMatching(words)]);
    }
    expect((await rig('exclude 1 --use opto --reason x')).err).toContain('--operator NAME');
    expect((await rig('exclude 1')).out).toContain('Nothing of session 1 is excluded.');
  });
});

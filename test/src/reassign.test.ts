/** "This was another animal": everything of the session goes where it belongs, and nothing that was recorded changes. */
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { place } from './driver.ts';

const RAW = ['sessions', 'events', 'trials', 'weights', 'water_ledger', 'assessments'];

async function two() {
  const at = place();
  const rig = (line: string) => at.rig(`${line} --db a.sqlite`);
  const enter = (line: string) => rig(`${line} --operator Kim`);
  for (const name of ['M001', 'M002']) {
    await enter(`subject add ${name} --simulated`);
    await enter(`restrict ${name} --reference 25`);
  }
  const raw = () => {
    const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
    const rows = RAW.map((table) => db.prepare(`SELECT * FROM ${table}`).all());
    db.close();
    return rows;
  };
  return {
    rig,
    enter,
    raw,
    run: (rest = '') => rig(`run --subject M001 --rig virtual --skill 1 --seed 3 ${rest}`),
    move: (rest: string) => enter(`session reassign ${rest} --reason mixup`),
    had: async (name: string) => Number(/has had ([\d.]+) ul/.exec((await rig(`water ${name}`)).out)![1]),
  };
}

describe('rig session reassign', () => {
  it('moves session, water and weighing, and changes no row of what was recorded', async () => {
    const { rig, enter, run, move, raw, had } = await two();
    await enter('weigh M001 24');
    await enter('water M001 100');
    await run('--trials 30');
    const before = raw();
    const earned = (await had('M001')) - 100;
    expect(earned).toBeGreaterThan(40);
    const { out, code } = await move('1 --animal M002');
    expect(code).toBe(0);
    expect(out).toContain(`Session 1 of 2026-03-02 was M002, not M001. With it goes ${earned} ul of water.`);
    expect(out).toContain('So does weighing 1, 24 g.');
    expect(raw()).toEqual(before);
    // By hand is what people gave to M001: it stays.
    expect([await had('M001'), await had('M002')]).toEqual([100, earned]);
    expect((await rig('sessions --subject M002')).out).toMatch(/1 +.*M002/);
    expect((await rig('sessions --subject M001')).out).toContain('No sessions.');
    expect((await rig('today --from 0')).out).toMatch(/M001 +none[^\n]*not weighed[^\n]*\n *M002 +24 g/);
    expect((await rig('verify 1')).out).toContain('consistent');
    // The right one has run today, the other has not.
    await enter('weigh M001 24.5');
    expect((await run('--trials 2')).code).toBe(0);
    expect(await rig('run --subject M002 --rig virtual --trials 1 --seed 3')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has run today already (session 1)'),
    });
  });

  it('leaves the weighing where it was of the other animal, and goes back as it came', async () => {
    const { enter, run, move, had, rig } = await two();
    await enter('weigh M001 24');
    await run('--trials 30');
    const earned = await had('M001');
    expect((await move('1 --animal M002 --keep-weight')).out).not.toContain('weighing');
    expect((await rig('weigh M001')).out).toContain('24');
    await move('1 --animal M001');
    expect([await had('M001'), await had('M002')]).toEqual([earned, 0]);
    expect((await rig('sessions --subject M001')).out).toMatch(/1 +.*M001/);
  });

  it('opens the case of an animal whose low weight it was, and says whose case was opened by mistake', async () => {
    const { enter, run, move, rig } = await two();
    await enter('weigh M001 19.5');
    await enter('case M001 --override twice');
    await run('--trials 2');
    expect((await move('1 --animal M002')).out).toMatch(
      /Case 1 of M001 was opened by that weighing[\s\S]*Case 2 of M002 is open: 78.0 %/,
    );
    expect((await rig('today')).out).toMatch(/Case 1 of M001[\s\S]*Case 2 of M002/);
  });

  it('takes back the stage that it had moved the wrong animal to, and lets the rules decide for the right one', async () => {
    const { enter, move, rig } = await two();
    for (const name of ['M001', 'M002']) {
      await enter(`restrict ${name} --end`);
      await enter(`weigh ${name} 25`);
      await enter(`stage ${name} --to delay-1s --reason begins`);
    }
    expect((await rig('run --subject M001 --rig virtual --trials 60 --seed 101 --skill 1')).out).toContain(
      'Stage delay-1s is left for delay-3s',
    );
    expect((await rig('stage M002')).out).toContain('M002 is in stage delay-1s');
    const { out } = await move('1 --animal M002');
    expect(out).toContain('M001 is back in stage delay-1s');
    expect(out).toMatch(/M002: Stage delay-1s is left for delay-3s \(rule "tells pairs apart at 1 s": .*session 1 had/);
    expect((await rig('stage M001')).out).toMatch(/M001 is in stage delay-1s.*, with 0 sessions that counted/);
    expect((await rig('stage M002')).out).toContain('M002 is in stage delay-3s');
    await move('1 --animal M001');
    expect((await rig('stage M001')).out).toContain('M001 is in stage delay-3s');
    expect((await rig('stage M002')).out).toContain('M002 is in stage delay-1s');
  });

  it.each([
    ['1 --animal M001', 'is of M001 already'],
    ['1 --animal M003', 'no subject M003'],
    ['7 --animal M002', 'no session 7'],
    ['x --animal M002', 'x'],
    ['1', '--animal'],
  ])('refuses %s, and nothing is half-written', async (line, why) => {
    const { enter, run, move, rig } = await two();
    await enter('weigh M001 24');
    await run('--trials 2');
    expect(await move(line)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(await rig('session reassign 1 --animal M002 --operator Kim')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason'),
    });
    expect((await rig('sessions --subject M002')).out).toContain('No sessions.');
  });
});

/** A technician's day with one animal and more, on the command line. */
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { place, spawnRig } from './driver.ts';

async function room() {
  const at = place();
  const rig = (line: string) => at.rig(`${line} --db a.sqlite`);
  const enter = (line: string) => rig(`${line} --operator Kim`);
  const count = (table: string) => {
    const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
    const { n } = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()!;
    db.close();
    return n;
  };
  await enter('subject add M001 --simulated --implant-weight-g 1.2 --cage C4');
  return {
    file: at.file('a.sqlite'),
    rig,
    enter,
    count,
    run: (rest = '') => rig(`run --subject M001 --rig virtual --skill 1 --seed 3 ${rest}`),
  };
}

async function restricted(rest = '') {
  const made = await room();
  await made.enter(`restrict M001 --reference 26.2 ${rest}`);
  return made;
}

describe('rig subject', () => {
  it('enters, describes, renames and retires an animal; its number stays, and old names find it', async () => {
    const { rig, enter, run, file } = await room();
    expect((await enter('subject set M001 --sex female --birth-date 2026-01-05 --opsin stGtACR2')).out).toContain(
      'SIMULATED M001 (1): sex female, birth date 2026-01-05, cage C4, implant 1.2 g, opsin stGtACR2',
    );
    await enter('subject set M001 --cage C5 --reason moved');
    const db = openRecord(file, { mode: 'read' });
    expect(
      db.prepare("SELECT old_value, new_value, person, reason FROM amendments WHERE old_value = 'C4'").all(),
    ).toEqual([{ old_value: 'C4', new_value: 'C5', person: 'Kim', reason: 'moved' }]);
    db.close();
    expect((await enter('subject rename M001 Rosa')).out).toContain('M001 is now called Rosa');
    for (const line of ['weigh M001 24', 'water M001 100', 'case M001 --open thin']) {
      expect(await enter(line), line).toMatchObject({
        code: 2,
        err: expect.stringContaining('M001 is now called Rosa'),
      });
    }
    expect(await run('--trials 1')).toMatchObject({ code: 2, err: expect.stringContaining('M001 is now called Rosa') });
    expect(await enter('subject add M001 --simulated')).toMatchObject({
      code: 2,
      err: expect.stringContaining('M001 is the old name of Rosa'),
    });
    await enter('subject retire Rosa --status perfused');
    expect((await rig('subject list')).out).toMatch(/Rosa +1 +female +2026-01-05 +C5 +M001 +2026-03-02: perfused/);
    expect(await rig('run --subject Rosa --rig virtual --trials 1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Rosa left the experiment on 2026-03-02'),
    });
  });
});

describe('an animal on water restriction', () => {
  it('is weighed before it runs, and is shown what it had and what is due', async () => {
    const { run, enter, rig } = await restricted();
    expect(await run('--trials 4')).toMatchObject({ code: 2, err: expect.stringContaining('was not weighed today') });
    expect((await enter('weigh M001 25.0')).out).toMatch(
      /25 g, 95 %.*\nM001 has had 0 ul today, of 952 ul needed: 952 ul still due/,
    );
    const { out, code } = await run('--trials 40');
    expect(code).toBe(0);
    const earned = Number(/M001 has had ([\d.]+) ul today/.exec(out)![1]);
    // Drops of 4 ul for some twenty go trials.
    expect(earned).toBeGreaterThan(40);
    expect(earned % 4).toBe(0);
    expect((await enter(`water M001 ${952 - earned}`)).out).toContain('nothing is due');
    expect((await rig('water M001')).out).toMatch(/earned +\d+ +water +1 +the rig\n.*by hand/);
    expect(await rig('today --from 0')).toMatchObject({ code: 0, out: expect.stringContaining('All is settled.') });
  });

  it('never gets more from rigs than its day allows, over any sessions', async () => {
    const { run, enter, rig, count } = await restricted('--most-ul 50');
    await enter('weigh M001 25');
    expect((await run('--trials 8')).code).toBe(0);
    expect(await run('--trials 60')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has run today already (session 1)'),
    });
    expect((await run('--trials 60 --again vet')).out).toContain('The water allowance of this session is spent');
    expect(await run('--trials 60 --again vet')).toMatchObject({
      code: 2,
      err: expect.stringContaining('less than the valves of virtual can measure out'),
    });
    const had = Number(/has had ([\d.]+) ul/.exec((await rig('water M001')).out)![1]);
    expect(had).toBeGreaterThan(48);
    expect(had).toBeLessThanOrEqual(50);
    expect((await rig('verify 2')).out).toContain('consistent');
    expect(count('notes')).toBe(1);
  });

  it('is not forgotten: from the hour on, what is open fails the command', async () => {
    const { enter, rig } = await restricted();
    await enter('subject add M002 --simulated');
    expect(await rig('today --from 24')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Open for 1 animal: M001'),
    });
    const late = await rig('today --from 0');
    expect(late).toMatchObject({ code: 1, out: expect.stringContaining('not weighed; water unknown') });
    await enter('weigh M001 25');
    expect((await rig('today --from 0')).out).toContain('952 ul of water due');
    await enter('water M001 --free-access 30');
    expect((await rig('today --from 0')).code).toBe(0);
    await enter('restrict M001 --end');
    // Its last day is a day of restriction too.
    expect((await rig('today')).out).toContain('M001');
  });

  it('has a case under its limit, and runs only when that is closed or overridden by name', async () => {
    const { enter, run, rig } = await restricted();
    expect((await enter('weigh M001 21')).out).toContain(
      'Case 1 of M001 is open: 79.2 % of the reference weight, under 80 %',
    );
    expect((await enter('weigh M001 20.9')).out).not.toContain('Case 2');
    expect(await run('--trials 1')).toMatchObject({ code: 2, err: expect.stringContaining('open welfare case (1:') });
    expect((await rig('today')).out).toContain('Case 1 of M001: 79.2 %');
    expect(await rig('case M001 --override because')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--operator'),
    });
    await enter('case M001 --told Lee --override because');
    expect((await run('--trials 1')).code).toBe(0);
    expect((await rig('today --from 0')).out).toContain('case 1 is open');
    expect((await enter('case M001 --close recovered')).out).toMatch(
      /^Case 1, closed,[\s\S]*told: Lee \(Kim\)[\s\S]*override: because \(Kim\)[\s\S]*closed: recovered \(Kim\)/,
    );
    expect(await enter('case M001 --done fed')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no open case'),
    });
  });

  it('is warned about under 85 percent', async () => {
    expect((await (await restricted()).enter('weigh M001 22')).out).toContain('Under 85 %:');
  });
});

describe('rig amend', () => {
  async function two() {
    const made = await restricted();
    await made.enter('subject add M002 --simulated');
    await made.enter('restrict M002 --reference 25');
    const because = (line: string) => made.enter(`amend ${line} --reason slip`);
    const raw = (query: string) => {
      const db = openRecord(made.file, { mode: 'read' });
      const rows = db.prepare(query).all();
      db.close();
      return rows;
    };
    return { ...made, because, raw };
  }

  it('corrects a mistyped weight: what counts changes, what was typed stays', async () => {
    const { enter, because, rig, raw } = await two();
    await enter('weigh M001 25.9');
    expect((await because('weight 1 --grams 20.9')).out).toMatch(
      /Weighing 1 of M001, 2026-03-02: 20.9 g counts now\.\nCase 1 of M001 is open: 78.8 %/,
    );
    expect((await rig('weigh M001')).out).toMatch(/1 +2026-03-02 [\d:]+ +20.9 +Kim +amended/);
    await because('weight 1 --grams 24.8');
    expect((await rig('today')).out).toMatch(/M001 +24.8 g +94 %/);
    expect(raw('SELECT grams FROM weights')).toEqual([{ grams: 25.9 }]);
    expect(raw("SELECT old_value, new_value, person, reason FROM amendments WHERE table_name = 'weights'")).toEqual([
      { old_value: '25.9', new_value: '20.9', person: 'Kim', reason: 'slip' },
      { old_value: '20.9', new_value: '24.8', person: 'Kim', reason: 'slip' },
    ]);
  });

  it('gives weight and water to the animal that they belong to, and recomputes both', async () => {
    const { enter, because, rig } = await two();
    await enter('weigh M001 24');
    await enter('water M001 300');
    expect((await because('weight 1 --animal M002')).out).toContain('it was M002');
    expect((await because('water 1 --animal M002')).out).toMatch(
      /M001 has had 0 ul today; what it needs is not known.*\nM002 has had 300 ul today, of 960 ul needed/,
    );
    expect((await rig('today')).out).toMatch(/M001 +none .*not weighed[^\n]*\nM002 +24 g +96 %/);
    expect((await rig('water M001')).out).toContain('No water on');
  });

  it('takes out of account what should not have been entered', async () => {
    const { enter, because, rig } = await two();
    await enter('water M001 300');
    await enter('water M001 200');
    await because('water 1 --void');
    expect((await rig('water M001')).out).toContain('M001 has had 200 ul today');
    await enter('weigh M001 25');
    await because('weight 1 --void');
    expect(await rig('run --subject M001 --rig virtual --trials 1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('was not weighed today'),
    });
  });

  it.each([
    ['weight 1 --grams 25 --operator Kim', '--reason'],
    ['weight 1 --grams 25 --reason slip', '--operator'],
    ['weight 1 --reason slip --operator Kim', 'One correction at a time'],
    ['weight 1 --grams 25 --void --reason slip --operator Kim', 'One correction at a time'],
    ['weight 7 --grams 25 --reason slip --operator Kim', 'There is no weighing 7'],
    ['weight 1 --grams 1 --reason slip --operator Kim', 'no more than the implant'],
    ['weight 1 --animal M001 --reason slip --operator Kim', 'of M001 already'],
    ['weight 1 --animal M009 --reason slip --operator Kim', 'There is no subject M009'],
    ['water 1 --ul 5 --reason slip --operator Kim', 'free access, which nobody measured'],
    ['water 2 --ul 5 --reason slip --operator Kim', 'or it was voided'],
  ])('refuses %s', async (line, words) => {
    const { enter, because, rig, count } = await two();
    await enter('weigh M001 24');
    await enter('water M001 --free-access 5');
    await enter('water M001 100');
    await because('water 2 --void');
    expect(await rig(`amend ${line}`)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
    expect(count("amendments WHERE table_name <> 'subjects'")).toBe(1);
  });
});

describe('bad input leaves nothing behind', () => {
  it.each([
    ['weigh M001 25', '--operator'],
    ['weigh M001 1.1 --operator Kim', 'no more than the implant'],
    ['weigh M001 heavy --operator Kim', 'must be a number'],
    ['weigh M001 12 --operator Kim', '--sure'],
    ['weigh M01 25 --operator Kim', 'Did you mean M001?'],
    ['water M001 100', '--operator'],
    ['water M001 -5 --operator Kim', 'must be a number from 1 to 20000'],
    ['water M001 99999 --operator Kim', 'must be a number from 1 to 20000'],
    ['water M001 100 --free-access 5 --operator Kim', 'one entry at a time'],
    ['water M001 100 --day 2026-03-01 --operator Kim', 'on the day it is given'],
    ['restrict M001 --reference 26 --operator Kim', 'End that one first'],
    ['restrict M002 --operator Kim', '--reference'],
    ['restrict M002 --reference 25 --warn 80 --stop 85 --operator Kim', 'must lie below'],
    ['restrict M002 --end --operator Kim', 'on no restriction'],
    ['subject add m001 --simulated --operator Kim', 'already'],
    ['subject add M003 --simulated', '--operator'],
    ['subject add M003 --birth-date 2026-02-30 --simulated', 'must be a day'],
    ['subject add M003 --birth-date 2027-01-01 --simulated', 'must be a day'],
    ['subject rename M001 M002 --operator Kim', 'already'],
    ['subject set M001', 'Nothing to set'],
    ['subject set M001 --cage C9', '--operator'],
    ['case M001 --done fed --operator Kim', 'no open case'],
  ])('rig %s', async (line, words) => {
    const { rig, enter, count } = await restricted();
    await enter('subject add M002 --simulated');
    const tables = ['subjects', 'weights', 'water_ledger', 'restrictions', 'cases', 'case_entries', 'subject_names'];
    const before = tables.map(count);
    await enter('weigh M001 25');
    before[1]!++;
    const { code, err, out } = await rig(line);
    // 1: the record refuses it; 2: it cannot be done as typed.
    expect([1, 2]).toContain(code);
    expect(err).toContain(words);
    expect(err + out).not.toMatch(/\n\s+at /);
    expect(tables.map(count)).toEqual(before);
  });
});

describe('an animal in a session that nobody closed', { timeout: 60_000 }, () => {
  it('starts no other one while that one runs; when its process has died it is closed first, and its water counts', async () => {
    const { folder } = place();
    const rig = (line: string) => spawnRig(`${line} --db a.sqlite`, folder);
    const ran = async (line: string) => {
      const { code, out, err } = await rig(line).ended;
      return { code, text: out + err };
    };
    for (const line of ['subject add M001 --simulated', 'restrict M001 --reference 25', 'weigh M001 24']) {
      expect((await ran(`${line} --operator Kim`)).code).toBe(0);
    }
    const running = rig('run --subject M001 --rig virtual --pace 100 --skill 1 --seed 3 --trials 400');
    await running.line(/trial +12/);
    const second = await ran('run --subject M001 --rig imaging --trials 1');
    expect(second).toMatchObject({ code: 2, text: expect.stringContaining('is in session 1 on the rig virtual now') });
    expect((await ran('today --from 0')).text).toContain('session 1 is not closed');
    running.process.kill('SIGKILL');
    await running.ended;
    const third = await ran('run --subject M001 --rig virtual --trials 1 --skill 1 --again power');
    expect(third.code).toBe(0);
    const { text } = await ran('water M001');
    expect(Number(/earned +([\d.]+) +water +1 +the rig/.exec(text)![1])).toBeGreaterThanOrEqual(12);
  });
});

/** What stands around a rig: calibrations, vials, maps, care, checks, and the head-fixed clock. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { place } from './driver.ts';

const virtual = JSON.parse(readFileSync(new URL('../../hardware/rigs/virtual.json', import.meta.url), 'utf8'));
const MEASURED = '--ms 20,40,60,80 --grams 0.19,0.41,0.62,0.84';

/** `asLive`: a rig file with every rule of a live rig, called rig.json. */
function room(changes: object = { asLive: true }) {
  const at = place();
  writeFileSync(at.file('rig.json'), JSON.stringify({ ...virtual, name: 'rig', ...changes }));
  /** `when`: a day, at nine, or a time. */
  const types = (line: string, when = '2026-03-02') =>
    at.rig(`${line} --db a.sqlite`, { now: () => new Date(when.includes('T') ? when : `${when}T09:00:00`) });
  return {
    at,
    types,
    enters: (line: string, day?: string) => types(`${line} --operator Kim`, day),
    run: (rest = '', day?: string) =>
      types(`run --subject M1 --rig ./rig.json --skill 1 --seed 3 --trials 4 --operator Kim ${rest}`, day),
    all<T>(sql: string): T[] {
      const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
      try {
        return db.prepare<[], T>(sql).all();
      } finally {
        db.close();
      }
    },
  };
}

async function fitRoom(changes?: object) {
  const made = room(changes);
  await made.enters(`calibrate ./rig.json water ${MEASURED}`);
  await made.enters('check ./rig.json');
  return made;
}

const one = (text: string) => text.replace(/\s+/g, ' ');

describe('rig calibrate', () => {
  it('fits water, shows what lies off, and drops are given, shown and stored by it', async () => {
    const { enters, run, all, types } = await fitRoom();
    expect((await types('calibrate ./rig.json')).out).toMatch(/water +2026-03-02 +Kim +1 +yes/);
    const { out, code } = await run();
    expect(code).toBe(0);
    const [, ms] = /A drop of 4 ul opens "water" for ([\d.]+) ms, by the calibration of 2026-03-02/.exec(out)!;
    // Between 20 ms for 1.9 ul and 40 ms for 4.1 ul.
    expect(Number(ms)).toBeGreaterThan(38);
    expect(Number(ms)).toBeLessThan(40);
    const drops = all<{ open_ms: number; ul: number; calibration: number }>('SELECT * FROM drops');
    expect(drops.length).toBeGreaterThan(0);
    for (const drop of drops) {
      expect(drop).toMatchObject({ open_ms: expect.closeTo(Number(ms), 2), ul: expect.closeTo(4, 2), calibration: 1 });
    }
    const off = await enters('calibrate ./rig.json water --ms 20,40,60,80 --grams 0.19,0.41,0.9,0.84');
    expect(off.out).toMatch(/60 +9\.00.*\n.*\n.*lies far off the curve: weigh or read it again/);
  });

  it('is refused without measurements, with bad ones, and by a drop out of range; nothing is half entered', async () => {
    const { enters, run, all } = await fitRoom();
    const before = all('SELECT * FROM calibrations').length;
    for (const [line, words] of [
      ['water --ms 20,40 --grams 0.1,0.2', /at least 3 different opening times/],
      ['water --ms 20,40,60 --grams 0.1,0.2', /3 opening times need 3 weights, not 2/],
      ['water --ms 20,40,60 --grams 0.6,0.4,0.2', /does not rise all the way/],
      ['water --ms 20,40,2000 --grams 0.1,0.2,0.3', /may stay on for 1000 ms only/],
      ['water --ms 20,40,60', /Weights are asked for at a terminal/],
      ['water --mw 3', /says nothing of water/],
      ['opto --drive 0.5,1 --mw 3', /Give each drive with its milliwatts/],
      ['odourA --onset 40', /Give both/],
      ['trial --ms 20', /of which nothing is measured/],
      ['spout --ms 20', /has no output line "spout"/],
      ['water --ms x', /numbers from 0.1 to 60000/],
    ] as const) {
      const { code, err } = await enters(`calibrate ./rig.json ${line}`);
      expect([line, code, one(err)]).toEqual([line, 2, expect.stringMatching(words)]);
    }
    expect(all('SELECT * FROM calibrations')).toHaveLength(before);
    expect(one((await run('--set rewardUl=9')).err)).toMatch(
      /A drop of 9 ul is outside of what "water" .* was calibrated for \(1\.9 to 8\.4 ul\)/,
    );
  });

  it('expires; a live rig does not start on it, a plain simulation says so and starts', async () => {
    const live = await fitRoom();
    await live.enters('check ./rig.json', '2026-04-02');
    const stale = await live.run('', '2026-04-02');
    expect([stale.code, one(stale.err)]).toEqual([2, expect.stringMatching(/31 days ago, and is good for 30/)]);
    const plain = await fitRoom({});
    const told = await plain.run('', '2026-04-02');
    expect([told.code, one(told.err)]).toEqual([
      0,
      expect.stringMatching(
        /31 days ago, and is good for 30.*This rig is a simulation, so the session starts all the same/,
      ),
    ]);
  });

  it('is held against a one-point check, and voided by new plumbing, which asks for a new check of the rig too', async () => {
    const { enters, run, types } = await fitRoom();
    expect((await enters('calibrate ./rig.json water --check --ms 40 --grams 0.4')).out).toContain('it holds');
    await enters('calibrate ./rig.json water --check --ms 40 --grams 0.3');
    expect(one((await run()).err)).toMatch(/gave 26 % less than its calibration says when checked on 2026-03-02/);
    await enters(`calibrate ./rig.json water ${MEASURED}`);
    expect((await run()).code).toBe(0);
    await enters('mouse out M1 --at 09:00');
    expect((await enters('calibrate ./rig.json water --void tubing', '2026-03-02T09:05')).out).toContain(
      'no longer count: tubing',
    );
    expect((await types('calibrate ./rig.json')).out).toMatch(/water +never .*no: it has no calibration/);
    await enters(`calibrate ./rig.json water ${MEASURED}`);
    expect(one((await run()).err)).toMatch(/was re-plumbed since its check at 09:00 \(water: tubing\)/);
  });

  it('fires and asks at a terminal, again for a weight that is none', async () => {
    const { at, all, enters } = room();
    await enters('check ./rig.json');
    let told = 0;
    let next = 0;
    // Each question takes its keys when it is asked.
    const keys$ = new Subject<string>();
    const lines = ['\r', '0.19\r', '\r', 'much\r', '0.41\r', '\r', '0.62\r'];
    const ran = await at.rig('calibrate ./rig.json water --ms 20,40,60 --pulses 10 --operator Kim --db a.sqlite', {
      tty: true,
      keys$,
      onOut: (text) => {
        if (!/(press return: .*|Grams in the cup:) $/.test(text.slice(told))) return;
        told = text.length;
        const line = lines[next++]!;
        setTimeout(() => {
          for (const key of line) keys$.next(key);
        });
      },
    });
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('is calibrated from 20 to 60 ms')]);
    const [{ points }] = all<{ points: string }>(
      'SELECT body AS points FROM calibrations JOIN texts ON texts.id = points_text',
    ) as [{ points: string }];
    expect(JSON.parse(points)).toEqual([
      { x: 20, y: 19 },
      { x: 40, y: 41 },
      { x: 60, y: 62 },
    ]);
  });

  it('gives light its milliwatts, stored with each lit trial; a drive that was not measured is refused', async () => {
    const { enters, run, all } = await fitRoom();
    const lit = '--set optoEpoch=lateDelay --set optoShare=0.5';
    expect(one((await run(lit)).err)).toMatch(/The opto light of the rig rig has no calibration; without milliwatts/);
    await enters('calibrate ./rig.json opto --drive 0.2,0.5,0.8 --mw 1,2.5,4');
    await enters('subject add M1 --simulated');
    expect(one((await enters('fibre M1 --site M2')).err)).toMatch(/A fibre needs --label, --site, --hemisphere/);
    await enters('fibre M1 --label F7 --site M2 --hemisphere both --implanted 2026-02-01 --transmission 0.8');
    expect(one((await run(lit)).err)).toMatch(
      /A drive of 1 is outside of .* \(0\.2 to 0\.8, which is 1\.00 to 4\.00 mW\)/,
    );
    const { out } = await run(`${lit} --set lightAmplitude=0.6`);
    expect(out).toContain('Opto light at drive 0.6 is 3.00 mW at the fibre tip');
    expect(all('SELECT DISTINCT fibre, opto_sites.site FROM opto JOIN opto_sites ON id = opto.site')).toEqual([
      { fibre: 'F7', site: 'M2' },
    ]);
    const lights = all<{ power_mw: number }>('SELECT power_mw FROM opto WHERE sham IS NULL');
    expect(lights.length).toBeGreaterThan(0);
    for (const { power_mw } of lights) expect(power_mw).toBeCloseTo(3, 6);
  });

  it('refuses a delay shorter than an odour takes to clear', async () => {
    const { enters, run } = await fitRoom();
    expect(one((await run()).err)).toMatch(/When odours arrive and clear on the rig rig is not known: "odourA" has no/);
    await enters('mouse out M1');
    await enters('calibrate ./rig.json odourB --onset 40 --clearance 1200');
    expect(one((await run('--set delayMs=1000')).err)).toMatch(
      /Odour of "odourB" .* takes 1200 ms to clear, longer than/,
    );
  });
});

describe('odorants, vials and maps', () => {
  it('send each letter to the valve of its odorant, on every rig, and each trial keeps vial and valve', async () => {
    const { enters, run, all, types } = await fitRoom();
    await enters('subject add M1 --simulated');
    for (const name of ['limonene', 'pinene', 'butanol', 'octanal', 'oil --blank']) await enters(`odorant add ${name}`);
    await enters('odour-map set M1 A=4 B=3 C=2 D=1');
    for (const [letter, odorant] of [
      ['A', 1],
      ['B', 2],
      ['C', 3],
    ])
      await enters(`vial mount ./rig.json odour${letter} ${odorant}`);
    expect(one((await run()).err)).toMatch(
      /A of M1 is octanal \(4\), and no vial of it sits on a valve of the rig rig/,
    );
    await enters('vial mount ./rig.json odourD 4 --filled 2026-03-01T09:00');
    expect((await run()).code).toBe(0);
    const shown = all<{ trial_type: string; odour: string; line: string; odorant: number }>(
      `SELECT trial_type, odour, o.line, odorant FROM trial_odours o JOIN trials t ON t.session = o.session AND t.trial = o.trial
       JOIN vials ON vials.id = vial ORDER BY o.trial, position`,
    );
    expect(shown).toHaveLength(8);
    const lineOf: Record<string, string> = { A: 'odourD', B: 'odourC', C: 'odourB', D: 'odourA' };
    for (const [index, { trial_type, odour, line }] of shown.entries()) {
      expect([odour, line]).toEqual([trial_type.split('-')[index % 2], lineOf[odour]]);
    }
    // What the valves did, by the raw events: the first output of a trial that is an odour is its letter's valve.
    expect((await types('verify 1')).out).toMatch(/consistent: 4 trials/);
    expect((await types('vial list ./rig.json')).out).toMatch(/odourD +octanal +2026-03-02 09:00 +\d+ +24/);
    await enters('mouse out M1');
    await enters('subject add M2 --simulated');
    expect(one((await enters('session reassign 1 --animal M2 --reason mixup')).out)).toContain(
      "It was shown the odours of M1's map: A to D are other substances to M2.",
    );
    expect(one((await run('--task blank')).err)).toMatch(
      /A blank session shows solvent only, and limonene sits on "odourA"/,
    );
  });

  it('take no bad input: unknown odorants, one odorant for two letters, lines that are no odour valve', async () => {
    const { enters, all } = room();
    await enters('subject add M1 --simulated');
    await enters('odorant add limonene');
    for (const [line, words] of [
      ['odour-map set M1 A=7', /There is no odorant 7/],
      ['odour-map set M1 A=1 B=1', /One odorant would stand for two letters/],
      ['odour-map set M1 E=1', /"E=1" is no letter=odorant/],
      ['odour-map set M9 A=1', /There is no subject M9/],
      ['odour-map draw M1 M1 --odorants 1,2,3,4 --seed 1', /named twice/],
      ['odour-map draw M1 --odorants 1,1,1,1 --seed 1', /four different odorants/],
      ['vial mount ./rig.json water 1', /is no odour valve/],
      ['vial mount ./rig.json odourA 9', /There is no odorant 9/],
      ['vial mount ./rig.json odourA 1 --filled 2027-01-01T00:00', /filled before it is mounted/],
      ['vial remove ./rig.json odourA', /No vial sits on odourA/],
    ] as const) {
      const { code, err } = await enters(line);
      expect([line, code, one(err)]).toEqual([line, 2, expect.stringMatching(words)]);
    }
    expect([all('SELECT * FROM vials'), all('SELECT * FROM odour_maps')]).toEqual([[], []]);
  });
});

describe('rig care', () => {
  it('fires, ends visibly, is logged, never enters an animal ledger, and empties the bottle', async () => {
    const { enters, types, all } = await fitRoom();
    await enters('care ./rig.json bottle --ml 10');
    const { out } = await enters('care ./rig.json prime --pulses 20 --ms 40');
    expect(out).toMatch(/water of rig is shut after 20 pulses, about 0\.08 ml\.\nprime of rig is done and logged/);
    await enters('care ./rig.json wipe --by-hand');
    const day = (await types('care ./rig.json')).out;
    expect(day).toMatch(/prime .* 09:00 Kim\n/);
    expect(day).toMatch(/dry .* no\n/);
    expect(day).toContain('9.9 ml left of 10 ml');
    expect(all('SELECT * FROM water_ledger')).toEqual([]);
    for (const [line, words] of [
      ['wash', /one of prime, drop, flush/],
      ['prime --line odourA', /this step is for water/],
      ['prime --ms 5000', /may stay on for 1000 ms only/],
      ['bottle', /Say how much it holds/],
    ] as const) {
      const { code, err } = await enters(`care ./rig.json ${line}`);
      expect([line, code, one(err)]).toEqual([line, 2, expect.stringMatching(words)]);
    }
  });

  it('a rig that failed its check, or was not checked today, starts no session', async () => {
    const { enters, run } = room();
    await enters(`calibrate ./rig.json water ${MEASURED}`);
    expect(one((await run()).err)).toMatch(/The rig rig was not checked today/);
    await enters('check ./rig.json');
    expect((await run()).code).toBe(0);
    await enters('mouse out M1');
    expect(one((await run('', '2026-03-03')).err)).toMatch(/was not checked today/);
  });
});

describe('an animal on another rig', () => {
  it('than its last three sessions is pointed out', async () => {
    const { at, enters, run } = await fitRoom({});
    for (let session = 0; session < 3; session++) expect((await run()).err).not.toContain('Check the cage card');
    writeFileSync(at.file('other.json'), JSON.stringify({ ...virtual, name: 'other' }));
    const { err, code } = await enters('run --subject M1 --rig ./other.json --trials 1 --seed 9');
    expect([code, one(err)]).toEqual([
      0,
      expect.stringContaining('The last sessions of M1 were on the rig rig, and this is other. Check the cage card.'),
    ]);
  });
});

describe('the head-fixed clock', () => {
  it('counts from mouse in, warns, and ends the session at the limit; mouse out is asked for', async () => {
    const { enters, run, types, all } = await fitRoom({ asLive: true, headFixedMin: 15 });
    await enters('subject add M1 --simulated');
    await enters('mouse in M1 --at 08:58');
    const { out } = await run('--trials 100');
    expect(out).toMatch(/may be head-fixed for 10 more minutes/);
    expect(out).toContain('has been head-fixed for as long as it may');
    const [session] = all<{ end_reason: string; trials: number }>('SELECT end_reason, trials FROM sessions_words');
    // 13 minutes are left, at 20.5 s a trial.
    expect(session).toEqual({ end_reason: 'head-fixed time reached', trials: 39 });
    expect(all('SELECT code FROM faults')).toEqual([{ code: 'headFixedSoon' }]);
    expect((await types('today --from 0')).out).toMatch(/M1 .*head-fixed since 08:58/);
    expect((await enters('mouse out M1')).out).toBe('M1 is out, head-fixed for 2 minutes.\n');
    for (const [line, words] of [
      ['mouse out M1', /is not head-fixed/],
      ['mouse in M1 --at 10:00', /still to come/],
    ] as const) {
      const { code, err } = await enters(line);
      expect([line, code, one(err)]).toEqual([line, 2, expect.stringMatching(words)]);
    }
    await enters('mouse in M1 --at 08:30');
    expect(one((await run()).err)).toMatch(/M1 is head-fixed since 2026-03-02 08:30, and 15 minutes are the limit/);
  });
});

/**
 * A day of eight animals on two rigs, as a technician types it, mistakes included. The rigs are simulated and hold to every
 * rule of a live one (`asLive`). Each mistake must be caught or corrected, the ledgers must be right to the microlitre, and
 * the day must end settled.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { place, spawnRig } from './driver.ts';

const animals = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8'];
const virtual = JSON.parse(readFileSync(new URL('../../hardware/rigs/virtual.json', import.meta.url), 'utf8'));
const DAY_MS = 86_400_000;
/** What the script needs of one day: a process of its own lives by the machine's clock. */
const NEEDS_MS = 4 * 60_000;

async function notAtMidnight(): Promise<void> {
  const now = new Date();
  const left = new Date(now).setHours(24, 0, 0, 0) - now.getTime();
  if (left < NEEDS_MS) await new Promise((resolve) => setTimeout(resolve, left + 1000));
}

function technician() {
  const at = place();
  const rigFile = (name: string, water = {}) =>
    writeFileSync(
      at.file(`${name}.json`),
      JSON.stringify({
        ...virtual,
        name,
        asLive: true,
        lines: { ...virtual.lines, water: { ...virtual.lines.water, ...water } },
      }),
    );
  const types = (line: string, now = new Date()) => at.rig(`${line} --db day.sqlite`, { now: () => now });
  return {
    at,
    rigFile,
    types,
    /** A command that must do what it is asked. */
    async does(line: string, now?: Date): Promise<string> {
      const { code, out, err } = await types(`${line} --operator Kim`, now);
      expect(`${line}: ${code} ${err}`).toMatch(/: 0 (Note: [\s\S]*)?$/);
      return out;
    },
    /** A command that must be refused with these words. */
    async isRefused(line: string, words: RegExp): Promise<void> {
      const { code, err } = await types(`${line} --operator Kim`);
      expect([line, code === 0]).toEqual([line, false]);
      expect(err.replace(/\s+/g, ' ')).toMatch(words);
    },
    read<T>(get: (db: RecordDatabase) => T): T {
      const db = openRecord(at.file('day.sqlite'), { mode: 'read' });
      try {
        return get(db);
      } finally {
        db.close();
      }
    },
  };
}

type Technician = ReturnType<typeof technician>;

/** The animal's number is its seed. */
const run = (animal: string, rig: string, rest = '--trials 40') =>
  `run --subject ${animal} --rig ./${rig}.json --skill 1 --seed 1${animal.slice(1)} ${rest}`;

/** What stands before the first animal: entered, calibrated, mounted. Rig two was calibrated too long ago. */
async function setUp({ does, rigFile }: Technician): Promise<void> {
  rigFile('one');
  rigFile('two', { simulateClogged: true });
  for (const animal of animals) {
    await does(`subject add ${animal} --simulated --implant-weight-g 1.2`);
    await does(`restrict ${animal} --reference 26.2 --most-ul 1200`);
  }
  for (const name of ['limonene', 'pinene', 'butanol', 'octanal']) await does(`odorant add ${name} --percent 1`);
  await does(`odour-map draw ${animals.join(' ')} --odorants 1,2,3,4 --seed 11`);
  const measured = '--ms 20,40,60,80 --grams 0.19,0.41,0.62,0.84';
  await does(`calibrate ./one.json water ${measured}`);
  await does(`calibrate ./two.json water ${measured}`, new Date(Date.now() - 40 * DAY_MS));
  for (const [index, letter] of ['A', 'B', 'C', 'D'].entries()) {
    await does(`vial mount ./one.json odour${letter} ${index + 1}`);
    await does(`calibrate ./one.json odour${letter} --onset 45 --clearance 900`);
    if (letter !== 'D') await does(`vial mount ./two.json odour${letter} ${index + 1}`);
  }
  await does('care ./one.json prime');
  await does('care ./one.json bottle --ml 30');
}

/** Microlitres by animal: what the ledger says, and what the valves did, reckoned from the raw events alone. */
function ledgers(db: RecordDatabase): Map<string, { ledger: number; valves: number }> {
  const water = db
    .prepare<[], { name: string; ul: number }>(
      `SELECT name, sum(ul) AS ul FROM water_now JOIN subjects ON subjects.id = subject
       WHERE session IS NOT NULL GROUP BY name`,
    )
    .all();
  const sums = new Map(water.map(({ name, ul }) => [name, { ledger: ul, valves: 0 }]));
  const sessions = db
    .prepare<[], { id: number; name: string; rigFile: string; lines: string }>(
      `SELECT sessions.id, name, rig_file AS rigFile, sessions_words.lines FROM sessions
       JOIN sessions_words ON session = sessions.id JOIN subjects ON subjects.name = sessions_words.subject`,
    )
    .all();
  for (const { id, name, rigFile, lines } of sessions) {
    const bit = 1 << JSON.parse(lines).outputs.indexOf('water');
    const [c0, c1, c2] = JSON.parse(rigFile).lines.water.calibration.coefficients;
    let opened: number | null = null;
    const events = db.prepare<[number], { ticks: number; value: number }>(
      'SELECT ticks, value FROM events WHERE session = ? AND code = 3 ORDER BY seq',
    );
    for (const { ticks, value } of events.all(id)) {
      if ((value & bit) !== 0) opened ??= ticks;
      else if (opened !== null) {
        const ms = (ticks - opened) / 2000;
        const sum = sums.get(name);
        if (sum !== undefined) sum.valves += Math.round((c0 + c1 * ms + c2 * ms * ms) * 1000) / 1000;
        opened = null;
      }
    }
  }
  return sums;
}

describe('a day of eight animals on two rigs', () => {
  it('ends settled, each mistake caught or corrected, the ledgers right to the microlitre', async () => {
    await notAtMidnight();
    const person = technician();
    const { at, does, isRefused, types, rigFile, read } = person;
    await setUp(person);

    // Forgotten: nobody was weighed, the rig was not checked.
    await isRefused(run('M1', 'one'), /M1 is on water restriction and was not weighed today/);
    for (const animal of animals) if (animal !== 'M2') await does(`weigh ${animal} 25.0`);
    await isRefused(run('M1', 'one'), /The rig one was not checked today/);
    await does('check ./one.json');

    // Mistyped: 52 for 25 is questioned; a likely one is corrected afterwards.
    await isRefused('weigh M2 52', /M2.*sure/);
    await does('weigh M2 24.1');
    const weighing = read((db) => db.prepare('SELECT max(id) FROM weights').pluck().get());
    await does(`amend weight ${weighing} --grams 25.1 --reason mistyped`);

    // Morning on rig one; the next animals repeat no check. Mouse in was said for the first one only.
    await does('mouse in M1');
    expect(await does(run('M1', 'one'))).toMatch(/A drop of 4 ul opens "water" for 39\.\d+ ms, by the calibration of/);
    await isRefused('mouse in M1', /M1 is head-fixed since/);
    await does('mouse out M1');
    await does(run('M2', 'one'));
    await does('mouse out M2');

    // The same animal twice: a slip of the hand, and once meant.
    await isRefused(run('M1', 'one'), /M1 has run today already/);
    await does(run('M1', 'one', '--trials 20 --again forgotten-tail'));
    await does('mouse out M1');

    // The wrong animal: M4 sat in the rig, M3 was typed; M3 runs afterwards.
    const wrong = Number(/session (\d+)/.exec(await does(run('M3', 'one')))![1]);
    expect(await does(`session reassign ${wrong} --animal M4 --keep-weight --reason cages-swapped`)).toContain(
      `was M4, not M3`,
    );
    await isRefused('mouse out M3', /M3 is not head-fixed/);
    await does('mouse out M4');
    await does(run('M3', 'one'));
    await does('mouse out M3');

    // Rig two: stale calibration, then a missing vial, then a clogged spout.
    await does('check ./two.json');
    await isRefused(run('M5', 'two'), /"water" of the rig two was measured on .*, 40 days ago, and is good for 30/);
    await does('calibrate ./two.json water --ms 20,40,60,80 --grams 0.19,0.41,0.62,0.84');
    await isRefused(run('M5', 'two'), /is octanal \(4\), and no vial of it sits on a valve of the rig two/);
    await does('vial mount ./two.json odourD 4');
    const clogged = await does(run('M5', 'two', '--trials 100'));
    expect(clogged).toContain('Water may not be reaching the animal');
    const faults = read((db) => db.prepare('SELECT code FROM faults ORDER BY id').pluck().all());
    expect([...new Set(faults)]).toEqual(['waterNotDrunk']);
    await does('mouse out M5');
    // What the valve was commanded to give never arrived: the entry is voided, and the animal gets it by hand.
    const entry = read((db) =>
      db
        .prepare(
          "SELECT max(water_ledger.id) FROM water_ledger JOIN subjects ON subjects.id = subject WHERE name = 'M5'",
        )
        .pluck()
        .get(),
    );
    await does(`amend water ${entry} --void --reason clogged-spout`);
    rigFile('two');
    await does('calibrate ./two.json water --void new-tubing');
    await isRefused(run('M6', 'two'), /"water" of the rig two has no calibration/);
    await does('calibrate ./two.json water --ms 20,40,60,80 --grams 0.19,0.41,0.62,0.84');
    await isRefused(run('M6', 'two'), /was re-plumbed since its check/);
    await does('check ./two.json');

    // The program dies in mid-session; the next start closes the session, and its water counts.
    const words = `${run('M6', 'two', '--trials 40 --pace 40')} --operator Kim --db ${at.file('day.sqlite')}`;
    const child = spawnRig(words, at.folder);
    await child.line(/^trial +4\/40/);
    child.process.kill('SIGKILL');
    await child.ended;
    expect((await types('today --from 0')).out).toMatch(/M6.*head-fixed since.*session \d+ is not closed/);
    await isRefused(run('M6', 'two'), /M6 has run today already|had a fault since its check/);
    await does('check ./two.json');
    await does(run('M6', 'two', '--trials 20 --again program-died'));
    await does('mouse out M6');
    await does(run('M7', 'two'));
    await does('mouse out M7');
    await does(run('M8', 'two'));
    await does('mouse out M8');

    // A flush that is stopped locks the rig until it is done.
    const flush = await at.rig('care ./two.json flush --operator Kim --db day.sqlite', {
      tty: true,
      now: () => new Date(),
      onOut: (text) => {
        if (text.endsWith('water: 30 of 100')) at.interrupt();
      },
    });
    expect(flush.code).toBe(130);
    await isRefused(run('M8', 'two', '--again late'), /A flush of the rig two was begun .* and not finished/);
    await does('care ./two.json flush');
    await does('care ./two.json wipe');

    // Evening: supplements were forgotten, and cron says so.
    const evening = await types('today --from 0');
    expect([evening.code, evening.out]).toEqual([1, expect.stringMatching(/Open for 8 animals: M1, M2/)]);
    for (const animal of animals) {
      const due = Number(/(\d+(\.\d+)?) ul still due/.exec((await types(`water ${animal}`)).out)![1]);
      await does(`water ${animal} ${due}`);
    }
    expect(await types('today --from 0')).toMatchObject({ code: 0, out: expect.stringContaining('All is settled.') });

    // To the microlitre: the ledger is what the valves did, but for the entry that a person has voided.
    const sums = read(ledgers);
    expect([...sums.keys()].sort()).toEqual(animals.filter((name) => name !== 'M5'));
    for (const { ledger, valves } of sums.values()) expect(ledger).toBeCloseTo(valves, 3);
    for (const animal of animals) {
      const [had, need] = /had ([\d.]+) ul today, of ([\d.]+) ul needed/
        .exec((await types(`water ${animal}`)).out)!
        .slice(1);
      expect([animal, Number(had)]).toEqual([animal, expect.closeTo(Number(need), 0)]);
    }
    expect(
      read((db) =>
        db.prepare('SELECT count(*) FROM water_ledger WHERE subject IS NOT NULL AND kind = 5').pluck().get(),
      ),
    ).toBe(0);
    // Every session is a run of its chart, with vial and valve for each odour shown.
    const sessions = read((db) => db.prepare('SELECT id FROM sessions').pluck().all()) as number[];
    for (const session of sessions) {
      expect((await types(`verify ${session}`)).out).toMatch(/^SIMULATED[\s\S]*\nconsistent/);
    }
    const odours = read(
      (db) =>
        db
          .prepare<[], { shown: number; letters: number }>(
            `SELECT (SELECT count(*) FROM trial_odours) AS shown, (SELECT 2 * count(*) FROM trials) AS letters`,
          )
          .get()!,
    );
    expect(odours.shown).toBe(odours.letters);
  }, 600_000);
});

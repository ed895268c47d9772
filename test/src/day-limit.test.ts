/** No order of commands lets rigs give an animal more than its day's limit. */
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { place } from './driver.ts';

const LIMIT_UL = 60;

const command = fc.oneof(
  fc
    .tuple(fc.constantFrom('virtual', './fast.json'), fc.integer({ min: 1, max: 30 }), fc.nat({ max: 99 }))
    .map(
      ([rig, trials, seed]) => `run --subject M1 --rig ${rig} --skill 1 --trials ${trials} --seed ${seed} --again why`,
    ),
  fc.integer({ min: 1, max: 500 }).map((ul) => `water M1 ${ul}`),
  fc.integer({ min: 1, max: 8 }).map((entry) => `amend water ${entry} --ul 3 --reason typo`),
  fc.constantFrom(
    'weigh M1 24.9',
    'run --subject M1 --rig ./fast.json --set rewardUl=9 --trials 9 --seed 1 --again why',
  ),
);

describe("an animal's limit of a day", () => {
  it('holds over any order of sessions, rigs, hand water and corrections of it', async () => {
    const { text } = findRigFile('virtual');
    const fast = { ...JSON.parse(text), name: 'fast' };
    fast.lines.water.flowUlPerS = 350;
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 9 }), async (commands) => {
        const at = place();
        writeFileSync(at.file('fast.json'), JSON.stringify(fast));
        const types = (line: string) => at.rig(`${line} --db a.sqlite --operator Kim`);
        await types('subject add M1 --simulated');
        await types(`restrict M1 --reference 25 --most-ul ${LIMIT_UL}`);
        await types('weigh M1 24.8');
        for (const line of commands) {
          // A correction of what a rig gave is a person's word that it did not come: no part of this rule.
          if (line.startsWith('amend') && isOfSession(at.file('a.sqlite'), Number(line.split(' ')[2]))) continue;
          await types(line);
        }
        const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
        const given = db.prepare<[], number>('SELECT coalesce(sum(ul), 0) FROM drops').pluck().get()!;
        const ledger = db
          .prepare<[], number>('SELECT coalesce(sum(ul), 0) FROM water_now WHERE session IS NOT NULL')
          .pluck()
          .get()!;
        db.close();
        expect(given).toBeLessThanOrEqual(LIMIT_UL);
        most = Math.max(most, given);
        expect(ledger).toBeCloseTo(given, 3);
      }),
      { numRuns: 12, seed: 3 },
    );
    // The limit was met, or nothing was shown.
    expect(most).toBeGreaterThan(LIMIT_UL - 5);
  }, 120_000);
});

describe('without an ordered limit', () => {
  it("the rig file's own water holds for the day of an animal on restriction, over all its sessions", async () => {
    const at = place();
    const rigFile = { ...JSON.parse(findRigFile('virtual').text), name: 'small', waterPerSessionUl: LIMIT_UL };
    writeFileSync(at.file('small.json'), JSON.stringify(rigFile));
    const types = (line: string) => at.rig(`${line} --db a.sqlite --operator Kim`);
    await types('subject add M1 --simulated');
    await types('restrict M1 --reference 25');
    await types('weigh M1 24.8');
    const run = (seed: number) =>
      types(`run --subject M1 --rig ./small.json --skill 1 --trials 20 --seed ${seed} --again why`);
    expect((await run(1)).out).toContain('All trials are done');
    expect((await run(2)).out).toContain('The water allowance of this session is spent');
    expect((await run(3)).err).toMatch(/may still get [\d.]+ ul from rigs today, less than the valves/);
    const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
    expect(db.prepare('SELECT sum(ul) FROM drops').pluck().get()).toBeLessThanOrEqual(LIMIT_UL);
    db.close();
  });
});

function isOfSession(path: string, entry: number): boolean {
  const db = openRecord(path, { mode: 'read' });
  try {
    return db.prepare('SELECT 1 FROM water_ledger WHERE id = ? AND session IS NOT NULL').get(entry) !== undefined;
  } finally {
    db.close();
  }
}

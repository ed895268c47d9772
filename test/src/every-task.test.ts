/**
 * Every task once through the whole of it: real firmware on the emulated board, a mouse at its pins, the record, the replay.
 */
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readSession, readTrials } from '#data/reads.ts';
import { tasks } from '#protocols/registry.ts';
import { place } from './driver.ts';

const TRIALS = 20;

const onTwoSpouts: Readonly<Record<string, string>> = {
  'delayed-association': '--rig two-spout --set responseMode=two-spout',
  habituation: '--rig two-spout --set spouts=two',
  'two-spout-delay': '--rig two-spout',
};
const cases = tasks.flatMap(({ name }) => [
  ...(name === 'two-spout-delay' ? [] : [{ name, how: '--rig emulated' }]),
  ...(onTwoSpouts[name] === undefined ? [] : [{ name, how: onTwoSpouts[name] }]),
]);

describe('twenty trials of every task on the emulated board', () => {
  it.each(cases)('$name, $how', { timeout: 60_000 }, async ({ name, how }) => {
    const { rig, file } = place();
    const ran = await rig(
      `run --subject M001 --task ${name} ${how} --trials ${TRIALS} --carry-on --seed 5 --db a.sqlite`,
    );
    expect(ran).toMatchObject({ code: 0, err: '' });
    const verified = await rig('verify 1 --db a.sqlite');
    expect(verified.out).toContain(`consistent: ${TRIALS} trials`);
    expect(verified.code).toBe(0);
    const db = openRecord(file('a.sqlite'), { mode: 'read' });
    const [session, trials] = [readSession(db, 1)!, readTrials(db, 1)];
    db.close();
    expect(session).toMatchObject({ task: name, engine: 'firmware' });
    expect(trials).toHaveLength(TRIALS);
    for (const { outcome } of trials) expect(outcome).not.toBeNull();
    expect((await rig('trials 1 --db a.sqlite')).code).toBe(0);
  });
});

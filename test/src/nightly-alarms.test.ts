/** What the morning's page raises, and what it leaves alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openWriter } from '#data/writer.ts';
import type { Outcome } from '#machines/vocabulary.ts';
import { recordedTrial, segment0, sessionOn, subjectNamed } from '../data/rows.ts';
import { type Place, place } from './driver.ts';

interface Day {
  readonly subject: string;
  readonly rig: string;
  /** Of March 2026. */
  readonly day: number;
  /** Share of right answers, on go and no-go trials alike. */
  readonly right: number;
  readonly licks?: number;
  readonly trials?: number;
  readonly fault?: string;
  /** Trials without odour that were licked to, of ten. */
  readonly probesLicked?: number;
}

const TRIALS = 100;

async function recorded(at: Place, days: readonly Day[]): Promise<void> {
  const writer = openWriter(at.file('a.sqlite'));
  for (const { subject, rig, day, right, licks = 3, trials = TRIALS, fault, probesLicked } of days) {
    const startedAt = `2026-03-${String(day).padStart(2, '0')}T09:00:00.000+01:00`;
    const id = await writer.subjectFor({ ...subjectNamed(subject), createdAt: startedAt });
    await writer.openSession({ ...sessionOn(rig, id), startedAt });
    writer.clockSegment(segment0);
    let seq = 0;
    for (let trial = 1; trial <= trials + (probesLicked === undefined ? 0 : 10); trial++) {
      const { events, row } = recordedTrial(trial, seq, licks);
      seq += events.length;
      writer.events(events);
      const isRight = ((Math.ceil(trial / 2) * 37) % 50) / 50 < right;
      const go = trial % 2 === 1;
      const outcome: Outcome = go ? (isRight ? 'hit' : 'miss') : isRight ? 'correctRejection' : 'falseAlarm';
      const probe = trial > trials;
      const asProbe = {
        trialType: 'probe',
        probe,
        outcome: trial - trials <= probesLicked! ? 'falseAlarm' : 'correctRejection',
      } as const;
      writer.trial({ ...row, outcome, ...(probe ? asProbe : {}) });
    }
    if (fault !== undefined) writer.fault({ at: startedAt, trial: 7, code: 'noLicks', message: fault });
    await writer.closeSession({ endReason: 'trials reached', endedAt: startedAt, lastEngagedTrial: null });
  }
  await writer.close();
}

async function alarms(at: Place, day: number): Promise<{ kind: string; text: string }[]> {
  const ran = await at.rig(`nightly --date 2026-03-${String(day).padStart(2, '0')} --db a.sqlite --out pages`, {
    now: () => new Date('2026-03-31T09:00:00Z'),
  });
  expect(ran).toMatchObject({ code: 0, err: '' });
  return JSON.parse(readFileSync(at.file('pages/alarms.json'), 'utf8'));
}

const days = (subject: string, rig: string, shares: readonly number[]): Day[] =>
  shares.map((right, index) => ({ subject, rig, day: index + 1, right }));
const texts = (all: readonly { text: string }[]) => all.map(({ text }) => text);

describe('an alarm across animals', () => {
  it('is raised for a rig on which every animal fell, and for no other', async () => {
    const at = place();
    await recorded(at, [
      ...days('A1', 'one', [0.9, 0.9, 0.92, 0.9]),
      ...days('A2', 'two', [0.9, 0.88, 0.9, 0.6]),
      ...days('A3', 'two', [0.84, 0.88, 0.86, 0.5]),
    ]);
    const raised = await alarms(at, 4);
    expect(raised[0]).toMatchObject({ kind: 'shared' });
    expect(texts(raised)).toEqual([
      'Every animal on rig two fell today (A2, A3): check air and vials first.',
      'A2 fell to 60 % from its usual 90 %.',
      'A3 fell to 50 % from its usual 86 %.',
    ]);
  });

  it('speaks of what all share where every animal of several rigs fell', async () => {
    const at = place();
    await recorded(at, [
      ...days('A1', 'one', [0.9, 0.9, 0.6]),
      ...days('A2', 'two', [0.9, 0.9, 0.6]),
      ...days('A3', 'two', [0.9, 0.9, 0.6]),
    ]);
    expect(texts(await alarms(at, 3))[0]).toBe(
      'Every animal fell today (3 on 2 rigs): check what they share first: water, odour stocks, the room.',
    );
  });

  it('is not raised for a single animal, nor where one held its own, nor for the day after', async () => {
    const at = place();
    await recorded(at, [
      ...days('A1', 'one', [0.9, 0.9, 0.6]),
      ...days('A2', 'two', [0.9, 0.9, 0.6]),
      ...days('A3', 'two', [0.9, 0.9, 0.9]),
    ]);
    const raised = await alarms(at, 3);
    expect(raised.map(({ kind }) => kind)).toEqual(['animal', 'animal']);
    expect(await alarms(at, 4)).toEqual([]);
  });

  it('leaves alone what chance or a new stage explains', async () => {
    const at = place();
    await recorded(at, [...days('A1', 'one', [0.9, 0.92, 0.84]), ...days('A2', 'one', [0.9, 0.6])]);
    // Six points are no fall, and one day before is no history.
    expect(await alarms(at, 3)).toEqual([]);
    expect(await alarms(at, 2)).toEqual([]);
  });
});

describe('a day with a session that says nothing', () => {
  it('is judged by the last one with enough trials', async () => {
    const at = place();
    await recorded(at, [
      ...days('A1', 'one', [0.9, 0.92, 0.9]),
      { subject: 'A1', rig: 'one', day: 3, right: 0.3, trials: 12 },
    ]);
    expect(await alarms(at, 3)).toEqual([]);
    expect(readFileSync(at.file('pages/index.html'), 'utf8')).toContain('last of 2');
  });
});

describe('an alarm of one animal or rig', () => {
  it('tells a session that went wrong in the words it was told in', async () => {
    const at = place();
    await recorded(at, [
      { subject: 'A1', rig: 'one', day: 1, right: 0.9, fault: 'No licks for ten trials. Look at the spout.' },
    ]);
    expect(texts(await alarms(at, 1))).toEqual([
      'Rig one, session 1, trial 7: No licks for ten trials. Look at the spout.',
    ]);
  });

  it('tells a dead sensor', async () => {
    const at = place();
    await recorded(at, [{ subject: 'A1', rig: 'one', day: 1, right: 0.5, licks: 0 }]);
    expect(texts(await alarms(at, 1))).toEqual([
      'Rig one, session 1: the sensor "lick" felt no lick in 100 trials; is it dead?',
    ]);
  });

  it('tells an animal that licks without an odour', async () => {
    const at = place();
    await recorded(at, [{ subject: 'A1', rig: 'one', day: 1, right: 0.9, probesLicked: 6 }]);
    expect(texts(await alarms(at, 1))).toEqual(['A1 licked in 6 of 10 probes without odour: it may hear the valves.']);
    const other = place();
    await recorded(other, [{ subject: 'A1', rig: 'one', day: 1, right: 0.9, probesLicked: 5 }]);
    expect(await alarms(other, 1)).toEqual([]);
  });

  it('puts open cases first, and keeps an override on page one until the case is closed', async () => {
    const at = place();
    const on = (day: number, hour = 9) => ({ now: () => new Date(Date.UTC(2026, 2, day, hour)) });
    await recorded(at, [...days('A1', 'one', [0.9, 0.9, 0.6]), ...days('A2', 'one', [0.9, 0.9, 0.6])]);
    const rig = async (line: string, day: number) => {
      const ran = await at.rig(`${line} --operator Kim --db a.sqlite`, on(day));
      expect(ran.code, ran.err).toBe(0);
    };
    await rig('restrict A1 --reference 26', 1);
    await rig('weigh A1 20', 3);
    let raised = await alarms(at, 3);
    expect(raised.map(({ kind }) => kind)).toEqual(['case', 'shared', 'animal', 'animal', 'animal']);
    expect(raised[0]!.text).toMatch(
      /^Case 1 of A1, open since 2026-03-03: 76\.9 % of the reference weight, under 80 %\.$/,
    );
    expect(texts(raised)).toContain('A1 still open: 800 ul of water due.');
    await rig('case A1 --override vet-agrees', 3);
    raised = await alarms(at, 3);
    expect(raised[0]!.text).toContain('It runs by the word of Kim: vet-agrees.');
    await rig('case A1 --close weight-is-back', 4);
    raised = await alarms(at, 3);
    expect(raised.map(({ kind }) => kind)).not.toContain('case');
    const page = readFileSync(at.file('pages/subject-1.html'), 'utf8');
    expect(page).toContain('Case 1');
    expect(page).toContain('20 g');
  });
});

import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readSession } from '#data/reads.ts';
import { place } from './driver.ts';

/** A simulated animal that is an expert from the start, in a stage of training. */
async function trained(stage: string) {
  const at = place();
  const rig = (line: string) => at.rig(`${line} --db a.sqlite`);
  let seed = 100;
  const run = (rest = '') => rig(`run --subject M001 --rig virtual --trials 60 --seed ${seed++} ${rest}`);
  const decide = (what: string) => rig(`stage M001 ${what} --reason because --operator Kim`);
  await run('--skill 1 --trials 1');
  if (stage !== '') await decide(`--to ${stage}`);
  const db = () => openRecord(at.file('a.sqlite'), { mode: 'read' });
  const session = (id: number) => {
    const open = db();
    try {
      return readSession(open, id)!;
    } finally {
      open.close();
    }
  };
  return { rig, run, decide, session };
}

describe('a session of an animal in training', () => {
  it('runs the task of its stage with its settings, counts, and moves the animal on by rule', async () => {
    const { run, session, rig } = await trained('delay-1s');
    const { out, code } = await run();
    expect(code).toBe(0);
    expect(out).toContain('(stage delay-1s)');
    expect(out).toMatch(
      /Training: Stage delay-1s is left for delay-3s \(rule "tells pairs apart at 1 s": .*session 2 had \d+\.\d % of 60, worst pair/,
    );
    expect(session(2)).toMatchObject({
      task: 'delayed-association',
      stage: 'delay-1s',
      kind: 'training',
      offTask: false,
    });
    expect(session(2).parameters).toMatchObject({ delayMs: 1000 });
    expect((await rig('stage M001')).out).toMatch(/M001 is in stage delay-3s.*, with 0 sessions/);
    expect((await rig('verify 2')).out).toContain('consistent');
  });

  it.each([
    ['--set delayMs=2000', 'parameters were set by hand', { offTask: true, stage: 'delay-1s' }],
    [
      '--agent saline --dose 1ul --site M2 --given-at 09:40',
      'kind drug',
      { kind: 'drug', agent: 'saline', dose: '1ul', site: 'M2' },
    ],
    ['--kind control', 'kind control', { kind: 'control' }],
    ['--trials 30', '30 engaged control trials, fewer than 40', { stage: 'delay-1s' }],
  ])('with %s does not count, and says why', async (options, why, recorded) => {
    const { run, session, rig } = await trained('delay-1s');
    const { out } = await run(options);
    expect(out).toContain('Training: this session does not count, because');
    expect(out).toContain(why);
    expect(session(2)).toMatchObject(recorded);
    expect((await rig('stage M001')).out).toContain('M001 is in stage delay-1s');
  });

  it('counts when it is an imaging session', async () => {
    expect((await (await trained('delay-1s')).run('--kind imaging')).out).toContain('Stage delay-1s is left for');
  });

  it('runs what is asked for, outside the stages, when a task is named', async () => {
    const { run, session } = await trained('delay-1s');
    expect((await run('--task single-odour')).out).not.toContain('Training:');
    expect(session(2)).toMatchObject({ task: 'single-odour', stage: null, kind: 'control' });
  });

  it('may have light only where its stage allows it', async () => {
    const early = await trained('full');
    expect(await early.run('--set optoEpoch=choice optoShare=0.25')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Stage full of delayed-association allows no opto light'),
    });
    const { run, session } = await trained('expert');
    expect((await run('--set optoEpoch=choice+lateDelay optoShare=0.25')).out).toContain('kind opto');
    expect(session(2)).toMatchObject({ kind: 'opto', stage: 'expert', offTask: false });
  });

  it.each([
    ['--kind drug', 'must say what was given'],
    ['--kind training --agent muscimol', 'is in a drug session'],
    ['--dose 1ul', 'but not what was given'],
    ['--kind training --set optoEpoch=choice optoShare=0.25', 'is of kind opto'],
    ['--kind party', 'It must be one of training'],
    ['--agent saline --given-at noon', 'It must be a time'],
  ])('is refused when its options contradict each other: %s', async (options, words) => {
    const { run } = await trained('expert');
    expect(await run(options)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
});

describe("a person's word on a stage", () => {
  it('moves, holds and releases the animal, and stands in the record with who and why', async () => {
    const { decide, run, rig } = await trained('delay-1s');
    expect((await decide('--hold')).out).toContain('A person holds it here');
    expect((await run()).out).toContain('stays in stage delay-1s, where a person holds it');
    expect((await decide('--hold')).err).toContain('held already');
    expect((await decide('--release')).out).not.toContain('holds it');
    expect((await decide('--to full')).out).toContain('M001 is in stage full');
    const { out } = await rig('stage M001');
    for (const line of [/none to delay-1s +by hand +Kim +because/, /held +by hand/, /released/, /delay-1s to full/]) {
      expect(out).toMatch(line);
    }
  });

  it('is asked for where a rule only proposes: after two bad sessions of an expert', async () => {
    const { run, decide, rig, session } = await trained('expert');
    await run('--skill 0');
    expect((await run('--skill 0')).out).toMatch(
      /Proposed: from stage expert back to full, to be decided by a person .*\n.*What to do: .*stage M001/,
    );
    const shown = (await rig('stage M001')).out;
    expect(shown).toContain('M001 is in stage expert');
    expect(shown).toContain('Type --accept or --decline');
    expect((await decide('--decline')).out).not.toContain('Type --accept');
    expect((await decide('--accept')).err).toContain('Nothing is proposed for M001');
    await run('--skill 0');
    expect((await decide('--accept')).out).toContain('M001 is in stage full');
    expect((await run('--skill 1')).out).toContain('(stage full)');
    expect(session(5).stage).toBe('full');
  });

  it('needs a name, a reason, and something that can be done', async () => {
    const { rig, decide } = await trained('');
    expect(await rig('stage M001 --to full')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
    expect(await decide('--to fulll')).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean full?') });
    expect(await decide('--hold')).toMatchObject({ code: 2, err: expect.stringContaining('in no stage') });
    expect(await decide('--hold --release')).toMatchObject({ code: 2, err: expect.stringContaining('Only one of') });
    expect(await decide('--to full --task single-odour')).toMatchObject({
      code: 2,
      err: expect.stringContaining('not trained in stages'),
    });
    expect(await rig('stage M002')).toMatchObject({ code: 2, err: expect.stringContaining('no subject M002') });
    await decide('--to full');
    expect(await decide('--to full')).toMatchObject({ code: 2, err: expect.stringContaining('already') });
  });
});

describe('expert days', () => {
  it('count days and not sessions, and none that does not count', async () => {
    const { run, rig } = await trained('expert');
    for (const rest of ['', '', '--trials 10', '--agent saline']) await run(rest);
    expect((await rig('stage M001')).out).toContain('Expert day 1: the last one was 2026-');
  });
});

describe('a simulated mouse', () => {
  it('keeps what it has learned from session to session', async () => {
    const { rig } = place();
    const last = async (subject: string, rest = '') => {
      await rig(`run --subject ${subject} --rig virtual --trials 240 --seed 7 --db a.sqlite ${rest}`);
      const { out } = await rig('sessions --db a.sqlite');
      const id = out.trim().split('\n').length - 2;
      const shown = (await rig(`trials ${id} --db a.sqlite`)).out;
      return Number(/Balanced accuracy (\d+) %/.exec(shown)![1]);
    };
    const first = await last('M001');
    for (let session = 0; session < 5; session++) await last('M001');
    expect(await last('M001')).toBeGreaterThan(first + 15);
    expect(await last('M002')).toBe(first);
    expect(await last('M002', '--skill 1')).toBeGreaterThan(85);
  });
});

describe('disengagement', () => {
  it('ends the session by its rule, or is only told; the engaged span is what counts', async () => {
    const { rig } = place();
    const run = (subject: string, rest: string) =>
      rig(
        `run --subject ${subject} --rig virtual --skill 1 --trials 330 --seed 4 --set rewardUl=8 --db a.sqlite ${rest}`,
      );
    const ended = await run('M001', '--disengaged-after 8');
    expect(ended.out).toContain('The animal has stopped working: 8 misses in a row. The session ends here.');
    expect(ended.out).toContain('what it has not drunk is still owed');
    const carried = await run('M002', '--disengaged-after 8 --carry-on');
    expect(carried.out).toContain('The session goes on');
    expect(carried.out).not.toContain('still owed');
    expect((await run('M003', '--disengaged-after 0')).out).not.toContain('stopped working');
    expect((await rig('trials 2 --db a.sqlite')).out).toMatch(
      /stopped working after trial \d+; .*Of the whole session: balanced accuracy \d+ %/,
    );
    expect((await rig('sessions --db a.sqlite')).out).toContain('disengaged');
  });
});

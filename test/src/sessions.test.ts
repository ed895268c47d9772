/** Whole sessions through the command: run, look, check. */
import { readFileSync } from 'node:fs';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { listSessions, readEvents, readNotes, readSession, readTrials } from '#data/reads.ts';
import { place, spawnRig } from './driver.ts';

function recorded(path: string, session = 1) {
  const db = openRecord(path, { mode: 'read' });
  try {
    return {
      session: readSession(db, session)!,
      trials: readTrials(db, session),
      events: [...readEvents(db, session)],
      notes: readNotes(db, session),
    };
  } finally {
    db.close();
  }
}

describe('rig run', () => {
  it('runs forty trials on the virtual rig, says so trial by trial, and the record is consistent', async () => {
    const { rig, file } = place();
    const ran = await rig('run --subject M001 --rig virtual --trials 40 --seed 7 --db a.sqlite');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      /^SIMULATED A drop of 4 ul opens "water" for 40 ms, by the nominal flow .*\nSIMULATED session 1: M001 on rig virtual/,
    );
    expect(ran.out.match(/^trial +\d+\/40 /gm)).toHaveLength(40);
    const { session, trials } = recorded(file('a.sqlite'));
    expect(session).toMatchObject({ endReason: 'trials reached', simulated: true, seed: 7, engine: 'interpreter' });
    expect(trials).toHaveLength(40);
    const verified = await rig('verify 1 --db a.sqlite');
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('consistent: 40 trials');
  });

  it.each([
    ['--rig virtual --engine xstate', 'xstate'],
    ['--rig emulated', 'firmware'],
    ['--rig virtual --pace 10000', 'interpreter'],
  ])('gives the same trials with %s as with the interpreter', async (how, engine) => {
    const { rig, file } = place();
    const same = '--subject M001 --trials 4 --seed 8 --set optoEpoch=lateDelay optoShare=0.5 lightRampMs=0';
    await rig(`run ${same} --rig virtual --db a.sqlite`);
    expect(await rig(`run ${same} ${how} --db b.sqlite`)).toMatchObject({
      code: 0,
      err: expect.stringContaining('Note'),
    });
    const [one, other] = [recorded(file('a.sqlite')), recorded(file('b.sqlite'))];
    expect(other.session.engine).toBe(engine);
    expect(other.trials.map(({ trialType, plan, outcome }) => ({ trialType, plan, outcome }))).toEqual(
      one.trials.map(({ trialType, plan, outcome }) => ({ trialType, plan, outcome })),
    );
    expect((await rig('verify 1 --db b.sqlite')).out).toContain('consistent: 4 trials');
  });

  it('gives the same session from the same seed, to the tick, and another from another', async () => {
    const { rig, file } = place();
    for (const [name, seed] of [
      ['a', 7],
      ['b', 7],
      ['c', 8],
    ]) {
      await rig(`run --subject M001 --rig virtual --trials 12 --seed ${seed} --db ${name}.sqlite`);
    }
    const [a, b, c] = ['a', 'b', 'c'].map((name) => recorded(file(`${name}.sqlite`)).events);
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it('starts each trial at the end of the one before and the interval, to the tick', async () => {
    const { rig, file } = place();
    await rig('run --subject M001 --rig virtual --trials 4 --seed 1 --set intervalMs=1234 --db a.sqlite');
    const { trials } = recorded(file('a.sqlite'));
    expect(trials.slice(1).map((trial, index) => trial.startTicks - trials[index]!.endTicks)).toEqual(
      Array(3).fill(1234 * 2000),
    );
  });

  it('ends after the trial in which the minutes have passed', async () => {
    const { rig, file } = place();
    await rig('run --subject M001 --rig virtual --minutes 1 --db a.sqlite');
    const { session, trials } = recorded(file('a.sqlite'));
    expect([session.endReason, trials.length]).toEqual(['time reached', 3]);
  });

  it('runs two spouts on a rig that has them', async () => {
    const { rig } = place();
    await rig('run --subject M001 --rig two-spout --set responseMode=two-spout --trials 4 --seed 3 --db a.sqlite');
    const shown = await rig('trials 1 --db a.sqlite');
    expect(shown.out).toMatch(/A-C +side/);
    expect((await rig('verify 1 --db a.sqlite')).out).toContain('consistent: 4 trials');
  });

  it('pauses, gives free water, resumes and finishes by keys; the pulse is in the record and consistent', async () => {
    const { rig, file } = place();
    const keys$ = new Subject<string>();
    const pressed = new Set<string>();
    const once = (key: string, when: boolean) => {
      if (!when || pressed.has(key)) return;
      pressed.add(key);
      queueMicrotask(() => {
        for (const each of key) keys$.next(each);
      });
    };
    const ran = await rig('run --subject M001 --rig virtual --pace 400 --seed 1 --db a.sqlite', {
      tty: true,
      keys$,
      env: { NO_COLOR: '1' },
      onOut: (out) => {
        once('wp', /trial +1\/240/.test(out));
        once('p ', /free water: 4 ul.*paused/s.test(out));
        once('f', /trial +2\/240/.test(out));
      },
    });
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('Finished as asked.');
    const { session, events, notes } = recorded(file('a.sqlite'));
    expect(session.endReason).toBe('finished by operator');
    expect(notes.map(({ body }) => body)).toEqual([expect.stringContaining('free water: 4 ul commanded')]);
    expect(events.some(({ code, value }) => code === 4 && value === 0xffff)).toBe(true);
    expect((await rig('verify 1 --db a.sqlite')).out).toMatch(/\nconsistent/);
  });

  it('keeps simulations apart when no record is named', async () => {
    const { rig } = place();
    await rig('run --subject M001 --rig virtual --trials 1');
    expect((await rig('sessions')).out).toMatch(/^SIMULATED record .*simulations\.sqlite/);
    expect(await rig('trials 1')).toMatchObject({ code: 2, err: expect.stringContaining('--simulated') });
    expect((await rig('trials 1 --simulated')).out).toContain('SIMULATED session 1');
  });
});

describe('Ctrl-C', () => {
  it('ends the trial safe, closes the record with the reason, says where it is, and exits with 130', async () => {
    const { folder, rig, file } = place();
    const child = spawnRig('run --subject M001 --rig virtual --pace 100 --seed 3 --db a.sqlite', folder);
    await child.line(/^trial +1\/240/);
    child.process.kill('SIGINT');
    const { code, out } = await child.ended;
    expect(code).toBe(130);
    expect(out).toMatch(/Stopped as asked.*Saved: session 1, \d+ trials.*Look at it: .*trials 1 --db a\.sqlite/s);
    const { session, trials } = recorded(file('a.sqlite'));
    expect(session.endReason).toBe('stopped by operator');
    expect(trials.at(-1)).toMatchObject({ endReason: 1, outcome: null });
    expect((await rig('verify 1 --db a.sqlite')).out).toMatch(/\nconsistent/);
  });

  it('twice is as safe as once', async () => {
    const { rig, interrupt } = place();
    let pressed = false;
    const ran = await rig('run --subject M001 --rig virtual --pace 100 --seed 3 --db a.sqlite', {
      onOut: (out) => {
        if (pressed || !/^trial +1\/240/m.test(out)) return;
        pressed = true;
        queueMicrotask(() => {
          interrupt();
          interrupt();
        });
      },
    });
    expect(ran.code).toBe(130);
    expect((await rig('verify 1 --db a.sqlite')).out).toMatch(/\nconsistent/);
  });

  it('on an emulated board through a port and serialport ends the trial on the board', async () => {
    const { folder, rig } = place();
    const board = spawnRig('emulate --seed 5', folder);
    const port = (await board.line(/board at /)).replace(/.*board at /, '');
    const quick = '--set baselineMs=100 odour1Ms=100 delayMs=100 odour2Ms=100 choiceMs=300 consumptionMs=300';
    const child = spawnRig(`run --subject M001 --rig emulated --port ${port} --db a.sqlite ${quick}`, folder);
    await child.line(/^trial +2\/240/);
    const held = await rig(`run --subject M002 --rig emulated --port ${port} --db b.sqlite`);
    expect(held).toMatchObject({ code: 1, err: expect.stringContaining(`Another program holds ${port}`) });
    child.process.kill('SIGINT');
    expect((await child.ended).code).toBe(130);
    board.process.kill('SIGINT');
    expect((await board.ended).code).toBe(0);
    expect((await rig('verify 1 --db a.sqlite')).out).toMatch(/\nconsistent/);
  });
});

describe('rig trials', () => {
  it('shows every trial, the pairs first, and says that it is simulated', async () => {
    const { rig } = place();
    await rig('run --subject M001 --rig virtual --trials 8 --seed 7 --db a.sqlite');
    const { out } = await rig('trials 1 --db a.sqlite');
    expect(out).toMatch(/^SIMULATED session 1: M001/);
    expect(out).toMatch(/A-C +go +2 .*\nA-D +no-go +2 /);
    expect(out).toMatch(/Balanced accuracy \d+ % \[\d+, \d+\] of 8 scored trials/);
    expect(out).toMatch(/d' -?\d\.\d\d/);
  });

  it('prints data only as CSV and JSON, and the two agree', async () => {
    const { rig } = place();
    await rig('run --subject M001 --rig virtual --trials 8 --seed 7 --db a.sqlite');
    const [head, ...lines] = (await rig('trials 1 --csv --db a.sqlite')).out.trim().split('\r\n');
    const rows = JSON.parse((await rig('trials 1 --json --db a.sqlite')).out) as Record<string, unknown>[];
    expect(head!.split(',')).toEqual(Object.keys(rows[0]!));
    expect(lines.map((line) => line.split(',').slice(3, 6))).toEqual(
      rows.map(({ trial, pair, outcome }) => [String(trial), pair, outcome]),
    );
    expect(rows[0]).toMatchObject({ simulated: true, subject: 'M001', startS: 0, endS: 20 });
  });

  it('is quiet when its reader goes away', async () => {
    const { rig, folder } = place();
    await rig('run --subject M001 --rig virtual --trials 400 --seed 7 --db a.sqlite');
    const child = spawnRig('trials 1 --json --db a.sqlite', folder);
    await child.line(/session/);
    child.process.stdout!.destroy();
    expect(await child.ended).toMatchObject({ code: 0, err: '' });
  });
});

describe('help', () => {
  it.each(['', 'run', 'sessions', 'trials', 'verify', 'tasks', 'emulate', 'demo'])(
    'is there for "rig %s"',
    async (command) => {
      const { rig } = place();
      const { code, out } = await rig(`${command} --help`);
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: rig/);
    },
  );

  it('describes a task with its prose and every parameter', async () => {
    const { out } = await place().rig('tasks delayed-association');
    expect(out).toContain('thirsty, head-fixed mouse');
    expect(out).toMatch(/delayMs +5000 +ms +0 to 60000/);
  });

  it('names commands that exist, as they are called from a checkout', async () => {
    const { rig, folder } = place();
    const env = { npm_lifecycle_event: 'rig' };
    const { out } = await rig('run --subject M001 --rig virtual --trials 1 --db a.sqlite', { env });
    expect(out).toContain('npm run -s rig -- trials 1 --db a.sqlite');
    expect(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).scripts.rig).toBeDefined();
    const db = openRecord(`${folder}/a.sqlite`, { mode: 'read' });
    expect(listSessions(db)).toHaveLength(1);
    db.close();
  });
});

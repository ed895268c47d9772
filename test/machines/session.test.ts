/** The session chart with made-up actors: every way in, every way out, and that each way out leads through the closing. */
import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, waitFor } from 'xstate';
import {
  type BarredLine,
  type SessionEnding,
  type SessionEvent,
  type SessionLimits,
  session,
  type TrialDone,
} from '#machines/session.ts';
import { EndReason } from '#machines/vocabulary.ts';

interface Fakes {
  connect?: () => Promise<void>;
  check?: () => Promise<void>;
  /** Milliseconds do not pass here: a trial ends when this settles. */
  /** Waits for ever when left out. */
  holdFrames?: (frames: number, signal: AbortSignal) => Promise<void>;
  runTrial?: (trial: number, send: (event: SessionEvent) => void) => Promise<TrialDone>;
  giveWater?: () => BarredLine | null;
  close?: (ending: SessionEnding) => Promise<void>;
}

const minute = 60e6;

function done(trial: number, reason: EndReason = EndReason.completed): TrialDone {
  const barred = reason === EndReason.onTimeLimit ? { line: 'odourA', water: false, reason } : null;
  return { reason, elapsedUs: trial * minute, barred, disengaged: false };
}

/** A trial that ends only when it is aborted. */
function openTrial() {
  let abort = () => {};
  const ended = new Promise<void>((resolve) => {
    abort = resolve;
  });
  return { ended, abort };
}

function start(limits: Partial<SessionLimits>, fakes: Fakes = {}) {
  const log: string[] = [];
  const endless = openTrial();
  const actor = createActor(
    session.provide({
      actors: {
        connect: fromPromise(async () => {
          log.push('connect');
          await fakes.connect?.();
        }),
        check: fromPromise(async () => {
          log.push('check');
          await fakes.check?.();
        }),
        holdFrames: fromPromise(async ({ input, signal }) => {
          log.push(`frames ${input.frames}`);
          await (fakes.holdFrames?.(input.frames, signal) ?? new Promise(() => {}));
        }),
        runTrial: fromPromise(async ({ input }) => {
          log.push(`trial ${input.trial}`);
          return fakes.runTrial === undefined ? done(input.trial) : fakes.runTrial(input.trial, (e) => actor.send(e));
        }),
        giveWater: fromPromise(async ({ input }) => {
          log.push(`water ${input.spout}`);
          return { barred: fakes.giveWater?.() ?? null };
        }),
        close: fromPromise(async ({ input }) => {
          log.push(`close ${input.reason}`);
          await fakes.close?.(input);
        }),
      },
      actions: {
        abortTrial: () => {
          log.push('abort');
          endless.abort();
        },
        writeNote: (_, { body }) => void log.push(`note ${body}`),
      },
    }),
    { input: { trials: null, minutes: null, ...limits } },
  );
  actor.subscribe({
    next: (snapshot) => {
      if (snapshot.matches('ready')) actor.send({ type: 'start' });
    },
    error: () => {},
  });
  actor.start();
  const end = async () => {
    const snapshot = await waitFor(actor, ({ status }) => status !== 'active');
    return { state: snapshot.value, ...snapshot.output! };
  };
  return { actor, log, end, endless };
}

describe('a session ends', () => {
  it('after the agreed number of trials', async () => {
    const { end, log } = start({ trials: 3 });
    expect(await end()).toEqual({ state: 'ended', reason: 'trials', fault: null });
    expect(log).toEqual(['connect', 'check', 'trial 1', 'trial 2', 'trial 3', 'close trials']);
  });

  it('after the trial in which the minutes have passed', async () => {
    const { end, log } = start({ minutes: 2 });
    expect((await end()).reason).toBe('minutes');
    expect(log.at(-2)).toBe('trial 2');
  });

  it('when asked to finish, after the running trial', async () => {
    const { end, log } = start(
      {},
      {
        runTrial: async (trial, send) => {
          if (trial === 2) send({ type: 'finish' });
          return done(trial);
        },
      },
    );
    expect((await end()).reason).toBe('finished');
    expect(log).toEqual(['connect', 'check', 'trial 1', 'trial 2', 'close finished']);
  });

  it('when stopped, with the running trial ended safe and recorded first', async () => {
    const { actor, end, log, endless } = start(
      {},
      {
        runTrial: async (trial) => {
          await endless.ended;
          return done(trial, EndReason.aborted);
        },
      },
    );
    await waitFor(actor, (snapshot) => snapshot.matches({ running: 'trial' }));
    actor.send({ type: 'stop' });
    expect(await end()).toEqual({ state: 'ended', reason: 'stopped', fault: null });
    expect(log).toEqual(['connect', 'check', 'trial 1', 'abort', 'close stopped']);
    expect(actor.getSnapshot().context.trials).toBe(1);
  });

  it('at a second stop although the trial does not end', async () => {
    const { actor, end, log } = start({}, { runTrial: () => new Promise(() => {}) });
    await waitFor(actor, (snapshot) => snapshot.matches({ running: 'trial' }));
    actor.send({ type: 'stop' });
    actor.send({ type: 'stop' });
    expect((await end()).reason).toBe('stopped');
    expect(log.filter((entry) => entry.startsWith('close'))).toEqual(['close stopped']);
  });

  it.each(['connect', 'check', 'runTrial'] as const)(
    'as a fault when %s fails, and is closed all the same',
    async (name) => {
      const broken = new Error('the cable is out');
      const { end, log } = start({}, { [name]: () => Promise.reject(broken) });
      expect(await end()).toEqual({ state: 'faulted', reason: 'fault', fault: broken });
      expect(log.at(-1)).toBe('close fault');
    },
  );

  it('at once when the rig or the record is lost in a trial', async () => {
    const lost = new Error('the disk is full');
    const { actor, end } = start({}, { runTrial: () => new Promise(() => {}) });
    await waitFor(actor, (snapshot) => snapshot.matches({ running: 'trial' }));
    actor.send({ type: 'fault', error: lost });
    expect(await end()).toEqual({ state: 'faulted', reason: 'fault', fault: lost });
  });

  it('as a fault when an output stayed on too long: the next trial would lack its valve', async () => {
    const { end, log } = start({}, { runTrial: async (trial) => done(trial, EndReason.onTimeLimit) });
    const { state, fault } = await end();
    expect(state).toBe('faulted');
    expect(fault).toMatchObject({ code: 'lineBarred', message: expect.stringContaining('"odourA"') });
    expect(log).toContain('trial 1');
    expect(log).not.toContain('trial 2');
  });

  const spent = { line: 'water', water: true, reason: EndReason.allowanceSpent };

  it('and no fault when the water of the session is spent, in a trial or by hand', async () => {
    const inTrial = start({}, { runTrial: async (trial) => ({ ...done(trial), reason: spent.reason, barred: spent }) });
    expect(await inTrial.end()).toEqual({ state: 'ended', reason: 'waterSpent', fault: null });
    expect(inTrial.log).not.toContain('trial 2');
    const byHand = start(
      {},
      {
        runTrial: async (trial, send) => {
          send({ type: 'freeWater', spout: 'centre' });
          return done(trial);
        },
        giveWater: () => spent,
      },
    );
    expect(await byHand.end()).toEqual({ state: 'ended', reason: 'waterSpent', fault: null });
    expect(byHand.log).not.toContain('trial 2');
  });

  it('as a fault when the light of the rig file is spent, with what to look at', async () => {
    const barred = { ...spent, line: 'opto', water: false };
    const { end } = start({}, { runTrial: async (trial) => ({ ...done(trial), reason: barred.reason, barred }) });
    const { state, fault } = await end();
    expect(state).toBe('faulted');
    expect(fault).toMatchObject({ code: 'lineBarred', message: expect.stringMatching(/"opto".*dutyFraction/) });
  });

  it('as a fault when the record cannot be closed', async () => {
    const full = new Error('full');
    const { end } = start({ trials: 1 }, { close: () => Promise.reject(full) });
    expect(await end()).toEqual({ state: 'faulted', reason: 'fault', fault: full });
  });

  it('with its first fault as the cause, not with what followed from it', async () => {
    const first = new Error('the cable is out');
    const { end } = start(
      {},
      { runTrial: () => Promise.reject(first), close: () => Promise.reject(new Error('later')) },
    );
    expect((await end()).fault).toBe(first);
  });

  it('without a trial when stopped while it connects', async () => {
    const { actor, end, log } = start({}, { connect: () => new Promise(() => {}) });
    actor.send({ type: 'stop' });
    expect((await end()).reason).toBe('stopped');
    expect(log).toEqual(['connect', 'close stopped']);
  });
});

describe('a session that waits for a microscope', () => {
  const holding = async (fakes: Fakes = {}) => {
    const started = start({ trials: 1, holdFrames: 30 }, fakes);
    await waitFor(started.actor, (snapshot) => snapshot.matches({ holding: 'frames' }));
    return started;
  };

  it('begins its first trial when the frames have come, and waits for none later', async () => {
    const { end, log } = start({ trials: 2, holdFrames: 30 }, { holdFrames: async () => {} });
    expect((await end()).reason).toBe('trials');
    expect(log).toEqual(['connect', 'check', 'frames 30', 'trial 1', 'trial 2', 'close trials']);
  });

  it.each(['finish', 'stop'] as const)('ends without a trial on %s, and nobody waits on', async (type) => {
    let waited: AbortSignal | undefined;
    const { actor, end, log } = await holding({
      holdFrames: (_, signal) => {
        waited = signal;
        return new Promise(() => {});
      },
    });
    actor.send({ type });
    const reason = type === 'finish' ? 'finished' : 'stopped';
    expect(await end()).toEqual({ state: 'ended', reason, fault: null });
    expect(log).toEqual(['connect', 'check', 'frames 30', `close ${reason}`]);
    expect(waited?.aborted).toBe(true);
  });

  it('pauses at once, and waits again when it goes on', async () => {
    const { actor, log } = await holding();
    actor.send({ type: 'pause' });
    expect(actor.getSnapshot().value).toEqual({ paused: 'waiting' });
    actor.send({ type: 'resume' });
    expect(actor.getSnapshot().value).toEqual({ holding: 'frames' });
    await waitFor(actor, () => log.length === 4);
    expect(log.slice(2)).toEqual(['frames 30', 'frames 30']);
  });

  it('does not wait again after a pause between trials', async () => {
    const { actor, end, log } = start(
      { trials: 2, holdFrames: 30 },
      {
        holdFrames: async () => {},
        runTrial: async (trial, send) => {
          if (trial === 1) send({ type: 'pause' });
          return done(trial);
        },
      },
    );
    await waitFor(actor, (snapshot) => snapshot.matches('paused'));
    actor.send({ type: 'resume' });
    expect((await end()).reason).toBe('trials');
    expect(log.slice(2, 5)).toEqual(['frames 30', 'trial 1', 'trial 2']);
  });

  it('gives free water, and writes notes down', async () => {
    const { actor, log } = await holding();
    actor.send({ type: 'freeWater', spout: 'centre' });
    actor.send({ type: 'note', body: 'laser warms up' });
    await waitFor(actor, (snapshot) => snapshot.context.water.length === 0 && snapshot.matches({ holding: 'frames' }));
    await waitFor(actor, () => log.length === 6);
    expect(log.slice(2)).toEqual(['frames 30', 'water centre', 'note laser warms up', 'frames 30']);
  });

  it('faults with the rig', async () => {
    const lost = new Error('the cable is out');
    const { actor, end } = await holding();
    actor.send({ type: 'fault', error: lost });
    expect(await end()).toEqual({ state: 'faulted', reason: 'fault', fault: lost });
  });
});

describe('a running session', () => {
  it('pauses after the trial and goes on when asked', async () => {
    const { actor, end, log } = start(
      { trials: 2 },
      {
        runTrial: async (trial, send) => {
          if (trial === 1) send({ type: 'pause' });
          return done(trial);
        },
      },
    );
    await waitFor(actor, (snapshot) => snapshot.matches('paused'));
    expect(log.at(-1)).toBe('trial 1');
    actor.send({ type: 'resume' });
    expect((await end()).reason).toBe('trials');
    expect(log).toContain('trial 2');
  });

  it('gives free water in the interval, each drop once, also while it is paused', async () => {
    const { actor, end, log } = start(
      { trials: 2 },
      {
        runTrial: async (trial, send) => {
          if (trial === 1) {
            send({ type: 'freeWater', spout: 'centre' });
            send({ type: 'freeWater', spout: 'left' });
            send({ type: 'pause' });
          }
          return done(trial);
        },
      },
    );
    await waitFor(actor, (snapshot) => snapshot.matches({ paused: 'waiting' }));
    actor.send({ type: 'freeWater', spout: 'right' });
    await waitFor(actor, (snapshot) => snapshot.matches({ paused: 'waiting' }) && snapshot.context.water.length === 0);
    actor.send({ type: 'resume' });
    await end();
    expect(log.slice(2, -1)).toEqual(['trial 1', 'water centre', 'water left', 'water right', 'trial 2']);
  });

  it('writes notes down', async () => {
    const { end, log } = start(
      { trials: 1 },
      {
        runTrial: async (trial, send) => {
          send({ type: 'note', body: 'looked sleepy' });
          return done(trial);
        },
      },
    );
    await end();
    expect(log).toContain('note looked sleepy');
  });

  it('goes on after a trial that the silence of the host has ended', async () => {
    const { end } = start({ trials: 2 }, { runTrial: async (trial) => done(trial, EndReason.hostSilent) });
    expect((await end()).reason).toBe('trials');
  });
});

/** What a session keeps when the cable or the board fails in its midst: all that was recorded, and its way back. */
import { describe, expect, it } from 'vitest';
import { BoardRig } from '#hardware/board/board-rig.ts';
import { createEmulatedRig, type EmulatedRig, type EmulatedRigOptions } from '#hardware/emulator/emulated-rig.ts';
import { type ClockSegment, RigError, type RigStatus } from '#hardware/rig.ts';
import { findRigFile, parseRigFile } from '#hardware/rig-file.ts';
import { digestOf } from '#machines/digest.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { PinWatch } from './pin-watch.ts';
import { durations, plans, type RanTrial, RigDriver } from './rig-driver.ts';
import { licks } from './scripted-mouse.ts';

const file = findRigFile('emulated');
/** Odour 1 from 50 to 1050 ms after the start. */
const slow = { ...plans.go, durations: { ...durations, odour1Ms: 1000, earlyDelayMs: 1000 } };
/** The choice period opens at 2250 ms. */
const lick = licks('lick', 2300);

interface Scene {
  readonly rig: EmulatedRig;
  readonly driver: RigDriver;
  readonly statuses: { readonly status: RigStatus; readonly atMs: number }[];
  readonly segments: ClockSegment[];
  /** Plans something at a true time from now. */
  later(ms: number, act: () => void): void;
  pass(ms: number): Promise<void>;
}

async function scene(options: Partial<EmulatedRigOptions> = {}): Promise<Scene> {
  let rig!: EmulatedRig;
  const driver = await RigDriver.open((mouse) => {
    rig = createEmulatedRig({ file, mouse, ...options });
    return rig;
  });
  const statuses: Scene['statuses'] = [];
  const segments: ClockSegment[] = [];
  rig.status$.subscribe((status) => statuses.push({ status, atMs: rig.lockStep.nowMs() }));
  rig.segments$.subscribe((segment) => segments.push(segment));
  const later = (ms: number, act: () => void) => void rig.lockStep.after(ms, act);
  const pass = (ms: number) => rig.lockStep.wait(new Promise<void>((resolve) => later(ms, resolve)));
  return { rig, driver, statuses, segments, later, pass };
}

/** The cable is out for so long from when odour 1 is heard of. */
function pulled({ rig, later }: Scene, forMs: number): ['odour1', () => void] {
  return [
    'odour1',
    () => {
      rig.line.unplug();
      later(forMs, () => rig.line.plug());
    },
  ];
}

/** Numbers without a gap, each trial from start to end with its digest. */
function expectWhole({ driver }: Scene, ...trials: RanTrial[]) {
  expect(driver.events.map(({ seq }) => seq)).toEqual(driver.events.map((_, index) => index));
  for (const { trace, verdict } of trials) {
    const from = trace.events[0]!.seq;
    expect(driver.events.slice(from, from + trace.events.length)).toEqual(trace.events);
    expect(trace.digest).toEqual(digestOf(trace.events));
    expect(verdict).toMatchObject({ consistent: true, reason: trace.reason });
  }
}

const kinds = ({ statuses }: Scene) => statuses.map(({ status }) => status.kind);

describe('a cable that is pulled in mid-odour', () => {
  it('for a moment costs nothing: the trial runs to its end, and every event arrives', async () => {
    const at = await scene();
    const ran = await at.driver.run(slow, lick, { during: pulled(at, 600) });
    expect(ran.outcome).toBe('hit');
    expect(kinds(at)).toEqual(['ready', 'trial', 'reconnecting', 'trial', 'ready']);
    expect(at.segments).toHaveLength(1);
    expectWhole(at, ran, await at.driver.run(slow, lick));
    await at.rig.close();
  });

  it('for longer than the agreed silence ends the trial by the board, safe, and the next one runs', async () => {
    const at = await scene();
    const odour = new PinWatch(at.rig.bench.mcu, 'D', 4);
    const longer = { ...slow, durations: { ...slow.durations, odour1Ms: 8000 } };
    const ran = await at.driver.run(longer, [], { during: pulled(at, 5000) });
    expect(ran.trace.reason).toBe(EndReason.hostSilent);
    const onMs = (odour.changes[1]! - odour.changes[0]!) / 16_000;
    expect(onMs).toBeLessThan(2100);
    const next = await at.driver.run(slow, lick);
    expect(next.outcome).toBe('hit');
    expectWhole(at, ran, next);
    expect(at.segments).toHaveLength(1);
    await at.rig.close();
  });

  it('and whose board restarts when the port is opened ends the trial in its place, on a clock of its own', async () => {
    const at = await scene({ resetOnOpen: true, bootloaderMs: 2000 });
    const ran = await at.driver.run(slow, lick, { during: pulled(at, 1000) });
    expect(ran.trace.reason).toBe(EndReason.boardReset);
    expect(ran.outcome).toBeNull();
    expect(ran.trace.events.findLast(({ code }) => code === EventCode.output)!.value).toBe(0);
    const next = await at.driver.run(slow, lick);
    expect(next.outcome).toBe('hit');
    expectWhole(at, ran, next);
    expect(at.segments.map(({ segment }) => segment)).toEqual([0, 1]);
    expect(at.segments[1]!.bootId).toBe(at.segments[0]!.bootId + 1);
    // The digest of the trial that was closed is the last event of the old clock.
    expect(at.segments[1]!.firstSeq).toBe(ran.trace.events.at(-1)!.seq + 2);
    expect(at.rig.clock().segment).toBe(1);
    await at.rig.close();
  });

  it('is told at once in one sentence: what happened, that the board ends the trial, what to do', async () => {
    const at = await scene();
    let pulledAtMs = 0;
    const [state, act] = pulled(at, 600);
    await at.driver.run(slow, [], {
      during: [
        state,
        () => {
          pulledAtMs = at.rig.lockStep.nowMs();
          act();
        },
      ],
    });
    const { status, atMs } = at.statuses.find((each) => each.status.kind === 'reconnecting')!;
    expect(atMs - pulledAtMs).toBeLessThan(1);
    expect((status as { message: string }).message).toMatch(
      /^The board at [^.]+ is gone \(.+\): .*ends safe by itself within 2 s, .*check its cable[^.]*\.$/,
    );
    await at.rig.close();
  });
});

describe('a cable that is pulled between trials', () => {
  it.each([
    ['without a restart', {}],
    ['with a restart', { resetOnOpen: true, bootloaderMs: 2000 }],
  ])('%s delays the next trial, and no more', async (_, options) => {
    const at = await scene(options);
    const first = await at.driver.run(plans.go, licks('lick', 500));
    at.rig.line.unplug();
    at.later(3000, () => at.rig.line.plug());
    const second = await at.driver.run(plans.go, licks('lick', 500), {
      startAt: at.driver.after(first.trace.endTicks, 300),
    });
    expect([first.outcome, second.outcome]).toEqual(['hit', 'hit']);
    expectWhole(at, first, second);
    await at.rig.close();
  });
});

describe('a cable that is pulled while a program is loaded', () => {
  it.each([
    ['without a restart', {}],
    ['with a restart', { resetOnOpen: true, bootloaderMs: 2000 }],
  ])(
    '%s: the program is loaded again, and the trial runs once',
    async (_, options) => {
      for (const afterMs of [1, 5, 9, 13, 15, 17, 19, 21, 23, 26]) {
        const at = await scene(options);
        at.later(afterMs, () => at.rig.line.unplug());
        at.later(2600, () => at.rig.line.plug());
        const ran = await at.driver.run(plans.go, licks('lick', 500));
        // Where the break fell on the start itself, the trial may be over already; twice it never runs.
        expect([EndReason.completed, EndReason.aborted, EndReason.hostSilent, EndReason.boardReset]).toContain(
          ran.trace.reason,
        );
        const next = await at.driver.run(plans.go, licks('lick', 500));
        expect(next.outcome).toBe('hit');
        expect(at.driver.events.filter(({ code }) => code === EventCode.start).map(({ value }) => value)).toEqual([
          1, 2,
        ]);
        expectWhole(at, ran, next);
        await at.rig.close();
      }
    },
    60_000,
  );
});

describe('a line that falls silent', () => {
  it.each([0, 120, 260, 400])('is told within two seconds, %i ms after a trial began, and found again', async (ms) => {
    const at = await scene();
    let silentAtMs = 0;
    at.later(300 + ms, () => {
      silentAtMs = at.rig.lockStep.nowMs();
      at.rig.line.silent = true;
    });
    at.later(6000, () => {
      at.rig.line.silent = false;
    });
    const longer = { ...slow, durations: { ...slow.durations, odour1Ms: 4000 } };
    const ran = await at.driver.run(longer, []);
    const told = at.statuses.find(({ status }) => status.kind === 'reconnecting')!;
    expect(told.atMs - silentAtMs).toBeLessThan(2000);
    expect((told.status as { message: string }).message).toContain('stopped answering');
    expect(ran.trace.reason).toBe(EndReason.hostSilent);
    const next = await at.driver.run(plans.go, licks('lick', 500));
    expect(next.outcome).toBe('hit');
    expectWhole(at, ran, next);
    await at.rig.close();
  });
});

describe('a board that restarts by itself', () => {
  it('in mid-water shuts the valve, is armed anew at once, and gives no more than was left', async () => {
    const json = JSON.parse(file.text);
    const frugal = parseRigFile(JSON.stringify({ ...json, waterPerSessionUl: 20 }), 'frugal.json');
    const at = await scene({ file: frugal });
    const { mcu } = at.rig.bench;
    const water = new PinWatch(mcu, 'B', 0);
    const onMs = () => water.brightness(0, mcu.cycles) * (mcu.cycles / 16_000);
    await at.rig.pulse('water', 60_000);
    at.rig.events$.subscribe(({ code, value }) => {
      if (code === EventCode.output && value !== 0 && at.segments.length === 1) {
        at.later(40, () => mcu.reset('watchdog'));
      }
    });
    await at.rig.pulse('water', 100_000);
    expect(onMs()).toBeGreaterThan(80);
    expect(onMs()).toBeLessThan(110);
    expect(at.segments).toHaveLength(1);
    for (let drop = 0; drop < 4; drop++) await at.rig.pulse('water', 60_000);
    expect(at.segments).toHaveLength(2);
    // 20 ul at 100 ul/s, less what the valve gave in the millisecond that the board was still to count.
    expect(onMs()).toBeGreaterThan(197);
    expect(onMs()).toBeLessThan(205);
    expect(at.driver.events.filter(({ code }) => code === EventCode.fault)).toHaveLength(1);
    await at.rig.close();
  });

  it('counts what it was seen to give, and all that it could have given since, when a power cut has taken its memory', async () => {
    const json = JSON.parse(file.text);
    const frugal = parseRigFile(JSON.stringify({ ...json, waterPerSessionUl: 20 }), 'frugal.json');
    const at = await scene({ file: frugal });
    const { mcu } = at.rig.bench;
    const water = new PinWatch(mcu, 'B', 0);
    const onMs = () => water.brightness(0, mcu.cycles) * (mcu.cycles / 16_000);
    await at.rig.pulse('water', 60_000);
    at.later(30, () => {
      at.rig.line.unplug();
      mcu.data.fill(0x5a, 0x100);
      mcu.reset('powerOn');
      at.later(1000, () => at.rig.line.plug());
    });
    const cut = await at.driver.run(plans.go, []);
    expect(cut.trace.reason).toBe(EndReason.boardReset);
    for (let drop = 0; drop < 6; drop++) await at.rig.pulse('water', 40_000);
    // 200 ms in all; 60 ms were seen, and of the trial's program each node with water counts with its 20 ms.
    expect(onMs()).toBeLessThan(200);
    expect(onMs()).toBeGreaterThan(100);
    await at.rig.close();
  });

  it('keeps its waveforms and starts its sync pulses again', async () => {
    const json = JSON.parse(file.text);
    json.lines.pulses = { kind: 'sync', pin: 10, longestOnMs: 1000, random: { leastMs: 50, mostMs: 90, widthMs: 5 } };
    const at = await scene({ file: parseRigFile(JSON.stringify(json), 'sync.json') });
    const pulses = new PinWatch(at.rig.bench.mcu, 'B', 2);
    // What was on the line before the watch began has arrived by then.
    await at.pass(20);
    const fromSeq = at.driver.events.length;
    const light = new PinWatch(at.rig.bench.mcu, 'D', 3);
    const half = {
      shape: 'constant',
      amplitude: 0.5,
      frequencyHz: 1,
      dutyFraction: 1,
      rampUpMs: 0,
      rampDownMs: 0,
    } as const;
    await at.rig.shape('opto', half);
    const brightness = async () => {
      const from = light.changes.length;
      await at.rig.pulse('opto', 100_000);
      const shown = light.changes.slice(from);
      return light.brightness(shown[0]!, shown.at(-1)!);
    };
    expect(await brightness()).toBeCloseTo(0.5, 1);
    at.rig.bench.mcu.reset('watchdog');
    await at.pass(1500);
    const pulsesBefore = pulses.changes.length;
    await at.pass(1000);
    expect(pulses.changes.length - pulsesBefore).toBeGreaterThan(20);
    expect(await brightness()).toBeCloseTo(0.5, 1);
    const seen = at.driver.events.slice(fromSeq).filter(({ code }) => code === EventCode.sync);
    // A pulse that the restart cut off ends at the pin and not in the record; one may be under way at either end.
    expect(pulses.changes.length - seen.length).toBeLessThanOrEqual(4);
    expect(pulses.changes.length).toBeGreaterThanOrEqual(seen.length);
    expectWhole(at);
    await at.rig.close();
  });
});

it('brings every event that was not acknowledged when the cable was pulled, exactly once', async () => {
  const at = await scene();
  const acknowledge = at.rig.acknowledge.bind(at.rig);
  let holding = true;
  const held: number[] = [];
  // From here on nothing is committed until the line is back.
  Object.assign(at.rig, { acknowledge: (seq: number) => (holding ? void held.push(seq) : acknowledge(seq)) });
  const ran = await at.driver.run(slow, licks('lick', 100, 300, 500, 700, 2300), { during: pulled(at, 900) });
  expect(held.length).toBeGreaterThan(15);
  holding = false;
  acknowledge(held.at(-1)!);
  const next = await at.driver.run(slow, lick);
  expect([ran.outcome, next.outcome]).toEqual(['hit', 'hit']);
  expect(at.driver.onsets('lick', ran.trace.events)).toHaveLength(5);
  expectWhole(at, ran, next);
  await at.rig.close();
});

it('ends the session when another host has taken the board meanwhile, and leaves the board to it', async () => {
  const at = await scene();
  const { lockStep, line } = at.rig;
  line.unplug();
  line.plug();
  let away = false;
  const connect = async () => {
    if (away) throw new RigError('portNotFound', 'Its cable is out.');
    return line.port();
  };
  const other = new BoardRig({ file, kind: 'board', clock: lockStep, connect });
  await lockStep.wait(other.open());
  away = true;
  line.unplug();
  line.plug();
  const failed = await at.driver.run(plans.go).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'portBusy', message: expect.stringContaining('another session') });
  expect(at.statuses.at(-1)!.status.kind).toBe('faulted');
  await at.rig.close();
  away = false;
  const { reason } = await lockStep.wait(other.runTrial(1, at.driver.bind(plans.go).bound, null));
  expect(reason).toBe(EndReason.completed);
  await lockStep.wait(other.close());
});

it('gives a board up that does not come back, in words, and then refuses everything', async () => {
  const { bench, lockStep, line } = createEmulatedRig({ file, mouse: null });
  const rig = new BoardRig({
    file,
    kind: 'emulated',
    clock: lockStep,
    connect: async () => lockStep.port(),
    searchMs: 60_000,
  });
  const lost = new Promise<unknown>((resolve) => rig.events$.subscribe({ error: resolve }));
  await lockStep.wait(rig.open());
  const fromMs = bench.nowMs;
  line.unplug();
  const error = await lockStep.wait(lost);
  expect(bench.nowMs - fromMs).toBeGreaterThanOrEqual(60_000);
  expect(bench.nowMs - fromMs).toBeLessThan(62_000);
  expect(error).toMatchObject({ code: 'linkLost', message: expect.stringContaining('not come back for a minute') });
  await expect(rig.pulse('water', 1000)).rejects.toMatchObject({ code: 'linkLost' });
  await lockStep.wait(rig.close());
});

it('closes at once while the board is looked for', async () => {
  const at = await scene();
  at.rig.line.unplug();
  await at.pass(100);
  const fromMs = at.rig.lockStep.nowMs();
  await at.rig.close();
  expect(at.rig.lockStep.nowMs() - fromMs).toBeLessThan(1100);
  expect(at.driver.completed).toBe(true);
});

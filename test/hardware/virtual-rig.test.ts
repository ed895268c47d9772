import { describe, expect, it } from 'vitest';
import { createMouse } from '#hardware/mouse/learning-mouse.ts';
import { findRigFile, parseRigFile } from '#hardware/rig-file.ts';
import { VirtualRig } from '#hardware/virtual/virtual-rig.ts';
import { deviceTicks } from '#machines/time.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { describeRig } from './rig-contract.ts';
import { changed, durations, plans, RigDriver } from './rig-driver.ts';
import { licks } from './scripted-mouse.ts';

const file = findRigFile('virtual');

describeRig('virtual (interpreter)', (mouse, change) => new VirtualRig({ file: changed(file, change), mouse }));
describeRig(
  'virtual (xstate)',
  (mouse, change) => new VirtualRig({ file: changed(file, change), mouse, engine: 'xstate' }),
);

/** The clock's 32 bits run out while odour 2 is on. */
const beforeWrap = deviceTicks(2 ** 32 - 400 * 2000);
describeRig(
  'virtual (clock about to wrap)',
  (mouse, change) => new VirtualRig({ file: changed(file, change), mouse, startTicks: beforeWrap }),
);

const paced = { paced: 1, sleep: async () => {} };
describeRig('virtual (paced)', (mouse, change) => new VirtualRig({ file: changed(file, change), mouse, ...paced }));

describe('the virtual rig', () => {
  it('stamps in 32 bits across the wrap', async () => {
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file, mouse, startTicks: beforeWrap }));
    const { trace } = await driver.run(plans.go);
    expect(trace.startTicks).toBe(beforeWrap);
    expect(trace.endTicks).toBe(deviceTicks(beforeWrap + driver.ticks(850)));
    expect(trace.endTicks).toBeLessThan(trace.startTicks);
  });

  it('sleeps in real time for as long as the trial lasts, when it is paced', async () => {
    let sleptMs = 0;
    const sleep = async (ms: number) => {
      sleptMs += ms;
    };
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file, mouse, paced: 10, sleep }));
    await driver.run(plans.go, licks('lick', 500));
    expect(sleptMs).toBeCloseTo(85, 6);
  });

  it('records the start and the end of a trial that was aborted before it began', async () => {
    let asleep = (): void => {};
    const sleeping = new Promise<void>((resolve) => {
      asleep = resolve;
    });
    const sleep = async () => asleep();
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file, mouse, paced: 1, sleep }));
    const { bound } = driver.bind(plans.go);
    const trial = driver.rig.runTrial(7, bound, deviceTicks(60_000 * 2000));
    await sleeping;
    await driver.rig.abort('before its start');
    const { events, reason } = await trial;
    expect(events.map(({ code, value }) => [code, value])).toEqual([
      [EventCode.start, 7],
      [EventCode.end, EndReason.aborted],
    ]);
    expect(reason).toBe(EndReason.aborted);
  });

  it('does not start a trial that is aborted as soon as it is asked for', async () => {
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file, mouse }));
    const trial = driver.rig.runTrial(1, driver.bind(plans.go).bound, null);
    await driver.rig.abort('at once');
    expect((await trial).reason).toBe(EndReason.aborted);
    expect(driver.events.some(({ code }) => code === EventCode.output)).toBe(false);
  });

  it('ends the trial when a line stays on too long, and bars that line from then on', async () => {
    const short = JSON.parse(file.text);
    short.lines.odourA.longestOnMs = 60;
    const strict = parseRigFile(JSON.stringify(short), 'short.json');
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file: strict, mouse }));
    const { trace } = await driver.run(plans.go);
    expect(trace.reason).toBe(EndReason.onTimeLimit);
    const [span] = driver.spans('odourA', trace.events);
    const onMs = (span!.off - span!.on) / driver.rig.ticksPerMs;
    expect(onMs).toBeGreaterThan(59);
    expect(onMs).toBeLessThan(62);
    const next = await driver.run(plans.go);
    expect(next.trace.reason).toBe(EndReason.completed);
    expect(driver.spans('odourA', next.trace.events)).toEqual([]);
    expect(driver.spans('odourC', next.trace.events)).toHaveLength(1);
  });

  it('lets a line stay on for exactly its longest on-time less one unit of the board', async () => {
    const long = JSON.parse(file.text);
    long.lines.odourA.longestOnMs = durations.odour1Ms + 2;
    const strict = parseRigFile(JSON.stringify(long), 'long.json');
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file: strict, mouse }));
    expect((await driver.run(plans.go)).trace.reason).toBe(EndReason.completed);
  });

  it('refuses a program that was compiled for other lines', async () => {
    const other = await RigDriver.open((mouse) => new VirtualRig({ file: findRigFile('two-spout'), mouse }));
    const { bound } = other.bind({ ...plans.noGo, spouts: ['left', 'right'] });
    const rig = new VirtualRig({ file, mouse: null });
    await rig.open();
    await expect(rig.runTrial(1, bound, null)).rejects.toMatchObject({ code: 'programRefused' });
  });

  it('lets time pass between trials, with what happens at the pins, and never while a trial runs', async () => {
    const driver = await RigDriver.open((mouse) => new VirtualRig({ file, mouse }));
    const rig = driver.rig as VirtualRig;
    const running = driver.run(plans.noGo, licks('lick', 650, 1300));
    const passed = rig.pass(1000);
    const { trace } = await running;
    const endMs = trace.endTicks / rig.ticksPerMs;
    await passed;
    expect(rig.nowMs).toBe(endMs + 1000);
    const after = driver.events.filter(({ seq }) => seq > trace.events.at(-1)!.seq + 1);
    expect(after.map(({ ticks, code, value }) => [ticks / rig.ticksPerMs, code, value])).toEqual([
      [1300, EventCode.input, 1],
      [1330, EventCode.input, 0],
    ]);
  });

  it('at a pace lets time pass as slowly, and not at all once it is closed', async () => {
    const slept: number[] = [];
    const rig = new VirtualRig({ file, mouse: null, paced: 2, sleep: async (ms) => slept.push(ms) });
    await rig.open();
    await rig.pass(100);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(50);
    const closing = rig.close();
    await expect(rig.pass(100)).rejects.toMatchObject({ code: 'closed' });
    await closing;
  });

  it('refuses an acknowledgement of events it never sent', async () => {
    const rig = new VirtualRig({ file, mouse: null });
    await rig.open();
    expect(() => rig.acknowledge(0)).toThrow(RangeError);
  });

  it('gives the same events for the same seed, by either engine', async () => {
    const record = async (seed: number, engine: 'interpreter' | 'xstate') => {
      const mouse = createMouse({ seed, spouts: ['centre'] });
      const driver = await RigDriver.open(() => new VirtualRig({ file, mouse, engine }));
      for (let trial = 0; trial < 10; trial++) await driver.run(trial % 2 ? plans.go : plans.noGo);
      return driver.events;
    };
    const events = await record(1, 'interpreter');
    expect(events.some(({ code }) => code === EventCode.input)).toBe(true);
    expect(await record(1, 'xstate')).toEqual(events);
    expect(await record(2, 'interpreter')).not.toEqual(events);
  });
});

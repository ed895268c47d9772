import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { FirmataRig } from '#hardware/firmata/firmata-rig.ts';
import { HostEnvelope } from '#hardware/firmata/host-envelope.ts';
import { TrialHost } from '#hardware/firmata/trial-host.ts';
import { machineClock } from '#hardware/link/host-clock.ts';
import { findRigFile, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { Enactor } from '#machines/enact.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { type SteppedFirmataRig, steppedFirmataRig } from './firmata-step.ts';
import { describeRig } from './rig-contract.ts';
import { changed, choiceMs, durations, plans, RigDriver } from './rig-driver.ts';
import { licks } from './scripted-mouse.ts';
import { SteppedClock } from './stepped-clock.ts';

const virtual = JSON.parse(findRigFile('virtual').text);

/** The virtual rig's lines on a stock board; `lines`: what is different about some of them. */
function rigFile(change: object = {}, lines: Record<string, object> = {}): RigFile {
  const base = { ...virtual, kind: 'firmata', simulated: true, find: { port: 'x' }, ...change };
  const changed = Object.entries(lines).map(([name, line]) => [name, { ...virtual.lines[name], ...line }]);
  base.lines = { ...virtual.lines, ...Object.fromEntries(changed) };
  return parseRigFile(JSON.stringify(base), 'x.json');
}

const live = { simulated: false, find: { port: 'x', trustPortName: true } };
const soft = { accept: "soft timing and no dead-man's switch" };

describeRig(
  'firmata (host timing, emulated board in bench mode)',
  (mouse, change) => steppedFirmataRig(changed(rigFile(), change), mouse),
  {
    'lets a deadline come before a lick that bears the same stamp': {
      because: 'a lick is stamped when its report arrives, so none at the pins can be aimed at a tick',
      async run() {
        expect((await goTrial(choiceMs.from)).outcome).toBe('hit');
        expect((await goTrial(choiceMs.to)).outcome).toBe('miss');
        expect((await goTrial(choiceMs.to - 0.001)).outcome).toBe('hit');
      },
    },
  },
);

/** A go trial on a host of its own, with one lick; `alarmsLateMs`: how late the host's alarms ring. */
async function goTrial(lickMs: number, alarmsLateMs = 0) {
  const clock = new SteppedClock();
  const late = {
    nowMs: () => clock.nowMs(),
    after: (ms: number, ring: () => void) => clock.after(ms + alarmsLateMs, ring),
  };
  const file = rigFile();
  const host = new TrialHost({ file, clock: late, emit: () => {}, write: () => {} });
  const names = { inputs: ['lick'], outputs: file.outputs.map(({ name }) => name) };
  const bound = bind(compile(twoOdourTrial, plans.go, names), { ...durations }, 2000);
  const enactor = new Enactor(twoOdourTrial, host.sink);
  enactor.plan(plans.go);
  // Set before any alarm of the chart's, so that it comes first of what falls on one instant.
  clock.after(lickMs, () => host.input(0, true));
  clock.after(lickMs + 30, () => host.input(0, false));
  const trace = await clock.run(host.start(enactor, 1, bound, null));
  const result = bound.program.results[trace.result] as { outcome: string };
  return { reason: trace.reason, endMs: trace.endTicks / 2000, outcome: result.outcome };
}

async function opened(file = rigFile(), late: () => number = () => 0) {
  let rig!: SteppedFirmataRig;
  const driver = await RigDriver.open((mouse) => {
    rig = steppedFirmataRig(file, mouse, late);
    return rig;
  });
  return { driver, rig, data: rig.bench.mcu.data };
}

/** Arduino pins 0 to 13, as the chip's port registers hold them; bit = pin. */
const pinsHigh = ({ bench }: SteppedFirmataRig) => bench.mcu.data[0x2b]! | (bench.mcu.data[0x25]! << 8);

describe('what a rig on stock firmware says of itself', () => {
  it('is that the host times it, and that it has no dead-man switch', async () => {
    const { driver } = await opened();
    expect(driver.identity).toMatchObject({ kind: 'firmata', engine: 'xstate', timing: 'host', deadMansSwitch: false });
    expect(driver.identity.firmware).toMatch(/^Rehearsal \d+\.\d+$/);
    await driver.rig.close();
  });

  const rigWith = (file: RigFile) => new FirmataRig({ file, clock: machineClock, connect: () => Promise.reject() });

  it.each([
    ['for a live animal, unless its file accepts that', rigFile(live), /"accept": "soft timing/],
    ['with an output that is on when low', rigFile({}, { water: { activeLow: true } }), /from its start/],
    ['with a fault lamp', rigFile({}, { opto: { kind: 'lamp' } }), /fault lamp/],
    [
      'with random pulses',
      rigFile({}, { trial: { random: { leastMs: 100, mostMs: 200, widthMs: 5 } } }),
      /needs our firmware/,
    ],
    ['with a board id to check', rigFile({ find: { port: 'x', boardId: '0000002a' } }), /no board id/],
  ])('is a refusal %s', (_, file, words) => {
    expect(() => rigWith(file)).toThrow(expect.objectContaining({ name: 'RigError', code: 'rigFile' }));
    expect(() => rigWith(file)).toThrow(words);
    expect(() => rigWith(file)).toThrow(/No port was opened/);
  });

  it('is nothing against a live animal whose rig file accepts it in so many words', () => {
    expect(() => rigWith(rigFile({ ...live, ...soft }))).not.toThrow();
  });

  it('names the port at which nothing answers, and the baud rate to check', async () => {
    const rig = steppedFirmataRig(rigFile(), null);
    rig.line.silent = true;
    await expect(rig.open()).rejects.toMatchObject({ code: 'noAnswer', message: expect.stringContaining('57600') });
    expect(rig.bench.nowMs).toBeGreaterThan(7000);
  });
});

describe('the timing of the firmata rig', () => {
  it('stamps outputs with their deadlines and tells how late the writes were', async () => {
    const { driver } = await opened(rigFile(), () => 3);
    const { verdict, trace } = await driver.run(plans.go, licks('lick', 500));
    expect(verdict.consistent).toBe(true);
    expect(driver.spans('odourA', trace.events)[0]).toEqual({ on: driver.ticks(50), off: driver.ticks(150) });
    const timing = (await driver.rig.timing())!;
    // The first write follows the order to begin at once; the six others wait for an alarm.
    expect(timing.timers.count).toBe(7);
    expect(timing.timers.worstTicks).toBeCloseTo(driver.ticks(3), -1);
    expect(timing.timers.meanTicks).toBeCloseTo((driver.ticks(3) * 6) / 7, -1);
    expect(timing.inputs).toMatchObject({ count: 1, worstTicks: 0 });
    expect(timing.roundTripsMs.count).toBeGreaterThan(0);
    await driver.rig.close();
  });

  it('ends a trial whose write would come more than 50 ms late at the deadline that was missed', async () => {
    let lateMs = 0;
    const { driver, rig } = await opened(rigFile(), () => lateMs);
    const { trace, verdict, outcome } = await driver.run(plans.go, [], {
      during: [
        'odour1',
        () => {
          lateMs = 60;
        },
      ],
    });
    expect([trace.reason, outcome]).toEqual([EndReason.hostSilent, null]);
    expect(verdict).toMatchObject({ consistent: true, reason: EndReason.hostSilent });
    expect(driver.spans('odourA', trace.events)).toEqual([{ on: driver.ticks(50), off: driver.ticks(150) }]);
    expect((await driver.rig.timing())!.timers.worstTicks).toBeGreaterThanOrEqual(driver.ticks(60));
    await rig.pass(2);
    expect(pinsHigh(rig) & ~0b111).toBe(0);
    lateMs = 0;
    expect((await driver.run(plans.go, licks('lick', 500))).outcome).toBe('hit');
    await driver.rig.close();
  });

  it('does what is due when a lick wakes it before its alarm does, unless that is too late', async () => {
    // The baseline ends at 50 ms; its alarm would ring 60 ms later.
    expect(await goTrial(90, 60)).toMatchObject({ reason: EndReason.hostSilent, endMs: 150 });
    expect(await goTrial(101, 60)).toMatchObject({ reason: EndReason.hostSilent, endMs: 50 });
  });
});

describe('the envelope on the host', () => {
  it('ends the trial when a line stays on too long, records which, and bars it from then on', async () => {
    const { driver } = await opened(rigFile({}, { odourA: { longestOnMs: 60 } }));
    const { trace, verdict } = await driver.run(plans.go);
    expect(trace.reason).toBe(EndReason.onTimeLimit);
    expect(trace.events).toContainEqual(
      expect.objectContaining({ code: EventCode.fault, value: EndReason.onTimeLimit }),
    );
    expect(driver.spans('odourA', trace.events)).toEqual([{ on: driver.ticks(50), off: driver.ticks(110) }]);
    expect(verdict.consistent).toBe(true);
    const next = await driver.run(plans.go);
    expect(driver.spans('odourA', next.trace.events)).toEqual([]);
    expect(driver.spans('odourC', next.trace.events)).toHaveLength(1);
    await driver.rig.close();
  });

  it('stops water at the allowance, and gives none after', async () => {
    const { driver } = await opened();
    // 20 ms at 100 ul/s are 2 ul a trial.
    await driver.rig.allowWater(3);
    expect((await driver.run(plans.go, licks('lick', 500))).outcome).toBe('hit');
    const { trace } = await driver.run(plans.go, licks('lick', 500));
    expect(trace.reason).toBe(EndReason.allowanceSpent);
    const [span] = driver.spans('water', trace.events);
    expect(span!.off - span!.on).toBeCloseTo(driver.ticks(10), -1);
    const dry = await driver.run(plans.go, licks('lick', 500));
    expect(driver.spans('water', dry.trace.events)).toEqual([]);
    await driver.rig.close();
  });

  it('lets the light be on for its share of time, and gives back what has passed', () => {
    const envelope = new HostEnvelope(rigFile({}, { opto: { dutyFraction: 0.5, dutyOverS: 10 } }));
    const opto = 1 << 5;
    const seconds = 2_000_000;
    expect(envelope.write(opto, 0)).toBe(opto);
    // 5 s are there; each second on draws one and gives half of one back.
    expect(envelope.nextLimit).toBe(10 * seconds);
    expect(envelope.bar(10 * seconds)).toEqual({ line: 5, why: EndReason.allowanceSpent });
    envelope.write(0, 10 * seconds);
    expect(envelope.write(opto, 10 * seconds)).toBe(0);
    expect(envelope.write(opto, 12 * seconds)).toBe(opto);
    expect(envelope.nextLimit).toBe(14 * seconds);
  });
});

const swap = setup({
  actions: { open: (_, _params: { line: string }) => {}, close: (_, _params: { line: string }) => {} },
}).createMachine({
  id: 'swap',
  initial: 'first',
  states: {
    first: { entry: { type: 'open', params: { line: 'odourA' } }, after: { 10: 'second' } },
    second: {
      entry: [
        { type: 'close', params: { line: 'odourA' } },
        { type: 'open', params: { line: 'odourB' } },
      ],
      after: { 10: 'over' },
    },
    over: { type: 'final' },
  },
});

describe('the pins of the firmata rig', () => {
  it.each([
    ['one port', 5],
    ['two ports', 9],
  ])('never have two valves of a group open, when one follows the other at once, on %s', async (_, pin) => {
    const file = rigFile({}, { odourB: { pin }, trial: { pin: 12 } });
    const { driver, rig } = await opened(file);
    const seen: number[] = [];
    rig.bench.mcu.onPin(() => seen.push(pinsHigh(rig) & ((1 << 4) | (1 << pin))));
    const bound = bind(compile(swap, undefined, rig.lines), {}, rig.ticksPerMs);
    await rig.runTrial(1, bound, null, { chart: swap, input: { durations: {} } });
    expect(seen).not.toContain((1 << 4) | (1 << pin));
    expect(seen).toContain(1 << pin);
    await driver.rig.close();
  });

  it('are told levels of outputs only, never those that inputs read', async () => {
    const { driver, rig } = await opened();
    const from = rig.written.length;
    // The tongue is on the spout, so pin 2 reads high, while odour valves of its port open and close.
    await driver.run(plans.go, [{ ms: 10, line: 'lick', on: true }]);
    const toPortD = rig.written.slice(from).filter(([head]) => head === 0x90);
    expect(toPortD.length).toBeGreaterThan(3);
    expect(toPortD.every(([, levels]) => (levels! & 0b100) === 0)).toBe(true);
    await driver.rig.close();
  });

  it('read a lick that pulls its line low against the pull-up', async () => {
    const { driver, data } = await opened(rigFile({}, { lick: { pullUp: true, activeLow: true } }));
    expect(data[0x2b]! & 0b100).toBe(0b100);
    const { outcome, trace } = await driver.run(plans.go, licks('lick', 500));
    expect(outcome).toBe('hit');
    // At rest the line is high, and that is no lick.
    expect(driver.events[0]!.code).toBe(EventCode.start);
    const [onset] = driver.onsets('lick', trace.events);
    expect(onset! / driver.rig.ticksPerMs - 500).toBeGreaterThan(0);
    expect(onset! / driver.rig.ticksPerMs - 500).toBeLessThan(2);
    await driver.rig.close();
  });

  it('count an onset within the refractory as a bounce, which no trial hears of', async () => {
    const { driver } = await opened(rigFile({}, { lick: { refractoryMs: 60 } }));
    const { trace } = await driver.run({ ...plans.go, licksToAnswer: 2 }, licks('lick', 500, 545, 650));
    const codes = trace.events.filter(({ code }) => code === EventCode.input || code === EventCode.bounce);
    expect(codes.map(({ code, value }) => [code, value])).toEqual([
      [EventCode.input, 1],
      [EventCode.input, 0],
      [EventCode.bounce, 1],
      [EventCode.bounce, 0],
      [EventCode.input, 1],
      [EventCode.input, 0],
    ]);
    expect(driver.spans('water', trace.events)).toHaveLength(1);
    await driver.rig.close();
  });

  it('are all low and released after closing, in mid-odour too', async () => {
    const { driver, rig } = await opened();
    let closed: Promise<void> | undefined;
    await driver.run(plans.go, [], { during: ['odour1', () => (closed = driver.rig.close())] });
    await closed;
    expect(rig.written.at(-1)).toEqual([0xff]);
    await rig.pass(2);
    expect(pinsHigh(rig)).toBe(0);
  });

  const constant = {
    shape: 'constant',
    amplitude: 0.25,
    frequencyHz: 20,
    dutyFraction: 0.5,
    rampUpMs: 0,
    rampDownMs: 0,
  } as const;

  it('show constant light by PWM on a pin that has it', async () => {
    const { driver, rig } = await opened();
    await driver.rig.shape('opto', constant);
    await driver.rig.pulse('opto', 50_000);
    expect(rig.written).toContainEqual([0xf4, 3, 3]);
    expect(rig.written).toContainEqual([0xe3, 64, 0]);
    expect(rig.written.findLast(([head]) => head === 0xe3)).toEqual([0xe3, 0, 0]);
    await driver.rig.close();
  });

  it.each([
    ['a sine', 'opto', { ...constant, shape: 'sine' as const }, /needs our firmware/],
    ['a square wave', 'opto', { ...constant, shape: 'square' as const }, /needs our firmware/],
    ['a ramp', 'opto', { ...constant, rampDownMs: 100 }, /needs our firmware/],
    ['light on a pin without PWM', 'odourA', constant, /no PWM/],
    ['light on no line at all', 'tea', constant, /no such output line/],
    ['no light', 'opto', { ...constant, amplitude: 0 }, /amplitude/],
  ])('refuse %s', async (_, line, waveform, words) => {
    const { driver } = await opened();
    const asked = driver.rig.shape(line, waveform);
    await expect(asked).rejects.toMatchObject({ name: 'RigError', code: 'programRefused' });
    await expect(asked).rejects.toThrow(words);
    await driver.rig.close();
  });
});

describe('a stock board that is lost', () => {
  const ways: [string, (rig: SteppedFirmataRig) => void, RegExp, number][] = [
    ['because its cable is pulled', ({ line }) => line.unplug(), /disappeared/, 60],
    [
      'because it falls silent',
      ({ line }) => {
        line.silent = true;
      },
      /has not answered for 2000 ms/,
      2600,
    ],
    ['because it restarts', ({ bench }) => bench.mcu.reset('external'), /restarted/, 100],
    [
      'because it refuses a write',
      ({ line }) => line.deliver(Uint8Array.of(0xf0, 0x71, 0x6e, 0, 0x6f, 0, 0xf7)),
      /refused.*"no"/,
      60,
    ],
  ];

  it.each(ways)('%s is a fault, in words for whoever stands at the rig', async (_, befall, words, withinMs) => {
    const { driver, rig } = await opened();
    const statuses: string[] = [];
    driver.rig.status$.subscribe((status) => statuses.push(status.kind));
    const { bound, source } = driver.bind({ ...plans.go, durations: { ...durations, baselineMs: 5000 } });
    let atMs = 0;
    const trial = rig.runTrial(1, bound, null, source);
    const off = rig.bench.mcu.onPin(() => {
      off();
      setImmediate(() => {
        atMs = rig.bench.nowMs;
        befall(rig);
      });
    });
    const error = await trial.catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'RigError', code: 'linkLost', message: expect.stringMatching(words) });
    expect((error as Error).message).toMatch(/may still be open/);
    expect(rig.bench.nowMs - atMs).toBeLessThan(withinMs);
    expect(statuses).toEqual(['ready', 'trial', 'faulted']);
    await expect(driver.run(plans.go)).rejects.toMatchObject({ code: 'linkLost' });
    await driver.rig.close();
  });
});

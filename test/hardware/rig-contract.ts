/**
 * The contract of a rig (hardware/rig.ts) as facts that every implementation must pass. A rig's test file hands over a
 * function that makes it with the lines of hardware/rigs/virtual.json and the given mouse at its pins.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { ClockSegment } from '#hardware/rig.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { digestOf } from '#machines/digest.ts';
import { type LightSpan, planLight } from '#machines/light.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { ticksBetween } from '#machines/time.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { type ChangeFile, choiceMs, durations, type MakeRig, plans, RigDriver } from './rig-driver.ts';
import { licks } from './scripted-mouse.ts';

const twoOdours = setup({ actions: { open: (_, _params: { line: string }) => {} } }).createMachine({
  id: 'twoOdours',
  initial: 'mixed',
  states: {
    mixed: {
      entry: [
        { type: 'open', params: { line: 'odourA' } },
        { type: 'open', params: { line: 'odourB' } },
      ],
      after: { 10: 'over' },
    },
    over: { type: 'final' },
  },
});

/** A go trial under light that is off before the end of its span by a ramp of 20 ms. */
function inLight(span: Pick<LightSpan, 'from' | 'to' | 'startsAfterMs'>) {
  const asked = { ...span, rampMs: 20, ramp: 'inside' } as const;
  return { ...plans.go, ...planLight(asked, { on: true, mask: false }, durations) };
}

/** How a rig shows a fact that no script at its pins can show on it. */
export interface OwnProof {
  readonly because: string;
  run(): Promise<void>;
}

/** `ownProofs`: by the fact's title. */
export function describeRig(name: string, make: MakeRig, ownProofs: Readonly<Record<string, OwnProof>> = {}): void {
  const known = new Set<string>();
  const fact = (title: string, run: () => void | Promise<void>) => {
    known.add(title);
    const own = ownProofs[title];
    if (own === undefined) it(title, run);
    else it(`${title} [shown otherwise: ${own.because}]`, own.run);
  };
  /** A fact about a rig whose file says something else. */
  const withFile = (title: string, change: ChangeFile, run: () => Promise<void>) => {
    fact(title, async () => {
      await driver.rig.close();
      driver = await RigDriver.open(make, change);
      await run();
    });
  };
  let driver: RigDriver;
  describe(`the ${name} rig`, () => {
    beforeEach(async () => {
      driver = await RigDriver.open(make);
    });
    afterEach(() => driver.rig.close());

    /** How much later than the script says a lick is stamped: nothing in virtual time, some cycles on a chip. */
    let lagMs = 0;
    /** A go trial whose one lick bears the stamp of this deadline; a chip's lick is moved cycle by cycle until it does. */
    const tie = async (ms: number) => {
      for (let cycles = 0; cycles < 2000; cycles += 3) {
        lagMs = cycles / 16_000;
        const ran = await driver.run(plans.go, licks('lick', ms - lagMs));
        if (driver.onsets('lick', ran.trace.events)[0] === driver.ticks(ms)) return ran;
      }
      throw new Error(`No lick met the deadline at ${ms} ms.`);
    };

    fact('says who it is', () => {
      expect(driver.identity.rigName).toMatch(/\w/);
      expect(driver.identity.engine).toMatch(/interpreter|xstate|firmware/);
      expect(driver.rig.lines.outputs).toContain('odourA');
      expect(driver.rig.ticksPerMs).toBeGreaterThan(1900);
    });

    fact(
      'numbers the events of its trials without a gap, each trial from its start to its end and digest',
      async () => {
        await driver.run(plans.go, licks('lick', 500));
        await driver.run(plans.noGo);
        expect(driver.events.map(({ seq }) => seq)).toEqual(driver.events.map((_, index) => index));
        const marks = driver.events.filter(({ code }) => code === EventCode.start || code === EventCode.digest);
        expect(marks.map(({ code }) => code)).toEqual([4, 6, 4, 6]);
        expect(marks[0]!.value).toBe(1);
        expect(marks[2]!.value).toBe(2);
      },
    );

    fact('hands over as trace what events$ gave, with the digest of it', async () => {
      const { trace } = await driver.run(plans.go, licks('lick', 100, 500, 620));
      const from = trace.events[0]!.seq;
      expect(trace.events).toEqual(driver.events.slice(from, from + trace.events.length));
      expect(trace.events[0]!.code).toBe(EventCode.start);
      expect(trace.events.at(-1)!.code).toBe(EventCode.end);
      expect(trace.digest).toEqual(digestOf(trace.events));
      const digest = driver.events[from + trace.events.length]!;
      expect(digest).toMatchObject({ code: EventCode.digest, ticks: trace.digest.crc32, value: trace.digest.count });
      expect([trace.startTicks, trace.endTicks]).toEqual([trace.events[0]!.ticks, trace.events.at(-1)!.ticks]);
    });

    fact('opens each odour for exactly its time, and the trial line for the whole trial', async () => {
      const { trace } = await driver.run(plans.go);
      const at = (ms: number) => driver.ticks(ms);
      const odour1 = at(durations.baselineMs);
      const delay = odour1 + at(durations.odour1Ms);
      const odour2 = delay + at(durations.earlyDelayMs) + at(durations.lateDelayMs);
      const choice = odour2 + at(durations.odour2Ms);
      const end = choice + at(durations.choiceMs) + at(durations.consumptionMs);
      expect(driver.spans('odourA', trace.events)).toEqual([{ on: odour1, off: delay }]);
      expect(driver.spans('odourC', trace.events)).toEqual([{ on: odour2, off: choice }]);
      expect(driver.spans('trial', trace.events)).toEqual([{ on: 0, off: end }]);
      expect(driver.spans('odourB', trace.events)).toEqual([]);
    });

    fact('gives water at the first lick onset of the choice period of a go trial', async () => {
      const { trace, outcome } = await driver.run(plans.go, licks('lick', 100, 300, 500, 620));
      const onsets = driver.onsets('lick', trace.events);
      expect(onsets).toHaveLength(4);
      expect(driver.spans('water', trace.events)).toEqual([
        { on: onsets[2], off: onsets[2]! + driver.ticks(durations.waterMs) },
      ]);
      expect(outcome).toBe('hit');
    });

    fact('never gives water on a no-go trial', async () => {
      const { trace, outcome } = await driver.run(plans.noGo, licks('lick', 100, 300, 500, 620, 800));
      expect(driver.onsets('lick', trace.events)).toHaveLength(5);
      expect(driver.spans('water', trace.events)).toEqual([]);
      expect(outcome).toBe('falseAlarm');
    });

    fact('does not take a tongue that is on the spout when the choice period opens for an answer', async () => {
      const resting = [
        { ms: choiceMs.from - 50, line: 'lick', on: true },
        { ms: choiceMs.to + 20, line: 'lick', on: false },
      ];
      const { trace, outcome } = await driver.run(plans.go, resting);
      expect(driver.spans('water', trace.events)).toEqual([]);
      expect(outcome).toBe('miss');
    });

    fact('lets a deadline come before a lick that bears the same stamp', async () => {
      const opening = await tie(choiceMs.from);
      expect(opening.outcome).toBe('hit');
      expect(driver.spans('water', opening.trace.events)[0]!.on).toBe(driver.ticks(choiceMs.from));
      expect((await tie(choiceMs.to)).outcome).toBe('miss');
      const justBefore = await driver.run(plans.go, licks('lick', choiceMs.to - 2 / driver.rig.ticksPerMs - lagMs));
      expect(justBefore.outcome).toBe('hit');
    });

    fact('starts a trial at the device time asked for, and records licks on the way there', async () => {
      const first = await driver.run(plans.go, licks('lick', 900));
      const startAt = driver.after(first.trace.endTicks, 300);
      const second = await driver.run(plans.go, [], { startAt });
      expect(second.trace.startTicks).toBe(startAt);
      const between = driver.events.filter(
        ({ seq }) => seq > first.trace.events.at(-1)!.seq && seq < second.trace.events[0]!.seq,
      );
      expect(between.map(({ code }) => code)).toEqual([EventCode.digest, EventCode.input, EventCode.input]);
    });

    fact('starts at once when the time asked for has passed', async () => {
      const first = await driver.run(plans.go);
      const second = await driver.run(plans.go, [], { startAt: first.trace.startTicks });
      const late = ticksBetween(first.trace.endTicks, second.trace.startTicks);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(driver.ticks(1000));
      expect(second.trace.reason).toBe(EndReason.completed);
    });

    fact('ends an aborted trial with all outputs off, says so, and runs the next', async () => {
      let aborted: Promise<void> | undefined;
      const { trace, verdict, outcome } = await driver.run(plans.go, licks('lick', 500), {
        during: ['odour1', () => (aborted = driver.rig.abort('the test asks for it'))],
      });
      await aborted;
      expect(trace.reason).toBe(EndReason.aborted);
      expect(outcome).toBeNull();
      expect(driver.spans('odourA', trace.events)).toHaveLength(1);
      expect(driver.spans('water', trace.events)).toEqual([]);
      expect(trace.events.findLast(({ code }) => code === EventCode.output)!.value).toBe(0);
      expect(verdict).toMatchObject({ consistent: true, reason: EndReason.aborted });
      expect((await driver.run(plans.go, licks('lick', 500))).outcome).toBe('hit');
    });

    fact('ends a pulse that is aborted', async () => {
      let aborted: Promise<void> | undefined;
      driver.rig.events$.subscribe(({ code, value }) => {
        if (code === EventCode.output && value !== 0) aborted = driver.rig.abort('the test asks for it');
      });
      await driver.rig.pulse('water', 900_000);
      await aborted;
      const [span] = driver.spans('water', driver.events);
      expect(span!.off - span!.on).toBeLessThan(driver.ticks(900));
    });

    fact('has nothing to abort when no trial runs', async () => {
      await driver.rig.abort('nothing runs');
      expect((await driver.run(plans.go)).trace.reason).toBe(EndReason.completed);
    });

    fact('opens a line for exactly the time of a pulse, as a trial of its own', async () => {
      await driver.rig.pulse('water', 12_345.5);
      expect(driver.events[0]).toMatchObject({ code: EventCode.start, value: PULSE_TRIAL });
      expect(driver.spans('water', driver.events)).toEqual([{ on: 0, off: driver.ticks(12.3455) }]);
    });

    fact('holds a pulse asked for during a trial until the trial is over', async () => {
      let pulsed: Promise<void> | undefined;
      const { trace } = await driver.run(plans.noGo, [], {
        during: ['odour1', () => (pulsed = driver.rig.pulse('water', 20_000))],
      });
      await pulsed;
      expect(driver.spans('water', trace.events)).toEqual([]);
      const pulse = driver.events.slice(trace.events.at(-1)!.seq + 2);
      expect(pulse[0]).toMatchObject({ code: EventCode.start, value: PULSE_TRIAL });
      expect(driver.spans('water', pulse)).toEqual([{ on: 0, off: driver.ticks(20) }]);
    });

    it.each([
      ['no such line', 'tea', 1000],
      ['no time', 'water', 0],
      ['a time over the longest on-time', 'water', 1_000_000],
      ['a time that is no number', 'water', Number.NaN],
    ])('refuses a pulse with %s', async (_, line, us) => {
      await expect(driver.rig.pulse(line, us)).rejects.toMatchObject({ name: 'RigError', code: 'programRefused' });
      expect(driver.events).toEqual([]);
    });

    fact('refuses a program that opens two odours together, and opens neither', async () => {
      const bound = bind(compile(twoOdours, undefined, driver.rig.lines), {}, driver.rig.ticksPerMs);
      const asked = driver.rig.runTrial(1, bound, null, { chart: twoOdours, input: { durations: {} } });
      await expect(asked).rejects.toMatchObject({ name: 'RigError', code: 'programRefused' });
      await expect(asked).rejects.toThrow(/odourA and odourB/);
      expect(driver.events).toEqual([]);
      expect((await driver.run(plans.go)).outcome).toBe('miss');
    });

    fact('refuses a second trial while one runs, and the first goes on', async () => {
      const { bound, source } = driver.bind(plans.go);
      const first = driver.rig.runTrial(1, bound, null, source);
      await expect(driver.rig.runTrial(2, bound, null, source)).rejects.toMatchObject({ code: 'busy' });
      expect((await first).reason).toBe(EndReason.completed);
    });

    fact('tells its status: ready, in which trial, ready again, closed', async () => {
      const heard: string[] = [];
      driver.rig.status$.subscribe((status) =>
        heard.push(status.kind === 'trial' ? `trial ${status.trial}` : status.kind),
      );
      await driver.run(plans.go);
      await driver.rig.close();
      expect(heard).toEqual(['ready', 'trial 1', 'ready', 'closed']);
    });

    fact('completes its events when it closes, and then refuses everything', async () => {
      await driver.run(plans.go);
      await driver.rig.close();
      await driver.rig.close();
      expect(driver.completed).toBe(true);
      await expect(driver.run(plans.go)).rejects.toMatchObject({ name: 'RigError', code: 'closed' });
      await expect(driver.rig.pulse('water', 1000)).rejects.toMatchObject({ code: 'closed' });
    });

    fact('ends a running trial safe when it is closed', async () => {
      let closed: Promise<void> | undefined;
      const { trace } = await driver.run(plans.go, [], { during: ['odour1', () => (closed = driver.rig.close())] });
      await closed;
      expect(trace.reason).toBe(EndReason.aborted);
      expect(driver.spans('odourA', trace.events)[0]!.off).toBeLessThan(driver.ticks(1000));
    });

    it.each([
      ['no licks', plans.go, []],
      ['licks all over a go trial', plans.go, licks('lick', 20, 120, 240, 360, 470, 590, 700, 780)],
      ['licks all over a no-go trial', plans.noGo, licks('lick', 20, 120, 240, 360, 470, 590, 700, 780)],
      ['two licks to answer', { ...plans.go, licksToAnswer: 2 }, licks('lick', 500, 600)],
      ['light in the delay', inLight({ from: 'earlyDelay', to: 'lateDelay' }), licks('lick', 300)],
      ['light in parts of epochs', inLight({ from: 'odour1', startsAfterMs: 30, to: 'choice' }), licks('lick', 500)],
      ['an early lick that ends the trial', { ...plans.go, abortOnEarlyLick: true }, licks('lick', 200)],
    ])('leaves a record that the chart could have made: %s', async (_, plan, script) => {
      const { verdict, outcome } = await driver.run(plan, script);
      expect(verdict).toMatchObject({ consistent: true, output: { outcome } });
    });

    fact('tells the power-up that stamps its events, and what its clock is worth', async () => {
      const { trace } = await driver.run(plans.go);
      const segments: ClockSegment[] = [];
      driver.rig.segments$.subscribe((segment) => segments.push(segment)).unsubscribe();
      expect(segments).toEqual([{ segment: 0, bootId: driver.identity.bootId, firstSeq: 0 }]);
      const clock = driver.rig.clock();
      expect(clock).toMatchObject({ segment: 0, ticksPerMs: driver.rig.ticksPerMs });
      const ms = clock.hostMsOf(trace.endTicks) - clock.hostMsOf(trace.startTicks);
      expect(ms).toBeCloseTo(850, 0);
    });

    fact('gives no more water than was allowed: shuts the valve, says so, and gives none in later trials', async () => {
      // At 100 ul/s 30 ms: the first drop of 20 ms, and half of the second.
      await driver.rig.allowWater(3);
      const first = await driver.run(plans.go, licks('lick', 500));
      const second = await driver.run(plans.go, licks('lick', 500));
      const third = await driver.run(plans.go, licks('lick', 500));
      const spans = [first, second, third].map(({ trace }) => driver.spans('water', trace.events));
      expect(spans.map(({ length }) => length)).toEqual([1, 1, 0]);
      const onMs = spans.flat().reduce((sum, { on, off }) => sum + (off - on) / driver.rig.ticksPerMs, 0);
      expect(onMs).toBeGreaterThan(27);
      expect(onMs).toBeLessThan(33);
      const reasons = [first, second, third].map(({ trace }) => trace.reason);
      expect(reasons).toEqual([EndReason.completed, EndReason.allowanceSpent, EndReason.completed]);
      const water = driver.rig.lines.outputs.indexOf('water');
      const faults = second.trace.events.filter(({ code }) => code === EventCode.fault);
      expect(faults.map(({ value }) => value)).toEqual([water * 256 + EndReason.allowanceSpent]);
      expect(second.verdict).toMatchObject({ consistent: true, reason: EndReason.allowanceSpent });
    });

    const refractory: ChangeFile = ({ lines }) => void Object.assign(lines.lick!, { refractoryMs: 50 });
    withFile(
      'takes an onset within the refractory of the one before for a bounce, and its offset',
      refractory,
      async () => {
        // The onset at 460 ms lies in the choice period, and within 50 ms of the one at 440.
        const at = [100, 110, 120, 125, 160, 170, 440, 445, 460, 470, 520, 540];
        const edges = at.map((ms, edge) => ({ ms, line: 'lick', on: edge % 2 === 0 }));
        const { trace, outcome, verdict } = await driver.run(plans.go, edges);
        const heard = trace.events.filter(({ code }) => code === EventCode.input || code === EventCode.bounce);
        const { input, bounce } = EventCode;
        const bouts = [input, bounce, input, input, bounce, input];
        expect(heard.map(({ code }) => code)).toEqual(bouts.flatMap((code) => [code, code]));
        expect(heard.map(({ value }) => value & 1)).toEqual(at.map((_, edge) => 1 - (edge % 2)));
        const onset = driver.onsets('lick', trace.events).at(-1)!;
        // A host hears of it when its report arrives.
        expect(onset / driver.ticks(1) - 520).toBeGreaterThanOrEqual(0);
        expect(onset / driver.ticks(1) - 520).toBeLessThan(2);
        expect(driver.spans('water', trace.events)).toEqual([{ on: onset, off: onset + driver.ticks(20) }]);
        expect(outcome).toBe('hit');
        expect(verdict).toMatchObject({ consistent: true });
      },
    );

    const dim: ChangeFile = ({ lines }) => void Object.assign(lines.opto!, { dutyFraction: 0.1, dutyOverS: 1 });
    withFile('gives no more light than its share of time, and none after that', dim, async () => {
      await driver.rig.pulse('opto', 60_000);
      const after = driver.events.length;
      await driver.rig.pulse('opto', 300_000);
      const [span] = driver.spans('opto', driver.events.slice(after));
      // 100 ms in 1 s; 60 are used, and 10 % of the time comes back.
      const onMs = (span!.off - span!.on) / driver.rig.ticksPerMs;
      expect(onMs).toBeGreaterThan(44);
      expect(onMs).toBeLessThan(62);
      expect(driver.events.filter(({ code }) => code === EventCode.fault)).toHaveLength(1);
      const end = driver.events.findLast(({ code }) => code === EventCode.end)!;
      expect(end.value & 0xff).toBe(EndReason.allowanceSpent);
      const barred = driver.events.length;
      await driver.rig.pulse('opto', 1000);
      expect(driver.spans('opto', driver.events.slice(barred))).toEqual([]);
    });

    for (const title of Object.keys(ownProofs)) {
      if (!known.has(title)) throw new Error(`The contract has no fact "${title}" to be shown otherwise.`);
    }
  });
}

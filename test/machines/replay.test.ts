import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason, EventCode, epochs } from '#machines/vocabulary.ts';
import { at, hit, last, lick, renumber, START, stateIs, trial, verdict } from './replay-record.ts';
import { enacted } from './run-both.ts';
import { recorded } from './trial-driver.ts';

describe('replay finds consistent', () => {
  it('random trials of both runners, whole and aborted', () => {
    const cases = fc.record({
      light: fc.option(
        fc.record({
          from: fc.constantFrom(...epochs),
          startsAfterMs: fc.constantFrom(0, 20),
          rampMs: fc.constantFrom(0, 25),
          ramp: fc.constantFrom('inside', 'outside'),
          on: fc.boolean(),
          mask: fc.boolean(),
        }),
      ),
      licksToAnswer: fc.integer({ min: 1, max: 3 }),
      abortOnEarlyLick: fc.boolean(),
      rewardDelayed: fc.boolean(),
    });
    const onsets = fc
      .uniqueArray(fc.nat(95), { maxLength: 12 })
      .map((all) => all.sort((a, b) => a - b).map((n) => n * 12));
    const abort = fc.option(fc.nat(100), { nil: undefined });
    fc.assert(
      fc.property(cases, onsets, abort, (changes, times, abortStep) => {
        const one = trial(changes, times, abortStep === undefined ? undefined : abortStep * 10);
        const aborted = (one.events.at(-1)!.value & 0xff) === EndReason.aborted;
        const other = recorded(enacted(twoOdourTrial, one.plan, one.bound, one.inputs, one.abortAt, START), 7);
        expect(other).toEqual(one.events);
        expect(verdict(one.events, one)).toMatchObject({ consistent: true, reason: aborted ? 1 : 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('a trial that was aborted before its first state', () => {
    const [first, end] = [hit.events[0]!, { ...hit.events[last]!, ticks: hit.events[0]!.ticks, value: 1, seq: 8 }];
    expect(verdict([first, end])).toMatchObject({ consistent: true, reason: EndReason.aborted });
  });

  it('a trial that was aborted within 0.1 ms of a timer not yet taken, and not one where it was long due', () => {
    const open = hit.events.slice(0, at(stateIs(/odour1/)));
    const due = hit.events[open.length]!.ticks;
    const abort = (ticks: number) =>
      verdict(
        renumber([
          ...open,
          { seq: 0, ticks, code: EventCode.output, value: 0 },
          { seq: 0, ticks, code: EventCode.end, value: EndReason.hostSilent },
        ]),
      );
    expect(abort(due + 150)).toMatchObject({ consistent: true, reason: EndReason.hostSilent });
    expect(abort(due + 250)).toMatchObject({ consistent: false, problem: expect.stringContaining('odour1') });
  });

  it('a lick stamped just before a deadline and taken just after it', () => {
    const choice = at(stateIs(/epoch\.odour2/));
    const events = [...hit.events];
    events.splice(choice + 2, 0, { ...lick(0), ticks: hit.events[choice]!.ticks - 40 });
    expect(verdict(renumber(events))).toMatchObject({ consistent: true });
    events[choice + 2] = { ...lick(0), ticks: hit.events[choice]!.ticks - 400 };
    expect(verdict(renumber(events))).toMatchObject({
      consistent: false,
      problem: expect.stringContaining('stamped 400'),
    });
  });

  it('a record with a fault in it: faults are the envelope’s', () => {
    const events = [...hit.events];
    events.splice(5, 0, { seq: 0, ticks: events[5]!.ticks, code: EventCode.fault, value: 3 });
    expect(verdict(renumber(events))).toMatchObject({ consistent: true });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason, EventCode, epochs } from '#machines/vocabulary.ts';
import { at, flowing, hit, last, lick, renumber, START, stateIs, trial, verdict } from './replay-record.ts';
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

  it.each(['fault', 'sync', 'bounce'] as const)('a record with a %s in it, which no chart gives or hears', (word) => {
    for (let place = 1; place < last; place++) {
      const events = [...hit.events];
      events.splice(place, 0, { seq: 0, ticks: events[place - 1]!.ticks, code: EventCode[word], value: 3 });
      expect(verdict(renumber(events)), `before event ${place}`).toMatchObject({ consistent: true });
    }
  });

  /** As the host ends a trial that the board has forgotten, after so many of its events. */
  const cutOff = (count: number, reason: EndReason) => {
    const kept = hit.events.slice(0, count);
    const { ticks } = kept.at(-1)!;
    const on = kept.findLast(({ code }) => code === EventCode.output)?.value ?? 0;
    const off = on === 0 ? [] : [{ seq: 0, ticks, code: EventCode.output, value: 0 }];
    return renumber([...kept, ...off, { seq: 0, ticks, code: EventCode.end, value: reason }]);
  };

  it('a trial that the board forgot at any point, even between a state and its outputs', () => {
    for (let count = 1; count < last; count++) {
      const cut = verdict(cutOff(count, EndReason.boardReset));
      expect(cut, `after ${count} events`).toEqual({ consistent: true, reason: EndReason.boardReset, output: null });
    }
    expect(verdict(cutOff(flowing + 1, EndReason.aborted))).toMatchObject({ consistent: false });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '#machines/digest.ts';
import { replay } from '#machines/replay.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { at, edit, flowing, hit, last, lick, renumber, stateIs, trial, verdict } from './replay-record.ts';

const { events } = hit;
const withOutputs = edit(flowing + 1, { value: events[flowing + 1]!.value ^ 1 });
const swapped = renumber([
  ...events.slice(0, flowing),
  events[flowing + 1]!,
  events[flowing]!,
  ...events.slice(flowing + 2),
]);
const insert = (index: number, event: RawEvent) => renumber([...events.slice(0, index), event, ...events.slice(index)]);

const tampered: [what: string, events: RawEvent[], seq: number | null, words: RegExp][] = [
  [
    'a state one tick late',
    edit(flowing, { ticks: events[flowing]!.ticks + 1 }),
    7 + flowing,
    /water.flowing is stamped 1 ticks later/,
  ],
  [
    'a state one tick early',
    edit(flowing, { ticks: events[flowing]!.ticks - 1 }),
    7 + flowing,
    /stamped 1 ticks earlier/,
  ],
  ['an event removed', events.filter((_, place) => place !== flowing), 8 + flowing, /event \d+ but follows event \d+/],
  [
    'an event removed and the rest renumbered',
    renumber(events.filter((_, place) => place !== flowing)),
    7 + flowing,
    /has the outputs.*water.*gives the state .*flowing/,
  ],
  [
    'an answer added',
    insert(at(stateIs(/water\.armed/)) + 1, { ...lick(560) }),
    8 + at(stateIs(/water\.armed/)) + 1,
    /input lick.on.*gives the state .*flowing/,
  ],
  ['the answer removed', renumber(events.filter((_, place) => place !== flowing - 1)), 7 + flowing - 1, /flowing/],
  ['two events swapped', swapped, 7 + flowing, /has the outputs.*gives the state/],
  [
    'the result changed',
    edit(last, { value: events[last]!.value ^ 256 }),
    7 + last,
    /trial's end with .* gives its end with {.*hit/,
  ],
  [
    'a completed trial called aborted',
    edit(last, { value: EndReason.aborted }),
    7 + last,
    /aborted by the host.*gives its end/,
  ],
  ['an output word changed', withOutputs, 7 + flowing + 1, /odourA.*gives the outputs/],
  [
    'outputs off where the chart goes on',
    edit(flowing + 1, { value: 0 }),
    7 + flowing + 1,
    /all off.*gives the outputs/,
  ],
  ['an event after the end', [...events, lick(1200, 8 + last)], 8 + last, /lick.on.*after the trial's end/],
  ['the record cut off', events.slice(0, -1), null, /breaks off/],
  ['a loss', insert(5, { ...lick(0), code: EventCode.lost, value: 3 }), 12, /3 events were lost/],
  ['a start missing', renumber(events.slice(1)), 7, /instead of its start/],
  ['an input of no line', edit(flowing - 1, { value: 99 }), 7 + flowing - 1, /no input of this rig/],
  ['an unknown reason', edit(last, { value: 77 }), 7 + last, /gives its end/],
];

describe('replay finds', () => {
  it.each(tampered)('%s', (_, changed, seq, words) => {
    const found = verdict(changed);
    expect(found).toMatchObject({ consistent: false, seq });
    expect(found.consistent ? '' : found.problem).toMatch(words);
  });

  it('a duration other than the recorded one', () => {
    for (const name of ['baselineMs', 'choiceMs', 'waterMs']) {
      const slot = hit.bound.program.slots.findIndex((each) => each.name === name);
      const ticks = hit.bound.ticks.map((each, index) => each + (index === slot ? 1 : 0));
      const found = replay(twoOdourTrial, hit.plan, { ...hit.bound, ticks }, events);
      expect(found).toMatchObject({ consistent: false, problem: expect.stringContaining('1 ticks earlier') });
    }
  });

  const runs = [
    hit,
    trial({ licksToAnswer: 2 }, [550, 600]),
    trial({}, [50, 600], 620),
    trial({ abortOnEarlyLick: true }, [310]),
  ];
  const changes = fc.oneof(
    fc.constantFrom(1, -1, 300, -300, 100_000, -100_000).map((by) => ({ field: 'ticks', by }) as const),
    fc.constantFrom(1, -1, 2, 256, -256).map((by) => ({ field: 'value', by }) as const),
    fc.constantFrom(1, 2, 3, 6, 7, 8).map((by) => ({ field: 'code', by }) as const),
  );

  it('any one change, save of what the chart cannot know; the digest finds those', () => {
    let invisible = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...runs),
        fc.double({ min: 0, max: 0.9999, noNaN: true }),
        changes,
        (one, share, { field, by }) => {
          const index = Math.floor(share * one.events.length);
          const before = one.events[index]!;
          const value =
            field === 'ticks' ? (before.ticks + by) >>> 0 : field === 'value' ? (before.value + by) & 0xffff : by;
          if (value === before[field]) return;
          const altered = edit(index, { [field]: value }, one.events);
          expect(digestOf(altered).crc32).not.toBe(digestOf(one.events).crc32);
          if (!verdict(altered, one).consistent) return;
          invisible++;
          const isTrialNumber = before.code === EventCode.start && field === 'value';
          const isOtherReason = before.code === EventCode.end && before.value !== 0 && field === 'value' && value < 4;
          if (isTrialNumber || isOtherReason) return;
          // What remains is an input that changed nothing: without it the rest is what the chart gives.
          expect(before.code).toBe(EventCode.input);
          const rest = altered.filter((_, place) => place !== index);
          expect(verdict(renumber(rest), one)).toMatchObject({ consistent: true });
          if (field === 'ticks')
            expect((altered[index]!.ticks - one.events[index - 1]!.ticks) | 0).toBeGreaterThanOrEqual(-200);
        },
      ),
      { numRuns: 600, seed: 7 },
    );
    expect(invisible).toBeGreaterThan(0);
  });

  it('no move of a lick that changes nothing within its gap, which only the digest tells', () => {
    const idle = at(({ code, value }) => code === EventCode.input && value === 1);
    const moved = edit(idle, { ticks: events[idle]!.ticks + 1 });
    expect(verdict(moved)).toMatchObject({ consistent: true });
    expect(digestOf(moved)).not.toEqual(digestOf(events));
  });
});

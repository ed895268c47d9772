import { describe, expect, it } from 'vitest';
import type { Epoch, RawEvent } from '#machines/vocabulary.ts';
import { EventCode, epochs } from '#machines/vocabulary.ts';
import type { TrialLicks } from '#protocols/licks.ts';
import { licksOf } from '#protocols/licks.ts';

const TICKS_PER_MS = 2000;
const LICK = 0;
const FRAME_CLOCK = 1;
const TIMEOUT_STATE = epochs.length;
const START_TICKS = 2 ** 32 - 9_000 * TICKS_PER_MS;

type Entry = [ms: number, what: Epoch | 'timeout' | 'on' | 'off' | 'frame'];

/** The epochs of a trial of 20 s with a delay of 2 x 2.5 s; the counter wraps at 9 s, in the late delay. */
const trial: Entry[] = [
  [0, 'baseline'],
  [5000, 'odour1'],
  [6000, 'earlyDelay'],
  [8500, 'lateDelay'],
  [11_000, 'odour2'],
  [12_000, 'choice'],
  [15_000, 'consumption'],
];

function licks(entries: Entry[], epochEntries = trial): TrialLicks {
  const events = [...epochEntries, ...entries]
    .map(([ms, what], index) => ({ ms, what, index }))
    .sort((one, other) => one.ms - other.ms || one.index - other.index)
    .map(({ ms, what }, seq): RawEvent => {
      const ticks = (START_TICKS + ms * TICKS_PER_MS) >>> 0;
      if (what === 'on' || what === 'off')
        return { seq, ticks, code: EventCode.input, value: LICK * 2 + +(what === 'on') };
      if (what === 'frame') return { seq, ticks, code: EventCode.input, value: FRAME_CLOCK * 2 + 1 };
      return { seq, ticks, code: EventCode.state, value: what === 'timeout' ? TIMEOUT_STATE : epochs.indexOf(what) };
    });
  return licksOf(events, {
    epochOfState: (state) => epochs[state] ?? null,
    lickLines: new Set([LICK]),
    ticksPerMs: TICKS_PER_MS,
  });
}

function lick(ms: number): Entry[] {
  return [
    [ms, 'on'],
    [ms + 40, 'off'],
  ];
}

describe('licks of a trial', () => {
  it('are counted by epoch, as onsets, on lick lines only', () => {
    const found = licks([...lick(100), ...lick(7000), ...lick(9000), ...lick(9200), ...lick(12_500), [7500, 'frame']]);
    expect(found.byEpoch).toEqual({
      baseline: 1,
      odour1: 0,
      earlyDelay: 1,
      lateDelay: 2,
      odour2: 0,
      choice: 1,
      consumption: 0,
    });
    expect(found.delay).toBe(3);
  });

  it('have a first one from odour 2 and another from the choice period', () => {
    const found = licks([...lick(10_900), ...lick(11_250), ...lick(12_300.5), ...lick(12_500)]);
    expect(found.firstFromOdour2Ms).toBe(250);
    expect(found.firstFromChoiceMs).toBe(300.5);
  });

  it('may come first after the choice period', () => {
    expect(licks(lick(15_500)).firstFromChoiceMs).toBe(3500);
  });

  it('are none in a silent trial', () => {
    const found = licks([]);
    expect([found.delay, found.firstFromOdour2Ms, found.firstFromChoiceMs]).toEqual([0, null, null]);
    expect(found.lickingAtChoice).toBe(false);
  });

  it('do not count a tongue already on the spout when the choice period opens, but tell of it', () => {
    const found = licks([
      [11_900, 'on'],
      [12_100, 'off'],
      [12_400, 'on'],
    ]);
    expect(found.lickingAtChoice).toBe(true);
    expect(found.byEpoch.choice).toBe(1);
    expect(found.firstFromChoiceMs).toBe(400);
  });

  it('know of a tongue that came before the trial by its first edge, an off', () => {
    expect(licks([[12_100, 'off']]).lickingAtChoice).toBe(true);
    expect(licks([[11_900, 'off']]).lickingAtChoice).toBe(false);
    expect(licks([[12_100, 'on']]).lickingAtChoice).toBe(false);
  });

  it('at the very stamp of the choice period belong to it, as the log has them after it', () => {
    const found = licks(lick(12_000));
    expect(found.byEpoch.choice).toBe(1);
    expect(found.firstFromChoiceMs).toBe(0);
    expect(found.lickingAtChoice).toBe(false);
  });

  it('never come before 0, also when the log puts a lick stamped just before the choice period after it', () => {
    const ticks = (value: number) => 1_000_000 + value;
    const found = licksOf(
      [
        { seq: 0, ticks: ticks(0), code: EventCode.state, value: epochs.indexOf('choice') },
        { seq: 1, ticks: ticks(-40), code: EventCode.input, value: 1 },
      ],
      { epochOfState: (state) => epochs[state] ?? null, lickLines: new Set([LICK]), ticksPerMs: TICKS_PER_MS },
    );
    expect(found.firstFromChoiceMs).toBe(0);
    expect(found.byEpoch.choice).toBe(1);
  });

  it('count from the first state of an epoch, however many states it has', () => {
    const found = licks([[12_200, 'choice'], ...lick(12_300)]);
    expect(found.firstFromChoiceMs).toBe(300);
  });

  it('in a timeout belong to no epoch, and an aborted choice has no figures', () => {
    const found = licks(
      [...lick(7000), ...lick(7500)],
      [
        [0, 'baseline'],
        [5000, 'odour1'],
        [6000, 'earlyDelay'],
        [7000, 'timeout'],
      ],
    );
    expect(Object.values(found.byEpoch).reduce((sum, n) => sum + n, 0)).toBe(0);
    expect([found.firstFromOdour2Ms, found.firstFromChoiceMs, found.lickingAtChoice]).toEqual([null, null, null]);
  });
});

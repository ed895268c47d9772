import { describe, expect, it } from 'vitest';
import { certify, type SessionFacts } from '#hardware/certificate.ts';
import type { RigTiming } from '#hardware/rig.ts';
import { identity, session, timing } from './timing-figures.ts';

const measured = (change: Partial<RigTiming>, facts: Partial<SessionFacts> = {}) =>
  certify({ ...timing, ...change }, identity, { ...session, ...facts });
const trials = (change: Partial<SessionFacts['trials']>) => ({ trials: { ...session.trials, ...change } });

describe('a sound session', () => {
  it('passes in one line, and keeps its figures in microseconds', () => {
    const { grade, line, figures } = measured({});
    expect(grade).toBe('PASS');
    expect(line).toBe(
      'PASS: timers at worst 12.5 us late, lick to valve at worst 6.0 us, clock 120 ppm fast (corrected), no event lost; 240 of 240 trials proved by replay.',
    );
    expect(figures).toMatchObject({
      measuredBy: 'device',
      timers: { count: 1200, meanUs: 4.5, worstUs: 12.5 },
      lickToValve: { count: 80, meanUs: 3.5, worstUs: 6 },
      clock: timing.clock,
      bounces: 4,
    });
  });

  it('of an operator who stopped it in a trial passes too', () => {
    expect(measured({}, trials({ endedEarly: { 'aborted by the host': 1 } })).grade).toBe('PASS');
  });

  it('in virtual time says that nothing was measured', () => {
    const { grade, line, figures } = certify(null, identity, {
      ...session,
      ...trials({ consistent: 0, notJudged: 240 }),
    });
    expect([grade, line, figures.measuredBy]).toEqual(['PASS', 'PASS: virtual: nothing measured.', 'virtual']);
  });
});

describe('what fails a session', () => {
  it('events lost, naming the trials that cannot be proved', () => {
    const { line } = measured({}, { lostEvents: 3, ...trials({ consistent: 238, departing: [17, 20] }) });
    expect(line).toBe('FAIL: 3 events were lost, so trials 17, 20 cannot be proved; leave them out of analyses.');
  });

  it('a trial that is no run of its chart', () => {
    expect(measured({}, trials({ consistent: 239, departing: [5] })).line).toMatch(
      /^FAIL: trial 5 is no run of its chart/,
    );
  });

  it('lateness past a millisecond, and a clock that no resonator has', () => {
    expect(measured({ timers: { count: 1, meanTicks: 2001, worstTicks: 2001 } }).line).toMatch(
      /^FAIL: a timer .* 1\.0 ms late/,
    );
    expect(measured({ clock: { ...timing.clock, ratePpm: -20_001 } }).line).toMatch(
      /^FAIL: the board's clock is 2\.00 % off/,
    );
  });
});

describe('what a session is warned of', () => {
  const warnings: [what: string, change: Partial<RigTiming>, words: RegExp][] = [
    [
      'a timer later than under full load',
      { timers: { count: 9, meanTicks: 9, worstTicks: 401 } },
      /timer .* 200\.5 us/,
    ],
    ['a lick answered as late', { inputs: { count: 9, meanTicks: 9, worstTicks: 101 } }, /lick .* 50\.5 us/],
    ['a clock over 0.5 %', { clock: { ...timing.clock, ratePpm: 5001 } }, /0\.50 % off/],
    ['an uncertain clock', { clock: { ...timing.clock, uncertaintyUs: 10_001 } }, /uncertain by 10\.0 ms/],
    ['a restart', { boardResets: 1 }, /restarted once/],
    ['a broken line', { reconnections: 2 }, /broke 2 times/],
    ['overruns', { overruns: 3 }, /lost 3 bytes/],
    ['damage', { badFramesThere: 6 }, /6 frames were damaged/],
    ['a slow link', { roundTripsMs: { ...timing.roundTripsMs, p95: 20.5 } }, /slow/],
  ];
  it.each(warnings)('%s', (_, change, words) => {
    const { grade, line } = measured(change);
    expect([grade, line]).toEqual(['WARN', expect.stringMatching(words)]);
  });

  it.each([
    { timers: { count: 9, meanTicks: 9, worstTicks: 400 } },
    { inputs: { count: 9, meanTicks: 9, worstTicks: 100 } },
    { clock: { ...timing.clock, ratePpm: -5000 } },
    { badFramesThere: 5 },
  ])('not at the limit itself: %j', (change) => {
    expect(measured(change).grade).toBe('PASS');
  });

  it('a broken line, with one remedy for its cable and not two', () => {
    const { line } = measured({ reconnections: 1, badFramesThere: 6 });
    expect(line).toBe('WARN: the line broke once; look at its cable; 6 frames were damaged or sent again.');
  });

  it('lateness and a slow link, with what to do', () => {
    expect(measured({ timers: { count: 9, meanTicks: 9, worstTicks: 401 } }).line).toContain('have the rig looked at');
    expect(measured({ roundTripsMs: { ...timing.roundTripsMs, p95: 21 } }).line).toContain('into the computer itself');
    const few = { count: 7, p50: 1.6, p95: 54, max: 54 };
    expect(measured({ roundTripsMs: few }).grade).toBe('PASS');
  });

  it('trials that the board ended early, by reason', () => {
    const { line } = measured({}, trials({ endedEarly: { 'host silent': 2 } }));
    expect(line).toBe('WARN: 2 trials ended early (host silent).');
  });

  it('a rig that could not be asked at the end', () => {
    const { grade, line, figures } = certify('unknown', identity, session);
    expect([grade, figures.timers]).toEqual(['WARN', null]);
    expect(line).toContain('could not be asked');
  });

  it('soft timing, always and in plain words', () => {
    const host = { ...identity, timing: 'host' } as const;
    const { grade, line, figures } = certify(
      { ...timing, timers: { count: 9, meanTicks: 900, worstTicks: 24_000 } },
      host,
      session,
    );
    expect([grade, figures.measuredBy]).toEqual(['WARN', 'host']);
    expect(line).toMatch(/soft timing, by this computer and not by the board: valves up to 12\.0 ms/);
    const late = certify({ ...timing, timers: { count: 9, meanTicks: 900, worstTicks: 100_002 } }, host, session);
    expect(late.grade).toBe('FAIL');
  });
});

import { describe, expect, it } from 'vitest';
import { worstGrade } from '#hardware/finding.ts';
import type { RigIdentity, RigTiming } from '#hardware/rig.ts';
import { checkClock, checkIdentity, checkLamp, checkLink, checkOpto } from '#hardware/rig-checks.ts';
import { findRigFile, parseRigFile } from '#hardware/rig-file.ts';
import { identity, timing } from './timing-figures.ts';

const uno = findRigFile('uno');
const changed = (change: object) => parseRigFile(JSON.stringify({ ...JSON.parse(uno.text), ...change }), 'test.json');
const board = (change: Partial<RigIdentity>, file = uno) => checkIdentity({ ...identity, ...change }, file, 'INSTALL');

describe('the board', () => {
  it('passes with its id, its firmware and its link', () => {
    expect(board({})).toMatchObject({ grade: 'PASS', text: expect.stringContaining('board 1a2b3c4d') });
    const named = changed({ find: { boardId: '1a2b3c4d' } });
    expect(board({}, named).text).toContain('as the rig file says');
  });

  it('is warned of when its firmware is older or newer than this program, or it has no id', () => {
    expect(board({ firmware: '0.1' })).toMatchObject({ grade: 'WARN', text: expect.stringContaining('older') });
    expect(board({ firmware: '0.1' }).text).toContain('INSTALL');
    expect(board({ firmware: '99.0' })).toMatchObject({ grade: 'WARN', text: expect.stringContaining('newer') });
    expect(board({ boardId: null })).toMatchObject({ grade: 'WARN', text: expect.stringContaining('INSTALL') });
  });

  it('is warned of when only its port names it, or it is stock Firmata', () => {
    const byPort = changed({ find: { port: 'COM3', trustPortName: true } });
    expect(board({}, byPort)).toMatchObject({ grade: 'WARN', text: expect.stringContaining("port's name alone") });
    expect(board({ kind: 'firmata' })).toMatchObject({ grade: 'WARN', text: expect.stringContaining('soft timing') });
  });

  it('cannot be checked in virtual time', () => {
    expect(board({ kind: 'virtual' }).grade).toBeNull();
  });
});

describe('clock and link', () => {
  const clockAt = (ratePpm: number) => checkClock({ ...timing, clock: { ...timing.clock, ratePpm } }, identity).grade;
  const linkWith = (change: Partial<RigTiming>) => checkLink({ ...timing, ...change });

  it('pass a clock within 0.5 %, warn to 2 %, and fail beyond', () => {
    expect([-5000, 5000, 5001, -20_000, 20_001].map(clockAt)).toEqual(['PASS', 'PASS', 'WARN', 'WARN', 'FAIL']);
    expect(checkClock(null, identity).grade).toBeNull();
    expect(checkClock(timing, { ...identity, timing: 'host' }).grade).toBeNull();
  });

  it('warn of damage beyond one frame in a hundred, and of slow round trips', () => {
    expect(linkWith({}).grade).toBe('PASS');
    expect(linkWith({ resent: 3, badFramesHere: 2 }).grade).toBe('PASS');
    expect(linkWith({ resent: 3, badFramesThere: 3 })).toMatchObject({
      grade: 'WARN',
      text: expect.stringContaining('6 frames'),
    });
    const slow = { ...timing.roundTripsMs, p95: 21 };
    expect(linkWith({ roundTripsMs: slow })).toMatchObject({ grade: 'WARN', text: expect.stringContaining('slow') });
  });

  it('judge few round trips by the middle one: the first of a line are slow', () => {
    const few = { count: 7, p50: 1.6, p95: 54, max: 54 };
    expect(linkWith({ roundTripsMs: few })).toMatchObject({ grade: 'PASS', text: expect.not.stringContaining('95 %') });
    expect(linkWith({ roundTripsMs: { ...few, p50: 21 } })).toMatchObject({ grade: 'WARN' });
  });

  it('count one damaged frame as one', () => {
    expect(linkWith({ resent: 1 }).text).toContain('1 frame damaged, and repaired');
  });
});

describe('lines', () => {
  const withOpto = (opto: object) => {
    const { lines } = JSON.parse(uno.text);
    return checkOpto(changed({ lines: { ...lines, opto: { ...lines.opto, ...opto } } }));
  };

  it('pass opto light on a PWM pin with a limit, and warn without either', () => {
    expect(withOpto({})).toMatchObject([
      { what: 'opto', grade: 'PASS', text: expect.stringContaining('50 % of 120 s') },
    ]);
    expect(withOpto({ pin: 12 })).toMatchObject([{ grade: 'WARN', text: expect.stringContaining('pin 3 or 11') }]);
    expect(withOpto({ dutyFraction: 1 })).toMatchObject([
      { grade: 'WARN', text: expect.stringContaining('dutyFraction') },
    ]);
  });

  it('promise of stock Firmata no ramps, and ask for no lamp that it could not light', () => {
    const bench = findRigFile('bench-firmata');
    expect(checkOpto(bench)).toMatchObject([{ grade: 'PASS', text: expect.stringContaining('on and off only') }]);
    expect(checkLamp(bench)).toMatchObject({ grade: null, text: expect.stringContaining('cannot light one') });
  });

  it('warn when nobody is told that the computer has died', () => {
    expect(checkLamp(uno).grade).toBe('PASS');
    const { lamp: _, ...lines } = JSON.parse(uno.text).lines;
    expect(checkLamp(changed({ lines }))).toMatchObject({
      grade: 'WARN',
      text: expect.stringContaining('nobody is told'),
    });
  });
});

it('the worst grade counts, and what could not be checked does not', () => {
  const graded = (...grades: ('PASS' | 'WARN' | 'FAIL' | null)[]) => worstGrade(grades.map((grade) => ({ grade })));
  expect([graded(), graded(null, 'PASS'), graded('WARN', 'PASS'), graded('FAIL', 'WARN')]).toEqual([
    'PASS',
    'PASS',
    'WARN',
    'FAIL',
  ]);
});

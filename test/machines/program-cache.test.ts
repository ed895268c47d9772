import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { ProgramCache } from '#machines/program-cache.ts';
import { PULSE_TRIAL, pulse } from '#machines/pulse.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { planOf, rigLines } from './trial-driver.ts';

interface Wait {
  readonly durations: { readonly waitMs: number };
}

const waiting = (waitMs: (plan: Wait) => number, name: 'waitMs' | 'pauseMs' = 'waitMs') =>
  setup({
    types: { context: {} as Wait, input: {} as Wait },
    delays: { waitMs: ({ context }) => waitMs(context), pauseMs: ({ context }) => waitMs(context) },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'wait',
    states: { wait: { after: { [name]: 'over' } }, over: { type: 'final' } },
  });

describe('the program cache', () => {
  it('gives trials that differ in durations the same program', () => {
    const cache = new ProgramCache(rigLines);
    const one = cache.get(twoOdourTrial, planOf());
    expect(cache.get(twoOdourTrial, planOf({ durations: { choiceMs: 1 } }))).toBe(one);
    expect(one.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('gives trials that differ otherwise another program, with another hash', () => {
    const cache = new ProgramCache(rigLines);
    const one = cache.get(twoOdourTrial, planOf());
    const other = cache.get(twoOdourTrial, planOf({ odour2: 'D' }));
    expect(other).not.toBe(one);
    expect(other.hash).not.toBe(one.hash);
  });

  it('keeps charts apart that have the same input', () => {
    const cache = new ProgramCache(rigLines);
    const input = { durations: { waitMs: 10, pauseMs: 10 } };
    const [wait, pause] = [
      waiting(({ durations }) => durations.waitMs),
      waiting(({ durations }) => durations.waitMs, 'pauseMs'),
    ];
    expect(cache.get(wait, input).hash).not.toBe(cache.get(pause, input).hash);
  });

  it('refuses a chart that need not end', () => {
    const idle = setup({}).createMachine({ initial: 'idle', states: { idle: {} } });
    expect(() => new ProgramCache(rigLines).get(idle, { durations: {} })).toThrow(/for ever/);
  });

  it('refuses a delay that is not the duration of its name, which a shared program would get wrong', () => {
    const cache = new ProgramCache(rigLines);
    const twice = waiting(({ durations }) => 2 * durations.waitMs);
    const unnamed = waiting(({ durations }) => durations.waitMs, 'pauseMs');
    const input = { durations: { waitMs: 10 } };
    expect(() => cache.get(twice, input)).toThrow(/waits 20 ms for "waitMs".*read it unchanged/);
    expect(() => cache.get(unnamed, input)).toThrow(/for "pauseMs".*Give the trial a duration "pauseMs"/);
  });

  it('holds a pulse: its line open, then the end', () => {
    const { program } = new ProgramCache(rigLines).get(pulse, { line: 'water', durations: { pulseMs: 50 } } as never);
    expect(program.nodes.map(({ outputs }) => outputs)).toEqual([1 << rigLines.outputs.indexOf('water'), 0]);
    expect(PULSE_TRIAL).toBe(0xffff);
  });
});

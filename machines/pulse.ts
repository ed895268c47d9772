/**
 * The pulse: one line open for a given time. Free water, priming and calibration are trials of this chart, so that the
 * board times them and the envelope watches them exactly as it does any trial.
 */
import { setup } from 'xstate';

export interface PulsePlan {
  readonly line: string;
  readonly durations: { readonly pulseMs: number };
}

export const pulse = setup({
  types: { context: {} as { plan: PulsePlan }, input: {} as PulsePlan },
  actions: {
    open: (_, _params: { line: string }) => {},
    close: (_, _params: { line: string }) => {},
  },
  delays: { pulseMs: ({ context }) => context.plan.durations.pulseMs },
}).createMachine({
  id: 'pulse',
  context: ({ input }) => ({ plan: input }),
  initial: 'flowing',
  states: {
    flowing: {
      entry: { type: 'open', params: ({ context }) => ({ line: context.plan.line }) },
      exit: { type: 'close', params: ({ context }) => ({ line: context.plan.line }) },
      after: { pulseMs: 'over' },
    },
    over: { type: 'final' },
  },
});

/** Pulses bear this in place of a trial number. */
export const PULSE_TRIAL = 0xffff;

/**
 * The rest: nothing open for a given time. What the device does and hears meanwhile is its own doing: self-tests wait
 * with it, so that waiting is timed by the device and passes in virtual time too.
 */
import { setup } from 'xstate';

export interface RestPlan {
  readonly durations: { readonly restMs: number };
}

export const rest = setup({
  types: { context: {} as { plan: RestPlan }, input: {} as RestPlan },
  delays: { restMs: ({ context }) => context.plan.durations.restMs },
}).createMachine({
  id: 'rest',
  context: ({ input }) => ({ plan: input }),
  initial: 'resting',
  states: {
    resting: { after: { restMs: 'over' } },
    over: { type: 'final' },
  },
});

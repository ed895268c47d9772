/** The parts that the test charts share: lamps to light, a counter, and delays on the grid of run-both.ts. */
import { type AnyStateMachine, assign, setup } from 'xstate';

interface Context {
  readonly n: number;
  readonly ms: number;
}

export const lamps = setup({
  types: { context: {} as Context, input: {} as { ms?: number }, events: {} as { type: string } },
  actions: {
    open: (_, _params: { line: string }) => {},
    close: (_, _params: { line: string }) => {},
    bump: assign({ n: ({ context }) => (context.n + 1) % 3 }),
  },
  guards: { zero: ({ context }) => context.n === 0, odd: ({ context }) => context.n % 2 === 1 },
  delays: {
    shortMs: 10,
    longMs: 30,
    grownMs: ({ context }) => 10 * (context.n + 1),
    askedMs: ({ context }) => context.ms,
  },
});

export const start = { context: ({ input }: { input?: { ms?: number } }) => ({ n: 0, ms: input?.ms ?? 20 }) };

export const lit = (line: string) =>
  ({ entry: { type: 'open', params: { line } }, exit: { type: 'close', params: { line } } }) as const;

/** A chart from data, for charts that are drawn at random or wrong on purpose. */
export function chartOf(config: object, parts: object = {}): AnyStateMachine {
  return lamps.createMachine({ ...start, ...config } as never).provide(parts as never) as unknown as AnyStateMachine;
}

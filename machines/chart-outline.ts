/**
 * A chart as a plain value that can be drawn: its states, what each orders, and what leads out of it. Read from XState's own
 * definition, so a drawing shows what runs. Orders that light hides in functions, and its internal events, are left out:
 * they depend on the plan of a trial.
 */
import type { AnyStateMachine } from 'xstate';
import { type Epoch, epochs } from './vocabulary.ts';

type StateNode = AnyStateMachine['root'];

export interface OutlineWay {
  /** `after delayMs`, `a lick`, `choice.opens`, `at once`, `when both are done`. */
  readonly on: string;
  readonly guard: string | null;
  /** Path of the state it leads to; null: it stays. */
  readonly to: string | null;
  readonly actions: readonly string[];
}

export interface OutlineState {
  readonly key: string;
  /** From the chart's root, joined by dots. */
  readonly path: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly epoch: Epoch | null;
  /** Key of the state entered first. */
  readonly initial: string | null;
  readonly ways: readonly OutlineWay[];
  readonly states: readonly OutlineState[];
}

/** Of light, which its plan decides. */
const internal = /^(light|mask)\./;
const licks = new Set(['lick.on', 'lickLeft.on', 'lickRight.on']);

export function outlineOf(chart: AnyStateMachine): OutlineState {
  return outlineState(chart.root);
}

function outlineState(node: StateNode): OutlineState {
  const states = Object.values(node.states) as StateNode[];
  return {
    key: node.key,
    path: pathOf(node),
    kind: node.type === 'history' ? 'atomic' : node.type,
    epoch: epochs.find((epoch) => node.tags.includes(epoch)) ?? null,
    initial: node.type === 'compound' ? (node.initial.target[0]?.key ?? null) : null,
    ways: waysOf(node),
    states: states.map(outlineState),
  };
}

function pathOf(node: StateNode): string {
  return node.path.join('.');
}

/** The three lick lines lead to the same, so they are one way. */
function waysOf(node: StateNode): OutlineWay[] {
  const ways: OutlineWay[] = [];
  const seen = new Set<string>();
  const all = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
  for (const transition of all) {
    const { eventType, target, guard, actions } = transition;
    if (internal.test(eventType)) continue;
    const way = {
      on: causeOf(eventType, node),
      guard: guard === undefined ? null : nameOf(guard),
      to: target === undefined || target.length === 0 ? null : pathOf(target[0] as StateNode),
      actions: actions.map(nameOf).filter((name) => name !== null),
    };
    const text = JSON.stringify(way);
    if (!seen.has(text)) ways.push(way);
    seen.add(text);
  }
  return ways;
}

function causeOf(eventType: string, { id }: StateNode): string {
  if (eventType === '') return 'at once';
  if (licks.has(eventType)) return 'a lick';
  if (eventType.startsWith('xstate.done.')) return 'when all of it is done';
  const after = 'xstate.after.';
  return eventType.startsWith(after) ? `after ${eventType.slice(after.length, -id.length - 1)}` : eventType;
}

function nameOf(named: unknown): string | null {
  if (typeof named === 'string') return named;
  const { type } = named as { type?: unknown };
  return typeof type === 'string' && !type.startsWith('xstate.') ? type : null;
}

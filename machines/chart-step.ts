/**
 * One macrostep of a chart by XState's own pure transition function, with what it orders of the outside world:
 * output levels, timers started, timers cancelled. Compile explores with it and replay follows a record with it,
 * so neither re-implements what a statechart means.
 */
import { type AnyActorLogic, type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import { ChartRefused } from './chart-refused.ts';

export type ChartEvent = { readonly type: string };

export type Effect =
  | { readonly kind: 'level'; readonly line: string; readonly on: boolean }
  | {
      readonly kind: 'start';
      readonly id: string;
      readonly name: string;
      readonly event: ChartEvent;
      readonly ms: number;
    }
  | { readonly kind: 'cancel'; readonly id: string };

export interface Step {
  readonly snapshot: AnyMachineSnapshot;
  readonly effects: readonly Effect[];
}

/** An `always` loop or a raise that answers itself would hang XState, whose own bound is infinite. */
const MAX_MICROSTEPS = 1000;

interface ResolvedAction {
  readonly type: string;
  readonly params: unknown;
}

export class ChartStepper {
  readonly machine: AnyStateMachine;
  readonly #actions: ResolvedAction[] = [];
  readonly #scope: Parameters<AnyStateMachine['transition']>[2];
  readonly #delayNames = new Map<string, string>();

  /** @throws ChartRefused for a chart that invokes actors. */
  constructor(machine: AnyStateMachine) {
    for (const node of stateNodes(machine)) {
      if (node.invoke.length > 0) {
        throw new ChartRefused(
          node.id,
          'invokes an actor, which a board cannot run',
          'Leave the actor to the session and let the trial end on an event.',
        );
      }
      for (const delay of Object.keys(node.config.after ?? {})) {
        this.#delayNames.set(`xstate.after.${delay}.${node.id}`, delay);
      }
    }
    // A copy of its own, so that the bound does not leak into the caller's machine.
    this.machine = machine.provide({});
    this.#refuseMisspeltDelays();
    this.machine.options.maxIterations = Math.min(machine.options.maxIterations ?? Infinity, MAX_MICROSTEPS);
    // One inert scope for all steps: making one per step, as `transition()` does, is twenty times slower.
    const self = createActor(inertLogic as AnyActorLogic);
    this.#scope = {
      self,
      system: self.system,
      id: '',
      sessionId: '',
      logger: () => {},
      defer: () => {},
      emit: () => {},
      stopChild: () => {},
      actionExecutor: (action: ResolvedAction) => {
        this.#actions.push(action);
      },
    } as unknown as Parameters<AnyStateMachine['transition']>[2];
  }

  /** The chart's first macrostep. */
  start(input: unknown): Step {
    return this.#step('its start', null, () => this.machine.getInitialSnapshot(this.#scope as never, input as never));
  }

  step(snapshot: AnyMachineSnapshot, event: ChartEvent): Step {
    return this.#step(event.type, snapshot, () => this.machine.transition(snapshot, event, this.#scope));
  }

  #step(event: string, from: AnyMachineSnapshot | null, run: () => AnyMachineSnapshot): Step {
    this.#actions.length = 0;
    const where = from === null ? null : labelOf(from.value);
    let snapshot: AnyMachineSnapshot;
    try {
      snapshot = run();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem.startsWith('Infinite loop')) {
        throw new ChartRefused(
          where,
          `never comes to rest on ${event}: an "always" or raised event leads back to itself`,
          'Guard the loop so that it ends.',
        );
      }
      throw new ChartRefused(where, `fails on ${event}: ${problem}`, 'Correct the function it names.');
    }
    if (snapshot.status === 'error') {
      const { error } = snapshot as { error?: unknown };
      throw new ChartRefused(
        where,
        `fails on ${event}: ${error instanceof Error ? error.message : String(error)}`,
        'Correct the guard, delay, params or context function that throws.',
      );
    }
    if (Object.keys(snapshot.children).length > 0) {
      throw new ChartRefused(
        labelOf(snapshot.value),
        'spawns an actor, which a board cannot run',
        'Use a parallel state instead.',
      );
    }
    return { snapshot, effects: this.#actions.flatMap((action) => this.#effect(action) ?? []) };
  }

  #effect(action: ResolvedAction): Effect | null {
    const params = (action.params ?? {}) as Record<string, unknown>;
    switch (action.type) {
      case 'open':
      case 'close':
        if (typeof params.line !== 'string') {
          throw new ChartRefused(
            this.#whereIs(action.type),
            `orders "${action.type}" without a line`,
            `Write { type: '${action.type}', params: { line: 'water' } }.`,
          );
        }
        return { kind: 'level', line: params.line, on: action.type === 'open' };
      case 'xstate.raise':
        return this.#timer(params as { event: ChartEvent; id: string | undefined; delay: unknown });
      case 'xstate.cancel':
        return { kind: 'cancel', id: String(params.sendId) };
      default:
        throw new ChartRefused(
          this.#whereIs(action.type),
          `runs the action "${action.type}", which a board cannot run`,
          'A trial may only open and close lines, raise, cancel and assign; do the rest outside the trial.',
        );
    }
  }

  #timer({ event, id, delay }: { event: ChartEvent; id: string | undefined; delay: unknown }): Effect | null {
    const name = this.#delayNames.get(event.type);
    if (name !== undefined && typeof delay !== 'number') {
      throw new ChartRefused(
        stateOfAfter(event.type, name),
        `waits for "${name}", which is not a number of milliseconds`,
        'Declare the delay under setup({ delays }) and check its spelling.',
      );
    }
    // A raise without delay is already part of this macrostep: XState resolved it.
    if (delay === undefined) return null;
    if (typeof delay !== 'number' || !Number.isFinite(delay) || delay < 0) {
      throw new ChartRefused(
        name === undefined ? this.#whereIs('xstate.raise') : stateOfAfter(event.type, name),
        `waits for ${String(delay)} ms (${name ?? event.type})`,
        'Give a finite delay of 0 ms or more.',
      );
    }
    // XState gives a raise without id a random one, so that no cancel can mean it: nor may one mean this.
    return { kind: 'start', id: id ?? `unnamed ${event.type}`, name: name ?? id ?? event.type, event, ms: delay };
  }

  /** XState raises at once what waits for a delay it does not know. */
  #refuseMisspeltDelays(): void {
    for (const node of stateNodes(this.machine)) {
      for (const action of actionsOf(node)) {
        const { type, delay } = action as { type?: unknown; delay?: unknown };
        if (type !== 'xstate.raise' || typeof delay !== 'string' || delay in this.machine.implementations.delays)
          continue;
        throw new ChartRefused(
          node.id,
          `raises an event after "${delay}", which is not a number of milliseconds`,
          'Declare the delay under setup({ delays }) and check its spelling.',
        );
      }
    }
  }

  /** The first state that names an action, for messages. */
  #whereIs(type: string): string | null {
    for (const node of stateNodes(this.machine)) {
      if (actionsOf(node).some((action) => actionType(action) === type)) return node.id;
    }
    return null;
  }
}

/** An actor that does nothing: steps need somebody to be `self`. */
const inertLogic = {
  transition: (snapshot: unknown) => snapshot,
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (snapshot: unknown) => snapshot,
};

function actionType(action: unknown): string | undefined {
  if (typeof action === 'string') return action;
  if (typeof action === 'function') return (action as { type?: string }).type ?? (action.name || '(anonymous)');
  return (action as { type?: string } | null)?.type;
}

function stateOfAfter(eventType: string, delayName: string): string {
  return eventType.slice(`xstate.after.${delayName}.`.length);
}

type StateNode = AnyStateMachine['root'];

function* stateNodes(machine: AnyStateMachine): Generator<StateNode> {
  const stack: StateNode[] = [machine.root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    stack.push(...(Object.values(node.states) as StateNode[]));
  }
}

function actionsOf(node: StateNode): readonly unknown[] {
  const transitions = [...node.transitions.values(), ...(node.always ?? [])].flat();
  return [...node.entry, ...node.exit, ...transitions.flatMap((transition) => transition.actions)];
}

/**
 * A state value in one line: the paths of its leaves, e.g. `running.epoch.choice running.water.armed`. By name, because
 * XState lists parallel regions in an order that depends on how the state was reached.
 */
export function labelOf(value: unknown): string {
  const leaves: string[] = [];
  const walk = (part: unknown, path: string) => {
    if (typeof part === 'string') leaves.push(path ? `${path}.${part}` : part);
    else {
      const children = Object.entries(part as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
      if (children.length === 0) leaves.push(path);
      for (const [key, child] of children) walk(child, path ? `${path}.${key}` : key);
    }
  };
  walk(value, '');
  return leaves.join(' ');
}

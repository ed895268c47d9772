/**
 * The last step of compile: gives states, results, slots and timers their numbers. Timers that never run together share
 * one number (greedy colouring), since each costs the board a deadline in memory.
 */
import { ChartRefused } from './chart-refused.ts';
import type { RawEdge, RawGraph, RawNode } from './compile.ts';
import type { DurationSlot, Edge, LineTable, TrialProgram } from './program.ts';

export function assemble({ start, nodes }: RawGraph, lines: LineTable): TrialProgram {
  const timerOf = numberTimers(nodes);
  const timers = Math.max(0, ...timerOf.values()) + (timerOf.size > 0 ? 1 : 0);
  const states = new Numbering<string>();
  const results = new Numbering<string>();
  const slots = new Numbering<string>();
  const slotList: DurationSlot[] = [];

  const edge = (raw: RawEdge): Edge => ({
    to: raw.to,
    starts: raw.starts.map(({ id, name, ms }) => {
      const slot = slots.of(JSON.stringify([name, ms]));
      slotList[slot] = { name, ms };
      return { timer: timerOf.get(id)!, slot };
    }),
  });

  const startEdge = edge(start);
  return {
    lines,
    start: startEdge,
    nodes: nodes.map((node) => {
      const onTimer: (Edge | null)[] = Array.from({ length: timers }, () => null);
      for (const [id, raw] of node.onTimer) onTimer[timerOf.get(id)!] = edge(raw);
      return {
        state: states.of(node.label),
        outputs: node.outputs,
        running: node.timers.reduce((mask, timer) => mask | (1 << timerOf.get(timer.id)!), 0),
        result: node.result === null ? -1 : results.of(node.result),
        onInput: node.onInput.map((raw) => raw && edge(raw)),
        onTimer,
      };
    }),
    states: states.list,
    results: results.list.map((text) => JSON.parse(text)),
    slots: slotList,
    timers,
  };
}

class Numbering<T> {
  readonly list: T[] = [];
  readonly #numbers = new Map<T, number>();

  of(item: T): number {
    let number = this.#numbers.get(item);
    if (number === undefined) {
      number = this.list.length;
      this.#numbers.set(item, number);
      this.list.push(item);
    }
    return number;
  }
}

/** A mask has 32 bits; the board allows far fewer timers, and says so when it is asked to load more. */
const MAX_TIMERS = 31;

function numberTimers(nodes: readonly RawNode[]): Map<string, number> {
  const rivals = new Map<string, Set<string>>();
  for (const { timers } of nodes) {
    for (const { id } of timers) {
      const set = rivals.get(id) ?? new Set<string>();
      rivals.set(id, set);
      for (const other of timers) if (other.id !== id) set.add(other.id);
    }
  }
  const numbers = new Map<string, number>();
  for (const [id, set] of rivals) {
    const taken = new Set([...set].map((other) => numbers.get(other)));
    let number = 0;
    while (taken.has(number)) number++;
    if (number >= MAX_TIMERS) {
      throw new ChartRefused(
        null,
        `runs more than ${MAX_TIMERS} timers at once`,
        'Let fewer parallel states wait at the same time.',
      );
    }
    numbers.set(id, number);
  }
  return numbers;
}

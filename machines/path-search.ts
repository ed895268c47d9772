/**
 * Every path of a trial program that time allows: licks may come at any instant, timers fire when they are due. Programs
 * are compiled by exploring every order of timers, so a table has paths that no durations ever take; here the durations
 * count. Breadth first, so that the first path found to be wrong is a shortest one.
 */

import { Zone } from './path-zone.ts';
import type { BoundProgram, Edge } from './program.ts';
import { inputEvents } from './program.ts';

/** Instants that every zone knows: the trial's start, and now. */
export const START = 'start';
export const NOW = 'now';

interface Situation<Seen> {
  readonly node: number;
  /** START, NOW, the deadline of each running timer, and whatever instants the rules remember. */
  readonly zone: Zone;
  /** Running timers in the order they were started. */
  readonly timers: readonly number[];
  /** What the rules remember of the path. */
  readonly seen: Seen;
}

export interface Step<Seen> {
  /** Null: the trial's start. */
  readonly from: Situation<Seen> | null;
  readonly node: number;
  /** Of an input the event, e.g. `lick.on`; of a timer null. */
  readonly input: string | null;
  /** After the step, before the rules have remembered anything of it. */
  readonly zone: Zone;
}

/** What the rules make of a step: what they remember from here on, or what is wrong. */
export type Judged<Seen> =
  | { readonly zone: Zone; readonly seen: Seen }
  | { readonly rule: string; readonly problem: string };

interface Violation {
  readonly rule: string;
  /** What is wrong, in words. */
  readonly problem: string;
  /** A line a step, from the trial's start to the step that is wrong. */
  readonly path: readonly string[];
}

export interface Searched {
  readonly situations: number;
  /** From start to end, on the longest path; of a search that found a violation, as far as it came. */
  readonly longestMs: number;
  readonly violation: Violation | null;
}

/** A program of a trial has some hundred; with more, its context or its times never close. */
const MOST_SITUATIONS = 100_000;

interface Found<Seen> {
  readonly situation: Situation<Seen>;
  readonly before: number;
  readonly line: string;
}

/** `judge` sees each step once. `key`: what it remembers, as text. */
export function searchPaths<Seen>(
  bound: BoundProgram,
  judge: (step: Step<Seen>) => Judged<Seen>,
  key: (seen: Seen) => string,
): Searched {
  const { program, ticksPerMs } = bound;
  const events = inputEvents(program.lines);
  const found: Found<Seen>[] = [];
  const known = new Set<string>();
  let longest = 0;

  /** Judges and keeps the situation that a step leads to; what is wrong with it, else null. */
  const arrive = (before: number, edge: Edge, reached: Zone, input: string | null, cause: string): Violation | null => {
    const from = before < 0 ? null : found[before]!.situation;
    const node = program.nodes[edge.to]!;
    const kept = (from?.timers ?? []).filter((timer) => node.running & (1 << timer));
    const started = edge.starts.map(({ timer }) => timer);
    const timers = [...kept.filter((timer) => !started.includes(timer)), ...started];
    const gone = (from?.timers ?? []).filter((timer) => !timers.includes(timer)).map(deadlineOf);
    let zone = reached.without(gone);
    for (const { timer, slot } of edge.starts) zone = zone.with(deadlineOf(timer), NOW, bound.ticks[slot]!);
    const judged = judge({ from, node: edge.to, input, zone });
    const line = lineOf(zone, edge.to, cause);
    if ('problem' in judged) return { ...judged, path: [...pathTo(before), line] };
    longest = Math.max(longest, zone.most(NOW, START));
    const situation = { node: edge.to, zone: judged.zone, timers, seen: judged.seen };
    const text = `${edge.to}|${timers.join()}|${judged.zone.key}|${key(judged.seen)}`;
    if (known.has(text)) return null;
    known.add(text);
    found.push({ situation, before, line });
    return null;
  };
  const lineOf = (zone: Zone, node: number, cause: string) => {
    const [least, most] = [-zone.most(START, NOW) / ticksPerMs, zone.most(NOW, START) / ticksPerMs];
    const at = least === most ? `${least} ms` : `${least} to ${most} ms`;
    const { state, outputs } = program.nodes[node]!;
    const on = program.lines.outputs.filter((_, line) => outputs & (1 << line));
    return `${at}: ${cause} > ${program.states[state]}${on.length > 0 ? ` (${on.join(', ')} on)` : ''}`;
  };
  const pathTo = (index: number): string[] => (index < 0 ? [] : [...pathTo(found[index]!.before), found[index]!.line]);
  const searched = (violation: Violation | null): Searched => {
    return { situations: found.length, longestMs: longest / ticksPerMs, violation };
  };

  const start = Zone.at(START).with(NOW, START, 0);
  const wrong = arrive(-1, program.start, start, null, 'the trial starts');
  if (wrong !== null) return searched(wrong);
  for (let index = 0; index < found.length; index++) {
    if (found.length > MOST_SITUATIONS) {
      const problem = `after ${MOST_SITUATIONS} situations there are still new ones: its times or its context never close`;
      return searched({ rule: 'closes', problem, path: pathTo(found.length - 1) });
    }
    const { node, zone, timers } = found[index]!.situation;
    if (program.nodes[node]!.result >= 0) continue;
    if (timers.length === 0) {
      const problem = 'no timer runs and no lick must come: the trial can wait here for ever';
      return searched({ rule: 'ends', problem, path: pathTo(index) });
    }
    const later = passed(zone, timers);
    for (const [input, edge] of program.nodes[node]!.onInput.entries()) {
      const violation = edge && arrive(index, edge, later, events[input]!, events[input]!);
      if (violation) return searched(violation);
    }
    for (const timer of timers) {
      const due = firing(later, timers, timer);
      const edge = program.nodes[node]!.onTimer[timer];
      if (due === null || !edge) continue;
      const cause = `${slotName(bound, found, index, timer)} passed`;
      const violation = arrive(index, edge, due, null, cause);
      if (violation) return searched(violation);
    }
  }
  return searched(null);
}

function deadlineOf(timer: number): string {
  return `timer ${timer}`;
}

/** Some time has passed, no more than until the next deadline. */
function passed(zone: Zone, timers: readonly number[]): Zone {
  let later = zone.withAnyAfter('then', NOW).without([NOW]).renamed('then', NOW);
  // Each deadline lies ahead, so there is always an instant left.
  for (const timer of timers) later = later.when(NOW, deadlineOf(timer), 0)!;
  return later;
}

/** The instants at which this timer fires, before all others; null: another always comes first. */
function firing(later: Zone, timers: readonly number[], timer: number): Zone | null {
  const own = deadlineOf(timer);
  let due = later.when(own, NOW, 0);
  for (const other of timers) {
    if (other === timer || due === null) continue;
    // Of two that are always due together the one started first fires first.
    const together = due.most(own, deadlineOf(other)) === 0 && due.most(deadlineOf(other), own) === 0;
    if (together && timers.indexOf(other) < timers.indexOf(timer)) return null;
    due = due.when(own, deadlineOf(other), 0);
  }
  return due;
}

/** The duration that a running timer was started with: that of the edge which started it last on this path. */
function slotName(
  { program }: BoundProgram,
  found: readonly { readonly situation: { readonly node: number }; readonly before: number }[],
  index: number,
  timer: number,
): string {
  for (let at = index; at >= 0; at = found[at]!.before) {
    const before = found[at]!.before;
    const edges = before < 0 ? [program.start] : edgesOf(program.nodes[found[before]!.situation.node]!);
    for (const { to, starts } of edges) {
      const started = to === found[at]!.situation.node && starts.find((each) => each.timer === timer);
      if (started) return program.slots[started.slot]!.name;
    }
  }
  return 'a time';
}

function edgesOf(node: { onInput: readonly (Edge | null)[]; onTimer: readonly (Edge | null)[] }): Edge[] {
  return [...node.onInput, ...node.onTimer].filter((edge) => edge !== null);
}

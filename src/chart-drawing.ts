/**
 * A task's chart as people read it: as an indented text in a terminal, and as a picture laid out by Graphviz.
 */
import { instance } from '@viz-js/viz';
import type { AnyStateMachine } from 'xstate';
import { type OutlineState, type OutlineWay, outlineOf } from '#machines/chart-outline.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { words } from './table.ts';

/** By delay, e.g. `delayMs`; what is not named is drawn without its length. */
export type ChartDurations = Readonly<Record<string, number | undefined>>;

/** Soft enough for black text in print, and told apart in grey by their order. */
const colours: Record<Epoch, string> = {
  baseline: '#eef1f4',
  odour1: '#f7d9a8',
  earlyDelay: '#dcebf7',
  lateDelay: '#bcd7ee',
  odour2: '#f3b98f',
  choice: '#c9e7c1',
  consumption: '#e5ddf1',
};

export function chartText(chart: AnyStateMachine, durations: ChartDurations = {}): string {
  return outlineOf(chart)
    .states.map((state) => stateText(state, '', durations))
    .join('');
}

function stateText(state: OutlineState, indent: string, durations: ChartDurations): string {
  const { key, kind, epoch, ways, states } = state;
  const notes = [
    epoch === null || words(epoch) === words(key) ? null : `epoch ${words(epoch)}`,
    kind === 'parallel' ? 'side by side' : null,
    kind === 'final' ? 'end' : null,
  ].filter((note) => note !== null);
  const head = `${indent}${words(key)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}\n`;
  const out = ways.map((way) => `${indent}    ${wayText(way, durations)}\n`).join('');
  return head + out + states.map((each) => stateText(each, `${indent}  `, durations)).join('');
}

function wayText({ on, guard, to, actions }: OutlineWay, durations: ChartDurations): string {
  const does = actions.length > 0 ? ` (${actions.map(words).join(', ')})` : '';
  const leads = to === null ? 'stays' : `> ${words(leaf(to))}`;
  return `${causeText(on, durations)}${guard === null ? '' : ` [${words(guard)}]`} ${leads}${does}`;
}

/** `after delayMs` with its length where it is known. */
function causeText(on: string, durations: ChartDurations): string {
  const ms = durations[on.replace('after ', '')];
  return ms === undefined ? on : `${on} (${ms} ms)`;
}

function leaf(path: string): string {
  return path.split('.').at(-1)!;
}

/** An SVG picture; `title` stands above it. */
export async function chartSvg(chart: AnyStateMachine, title: string, durations: ChartDurations = {}): Promise<string> {
  const viz = await instance();
  return viz.renderString(chartDot(outlineOf(chart), title, durations), { format: 'svg' });
}

function chartDot(root: OutlineState, title: string, durations: ChartDurations): string {
  const lines = [
    'digraph {',
    'rankdir=LR; compound=true; newrank=true; nodesep=0.3; ranksep=0.45;',
    'fontname="Helvetica,Arial,sans-serif"; fontsize=18; labelloc=t; style=rounded; color="#8a94a0";',
    `label=${quote(`${title}\n `)};`,
    'node [fontname="Helvetica,Arial,sans-serif", fontsize=13, shape=box, style="rounded,filled", color="#5d6873", fillcolor=white, margin="0.16,0.09"];',
    'edge [fontname="Helvetica,Arial,sans-serif", fontsize=11, color="#5d6873", fontcolor="#333333", arrowsize=0.7];',
    ...body(root, durations),
    ...edges(root, root, durations),
    '}',
  ];
  return lines.join('\n');
}

/** The states within one, each compound one a frame of its own. */
function body(state: OutlineState, durations: ChartDurations): string[] {
  const first = state.initial === null ? undefined : state.states.find(({ key }) => key === state.initial);
  const dot =
    first === undefined ? [] : [`${quote(`${state.path}:start`)} [shape=point, width=0.1, color="#333333", label=""];`];
  return [
    ...dot,
    ...state.states.flatMap((each) => {
      if (each.states.length === 0) return [box(each)];
      const label = each.kind === 'parallel' ? `${words(each.key)}: side by side` : words(each.key);
      return [
        `subgraph ${quote(`cluster ${each.path}`)} {`,
        `label=${quote(label)}; fontsize=14; labeljust=l; style="rounded${each.kind === 'parallel' ? ',dashed' : ''}"; bgcolor="#00000006";`,
        ...body(each, durations),
        '}',
      ];
    }),
  ];
}

function box({ key, path, kind, epoch }: OutlineState): string {
  const fill = epoch === null ? 'white' : colours[epoch];
  if (kind === 'final')
    return `${quote(path)} [shape=doublecircle, fixedsize=false, label=${quote(words(key))}, fillcolor=white, fontsize=11, margin="0.02"];`;
  const note = epoch === null || words(epoch) === words(key) ? '' : `\n${words(epoch)}`;
  return `${quote(path)} [label=${quote(`${words(key)}${note}`)}, fillcolor=${quote(fill)}];`;
}

function edges(state: OutlineState, root: OutlineState, durations: ChartDurations): string[] {
  const first = state.states.find(({ key }) => key === state.initial);
  const start =
    first === undefined
      ? []
      : [`${quote(`${state.path}:start`)} -> ${quote(entry(first))}${` [${frames(null, first).join(', ')}]`};`];
  const ways = state.ways.flatMap((way) => {
    if (way.to === null)
      return way.actions.length > 0 && state.states.length === 0 ? [edge(state, state, way, durations)] : [];
    return [edge(state, find(root, way.to), way, durations)];
  });
  return [...start, ...ways, ...state.states.flatMap((each) => edges(each, root, durations))];
}

function edge(
  from: OutlineState,
  to: OutlineState,
  { on, guard, actions }: OutlineWay,
  durations: ChartDurations,
): string {
  const ms = durations[on.replace('after ', '')];
  const cause = on.startsWith('after ') ? (ms === undefined ? on.slice(6) : `${on.slice(6)}\n${ms} ms`) : on;
  const label = [cause, guard && `[${words(guard)}]`, actions.length > 0 ? `/ ${actions.map(words).join(', ')}` : null]
    .filter((part) => part !== null)
    .join('\n');
  return `${quote(exit(from))} -> ${quote(entry(to))} [${[`label=${quote(label)}`, ...frames(from, to)].join(', ')}];`;
}

/** Arrows begin and end at the frame of a compound state, not at what is in it. */
function frames(from: OutlineState | null, to: OutlineState): string[] {
  return [
    ...(from !== null && from.states.length > 0 ? [`ltail=${quote(`cluster ${from.path}`)}`] : []),
    ...(to.states.length > 0 ? [`lhead=${quote(`cluster ${to.path}`)}`] : []),
  ];
}

/** A state within, where Graphviz needs one to hold on to. */
function entry(state: OutlineState): string {
  const inner = state.states.find(({ key }) => key === state.initial) ?? state.states[0];
  return inner === undefined ? state.path : entry(inner);
}

function exit(state: OutlineState): string {
  const inner = state.states.find(({ kind }) => kind !== 'final') ?? state.states[0];
  const last = state.kind === 'parallel' ? state.states[0] : state.states.at(-1);
  return inner === undefined || last === undefined ? state.path : exit(last);
}

function find(state: OutlineState, path: string): OutlineState {
  if (state.path === path) return state;
  const within = state.states.find((each) => path === each.path || path.startsWith(`${each.path}.`));
  if (within === undefined) throw new RangeError(`The chart has no state ${path}.`);
  return find(within, path);
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

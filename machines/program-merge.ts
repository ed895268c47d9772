/**
 * Merges nodes that no observer could tell apart: same state, outputs, timers and result, and edges that lead to nodes
 * alike. Values left in context (which lick was it, how many more) would otherwise multiply nodes. Partition refinement
 * after Moore, "Gedanken-experiments on sequential machines" (1956).
 */
import type { RawEdge, RawGraph, RawNode } from './compile.ts';

export function mergeEquivalent(graph: RawGraph): RawGraph {
  let classes = partition(graph.nodes, (node) => [node.label, node.outputs, node.result, node.timers]);
  for (;;) {
    const refined = partition(graph.nodes, (node, index) => [
      classes[index],
      node.onInput.map((edge) => signature(edge, classes, index)),
      [...node.onTimer].map(([id, edge]) => [id, signature(edge, classes, index)]).sort(),
    ]);
    if (count(refined) === count(classes)) break;
    classes = refined;
  }
  return quotient(graph, classes);
}

/** No edge is the same as an edge to oneself that starts nothing. */
function signature(edge: RawEdge | null, classes: readonly number[], from: number): unknown {
  return edge === null ? [classes[from], []] : [classes[edge.to], edge.starts];
}

/** Class numbers by node, in order of first appearance (so the start node's class is 0). */
function partition(nodes: readonly RawNode[], keyOf: (node: RawNode, index: number) => unknown): number[] {
  const numbers = new Map<string, number>();
  return nodes.map((node, index) => {
    const key = JSON.stringify(keyOf(node, index));
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function count(classes: readonly number[]): number {
  return new Set(classes).size;
}

function quotient({ start, nodes }: RawGraph, classes: readonly number[]): RawGraph {
  const move = (edge: RawEdge): RawEdge => ({ to: classes[edge.to]!, starts: edge.starts });
  const merged: RawNode[] = [];
  for (const [index, node] of nodes.entries()) {
    const number = classes[index]!;
    if (merged[number] !== undefined) continue;
    merged[number] = {
      ...node,
      onInput: node.onInput.map((edge) => {
        const moved = edge && move(edge);
        return moved && (moved.to !== number || moved.starts.length > 0) ? moved : null;
      }),
      onTimer: new Map([...node.onTimer].map(([id, edge]) => [id, move(edge)])),
    };
  }
  return { start: move(start), nodes: merged };
}

/**
 * A bound program as the board's bytes; the layout stands in hardware/firmware/rehearsal/program.h.
 */
import { crc32 } from '#machines/digest.ts';
import type { BoundProgram, Edge } from '#machines/program.ts';
import { limits } from './declaration.ts';

const TRIGGER_TIMER = 16;
const TRIGGER_START = 31;
const OVER = 0xff;
const MOST_STARTS = 7;
const HEADER_BYTES = 4;

export interface ProgramImage {
  readonly bytes: Uint8Array;
  readonly crc: number;
}

/** @throws RangeError when the program is more than a board can hold: says which capacity and by how much. */
export function programImage({ program, ticks }: BoundProgram): ProgramImage {
  const { nodes, timers, lines } = program;
  atMost('nodes', nodes.length, 255);
  atMost('states', program.states.length, 255);
  atMost('results', program.results.length, 256);
  atMost('timers at once', timers, limits.MAX_TIMERS.value);
  atMost('durations', ticks.length, limits.MAX_SLOTS.value);
  atMost('output lines', lines.outputs.length, limits.MAX_OUTPUTS.value);
  atMost('input lines', lines.inputs.length, limits.MAX_INPUTS.value);

  const edge = (trigger: number, { to, starts }: Edge) => {
    atMost('timers started at once', starts.length, MOST_STARTS);
    return [(starts.length << 5) | trigger, to, ...starts.map(({ timer, slot }) => (timer << 5) | slot)];
  };
  const bodies = nodes.map((node) => {
    const head = [node.outputs & 0xff, node.outputs >> 8, node.state];
    if (node.result >= 0) return [...head, node.result, OVER];
    const edges = [
      ...node.onInput.flatMap((each, input) => (each === null ? [] : [edge(input, each)])),
      ...node.onTimer.flatMap((each, timer) => (each === null ? [] : [edge(TRIGGER_TIMER + timer, each)])),
    ];
    return [...head, node.running, edges.length, ...edges.flat()];
  });
  const start = edge(TRIGGER_START, program.start);
  let offset = HEADER_BYTES + 4 * ticks.length + 2 * nodes.length + start.length;
  const offsets = bodies.map((body) => {
    const here = offset;
    offset += body.length;
    return here;
  });
  atMost('bytes', offset, limits.PROGRAM_BYTES.value);

  const bytes = Uint8Array.from([
    limits.PROGRAM_FORMAT.value,
    nodes.length,
    timers,
    ticks.length,
    ...ticks.flatMap((each) => [each & 0xff, (each >>> 8) & 0xff, (each >>> 16) & 0xff, each >>> 24]),
    ...offsets.flatMap((each) => [each & 0xff, each >> 8]),
    ...start,
    ...bodies.flat(),
  ]);
  return { bytes, crc: crc32(bytes) };
}

function atMost(what: string, count: number, most: number): void {
  if (count <= most) return;
  throw new RangeError(
    `This trial needs ${count} ${what}; the board holds ${most}. Make the chart smaller, or run the task on a rig without a board.`,
  );
}

import { describe, expect, it } from 'vitest';
import { withMicroscope } from '#hardware/frame-source.ts';
import type { LickEdge, Mouse } from '#hardware/mouse/mouse.ts';
import { findRigFile } from '#hardware/rig-file.ts';

const imaging = findRigFile('imaging');

/** A mouse that makes these edges, and notes what it senses. */
function mouseOf(edges: LickEdge[]) {
  const sensed: string[] = [];
  const mouse: Mouse = {
    sense: (atUs, line, on) => void sensed.push(`${line} ${on} ${atUs}`),
    next: () => edges[0] ?? null,
    made: () => void edges.shift(),
  };
  return { mouse, sensed };
}

function take(mouse: Mouse, count: number): LickEdge[] {
  return Array.from({ length: count }, () => {
    const edge = mouse.next()!;
    mouse.made();
    return edge;
  });
}

describe('the microscope of a simulated rig', () => {
  it('pulses at its rate, on for half of the time, without drifting', () => {
    const edges = take(withMicroscope(null, imaging)!, 60_000);
    const onsets = edges.filter(({ on }) => on).map(({ atUs }) => atUs);
    expect(edges.every(({ line }) => line === 'frames')).toBe(true);
    expect(onsets[29_999]! - onsets[0]!).toBe(Math.round((29_999 * 1e6) / 30));
    expect(edges[1]!.atUs - edges[0]!.atUs).toBe(16_667);
    expect(edges.map(({ on }) => on).slice(0, 4)).toEqual([true, false, true, false]);
  });

  it('stands beside the mouse: all edges of both, in their order, and the mouse senses on', () => {
    const lick = (atUs: number, on: boolean): LickEdge => ({ atUs, line: 'lick', on });
    const licks = [lick(10, true), lick(1_510_000, false), lick(1_533_333, true), lick(9e6, false)];
    const { mouse, sensed } = mouseOf([...licks]);
    const both = withMicroscope(mouse, imaging)!;
    both.sense(5, 'water', true);
    const edges = take(both, 600);
    expect(edges.filter(({ line }) => line === 'lick')).toEqual(licks);
    expect(edges.map(({ atUs }) => atUs)).toEqual(edges.map(({ atUs }) => atUs).sort((a, b) => a - b));
    expect(sensed).toEqual(['water true 5']);
  });

  it('is on no rig whose file asks for none', () => {
    const { mouse } = mouseOf([]);
    expect(withMicroscope(mouse, findRigFile('virtual'))).toBe(mouse);
    expect(withMicroscope(null, findRigFile('virtual'))).toBeNull();
  });
});

/** Alarms of the lick watch in running sessions: on screen, and in the record. */
import { describe, expect, it } from 'vitest';
import { readFaults } from '#data/reads.ts';
import type { LickEdge, Mouse } from '#hardware/mouse/mouse.ts';
import { VirtualRig } from '#hardware/virtual/virtual-rig.ts';
import { chooseRig } from '#src/rigs.ts';
import { place } from './driver.ts';
import { live } from './live-driver.ts';

/** Answers every second odour by one lick, and finds nothing to drink. */
class AtCloggedSpout implements Mouse {
  #edges: LickEdge[] = [];

  sense(atUs: number, line: string, on: boolean): void {
    if (on || (line !== 'odourC' && line !== 'odourD')) return;
    this.#edges = [300_000, 340_000].map((later, edge) => ({ atUs: atUs + later, line: 'lick', on: edge === 0 }));
  }

  next(): LickEdge | null {
    return this.#edges[0] ?? null;
  }

  made(): void {
    this.#edges.shift();
  }
}

describe('a running session', () => {
  it('says that no lick came in 20 trials, once, and goes on', async () => {
    const { out, report, read } = await live(chooseRig({ rig: 'virtual', seed: 5, empty: true }), {
      limits: { trials: 30 },
    });
    expect(out.match(/Not one lick in 20 trials/g)).toHaveLength(1);
    expect(report.trials).toBe(30);
    expect(read((db) => readFaults(db, 1))).toEqual([expect.objectContaining({ code: 'noLicks', trial: 20 })]);
  });

  it('says that water may not be reaching the animal, after five drops that it did not drink', async () => {
    const chosen = chooseRig({ rig: 'virtual', seed: 5, empty: true });
    const rig = new VirtualRig({ file: chosen.file, mouse: new AtCloggedSpout() });
    const { out, read } = await live({ ...chosen, rig }, { limits: { trials: 20 } });
    expect(out.match(/Water may not be reaching the animal/g)).toHaveLength(1);
    // Ten of twenty trials are go trials; the message comes with the fifth of them.
    expect(out.split('Water may not')[0]!.match(/ hit /g)).toHaveLength(5);
    expect(read((db) => readFaults(db, 1))).toEqual([expect.objectContaining({ code: 'waterNotDrunk' })]);
  });

  it('says nothing of an animal that works and drinks', async () => {
    const { out, code } = await place().rig(
      'run --subject M001 --rig virtual --trials 60 --skill 1 --seed 3 --db a.sqlite',
    );
    expect(code).toBe(0);
    expect(out).not.toMatch(/may not be reaching|Not one lick|has been on|a lick came within/);
  });
});

import { describe, expect, it } from 'vitest';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EndReason } from '#machines/vocabulary.ts';
import { describeRig } from './rig-contract.ts';
import { changed, durations, plans } from './rig-driver.ts';
import { tappedRig } from './tapped-rig.ts';

const file = findRigFile('emulated');

describeRig('emulated (real firmware, lock-step)', (mouse, change) =>
  createEmulatedRig({ file: changed(file, change), mouse }),
);

describe('a board that restarts in mid-trial', () => {
  /** Resets the board in its baseline; `deaf`: the line loses the word of it. How long until the host knew, and the error. */
  async function restarted(deaf: boolean): Promise<{ reason: EndReason; said: string[]; afterMs: number }> {
    let lost = false;
    const rig = tappedRig(null, { toBoard: (bytes) => bytes, fromBoard: (bytes) => (lost ? new Uint8Array() : bytes) });
    const { mcu } = rig.bench;
    rig.events$.subscribe({ next: ({ seq }) => rig.acknowledge(seq), error: () => {} });
    await rig.open();
    let resetAtMs = 0;
    const off = mcu.onPin(() => {
      off();
      // Some way into the baseline, between two heartbeats.
      setImmediate(() => {
        lost = deaf;
        resetAtMs = rig.bench.nowMs;
        mcu.reset('external');
      });
    });
    mcu.onReset(() => {
      const booted = mcu.onByte((byte) => {
        if (byte !== 0xf7) return;
        booted();
        setImmediate(() => {
          lost = false;
        });
      });
    });
    const program = compile(twoOdourTrial, plans.go, rig.lines);
    const long = bind(program, { ...durations, baselineMs: 20_000 }, rig.ticksPerMs);
    const said: string[] = [];
    let noticedMs = 0;
    rig.status$.subscribe((status) => {
      if (status.kind !== 'reconnecting') return;
      noticedMs ||= rig.bench.nowMs;
      said.push(status.message);
    });
    const { reason } = await rig.runTrial(1, long, null);
    const afterMs = noticedMs - resetAtMs;
    await rig.close();
    return { reason, said, afterMs };
  }

  it('is noticed at once', async () => {
    const { reason, said, afterMs } = await restarted(false);
    expect(reason).toBe(EndReason.boardReset);
    expect(said).toEqual([expect.stringContaining('restarted')]);
    expect(afterMs).toBeLessThan(120);
  });

  it('is noticed by the next heartbeat when its own word for it is lost', async () => {
    const { reason, said, afterMs } = await restarted(true);
    expect(reason).toBe(EndReason.boardReset);
    expect(said).toEqual([expect.stringContaining('restarted')]);
    expect(afterMs).toBeLessThan(1000);
  });
});

/** A delay of 5 s is 5 s of true time, whatever the board's own clock makes of it: pins against the true clock. */
import { expect, it } from 'vitest';
import { BoardRig } from '#hardware/board/board-rig.ts';
import type { ClockError } from '#hardware/emulator/board-clock.ts';
import { createEmulatedRig, type EmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import type { HostClock } from '#hardware/link/host-clock.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { PinWatch } from './pin-watch.ts';
import { durations, plans, RigDriver } from './rig-driver.ts';

const DELAY_MS = 5000;
const TRIALS = 12;
const plan = { ...plans.go, durations: { ...durations, earlyDelayMs: 2000, lateDelayMs: DELAY_MS - 2000 } };

/**
 * By how many ms of true time each trial's delay was off, from odour A's pin going off to odour C's going on; and how far
 * the host's time of the last trial's end is from the true one, with the uncertainty that the rig states.
 */
async function delayErrors(clock: ClockError) {
  let rig!: EmulatedRig;
  const driver = await RigDriver.open((mouse) => {
    rig = createEmulatedRig({ file: findRigFile('emulated'), mouse, clock });
    return rig;
  });
  const [odourA, odourC] = [4, 6].map((bit) => new PinWatch(rig.bench.mcu, 'D', bit));
  const trialLine = new PinWatch(rig.bench.mcu, 'B', 1);
  const trueMs = (cycle: number) => rig.bench.clock.usAt(cycle) / 1000;
  const errors: number[] = [];
  let end = null;
  for (let trial = 0; trial < TRIALS; trial++) {
    const { trace } = await driver.run(plan, [], { startAt: end === null ? null : driver.after(end, 5000) });
    end = trace.endTicks;
    errors.push(trueMs(odourC!.changes.at(-2)!) - trueMs(odourA!.changes.at(-1)!) - DELAY_MS);
  }
  const { uncertaintyUs, hostMsOf } = rig.clock();
  const offsetUs = 1000 * Math.abs(hostMsOf(end!) - trueMs(trialLine.changes.at(-1)!));
  await rig.close();
  return { errors, offsetUs, uncertaintyUs };
}

it.each<[string, ClockError]>([
  ['5,000 ppm fast', { ppm: 5000 }],
  ['5,000 ppm slow', { ppm: -5000 }],
  ['3,000 ppm fast and 50 ppm a minute faster', { ppm: 3000, driftPpmPerMin: 50 }],
  ['3,000 ppm slow and 50 ppm a minute slower', { ppm: -3000, driftPpmPerMin: -50 }],
])(
  'from the third trial on a delay of 5 s is within 0.5 ms of true time on a board %s',
  async (_, clock) => {
    const { errors, offsetUs, uncertaintyUs } = await delayErrors(clock);
    for (const error of errors.slice(2)) expect(Math.abs(error)).toBeLessThan(0.5);
    expect(offsetUs).toBeLessThan(uncertaintyUs!);
    expect(uncertaintyUs).toBeLessThan(1000);
  },
  60_000,
);

it('refuses a board whose clock is more than 2 % off, and says what to do', async () => {
  const { lockStep } = createEmulatedRig({ file: findRigFile('emulated'), mouse: null });
  // The host's clock runs 3 % slow, so the board seems 3 % fast.
  const clock: HostClock = {
    nowMs: () => lockStep.nowMs() / 1.03,
    after: (ms, callback) => lockStep.after(ms * 1.03, callback),
  };
  const rig = new BoardRig({
    file: findRigFile('emulated'),
    kind: 'emulated',
    clock,
    connect: async () => lockStep.port(),
  });
  const opened = lockStep.wait(rig.open());
  await expect(opened).rejects.toMatchObject({
    code: 'wrongBoard',
    message: expect.stringContaining('3.0 % too fast'),
  });
});

/** A session whose board goes away in the midst of it: what is shown, what is recorded, and that it goes on by itself. */
import { symlinkSync, unlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readClockReadings, readFaults, readSegments, readSession, readTrials } from '#data/reads.ts';
import { openWriter } from '#data/writer.ts';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import { findTask } from '#protocols/registry.ts';
import { emulatedTime, mouseFor } from '#src/rigs.ts';
import { runSession } from '#src/session-runner.ts';
import { prepareTask } from '#src/session-task.ts';
import { outsideTraining } from '#src/training.ts';
import { place, spawnRig } from './driver.ts';

function recorded(path: string) {
  const db = openRecord(path, { mode: 'read' });
  try {
    return {
      session: readSession(db, 1)!,
      trials: readTrials(db, 1),
      segments: readSegments(db, 1),
      readings: readClockReadings(db, 1),
      faults: readFaults(db, 1),
    };
  } finally {
    db.close();
  }
}

it('goes on with the next trial on a clock segment of its own when a restarted board is back', async () => {
  const at = place();
  const file = findRigFile('emulated');
  const clock = { ppm: 4000 };
  const rig = createEmulatedRig({
    file,
    mouse: mouseFor(file, { seed: 5 }),
    resetOnOpen: true,
    bootloaderMs: 2000,
    clock,
  });
  let starts = 0;
  const heardMs: number[] = [];
  rig.events$.subscribe(({ seq, code }) => {
    heardMs[seq] = rig.lockStep.nowMs();
    if (code !== EventCode.start || ++starts !== 3) return;
    rig.lockStep.after(7000, () => rig.line.unplug());
    rig.lockStep.after(12_000, () => rig.line.plug());
  });
  const session = runSession({
    chosen: { file, rig, time: emulatedTime(rig), commit: 'session', mouse: null },
    ready: prepareTask(findTask('delayed-association'), {}, 5, file),
    writer: openWriter(at.file('a.sqlite')),
    subject: 'M001',
    newSubject: false,
    ...outsideTraining,
    operator: null,
    limits: { trials: 6, minutes: null },
    now: () => '2026-03-02T09:00:00.000+01:00',
  });
  const report = await session.done;
  expect(report).toMatchObject({ ending: { reason: 'trials', fault: null }, trials: 6 });
  const { trials, segments, readings, session: row } = recorded(at.file('a.sqlite'));
  expect(row.endReason).toBe('trials reached');
  expect(trials.map(({ endReason }) => endReason)).toEqual([0, 0, EndReason.boardReset, 0, 0, 0]);
  expect(trials[2]!.outcome).toBeNull();
  expect(trials.map(({ segment }) => segment)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(segments.map(({ segment }) => segment)).toEqual([0, 1]);
  expect(segments[1]!.bootId).toBe(segments[0]!.bootId + 1);
  for (const { ticksPerMs } of [...segments, ...trials]) expect(Math.abs(ticksPerMs - 2008)).toBeLessThan(1);
  // The second clock is placed by the host's; an event reaches the host within some milliseconds.
  expect(segments[0]!.originUs).toBe(0);
  const trueUs = 1000 * (heardMs[segments[1]!.firstSeq]! - heardMs[0]!);
  expect(Math.abs(segments[1]!.originUs - trueUs)).toBeLessThan(5000);
  // Of the trial whose board was gone, the clock as it was last known.
  expect(readings.map(({ seq, segment }) => [seq, segment])).toEqual(
    trials.map(({ lastSeq, segment }) => [lastSeq, segment]),
  );
  for (const { ticksPerMs, uncertaintyUs } of readings.slice(2)) {
    expect(Math.abs(ticksPerMs - 2008)).toBeLessThan(0.2);
    expect(uncertaintyUs).toBeLessThan(1000);
  }
  expect((await at.rig('verify 1 --db a.sqlite')).out).toContain('\nconsistent: 6 trials');
}, 60_000);

it.skipIf(process.platform === 'win32')(
  'says one sentence within two seconds when its port goes in mid-trial, and goes on when the board is back',
  async () => {
    const { folder, file, rig } = place();
    const quick = '--set baselineMs=100 odour1Ms=400 delayMs=600 odour2Ms=100 choiceMs=300 consumptionMs=300';
    // A board that is plugged in again may get another name; the link stands for whatever finds it.
    const link = file('board');
    const plug = async () => {
      const board = spawnRig('emulate --seed 5', folder);
      symlinkSync((await board.line(/board at /)).replace(/.*board at /, ''), link);
      return board;
    };
    const board = await plug();
    const child = spawnRig(
      `run --subject M001 --rig emulated --port ${link} --trials 4 --db a.sqlite ${quick}`,
      folder,
    );
    const gone = child.line(/^The board at /);
    await child.line(/^trial +2\/4/);
    const fromMs = performance.now();
    board.process.kill('SIGKILL');
    unlinkSync(link);
    expect(await gone).toMatch(
      /^The board at [^.]+ends safe by itself within 2 s[^.]+check its cable and its power\.$/,
    );
    expect(performance.now() - fromMs).toBeLessThan(2000);
    const again = await plug();
    const { code, out, err } = await child.ended;
    expect(code, `${out}\n${err}`).toBe(0);
    expect(out.match(/^The board at/gm)).toHaveLength(1);
    expect(out).toContain('The board is back; the session goes on.');
    const { trials, session } = recorded(file('a.sqlite'));
    expect(session.endReason).toBe('trials reached');
    expect(trials.map(({ trial }) => trial)).toEqual([1, 2, 3, 4]);
    expect(trials.slice(0, 2).every(({ endReason }) => endReason === EndReason.completed)).toBe(true);
    expect((await rig('verify 1 --db a.sqlite')).out).toMatch(/\nconsistent: 4 trials/);
    again.process.kill('SIGINT');
    await again.ended;
  },
  60_000,
);

import { expect, it, onTestFinished } from 'vitest';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import type { LickEdge } from '#hardware/mouse/mouse.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { touchTest } from '#hardware/touch-test.ts';
import { pulses, ScriptedPins } from './empty-rig.ts';

async function touched(edges: readonly LickEdge[]) {
  const rig = createEmulatedRig({ file: findRigFile('emulated'), mouse: new ScriptedPins(edges) });
  onTestFinished(() => rig.close());
  await rig.open();
  return touchTest(rig, 'lick', 2000);
}

it('passes a spout that feels one touch, and says how long it was', async () => {
  expect(await touched(pulses('lick', 1, 85_000, 1_200_000, 1))).toEqual({
    what: 'lick',
    grade: 'PASS',
    text: 'felt a touch of 85 ms.',
  });
});

it('fails a sensor that feels nothing, which a quiet line does not show', async () => {
  expect(await touched([])).toMatchObject({ grade: 'FAIL', text: expect.stringMatching(/no touch in 2 s.*supply/) });
});

it('fails a line that is on from before the beginning to the end, which no edge shows', async () => {
  const held = await touched([{ atUs: 0, line: 'lick', on: true }]);
  expect(held).toMatchObject({ grade: 'FAIL', text: expect.stringContaining('or on all the time') });
});

it('fails a spout that stays touched', async () => {
  const held = await touched([{ atUs: 1_200_000, line: 'lick', on: true }]);
  expect(held).toMatchObject({ grade: 'FAIL', text: expect.stringContaining('changed once in 2 s and stayed so') });
});

it('fails a line that a touch turns off: its polarity is wrong', async () => {
  const turned = await touched([
    { atUs: 0, line: 'lick', on: true },
    { atUs: 1_200_000, line: 'lick', on: false },
    { atUs: 1_300_000, line: 'lick', on: true },
  ]);
  expect(turned).toMatchObject({ grade: 'FAIL', text: expect.stringContaining('change activeLow of this line') });
});

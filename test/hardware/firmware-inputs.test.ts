import { expect, it } from 'vitest';
import { EventCode } from '#machines/vocabulary.ts';
import { CYCLES_PER_MS, RawHost } from './raw-host.ts';
import { durations, plans } from './rig-driver.ts';

const ON = 1;
const OFF = 0;

function board(refractoryMs: number) {
  const host = new RawHost();
  host.arm(10_000, 5000, { lick: { refractoryMs } });
  return host;
}

/** Edges at these times from now, in ms: on, off, on ... Returns what was recorded, as [code, value, ms]. */
function play(host: RawHost, times: readonly number[], ms: number) {
  const zero = host.mcu.cycles;
  for (const [i, at] of times.entries()) host.mcu.setPin('D2', i % 2 === 0, zero + at * CYCLES_PER_MS);
  host.runMs(ms);
  const edges = host.events.filter(({ code }) => code === EventCode.input || code === EventCode.bounce);
  const first = edges[0]?.ticks ?? 0;
  return edges.map(({ code, value, ticks }) => [code, value, Math.round((ticks - first) / 200) / 10] as const);
}

it('keeps onset and offset of every lick', () => {
  expect(play(board(0), [10, 15, 30, 42], 60)).toEqual([
    [EventCode.input, ON, 0],
    [EventCode.input, OFF, 5],
    [EventCode.input, ON, 20],
    [EventCode.input, OFF, 32],
  ]);
});

it('calls an onset within the refractory a bounce, its offset too, and keeps both in the record', () => {
  expect(play(board(50), [10, 12, 14, 30, 59, 65, 71, 80], 100)).toEqual([
    [EventCode.input, ON, 0],
    [EventCode.input, OFF, 2],
    [EventCode.bounce, ON, 4],
    [EventCode.bounce, OFF, 20],
    [EventCode.bounce, ON, 49],
    [EventCode.bounce, OFF, 55],
    [EventCode.input, ON, 61],
    [EventCode.input, OFF, 70],
  ]);
});

it.each([49.5, 50.5])('ends the refractory 50 ms after the onset, within 0.3 ms (an onset after %f ms)', (ms) => {
  const [, , second] = play(board(50), [10, 12, 10 + ms, 20 + ms], 100);
  expect(second![0]).toBe(ms < 50 ? EventCode.bounce : EventCode.input);
});

it('forgets a refractory that is long past, when the counter has come round to it', () => {
  const host = board(50);
  // 16 bits of 256 ticks wrap after 8.4 s.
  const [, , second] = play(host, [10, 20, 10 + 8388.6 + 20, 8440], 8500);
  expect(second![0]).toBe(EventCode.input);
});

it('gives no water for a bounce, not for an instant, and gives it for the next lick', () => {
  const host = board(50);
  host.begin({ ...plans.go, licksToAnswer: 2, durations: { ...durations, choiceMs: 500 } });
  host.runMs(460);
  host.seen.clear();
  const first = host.mcu.cycles;
  host.mcu.setPin('D2', true);
  host.mcu.setPin('D2', false, first + 5 * CYCLES_PER_MS);
  host.mcu.setPin('D2', true, first + 20 * CYCLES_PER_MS);
  host.mcu.setPin('D2', false, first + 30 * CYCLES_PER_MS);
  host.runMs(90);
  expect([...host.seen].some((pins) => pins & (1 << 4))).toBe(false);
  host.mcu.setPin('D2', true);
  host.runMs(2);
  expect(host.pins & (1 << 4)).toBe(1 << 4);
  host.mcu.setPin('D2', false);
});

it('keeps both edges of a pulse that falls inside its longest interrupt', () => {
  const host = board(0);
  // Under load something is always being served: licks of 2 to 24 us at every phase of a busy board.
  let played = 0;
  host.begin({ ...plans.noGo, durations: { ...durations, baselineMs: 1000 } });
  host.events.length = 0;
  for (let us = 2; us <= 24; us += 1) {
    for (let phase = 0; phase < 10; phase++) {
      host.send('ping');
      const at = host.mcu.cycles + Math.round((0.45 + phase * 0.037) * CYCLES_PER_MS);
      host.mcu.setPin('D2', true, at);
      host.mcu.setPin('D2', false, at + us * 16);
      played += 2;
      host.runMs(3);
    }
  }
  host.runMs(200);
  const edges = host.events.filter(({ code }) => code === EventCode.input);
  const lost = host.events.filter(({ code }) => code === EventCode.lost).reduce((sum, { value }) => sum + value, 0);
  expect(lost).toBe(0);
  expect(edges).toHaveLength(played);
  expect(edges.map(({ value }) => value)).toEqual(edges.map((_, i) => (i % 2 === 0 ? ON : OFF)));
});

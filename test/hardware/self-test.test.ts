import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import type { Finding } from '#hardware/finding.ts';
import type { Mouse } from '#hardware/mouse/mouse.ts';
import type { Rig } from '#hardware/rig.ts';
import { checkFrames, checkSync, restToSee } from '#hardware/rig-checks.ts';
import { findRigFile, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { type SelfTestReport, selfTest, selfTestMs } from '#hardware/self-test.ts';
import { VirtualRig } from '#hardware/virtual/virtual-rig.ts';
import { ticksBetween } from '#machines/time.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { CrossTalk, pulses, ScriptedPins } from './empty-rig.ts';

const file = findRigFile('emulated');

async function test(rig: Rig, fire = true, rigFile: RigFile = file): Promise<SelfTestReport> {
  onTestFinished(() => rig.close());
  await rig.open();
  return selfTest({ rig, file: rigFile, fire, restMs: restToSee(rigFile) });
}

const onEmulated = (mouse: Mouse | null, fire = true) => test(createEmulatedRig({ file, mouse }), fire);
const of = ({ findings }: SelfTestReport, grade: Finding['grade']) => findings.filter((each) => each.grade === grade);

describe('the self-test on the emulated board', () => {
  it('passes a rig at whose pins nothing happens, and has fired every valve and light once, alone, for its time', async () => {
    const rig = createEmulatedRig({ file, mouse: null });
    const words: { ticks: number; value: number }[] = [];
    rig.events$.subscribe((event) => event.code === EventCode.output && words.push(event));
    const report = await test(rig);
    expect(report.findings.map(({ what, grade }) => [what, grade])).toEqual([
      ['lick', 'PASS'],
      ['firings', 'PASS'],
    ]);
    const fired = words.flatMap(({ value, ticks }, index) =>
      value === 0 ? [] : [[value, Math.round(ticksBetween(ticks, words[index + 1]!.ticks) / 2000)]],
    );
    const lines = file.outputs.map(({ kind }, line) => [1 << line, kind === 'water' ? 20 : 100]);
    expect(fired).toEqual(lines);
  });

  it.each([
    ['odourC', 'opens', 'opened'],
    ['water', 'closes', 'closed'],
  ] as const)('finds a lick 10 ms after %s %s, and names line, valve, time and remedy', async (valve, edge, word) => {
    const report = await onEmulated(new CrossTalk(valve, edge, 10));
    const failures = of(report, 'FAIL');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ what: 'lick' });
    expect(failures[0]!.text).toMatch(
      new RegExp(`answers ${valve}: 2 edges, the first 10\\.[01] ms after it ${word}.*apart.*ground.*flyback diode`),
    );
    expect(report.findings.some(({ what }) => what === 'firings')).toBe(false);
  });

  it('takes a lick 55 ms after a valve for chatter, not for cross-talk', async () => {
    const report = await onEmulated(new CrossTalk('water', 'closes', 55));
    expect(of(report, 'FAIL')).toEqual([]);
    expect(of(report, 'WARN')).toMatchObject([{ what: 'lick', text: expect.stringContaining('chatters: 2 edges') }]);
  });

  it('warns of chatter at rest', async () => {
    const report = await onEmulated(new ScriptedPins(pulses('lick', 50, 500, 1_500_000, 10)));
    expect(of(report, 'WARN')).toMatchObject([{ what: 'lick', text: expect.stringContaining('chatters: 20 edges') }]);
    expect(of(report, 'FAIL')).toEqual([]);
  });

  it('does not tell chance from cross-talk on a line that chatters, and lets no session run', async () => {
    const report = await onEmulated(new ScriptedPins(pulses('lick', 25, 500, 500_000, 150)));
    const failures = of(report, 'FAIL');
    expect(failures).toHaveLength(1);
    expect(failures[0]!.text).toMatch(
      /chatters: \d+ edges.*within 50 ms of odourA, .*by chance or by cross-talk.*again/,
    );
    expect(report.findings.some(({ what }) => what === 'firings')).toBe(false);
  });

  it('counts the end of an answered pulse to the answer', async () => {
    const report = await onEmulated(new CrossTalk('water', 'closes', 49.5));
    expect(of(report, 'FAIL')).toMatchObject([{ text: expect.stringMatching(/answers water: 1 edge,/) }]);
    expect(of(report, 'WARN')).toEqual([]);
  });

  it('takes as long as it says', async () => {
    const rig = createEmulatedRig({ file, mouse: null });
    const stamps: number[] = [];
    rig.events$.subscribe(({ code, ticks }) => code === EventCode.output && stamps.push(ticks));
    const { quiet } = await test(rig);
    const ms = ticksBetween(quiet.startTicks, stamps.at(-1)!) / 2000;
    expect(ms / selfTestMs(file, true, 0)).toBeGreaterThan(0.9);
    expect(ms / selfTestMs(file, true, 0)).toBeLessThan(1.1);
  });

  it('fails a line that goes on and stays on', async () => {
    const report = await onEmulated(new ScriptedPins([{ atUs: 1_500_000, line: 'lick', on: true }]));
    expect(of(report, 'FAIL')).toMatchObject([{ what: 'lick', text: expect.stringMatching(/is on for .*polarity/) }]);
  });

  it('fires nothing when it may not, and says so', async () => {
    const rig = createEmulatedRig({ file, mouse: null });
    let outputs = 0;
    rig.events$.subscribe(({ code }) => {
      if (code === EventCode.output) outputs++;
    });
    const report = await test(rig, false);
    expect(outputs).toBe(0);
    expect(of(report, 'WARN')).toMatchObject([{ what: 'firings', text: expect.stringContaining('--fire') }]);
  });
});

it('fails a line that was on before the test began, by its going off', async () => {
  const virtual = findRigFile('virtual');
  const held = new ScriptedPins([
    { atUs: 0, line: 'lick', on: true },
    { atUs: 1_900_000, line: 'lick', on: false },
  ]);
  const report = await test(new VirtualRig({ file: virtual, mouse: held }), true, virtual);
  expect(of(report, 'FAIL')).toMatchObject([{ what: 'lick', text: expect.stringContaining('is on for 1.9 s') }]);
});

it('tells a valve that the envelope keeps shut', async () => {
  const dry = parseRigFile(
    JSON.stringify({ ...JSON.parse(findRigFile('virtual').text), waterPerSessionUl: 1 }),
    'test.json',
  );
  const rig = new VirtualRig({ file: dry, mouse: null });
  onTestFinished(() => rig.close());
  await rig.open();
  rig.events$.subscribe(({ seq }) => rig.acknowledge(seq));
  await rig.pulse('water', 500_000);
  const report = await selfTest({ rig, file: dry, fire: true, restMs: 0 });
  expect(of(report, 'FAIL')).toMatchObject([{ what: 'water', text: expect.stringContaining('was not opened') }]);
});

describe('sync pulses and frames in the rest', () => {
  const lines = {
    sync: { kind: 'sync', pin: 10, longestOnMs: 1000, random: { leastMs: 300, mostMs: 900, widthMs: 10 } },
    frames: { kind: 'frameClock', pin: 12, nominalHz: 30, leastPulseUs: 100 },
  };
  const text = JSON.parse(file.text);
  const imaging = parseRigFile(JSON.stringify({ ...text, lines: { ...text.lines, ...lines } }), 'imaging.json');

  async function seen(mouse: Mouse | null) {
    const rig = createEmulatedRig({ file: imaging, mouse });
    onTestFinished(() => rig.close());
    const identity = await rig.open();
    const { quiet } = await selfTest({ rig, file: imaging, fire: false, restMs: restToSee(imaging) });
    return {
      sync: checkSync(imaging, identity, quiet, rig.ticksPerMs),
      frames: checkFrames(imaging, quiet, rig.ticksPerMs),
      silent: checkSync(imaging, identity, { ...quiet, events: [] }, rig.ticksPerMs),
    };
  }

  it('passes pulses that come, and frames at their rate', async () => {
    const { sync, frames, silent } = await seen(new ScriptedPins(pulses('frames', 30, 5000, 100_000, 300)));
    expect(sync).toMatchObject([
      { what: 'sync', grade: 'PASS', text: expect.stringMatching(/^[2-6] sync pulses in 2\.0 s/) },
    ]);
    expect(silent).toMatchObject([{ grade: 'FAIL', text: expect.stringContaining('no sync pulse') }]);
    expect(frames).toMatchObject([{ grade: 'PASS', text: expect.stringContaining('frames at 30.0 Hz') }]);
  });

  it('warns of no frames, and of another rate', async () => {
    const none = await seen(null);
    expect(none.frames).toMatchObject([{ grade: 'WARN', text: expect.stringContaining('the microscope is off') }]);
    const slow = await seen(new ScriptedPins(pulses('frames', 15, 5000, 100_000, 200)));
    expect(slow.frames).toMatchObject([{ grade: 'WARN', text: expect.stringMatching(/at 15\.0 Hz, not 30/) }]);
  });
});

/** Opto light and its masking flash in whole sessions: at the pins, in the record, on screen, and what is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readTrials } from '#data/reads.ts';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { RigError } from '#hardware/rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { findTask } from '#protocols/registry.ts';
import { chooseRig, emulatedTime } from '#src/rigs.ts';
import { prepareTask } from '#src/session-task.ts';
import { PinWatch } from '../hardware/pin-watch.ts';
import { CYCLES_PER_MS } from '../hardware/raw-host.ts';
import { place } from './driver.ts';
import { live, quick } from './live-driver.ts';

const lit = { optoEpoch: 'lateDelay', optoShare: '0.5', lightMask: 'true' };
const set = (settings: Readonly<Record<string, string>>) =>
  `--set ${Object.entries(settings)
    .map((pair) => pair.join('='))
    .join(' ')}`;

describe('on a board', () => {
  it('light is a 40 Hz sine with a straight ramp down, and the flash shows in every trial without ramp', async () => {
    const file = findRigFile('emulated');
    const rig = createEmulatedRig({ file, mouse: null });
    const watch = (bit: number, port: 'B' | 'D' = 'B') => new PinWatch(rig.bench.mcu, port, bit);
    const [opto, mask, trial] = [watch(3, 'D'), watch(3), watch(1)];
    const settings = { ...quick, ...lit, lightAmplitude: '0.5', lightRampMs: '200' };
    const ran = await live(
      { file, rig, time: emulatedTime(rig), commit: 'session', mouse: null },
      { settings, limits: { trials: 8 } },
    );
    const plans = ran.read((db) => readTrials(db, 1)).map(({ plan }) => plan as TrialPlan);
    const starts = trial.changes.filter((_, index) => index % 2 === 0);
    expect(starts).toHaveLength(8);
    expect(new Set(plans.map(({ light }) => light!.on))).toEqual(new Set([true, false]));
    for (const [index, { light }] of plans.entries()) {
      const from = starts[index]! + 500 * CYCLES_PER_MS;
      const before = from - 2 * CYCLES_PER_MS;
      const after = from + 505 * CYCLES_PER_MS;
      expect([opto, mask].map((pin) => pin.brightness(starts[index]!, before))).toEqual([0, 0]);
      expect([opto, mask].map((pin) => pin.brightness(after, after + 500 * CYCLES_PER_MS))).toEqual([0, 0]);
      const sine = (ms: number) => (1 - Math.cos(2 * Math.PI * 0.04 * ms)) / 2;
      const errors = (pin: PinWatch, wanted: (ms: number) => number) =>
        pin
          .perMs(from, 500)
          .map((share, ms) => Math.abs(share - wanted(ms)))
          .sort((a, b) => a - b);
      const flash = errors(mask, sine);
      const light_ = errors(opto, (ms) => (light!.on ? 0.5 * sine(ms) * Math.min(1, (500 - ms) / 200) : 0));
      expect([flash[250]! < 0.06, flash[475]! < 0.2]).toEqual([true, true]);
      expect([light_[250]! < 0.03, light_[475]! < 0.1]).toEqual([true, true]);
      expect(opto.brightness(from, from + 300 * CYCLES_PER_MS)).toBeCloseTo(light!.on ? 0.25 : 0, 1.9);
    }
  });
});

describe('the rig is told of a wave', () => {
  it('once before the first trial, and again before the first trial with another', async () => {
    const chosen = chooseRig({ rig: 'virtual', seed: 5, empty: true });
    const log: string[] = [];
    const rig = new Proxy(chosen.rig, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (name === 'shape') log.push(`${given[0]} ${JSON.stringify(given[1])}`);
          if (name === 'runTrial') log.push(`trial ${given[0]}`);
          return value.apply(target, given);
        };
      },
    });
    await live(
      { ...chosen, rig },
      {
        settings: { ...quick, ...lit },
        change: (ready) => ({
          ...ready,
          planner: {
            structures: () => ready.planner.structures(),
            next: (history) => {
              const drawn = ready.planner.next(history);
              const input = drawn.input as TrialPlan;
              const wave = { ...input.light!.wave, frequencyHz: history.length < 2 ? 40 : 20 };
              return { ...drawn, input: { ...input, light: { ...input.light!, on: true, wave } } };
            },
          },
        }),
      },
    );
    const sine = { shape: 'sine', amplitude: 1, frequencyHz: 40, dutyFraction: 1, rampUpMs: 0, rampDownMs: 0 };
    const told = (line: string, wave: object) => `${line} ${JSON.stringify({ ...sine, ...wave })}`;
    expect(log.slice(0, 2).sort()).toEqual([told('maskingLight', {}), told('opto', { rampDownMs: 100 })]);
    expect(log.slice(2)).toEqual([
      ...['trial 1', 'trial 2'],
      ...[told('opto', { rampDownMs: 100, frequencyHz: 20 }), told('maskingLight', { frequencyHz: 20 })],
      ...['trial 3', 'trial 4'],
    ]);
  });
});

describe('the record and the screen', () => {
  it('hold the light of each trial as planned, and say so in words', async () => {
    const { rig, file } = place();
    const ran = await rig(
      `run --subject M001 --rig virtual --trials 8 --seed 7 --db a.sqlite ${set(lit)} lightAmplitude=0.4`,
    );
    const db = openRecord(file('a.sqlite'), { mode: 'read' });
    const trials = readTrials(db, 1);
    db.close();
    const wave = {
      from: 'lateDelay',
      to: 'lateDelay',
      waveform: 'sine',
      frequencyHz: 40,
      dutyFraction: null,
      masked: true,
      powerMw: null,
      calibration: null,
    };
    const shown = { ...wave, sham: null, drive: 0.4, rampMs: 100, rampSide: 'inside' };
    const flash = { ...wave, sham: 'maskOnly', drive: 0, rampMs: 0, rampSide: null };
    const on = trials.map(({ plan }) => (plan as TrialPlan).light!.on);
    expect(on.filter(Boolean).length).toBeGreaterThan(1);
    expect(trials.map(({ light }) => light)).toEqual(on.map((is) => (is ? shown : flash)));

    const { out } = await rig('trials 1 --db a.sqlite');
    const words = on.map((is) => (is ? 'late delay, sine 40 Hz, at 40 %, ramp 100 ms, masked' : 'masking flash only'));
    const lines = out.split('\n').filter((line) => /^ +\d+ {2}[AB]-[CD]/.test(line));
    expect(lines.map((line, index) => line.includes(` ${words[index]} `))).toEqual(on.map(() => true));
    expect(ran.out.match(/opto light in late delay$/gm)).toHaveLength(on.filter(Boolean).length);

    const rows = JSON.parse((await rig('trials 1 --json --db a.sqlite')).out) as Record<string, unknown>[];
    expect(rows.map((row) => [row.lit, row.masked, row.rampMs])).toEqual(on.map((is) => [is, true, is ? 100 : null]));
    expect((await rig('trials 1 --csv --db a.sqlite')).out).not.toContain('[object');
  });

  it('have no column for it in a session without any', async () => {
    const { rig } = place();
    await rig('run --subject M001 --rig virtual --trials 4 --seed 7 --db a.sqlite');
    expect((await rig('trials 1 --db a.sqlite')).out).not.toContain('opto light');
  });
});

describe('refused before the first trial', () => {
  const rigFile = (name: string, change: (file: { lines: Record<string, { pin: number }> }) => void) => {
    const file = JSON.parse(readFileSync(new URL(`../../hardware/rigs/${name}.json`, import.meta.url), 'utf8'));
    change(file);
    return JSON.stringify(file);
  };
  it('is a wave on stock firmware, which draws none', () => {
    const prepare = (settings: Record<string, string>) =>
      prepareTask(findTask('delayed-association'), settings, 1, findRigFile('bench-firmata'));
    const light = { optoEpoch: 'choice', optoShare: '0.1' };
    expect(() => prepare(light)).toThrow(/"opto" of the rig bench-firmata hangs on stock firmware.*lightRampMs=0/);
    expect(() => prepare({ ...light, lightWaveform: 'constant' })).toThrow(/stock firmware/);
    const plain = { lightWaveform: 'constant', lightRampMs: '0', lightAmplitude: '0.5' };
    expect(() => prepare({ ...light, ...plain })).not.toThrow();
  });

  it('is what the rig itself cannot show: no session comes of it', async () => {
    const chosen = chooseRig({ rig: 'virtual', seed: 5 });
    const refused = new RigError('programRefused', 'A wave would be drawn too coarsely. Choose constant light.');
    const rig = new Proxy(chosen.rig, {
      get: (target, name) => {
        if (name === 'shape') return () => Promise.reject(refused);
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { report, err } = await live({ ...chosen, rig }, { settings: lit });
    expect(report).toMatchObject({ session: null, ending: { reason: 'fault', fault: refused } });
    expect(err).toContain('Choose constant light.');
  });

  const sessions = async (at: ReturnType<typeof place>) => (await at.rig('sessions --db a.sqlite')).out;

  it('is a wave on a pin that only goes on and off, with what to wire or set; plain light there is not', async () => {
    const at = place();
    const swapped = rigFile('virtual', ({ lines }) => {
      lines.opto!.pin = 10;
      lines.maskingLight!.pin = 12;
    });
    writeFileSync(at.file('swapped.json'), swapped);
    const run = 'run --subject M001 --rig ./swapped.json --trials 2 --db a.sqlite';
    const { code, err } = await at.rig(`${run} ${set({ optoEpoch: 'choice', optoShare: '0.1' })}`);
    expect(code).toBe(1);
    expect(err).toMatch(
      /"opto" .* pin 10, .*Wire it to pin 3 or 11, or set lightWaveform=constant.*Nothing was started/,
    );
    const plain = { ...lit, lightWaveform: 'constant', lightRampMs: '0' };
    expect((await at.rig(`${run} ${set({ ...plain, lightAmplitude: '0.5' })}`)).err).toContain('"opto"');
    expect((await at.rig(`${run} ${set({ ...lit, optoShare: '0' })}`)).err).toMatch(
      /"maskingLight".*set lightMask=false/,
    );
    expect((await at.rig(`${run} ${set(plain)}`)).code).toBe(0);
    expect((await sessions(at)).match(/M001/g)).toHaveLength(1);
  });

  it('is a task that is more than the board can hold, with settings that each would make it fit', async () => {
    const at = place();
    const large = { responseMode: 'two-spout', licksToAnswer: '3', optoEpoch: 'choice', optoShare: '0.01' };
    const run = (rig: string, settings: Record<string, string>) =>
      at.rig(`run --subject M001 --rig ${rig} --trials 1 --seed 1 --db a.sqlite ${set(settings)}`);
    const { code, err } = await run('two-spout', large);
    expect(code).toBe(1);
    expect(err).toMatch(/needs \d{3} bytes; the board holds 480\. Set one of licksToAnswer=2, lightRampMs=0; or/);
    expect(err).toContain('Nothing was started');
    expect((await run('two-spout', { ...large, licksToAnswer: '2' })).code).toBe(0);
    expect((await run('two-spout', { ...large, lightRampMs: '0' })).code).toBe(0);
    writeFileSync(
      at.file('virtual.json'),
      rigFile('two-spout', (file) => Object.assign(file, { kind: 'virtual' })),
    );
    expect((await run('./virtual.json', large)).code).toBe(0);
    expect((await sessions(at)).match(/M001/g)).toHaveLength(3);
  });
});

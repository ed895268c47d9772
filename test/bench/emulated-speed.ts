/**
 * Emulated seconds per second: the emulated rig in lock-step with the committed firmware, 20 s trials, 10 licks a second,
 * against avr8js as it comes (its own timers, serial line and ports, no leap over sleep) on the same binary and licks.
 */
import {
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  avrInstruction,
  CPU,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from 'avr8js';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { ScriptedMouse } from '../hardware/scripted-mouse.ts';
import { goTrial, lickEdgesMs, TRIAL_MS } from './go-trial.ts';
import { median } from './statistics.ts';

const LICKS_PER_S = 10;
/** `lick` of the emulated rig's file: D2. */
const LICK_BIT = 2;

export interface EmulatedSpeed {
  /** Emulated seconds in one of ours: the median over the trials. */
  readonly emulated: number;
  readonly stock: number;
}

/** One trial more than `trials` is run, to warm up. */
export async function emulatedSpeed(trials: number, stockMs: number): Promise<EmulatedSpeed> {
  const licks = (TRIAL_MS / 1000) * LICKS_PER_S;
  const mouse = new ScriptedMouse();
  mouse.script = lickEdgesMs(licks).map(({ atMs, on }) => ({ ms: atMs, line: 'lick', on }));
  const rig = createEmulatedRig({ file: findRigFile('emulated'), mouse });
  let edges = 0;
  rig.events$.subscribe(({ seq, code }) => {
    rig.acknowledge(seq);
    if (code === EventCode.input) edges++;
  });
  await rig.open();
  const bound = bind(compile(twoOdourTrial, goTrial, rig.lines), {}, rig.ticksPerMs);
  const speeds: number[] = [];
  for (let trial = 1; trial <= trials + 1; trial++) {
    const cyclesBefore = rig.bench.mcu.cycles;
    const began = performance.now();
    edges = 0;
    await rig.runTrial(trial, bound, null);
    const seconds = (performance.now() - began) / 1000;
    if (edges !== licks * 2) throw new Error(`The board recorded ${edges} of ${licks * 2} lick edges: no measurement.`);
    speeds.push((rig.bench.mcu.cycles - cyclesBefore) / CYCLES_PER_SECOND / seconds);
  }
  await rig.close();
  return { emulated: median(speeds.slice(1)), stock: stockSpeed(stockMs) };
}

/** No host talks to this board, so it waits in its main loop: that favours it. */
function stockSpeed(runMs: number): number {
  const cpu = new CPU(firmwareImage());
  for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config);
  new AVRUSART(cpu, usart0Config, CYCLES_PER_SECOND);
  for (const config of [portBConfig, portCConfig]) new AVRIOPort(cpu, config);
  const lick = new AVRIOPort(cpu, portDConfig);
  const halfPeriod = CYCLES_PER_SECOND / LICKS_PER_S / 2;
  let level = false;
  const began = performance.now();
  for (let edgeAt = halfPeriod; performance.now() - began < runMs; ) {
    for (let instruction = 0; instruction < 1000; instruction++) {
      avrInstruction(cpu);
      cpu.tick();
    }
    if (cpu.cycles < edgeAt) continue;
    level = !level;
    lick.setPin(LICK_BIT, level);
    edgeAt += halfPeriod;
  }
  return cpu.cycles / CYCLES_PER_SECOND / ((performance.now() - began) / 1000);
}

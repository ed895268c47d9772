/**
 * How much of the Uno's 2,048 bytes of RAM a firmware really uses: run on the emulated board through all that makes its
 * stack deep. At boot the firmware paints what the stack may use (boot.c); the paint that is left is what nothing reached.
 */
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { RandomStream } from '#machines/random.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { createEmulatedRig, type EmulatedRig } from '../emulator/emulated-rig.ts';
import { parseRigFile } from '../rig-file.ts';

export interface MemoryUse {
  /** Variables. */
  readonly staticBytes: number;
  /** The deepest the stack was. */
  readonly stackBytes: number;
}

/** Of 2,048 bytes: what a deeper call than any seen here would need is left free. */
export const MOST_RAM_BYTES = 1792;

const RAM_START = 0x100;
const RAM_END = 0x900;
const PAINT = 0xa5;
const CYCLES_PER_MS = 16_000;
const TRIALS = 8;

const valve = (pin: number) => ({ kind: 'odour', pin, longestOnMs: 1000 });
const file = parseRigFile(
  JSON.stringify({
    name: 'memory',
    kind: 'emulated',
    board: 'uno',
    lines: {
      odourA: valve(4),
      odourB: valve(5),
      odourC: valve(6),
      odourD: valve(7),
      water: { kind: 'water', pin: 8, longestOnMs: 1000, flowUlPerS: 10 },
      opto: { kind: 'opto', pin: 3, longestOnMs: 1000 },
      maskingLight: { kind: 'opto', pin: 11, longestOnMs: 1000 },
      trial: { kind: 'sync', pin: 9, longestOnMs: 5000 },
      clock: { kind: 'sync', pin: 10, longestOnMs: 5000, random: { leastMs: 60, mostMs: 90, widthMs: 10 } },
      lamp: { kind: 'lamp', pin: 13, longestOnMs: 5000 },
      lick: { kind: 'lick', pin: 2, refractoryMs: 1 },
      frames: { kind: 'frameClock', pin: 'A0' },
    },
    exclusive: [['odourA', 'odourB', 'odourC', 'odourD']],
  }),
  'the rig of the memory measurement',
);

const durations = {
  baselineMs: 60,
  odour1Ms: 60,
  earlyDelayMs: 60,
  lateDelayMs: 60,
  odour2Ms: 60,
  answerStartMs: 0,
  choiceMs: 150,
  rewardDelayMs: 0,
  waterMs: 20,
  consumptionMs: 60,
  timeoutMs: 0,
};
const plan: TrialPlan = {
  odour1: 'A',
  odour2: 'C',
  spouts: ['centre'],
  rewarded: 'centre',
  licksToAnswer: 3,
  rewardDelayed: false,
  abortOnEarlyLick: false,
  freeOnMiss: false,
  light: null,
  durations,
};

/** `flash`: as `parseIntelHex` returns it. A session in lock-step, and bench mode before it, without lines, and after it. */
export async function memoryUse(flash: Uint16Array): Promise<MemoryUse> {
  const rig = createEmulatedRig({ file, mouse: null, flash });
  benchMode(rig);
  await runSession(rig);
  benchMode(rig);
  return unpainted(rig.bench.mcu.data);
}

/** Every Firmata message there is, requests while replies are on their way, and refusals in words. */
function benchMode({ bench: { mcu } }: EmulatedRig): void {
  const send = (...bytes: number[]) => {
    for (const byte of bytes) mcu.receive(byte);
    run(mcu, 5);
  };
  run(mcu, 30);
  send(0xf0, 0x6b, 0xf7, 0xf0, 0x69, 0xf7, 0xf0, 0x79, 0xf7, 0xf9);
  for (let pin = 0; pin < 20; pin++) {
    for (const mode of [0, 1, 2, 3, 11]) send(0xf4, pin, mode, 0xf5, pin, 1, 0xf0, 0x6d, pin, 0xf7);
    send(0xf0, 0x6f, pin, 0x7f, 0, 0xf7);
  }
  for (let port = 0; port < 3; port++) send(0xd0 | port, 1, 0x90 | port, 0x7f, 1);
  for (let channel = 0; channel < 6; channel++) send(0xf4, 14 + channel, 2, 0xc0 | channel, 1, 0xe3, 0x40, 0);
  run(mcu, 100);
  send(0xff);
}

async function runSession(rig: EmulatedRig): Promise<void> {
  const { mcu } = rig.bench;
  rig.events$.subscribe({ next: ({ seq }) => rig.acknowledge(seq) });
  await rig.open();
  const wave = { amplitude: 1, frequencyHz: 40, dutyFraction: 0.5, rampUpMs: 20, rampDownMs: 100 };
  await rig.shape('opto', { ...wave, shape: 'sine' });
  await rig.shape('maskingLight', { ...wave, shape: 'square' });
  await rig.pulse('opto', 100_000);
  const bound = bind(compile(twoOdourTrial, plan, rig.lines), { ...durations }, rig.ticksPerMs);
  const random = new RandomStream(1, 'edges');
  for (let trial = 1; trial <= TRIALS; trial++) {
    const from = mcu.cycles;
    for (let ms = 0; ms < 500; ms++) {
      // Edges at any phase, so that they fall into every part of the engine and the main loop.
      mcu.setPin('D2', ms % 2 === 0, from + Math.round((ms + random.float()) * CYCLES_PER_MS));
      if (ms % 5 === 0) mcu.setPin('C0', ms % 10 === 0, from + Math.round((ms + random.float()) * CYCLES_PER_MS));
    }
    const running = rig.runTrial(trial, bound, null);
    const questions = Array.from({ length: 20 }, () => rig.timing());
    if (trial === TRIALS) rig.lockStep.after(150, () => void rig.abort('measured'));
    await running;
    await Promise.all(questions);
  }
  // Longer than its line may be on: the envelope ends it, bars the line and lights the lamp.
  const long = bind(compile(twoOdourTrial, plan, rig.lines), { ...durations, odour1Ms: 1500 }, rig.ticksPerMs);
  await rig.runTrial(TRIALS + 1, long, null);
  await rig.close();
}

function run(mcu: EmulatedRig['bench']['mcu'], ms: number): void {
  for (const until = mcu.cycles + ms * CYCLES_PER_MS; mcu.cycles < until; ) mcu.runUntil(until);
}

/** The longest stretch of paint lies between variables and stack. */
function unpainted(data: Uint8Array): MemoryUse {
  let best = { from: RAM_END, to: RAM_END };
  for (let from = RAM_START; from < RAM_END; ) {
    let to = from;
    while (to < RAM_END && data[to] === PAINT) to++;
    if (to - from > best.to - best.from) best = { from, to };
    from = to + 1;
  }
  return { staticBytes: best.from - RAM_START, stackBytes: RAM_END - best.to };
}

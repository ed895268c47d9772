/**
 * Lick edge to water edge at the pins of the emulated board, in exact CPU cycles: the two-odour trial with short
 * durations, one lick a trial at a random phase of the choice period.
 */

import { BoardRig } from '#hardware/board/board-rig.ts';
import { Bench } from '#hardware/emulator/bench.ts';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { LockStep } from '#hardware/emulator/lock-step.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import { hostFrame } from '#hardware/link/frame.ts';
import { encodeCommand } from '#hardware/link/messages.ts';
import { parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { RandomStream } from '#machines/random.ts';
import { type TwoOdourPlan, twoOdourTrial } from '#machines/two-odour-trial.ts';
import { EventCode } from '#machines/vocabulary.ts';

const CYCLES_PER_MS = 16_000;

export interface LatencyResult {
  /** Cycles, ascending. */
  readonly cycles: readonly number[];
  readonly inputEdgesPerS: number;
  readonly bytesToBoardPerS: number;
  readonly bytesFromBoardPerS: number;
  readonly lostEvents: number;
  readonly overruns: number;
}

const file: RigFile = parseRigFile(
  JSON.stringify({
    name: 'bench',
    kind: 'emulated',
    board: 'uno',
    lines: {
      odourA: { kind: 'odour', pin: 4, longestOnMs: 5000 },
      odourC: { kind: 'odour', pin: 6, longestOnMs: 5000 },
      water: { kind: 'water', pin: 8, longestOnMs: 1000, flowUlPerS: 100 },
      opto: { kind: 'opto', pin: 10, longestOnMs: 5000 },
      trial: { kind: 'sync', pin: 9, longestOnMs: 60000 },
      lick: { kind: 'lick', pin: 2 },
      lickLeft: { kind: 'lick', pin: 3 },
      frames: { kind: 'frameClock', pin: 'A0' },
    },
    exclusive: [['odourA', 'odourC']],
  }),
  'the bench rig',
);

const plan: TwoOdourPlan = {
  odour1: 'A',
  odour2: 'C',
  spouts: ['centre'],
  rewarded: 'centre',
  licksToAnswer: 1,
  rewardDelayed: false,
  abortOnEarlyLick: false,
  opto: 'choice',
  durations: {
    baselineMs: 2,
    odour1Ms: 2,
    earlyDelayMs: 2,
    lateDelayMs: 2,
    odour2Ms: 2,
    answerStartMs: 0,
    choiceMs: 20,
    rewardDelayMs: 0,
    waterMs: 2,
    consumptionMs: 5,
    timeoutMs: 0,
  },
};
const CHOICE_AT_MS = 10;

/** `load`: the other lick line at 450 Hz, frame clock 100 Hz, the line full towards the board and nearly so from it. */
export async function lickToWater(licks: number, load: boolean): Promise<LatencyResult> {
  const random = new RandomStream(20240501, 'bench');
  const mcu = new AtMega328p(firmwareImage());
  const bench = new Bench(mcu, file, null);
  const lockStep = new LockStep(bench);
  const line = new Line(mcu);
  const port = { ...lockStep.port(), write: (bytes: Uint8Array) => line.write(bytes) };
  const rig = new BoardRig({ file, kind: 'emulated', clock: lockStep, connect: async () => port });
  const counts = { edges: 0, received: 0, lost: 0 };
  rig.events$.subscribe((event) => {
    rig.acknowledge(event.seq);
    if (event.code === EventCode.input) counts.edges++;
    if (event.code === EventCode.lost) counts.lost += event.value;
  });
  await lockStep.wait(rig.open());
  const beganAt = mcu.cycles;
  mcu.onByte(() => counts.received++);

  const cycles: number[] = [];
  let lickAt = Number.POSITIVE_INFINITY;
  mcu.onPin((name, levels, cycle) => {
    if (name !== 'B' || !(levels & 1) || lickAt === Number.POSITIVE_INFINITY) return;
    cycles.push(cycle - lickAt);
    lickAt = Number.POSITIVE_INFINITY;
  });

  const program = new ProgramCache(rig.lines).get(twoOdourTrial, plan).program;
  const bound = bind(program, { ...plan.durations }, rig.ticksPerMs);
  const stop = load ? startLoad(mcu, line, random) : () => {};
  for (let trial = 1; cycles.length < licks; trial++) {
    const running = rig.runTrial(trial, bound, null);
    // The trial's own trial line says when it began.
    const off = mcu.onPin((name, levels, cycle) => {
      if (name !== 'B' || !(levels & 2)) return;
      off();
      lickAt = Math.round(cycle + (CHOICE_AT_MS + 1 + random.float() * 17) * CYCLES_PER_MS);
      mcu.setPin('D2', true, lickAt);
      mcu.setPin('D2', false, lickAt + 1 * CYCLES_PER_MS);
    });
    await lockStep.wait(running);
  }
  stop();
  const seconds = (mcu.cycles - beganAt) / 16e6;
  await lockStep.wait(rig.close());
  return {
    cycles: cycles.sort((a, b) => a - b),
    inputEdgesPerS: counts.edges / seconds,
    bytesToBoardPerS: line.sent / seconds,
    bytesFromBoardPerS: counts.received / seconds,
    lostEvents: counts.lost,
    overruns: mcu.overruns,
  };
}

const CYCLES_PER_BYTE = 640;
/** The load is put on pins and line this far ahead, and topped up whenever the board does something. */
const AHEAD_CYCLES = CYCLES_PER_MS;

/** The line towards the board: whole frames, one after another. */
class Line {
  sent = 0;
  freeAt = 0;
  readonly #mcu: AtMega328p;

  constructor(mcu: AtMega328p) {
    this.#mcu = mcu;
  }

  write(bytes: Uint8Array): void {
    this.freeAt = Math.max(this.freeAt, this.#mcu.cycles);
    for (const byte of bytes) {
      this.#mcu.receive(byte, this.freeAt);
      this.freeAt += CYCLES_PER_BYTE;
      this.sent++;
    }
  }
}

function startLoad(mcu: AtMega328p, line: Line, random: RandomStream): () => void {
  let edge = mcu.cycles;
  let level = false;
  let frame = mcu.cycles;
  let frameLevel = false;
  let id = 0;
  let filling = false;
  const fill = () => {
    if (filling) return;
    filling = true;
    const until = mcu.cycles + AHEAD_CYCLES;
    while (edge < until) {
      edge += Math.round((0.7 + 0.6 * random.float()) * CYCLES_PER_MS);
      level = !level;
      mcu.setPin('D3', level, edge);
    }
    while (frame < until) {
      frame += 5 * CYCLES_PER_MS;
      frameLevel = !frameLevel;
      mcu.setPin('C0', frameLevel, frame);
    }
    while (line.freeAt < until) {
      id = (id + 1) & 0xff;
      line.write(hostFrame(encodeCommand(id % 6 === 0 ? 'hello' : 'ack', id, 0, { next: 0 })));
    }
    filling = false;
  };
  fill();
  const offs = [mcu.onPin(fill), mcu.onByte(fill)];
  return () => {
    for (const off of offs) off();
  };
}

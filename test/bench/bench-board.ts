/**
 * The emulated board that latencies and durations are measured on, in lock-step, idle or with everything at once: another
 * lick line at 1,000 edges/s, a 100 Hz frame clock, a 40 Hz sine with ramps on the light, sync pulses, and the serial
 * line full towards the board and nearly so from it.
 */
import { BoardRig } from '#hardware/board/board-rig.ts';
import { Bench } from '#hardware/emulator/bench.ts';
import type { ClockError } from '#hardware/emulator/board-clock.ts';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { LockStep } from '#hardware/emulator/lock-step.ts';
import { AtMega328p } from '#hardware/emulator/mcu.ts';
import { hostFrame } from '#hardware/link/frame.ts';
import { encodeCommand } from '#hardware/link/messages.ts';
import { parseRigFile } from '#hardware/rig-file.ts';
import { RandomStream } from '#machines/random.ts';
import { EventCode } from '#machines/vocabulary.ts';

export const CYCLES_PER_MS = 16_000;
const CYCLES_PER_BYTE = 640;
/** The load is put on pins and line this far ahead, and topped up whenever the board does something. */
const AHEAD_CYCLES = CYCLES_PER_MS;

const lines = {
  odourA: { kind: 'odour', pin: 4, longestOnMs: 5000 },
  odourC: { kind: 'odour', pin: 6, longestOnMs: 5000 },
  water: { kind: 'water', pin: 8, longestOnMs: 1000, flowUlPerS: 10 },
  opto: { kind: 'opto', pin: 11, longestOnMs: 5000, dutyFraction: 1 },
  trial: { kind: 'sync', pin: 9, longestOnMs: 60_000 },
  lick: { kind: 'lick', pin: 2 },
  lickLeft: { kind: 'lick', pin: 3 },
  frames: { kind: 'frameClock', pin: 'A0' },
};
const pulses = { kind: 'sync', pin: 12, longestOnMs: 1000, random: { leastMs: 50, mostMs: 150, widthMs: 5 } };

export interface BenchBoard {
  readonly rig: BoardRig;
  readonly mcu: AtMega328p;
  readonly lockStep: LockStep;
  readonly counts: { readonly edges: number; readonly received: number; readonly lost: number; readonly sent: number };
  stopLoad(): void;
}

/** Opened; with `load`, loaded. */
export async function openBenchBoard(load: boolean, clock?: ClockError): Promise<BenchBoard> {
  const file = parseRigFile(
    JSON.stringify({
      name: 'bench',
      kind: 'emulated',
      board: 'uno',
      waterPerSessionUl: 20_000,
      lines: load ? { ...lines, pulses } : lines,
      exclusive: [['odourA', 'odourC']],
    }),
    'the bench rig',
  );
  const mcu = new AtMega328p(firmwareImage());
  const bench = new Bench(mcu, file, null, clock);
  const lockStep = new LockStep(bench);
  const line = new HostLine(mcu);
  const rig = new BoardRig({
    file,
    kind: 'emulated',
    clock: lockStep,
    connect: async () => ({ ...lockStep.port(), write: (bytes: Uint8Array) => line.write(bytes) }),
  });
  const counts = { edges: 0, received: 0, lost: 0, sent: 0 };
  rig.events$.subscribe((event) => {
    rig.acknowledge(event.seq);
    if (event.code === EventCode.input) counts.edges++;
    if (event.code === EventCode.lost) counts.lost += event.value;
  });
  await lockStep.wait(rig.open());
  await lockStep.wait(
    rig.shape('opto', {
      shape: 'sine',
      amplitude: 1,
      frequencyHz: 40,
      dutyFraction: 0.5,
      rampUpMs: 5,
      rampDownMs: 5,
    }),
  );
  line.counts = counts;
  mcu.onByte(() => counts.received++);
  const stopLoad = load ? startLoad(mcu, line) : () => {};
  return { rig, mcu, lockStep, counts, stopLoad };
}

/** The line towards the board: whole frames, one after another. */
class HostLine {
  counts = { sent: 0 };
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
      this.counts.sent++;
    }
  }
}

function startLoad(mcu: AtMega328p, line: HostLine): () => void {
  const random = new RandomStream(20240501, 'load');
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

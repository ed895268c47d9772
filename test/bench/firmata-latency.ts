/**
 * Lick edge to water edge when XState runs the trial on the host, through johnny-five: the same trial, licks and emulated
 * board as for the firmware's own engine, which here stands in bench mode. Exact cycles of the pins, in lock-step, where
 * the host's work costs nothing; what it costs on this machine is measured beside it.
 *
 * The line runs at 250000 baud, where the six bytes of report and write take 240 us. Stock firmware runs at 57600, where
 * they take 1042 us, and a USB adapter adds up to its latency timer (16 ms on an FTDI chip as it comes).
 */
import { performance } from 'node:perf_hooks';
import { CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';
import { parseRigFile } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { RandomStream } from '#machines/random.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { steppedFirmataRig } from '../hardware/firmata-step.ts';
import { plan } from './lick-to-water.ts';
import { median, quantile } from './statistics.ts';

export interface FirmataLatency {
  readonly medianUs: number;
  readonly p999Us: number;
  readonly worstUs: number;
  /** Real time from the last byte of the lick's report to the write of the water, in this process. */
  readonly hostMedianUs: number;
}

const file = parseRigFile(
  JSON.stringify({
    name: 'bench',
    kind: 'firmata',
    board: 'uno',
    simulated: true,
    find: { port: 'memory' },
    lines: {
      odourA: { kind: 'odour', pin: 4, longestOnMs: 5000 },
      odourC: { kind: 'odour', pin: 6, longestOnMs: 5000 },
      water: { kind: 'water', pin: 8, longestOnMs: 1000, flowUlPerS: 100 },
      opto: { kind: 'opto', pin: 10, longestOnMs: 5000, dutyFraction: 1 },
      trial: { kind: 'sync', pin: 9, longestOnMs: 60000 },
      lick: { kind: 'lick', pin: 2 },
    },
    exclusive: [['odourA', 'odourC']],
    waterPerSessionUl: 20_000,
  }),
  'the bench rig',
);

const CYCLES_PER_US = CYCLES_PER_SECOND / 1e6;
const CYCLES_PER_MS = CYCLES_PER_SECOND / 1000;
/** Baseline to second odour of the plan. */
const CHOICE_AT_MS = 10;
/** Firmata's DIGITAL_MESSAGE for pins 8 to 13, where the water valve hangs. */
const WRITE_PORT_B = 0x91;
const WATER = 1;
const TRIAL = 2;

export async function firmataLatency(licks: number): Promise<FirmataLatency> {
  const random = new RandomStream(20240501, 'bench');
  const rig = steppedFirmataRig(file, null);
  const { mcu } = rig.bench;
  await rig.open();
  const cycles: number[] = [];
  const hostUs: number[] = [];
  let lickAt = Number.POSITIVE_INFINITY;
  let heardMs: number | null = null;
  rig.line.toHost = (byte) => {
    if (mcu.cycles > lickAt) heardMs = performance.now();
    return [byte];
  };
  rig.line.toBoard = (byte) => {
    if (byte === WRITE_PORT_B && heardMs !== null) hostUs.push((performance.now() - heardMs) * 1000);
    heardMs = null;
    return [byte];
  };
  mcu.onPin((port, levels, cycle) => {
    if (port !== 'B' || !(levels & WATER) || lickAt === Number.POSITIVE_INFINITY) return;
    cycles.push(cycle - lickAt);
    lickAt = Number.POSITIVE_INFINITY;
  });
  const { program } = new ProgramCache(rig.lines).get(twoOdourTrial, plan);
  const bound = bind(program, { ...plan.durations }, rig.ticksPerMs);
  for (let trial = 1; cycles.length < licks; trial++) {
    const off = mcu.onPin((port, levels, cycle) => {
      if (port !== 'B' || !(levels & TRIAL)) return;
      off();
      // The last one is answered before the choice period ends, 20 ms after it began.
      lickAt = Math.round(cycle + (CHOICE_AT_MS + 1 + random.float() * 17) * CYCLES_PER_MS);
      mcu.setPin('D2', true, lickAt);
      mcu.setPin('D2', false, lickAt + CYCLES_PER_MS);
    });
    await rig.runTrial(trial, bound, null, { chart: twoOdourTrial, input: plan });
  }
  await rig.close();
  const us = cycles.map((count) => count / CYCLES_PER_US).sort((a, b) => a - b);
  return {
    medianUs: quantile(us, 0.5),
    p999Us: quantile(us, 0.999),
    worstUs: quantile(us, 1),
    hostMedianUs: median(hostUs),
  };
}

/**
 * `npm run bench`: what the house holds itself to, each figure beside its comparator from the same run.
 * `-- --json` prints one array of {name, value, unit, comparator, comparatorValue, ratio}; ratio = value / comparatorValue.
 * `-- --quick` measures less, for a first look and for the test of this script.
 */
import { cpus } from 'node:os';
import { CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';
import { delayInTrueTime, stateDurations } from './durations.ts';
import { emulatedSpeed } from './emulated-speed.ts';
import { firmataLatency } from './firmata-latency.ts';
import { interpreterAgainstActor, LICKS_A_TRIAL } from './interpreter.ts';
import { type LatencyResult, lickToWater } from './lick-to-water.ts';
import { nightly } from './nightly.ts';
import { recording, TRIALS_A_SESSION } from './recording.ts';
import { quantile } from './statistics.ts';

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly comparator: string;
  readonly comparatorValue: number;
  readonly ratio: number;
}

const quick = process.argv.includes('--quick');
const json = process.argv.includes('--json');
const size = quick
  ? {
      rounds: 1,
      trials: 500,
      actorTrials: 20,
      licks: 60,
      hostLicks: 20,
      sessions: 1,
      emulatedTrials: 1,
      stockMs: 100,
      trialsTimed: 10,
      trialsTrue: 3,
      night: { subjects: 4, sessionsEach: 10, trialsEach: 100 },
    }
  : {
      rounds: 5,
      trials: 50_000,
      actorTrials: 400,
      licks: 5000,
      hostLicks: 1000,
      sessions: 20,
      emulatedTrials: 15,
      stockMs: 2000,
      trialsTimed: 500,
      trialsTrue: 8,
      night: { subjects: 100, sessionsEach: 500, trialsEach: 200 },
    };

const rows: Row[] = [];
const notes: string[] = [];

function row(name: string, value: number, unit: string, comparator: string, comparatorValue: number): void {
  rows.push({ name, value, unit, comparator, comparatorValue, ratio: value / comparatorValue });
}

const CYCLES_PER_US = CYCLES_PER_SECOND / 1e6;
/** Bpod runs its state machine every 100 us (Sanworks, Bpod state machine r2 specification). */
const BPOD_CYCLE_US = 100;
/** Akam et al. 2022, eLife 11:e67846: 556 +/- 17 us from input edge to output edge on the pyboard. */
const PYCONTROL_US = 556;

function latencyRows(load: string, { cycles }: LatencyResult): void {
  const figures = [
    ['min', quantile(cycles, 0)],
    ['median', quantile(cycles, 0.5)],
    ['p99.9', quantile(cycles, 0.999)],
    ['worst', quantile(cycles, 1)],
  ] as const;
  for (const [figure, count] of figures) {
    const name = `lick to water, ${load}, ${figure} of ${cycles.length}`;
    row(name, count, 'CPU cycles (exact, emulated)', 'Bpod cycle, physical, published', BPOD_CYCLE_US * CYCLES_PER_US);
    row(name, count / CYCLES_PER_US, 'us', 'pyControl, physical, published', PYCONTROL_US);
  }
}

const speed = interpreterAgainstActor(size.rounds, size.trials, size.actorTrials);
row(
  `interpreter, two-odour go trial, ${LICKS_A_TRIAL} licks, ${speed.eventsATrial} events`,
  speed.interpreterTrialsPerS,
  'trials/s',
  'XState actor, same chart and licks',
  speed.actorTrialsPerS,
);

latencyRows('idle', await lickToWater(size.licks, false));
const loaded = await lickToWater(size.licks, true);
latencyRows('under load', loaded);
const perS = (value: number) => Math.round(value).toLocaleString('en');
notes.push(
  `load: ${perS(loaded.inputEdgesPerS)} input edges/s on two lick lines and a 100 Hz frame clock; ${perS(loaded.bytesToBoardPerS)} bytes/s to the board (its line is full at 25,000), ${perS(loaded.bytesFromBoardPerS)} from it; ${loaded.lostEvents} lick events did not fit and were counted as lost; ${loaded.overruns} bytes overrun. A 40 Hz sine with ramps runs on the light, and sync pulses come every 50 to 150 ms.`,
);

// The comparator that a stock board and XState on the host make: the same trial, licks and emulated chip.
const firmata = await firmataLatency(size.hostLicks);
for (const [figure, us] of [
  ['median', firmata.medianUs],
  ['p99.9', firmata.p999Us],
  ['worst', firmata.worstUs],
] as const) {
  row(
    `lick to water, Firmata rig (johnny-five, XState on the host), idle, ${figure} of ${size.hostLicks}`,
    us,
    'us (emulated; host takes no time)',
    'pyControl, physical, published',
    PYCONTROL_US,
  );
}
notes.push(
  `Firmata rig: the line at 250,000 baud; ${firmata.hostMedianUs.toFixed(0)} us of this machine's own work come on top of each lick (median), and on a real line 800 us more at stock Firmata's 57,600 baud and up to 16 ms of USB adapter.`,
);

for (const load of [false, true]) {
  const { stampErrors, pinErrors } = await stateDurations(size.trialsTimed, load);
  const when = load ? 'under load' : 'idle';
  const worstStamp = Math.max(...stampErrors.map(Math.abs));
  row(
    `state durations, ${when}, stamps: worst of ${stampErrors.length}`,
    worstStamp / 2,
    'us',
    'Bpod grid, published',
    100,
  );
  row(
    `state durations, ${when}, at the pins: worst of ${pinErrors.length}`,
    quantile(pinErrors, 1) / CYCLES_PER_US,
    'us (exact, emulated)',
    'pyControl grid, published',
    1000,
  );
}
for (const [ppm, drift] of [
  [5000, 0],
  [-5000, 0],
  [0, 50],
] as const) {
  const { worstMs, uncorrectedMs } = await delayInTrueTime(ppm, drift, size.trialsTrue);
  row(
    `5 s delay in true time, clock ${ppm} ppm off, drifting ${drift} ppm/min: worst from trial 3 on`,
    worstMs,
    'ms',
    'the same board, uncorrected',
    uncorrectedMs,
  );
}

const recorded = await recording(size.rounds, size.sessions);
row(
  `recording, ${recorded.eventsATrial} events a trial, one transaction a session of ${TRIALS_A_SESSION} trials`,
  recorded.writerEventsPerS,
  'events/s',
  'bare better-sqlite3 inserts, one row each',
  recorded.bareEventsPerS,
);

const emulated = await emulatedSpeed(size.emulatedTrials, size.stockMs);
row(
  'emulated board, real firmware and link, 10 licks/s',
  emulated.emulated,
  's/s',
  'avr8js as it comes',
  emulated.stock,
);

const night = await nightly(size.night);
row(
  `roll-ups rebuilt from ${night.trials.toLocaleString('en')} trials`,
  night.rebuildS,
  's',
  `the same cells, one SQL statement, ${night.statementBy}`,
  night.statementS,
);
row(`nightly for ${night.subjects} subjects, SVG in pages, one PNG a subject`, night.makeS, 's', 'to hold', 10);
row('nightly once more with one night added', night.oneMoreS, 's', 'the night before', night.makeS);
row('nightly and roll-ups, memory at most', night.memoryMb, 'MB', 'to hold', 500);
row('event loop of a session recorded meanwhile, p99', night.loopP99Ms, 'ms', 'to hold', 20);
notes.push(
  `nightly: ${night.subjects} generated subjects, ${size.night.sessionsEach} sessions of ${size.night.trialsEach} trials each, without events; the pages are made by one process at low priority; the event loop's worst delay meanwhile was ${night.loopWorstMs.toFixed(1)} ms.`,
);

notes.push(
  `machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; medians; quote the ratios.`,
);

if (json) {
  console.log(JSON.stringify(rows, null, 2));
  for (const note of notes) console.error(note);
} else {
  const figure = (value: number) => (value >= 1000 ? perS(value) : Number(value.toPrecision(3)).toString());
  const cells = [
    ['what', 'value', 'unit', 'comparator', 'its value', 'ratio'],
    ...rows.map((each) => [
      each.name,
      figure(each.value),
      each.unit,
      each.comparator,
      figure(each.comparatorValue),
      figure(each.ratio),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  for (const line of cells) {
    console.log(
      line
        .map((cell, column) =>
          [1, 4, 5].includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  '),
    );
  }
  console.log();
  for (const note of notes) console.log(note);
}

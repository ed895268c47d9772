/**
 * What the record keeps of a trial: what was asked, what was bound, what the rig says happened.
 */
import type { LightRow, TrialOdourRow, TrialRow } from '#data/rows.ts';
import { valueAt } from '#hardware/calibration.ts';
import type { TrialTrace } from '#hardware/rig.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import type { BoundProgram } from '#machines/program.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { EndReason, type Outcome, odourLine, odours } from '#machines/vocabulary.ts';
import type { DrawnTrial } from '#protocols/task.ts';
import { lightOfPlan } from './light-lines.ts';

interface RanTrial {
  readonly drawn: DrawnTrial;
  readonly bound: BoundProgram;
  readonly programHash: string;
  /** Clock segment that stamped it. */
  readonly segment: number;
  /** As used in the session. */
  readonly file: RigFile;
  readonly trace: TrialTrace;
}

export function trialRow({ drawn, bound, programHash, segment, trace, file }: RanTrial): TrialRow {
  const { program, ticksPerMs } = bound;
  const result = trace.reason === EndReason.completed ? program.results[trace.result] : null;
  return {
    trial: drawn.trial,
    trialType: drawn.trialType,
    plan: drawn.input,
    intervalMs: drawn.intervalMs,
    programHash,
    slotTicks: slotTicksOf(bound),
    ticksPerMs,
    segment,
    firstSeq: trace.events[0]!.seq,
    lastSeq: trace.events.at(-1)!.seq,
    startTicks: trace.startTicks,
    endTicks: trace.endTicks,
    endReason: trace.reason,
    result,
    outcome: (result as { outcome?: Outcome } | null)?.outcome ?? null,
    assisted: drawn.assisted,
    correction: drawn.correction,
    probe: drawn.probe,
    digestCount: trace.digest.count,
    digestCrc32: trace.digest.crc32,
    light: lightRow(drawn.input, file),
    odours: odourRows(drawn.input, file),
  };
}

/** One value for one binding: the writer finds again what it has written. */
const slotTicks = new WeakMap<BoundProgram, Readonly<Record<string, number>>>();

function slotTicksOf(bound: BoundProgram): Readonly<Record<string, number>> {
  const known = slotTicks.get(bound);
  if (known !== undefined) return known;
  const byName = Object.fromEntries(bound.program.slots.map(({ name }, slot) => [name, bound.ticks[slot]!]));
  slotTicks.set(bound, byName);
  return byName;
}

/** What a plan asks of the light, for the record. */
function lightRow(input: DrawnTrial['input'], { outputs }: RigFile): LightRow | null {
  const planned = lightOfPlan(input);
  if (planned === null) return null;
  const { light, rampMs } = planned;
  const { on, mask: masked, from, to, ramp, wave, sham = null } = light;
  const { shape: waveform, frequencyHz, dutyFraction, amplitude } = wave;
  const shown = { from, to, waveform, frequencyHz, dutyFraction, masked };
  const dark = { drive: 0, powerMw: null, calibration: null, rampMs: 0, rampSide: null } as const;
  if (!on) return { ...shown, ...dark, sham: 'maskOnly' };
  const curve = outputs.find(({ name }) => name === 'opto')?.calibration ?? null;
  const powerMw = curve === null ? null : valueAt(curve, amplitude);
  const power = { drive: amplitude, powerMw, calibration: curve?.id ?? null };
  return { ...shown, ...power, sham, rampMs, rampSide: rampMs > 0 ? ramp : null };
}

/** Letters, vials and valves of a plan's odours; none for a letter without a vial. */
function odourRows(input: DrawnTrial['input'], { loaded }: RigFile): TrialOdourRow[] {
  const { odour1 = null, odour2 = null } = input as Partial<Pick<TrialPlan, 'odour1' | 'odour2'>>;
  return ([odour1, odour2] as const).flatMap((valve, index): TrialOdourRow[] => {
    const line = valve === null ? null : odourLine(valve);
    const odour = odours.find((letter) => loaded?.[letter]?.line === line);
    if (line === null || odour === undefined) return [];
    return [{ position: index === 0 ? 1 : 2, odour, vial: loaded![odour]!.vial, line }];
  });
}

/**
 * What the record keeps of a trial: what was asked, what was bound, what the rig says happened.
 */
import type { LightRow, TrialRow } from '#data/rows.ts';
import type { TrialTrace } from '#hardware/rig.ts';
import type { BoundProgram } from '#machines/program.ts';
import { EndReason, type Outcome } from '#machines/vocabulary.ts';
import type { DrawnTrial } from '#protocols/task.ts';
import { lightOfPlan } from './light-lines.ts';

interface RanTrial {
  readonly drawn: DrawnTrial;
  readonly bound: BoundProgram;
  readonly programHash: string;
  /** Clock segment that stamped it. */
  readonly segment: number;
  readonly trace: TrialTrace;
}

export function trialRow({ drawn, bound, programHash, segment, trace }: RanTrial): TrialRow {
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
    light: lightRow(drawn.input),
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
function lightRow(input: DrawnTrial['input']): LightRow | null {
  const planned = lightOfPlan(input);
  if (planned === null) return null;
  const { light, rampMs } = planned;
  const { on, mask: masked, from, to, ramp, wave, sham = null } = light;
  const { shape: waveform, frequencyHz, dutyFraction, amplitude } = wave;
  const shown = { from, to, waveform, frequencyHz, dutyFraction, masked };
  if (!on) return { ...shown, sham: 'maskOnly', drive: 0, rampMs: 0, rampSide: null };
  return { ...shown, sham, drive: amplitude, rampMs, rampSide: rampMs > 0 ? ramp : null };
}

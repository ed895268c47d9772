/**
 * One recorded trial against its row, its digest, its durations and its chart (see verify.ts).
 */
import type { TrialRecord } from '#data/reads.ts';
import { canonical } from '#machines/canonical.ts';
import { digestOf } from '#machines/digest.ts';
import type { BoundProgram } from '#machines/program.ts';
import type { CachedProgram, ProgramCache } from '#machines/program-cache.ts';
import { type PulsePlan, pulse } from '#machines/pulse.ts';
import { replay } from '#machines/replay.ts';
import { ticksBetween } from '#machines/time.ts';
import { EndReason, EventCode, endReasonWords, type RawEvent } from '#machines/vocabulary.ts';
import type { DrawnTrial, Task } from '#protocols/task.ts';

export interface Departure {
  /** The event; null: no single one. */
  readonly seq: number | null;
  readonly problem: string;
}

export interface Bout {
  /** From start to end, both included. */
  readonly events: readonly RawEvent[];
  /** The digest event that follows the end, or null. */
  readonly digest: RawEvent | null;
}

/** `previous`: the row of the trial before, or null. */
export function checkTrial(
  task: Task,
  programs: ProgramCache,
  row: TrialRecord,
  bout: Bout,
  previous: TrialRecord | null,
): Departure[] {
  const plan = row.plan as DrawnTrial['input'];
  let cached: CachedProgram;
  try {
    cached = programs.get(task.chart, plan);
  } catch (error) {
    return [{ seq: null, problem: `its plan gives no program: ${(error as Error).message}` }];
  }
  return [
    ...checkRow(row, bout, previous),
    ...checkDigest(bout, { count: row.digestCount, crc32: row.digestCrc32 }),
    ...checkDurations(row, plan, cached),
    ...checkChart(task, row, plan, cached, bout),
  ];
}

/** A pulse has no row: its events must be one opening of one line, as the rig summed them. */
export function checkPulse(programs: ProgramCache, outputs: readonly string[], { events, digest }: Bout): Departure[] {
  const found = checkDigest({ events, digest }, null);
  const opened = events.find(({ code, value }) => code === EventCode.output && value !== 0);
  const closed = events.findLast(({ code, value }) => code === EventCode.output && value === 0);
  if (opened === undefined || closed === undefined) return found;
  const ticks = ticksBetween(opened.ticks, closed.ticks);
  const line = outputs.find((_, index) => opened.value === 1 << index) ?? '';
  const plan: PulsePlan = { line, durations: { pulseMs: 1 } };
  try {
    const { program } = programs.get(pulse, plan);
    const verdict = replay(pulse, plan, { program, ticks: program.slots.map(() => ticks), ticksPerMs: 1 }, events);
    if (!verdict.consistent) found.push(verdict);
  } catch (error) {
    found.push({ seq: opened.seq, problem: `it is no pulse of one line: ${(error as Error).message}` });
  }
  return found;
}

function checkRow(row: TrialRecord, { events }: Bout, previous: TrialRecord | null): Departure[] {
  const first = events[0]!;
  const last = events.at(-1)!;
  const reason = (last.value & 0xff) as EndReason;
  const pairs: [what: string, row: number | string, events: number | string][] = [
    ['first event', row.firstSeq, first.seq],
    ['last event', row.lastSeq, last.seq],
    ['start', row.startTicks, first.ticks],
    ['end', row.endTicks, last.ticks],
    ['end reason', endReasonWords[row.endReason], endReasonWords[reason] ?? `unknown (${reason})`],
  ];
  const found: Departure[] = pairs
    .filter(([, inRow, inEvents]) => inRow !== inEvents)
    .map(([what, inRow, inEvents]) => ({
      seq: null,
      problem: `its ${what} is ${inRow} in its row and ${inEvents} in its events`,
    }));
  for (let index = 1; index < events.length; index++) {
    const { seq } = events[index]!;
    const before = events[index - 1]!.seq;
    if (seq !== before + 1)
      found.push({ seq: before + 1, problem: `between event ${before} and event ${seq} something is missing` });
  }
  if (previous !== null && row.endReason === EndReason.completed) {
    const interval = ticksBetween(previous.endTicks, first.ticks);
    const least = Math.round(row.intervalMs * row.ticksPerMs);
    // After a long pause the wrapping counter no longer tells how long ago the trial before has ended.
    if (interval >= 0 && interval < least) {
      found.push({
        seq: first.seq,
        problem: `it starts ${interval} ticks after the trial before, not ${least} or more`,
      });
    }
  }
  return found;
}

/** `row`: as the trial's row has it; null: there is none. */
function checkDigest(
  { events, digest }: Bout,
  row: { readonly count: number; readonly crc32: number } | null,
): Departure[] {
  const { count, crc32 } = digestOf(events);
  const found: Departure[] = [];
  const seq = digest?.seq ?? null;
  if (digest === null) found.push({ seq: null, problem: 'no digest of the rig follows its end' });
  else if (digest.value !== count)
    found.push({ seq, problem: `it has ${count} events and the rig counted ${digest.value}` });
  else if (digest.ticks !== crc32)
    found.push({ seq, problem: 'its events do not give the CRC-32 that the rig computed' });
  if (row !== null && (row.count !== count || row.crc32 !== crc32)) {
    found.push({ seq: null, problem: 'its events do not give the digest in its row' });
  }
  return found;
}

function checkDurations(row: TrialRecord, { durations }: DrawnTrial['input'], { program }: CachedProgram): Departure[] {
  const found: Departure[] = [];
  for (const { name, ms } of program.slots) {
    const planned = (durations as Readonly<Record<string, number>>)[name] ?? ms;
    const ticks = Math.round(planned * row.ticksPerMs);
    const ran = row.slotTicks[name];
    if (ran === ticks) continue;
    found.push({ seq: null, problem: `its ${name} ran ${ran ?? 'no'} ticks, and ${planned} ms are ${ticks}` });
  }
  return found;
}

function checkChart(
  task: Task,
  row: TrialRecord,
  plan: DrawnTrial['input'],
  { program, hash }: CachedProgram,
  { events }: Bout,
): Departure[] {
  const found: Departure[] = [];
  if (hash !== row.programHash) {
    found.push({ seq: null, problem: `its plan gives the program ${hash}, and ${row.programHash} stands in its row` });
  }
  const ticks = program.slots.map(({ name }) => row.slotTicks[name] ?? 0);
  const bound: BoundProgram = { program, ticks, ticksPerMs: row.ticksPerMs };
  const verdict = replay(task.chart, plan, bound, events);
  if (!verdict.consistent) return [...found, verdict];
  const { output } = verdict;
  if (canonical(output) !== canonical(row.result)) {
    found.push({
      seq: null,
      problem: `the chart gives ${canonical(output)}, and ${canonical(row.result)} stands in its row`,
    });
  }
  const outcome = (output as { outcome?: string } | null)?.outcome ?? null;
  if (outcome !== row.outcome) {
    found.push({
      seq: null,
      problem: `its outcome is ${outcome ?? 'none'} by the chart and ${row.outcome ?? 'none'} in its row`,
    });
  }
  return found;
}

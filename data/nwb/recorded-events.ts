/** A session's raw events with their times, and the edges of its lines. One clock: seconds since session start, true time. */
import type { LineTable } from '#machines/program.ts';
import { SessionTime } from '#machines/time.ts';
import { EventCode } from '#machines/vocabulary.ts';
import type { RecordDatabase } from '../open.ts';
import { readClockReadings, readEvents, readSegments, type TrialRecord } from '../reads.ts';
import { RecordError } from '../record-error.ts';
import type { Edge } from './series.ts';

/** In order of `seq`, which is the place in each array. */
export interface RecordedEvents {
  readonly codes: Uint8Array;
  readonly values: Uint32Array;
  readonly ticks: Uint32Array;
  /** NaN: a digest bears no stamp. */
  readonly seconds: Float64Array;
  /** The first event of each clock segment. */
  readonly powerUps: ReadonlySet<number>;
}

/** `count`: as the session's end says. @throws RecordError `missing`, when there are others than that */
export function readRecordedEvents(db: RecordDatabase, session: number, count: number): RecordedEvents {
  const [codes, values] = [new Uint8Array(count), new Uint32Array(count)];
  const [ticks, seconds] = [new Uint32Array(count), new Float64Array(count)];
  const segments = readSegments(db, session);
  const time = new SessionTime(segments, readClockReadings(db, session));
  let next = 0;
  for (const event of readEvents(db, session)) {
    if (event.seq !== next || next >= count) break;
    codes[next] = event.code;
    values[next] = event.value;
    ticks[next] = event.ticks;
    seconds[next] = event.code === EventCode.digest ? Number.NaN : time.at(event.seq, event.ticks) / 1e6;
    next++;
  }
  if (next < count) {
    throw new RecordError(
      'missing',
      `Event ${next} of session ${session} is missing, and times after it would be wrong. Nothing of it was written. Look at the session with "rig verify ${session}".`,
    );
  }
  return { codes, values, ticks, seconds, powerUps: new Set(segments.map(({ firstSeq }) => firstSeq)) };
}

/** By name of line, all of them, in the order of their numbers; one that never stirred has none. */
export interface LineEdges {
  readonly inputs: ReadonlyMap<string, readonly Edge[]>;
  /** Edges within the line's refractory, of which no trial hears. */
  readonly bounces: ReadonlyMap<string, readonly Edge[]>;
  /** As commanded. */
  readonly outputs: ReadonlyMap<string, readonly Edge[]>;
}

export function lineEdges({ codes, values, seconds, powerUps }: RecordedEvents, lines: LineTable): LineEdges {
  const inputs = lines.inputs.map((): Edge[] => []);
  const bounces = lines.inputs.map((): Edge[] => []);
  const outputs = lines.outputs.map((): Edge[] => []);
  let levels = 0;
  const command = (word: number, at: Omit<Edge, 'on'>) => {
    for (const [bit, edges] of outputs.entries()) {
      if (((word ^ levels) >>> bit) & 1) edges.push({ ...at, on: ((word >>> bit) & 1) === 1 });
    }
    levels = word;
  };
  for (const [seq, code] of codes.entries()) {
    // A board that starts anew has all lines off. When they went off nobody knows: they were on at the stamp before.
    if (powerUps.has(seq)) command(0, { seq, seconds: before(seconds, seq) });
    const value = values[seq]!;
    const edge = { seq, seconds: seconds[seq]!, on: (value & 1) === 1 };
    if (code === EventCode.input) inputs[value >>> 1]?.push(edge);
    else if (code === EventCode.bounce) bounces[value >>> 1]?.push(edge);
    else if (code === EventCode.sync) outputs[value >>> 1]?.push(edge);
    else if (code === EventCode.output) command(value, { seq, seconds: seconds[seq]! });
  }
  const named = (names: readonly string[], edges: readonly Edge[][]) =>
    new Map(names.map((name, line) => [name, edges[line]!]));
  return {
    inputs: named(lines.inputs, inputs),
    bounces: named(lines.inputs, bounces),
    outputs: named(lines.outputs, outputs),
  };
}

/** The stamp of the event before; a digest bears none. */
function before(seconds: Float64Array, seq: number): number {
  let at = seq - 1;
  while (at > 0 && Number.isNaN(seconds[at])) at--;
  return seconds[Math.max(at, 0)]!;
}

/**
 * When something happened that the roll-ups know in milliseconds from the trial's start: the time of its very event, which
 * is found by its stamp. A time reckoned from milliseconds would go by the rate at which the trial was bound.
 */
export function momentIn(events: RecordedEvents, trial: TrialRecord, ms: number): number {
  const { firstSeq, lastSeq, startTicks, ticksPerMs } = trial;
  const stamp = (startTicks + Math.round(ms * ticksPerMs)) >>> 0;
  for (let seq = firstSeq; seq <= lastSeq; seq++) {
    if (events.ticks[seq] === stamp && events.codes[seq] !== EventCode.digest) return events.seconds[seq]!;
  }
  return events.seconds[firstSeq]! + ms / 1000;
}

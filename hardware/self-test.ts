/**
 * The self-test of a rig without a mouse: first everything rests, then each valve and light is fired alone, timed by the
 * device. Whatever a lick line says meanwhile is no lick: an edge right after a valve's is cross-talk of the wiring, which
 * in a session would be scored as an answer; a line that stays on is a blocked beam or a wrong polarity.
 */
import { bind } from '#machines/bind.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { type RestPlan, rest } from '#machines/rest.ts';
import { ticksBetween } from '#machines/time.ts';
import { EventCode, type OutputKind, type RawEvent } from '#machines/vocabulary.ts';
import type { Finding } from './finding.ts';
import type { Rig, TrialTrace } from './rig.ts';
import type { RigFile } from './rig-file.ts';

export interface SelfTestOptions {
  /** Open, and with nobody else listening: its events are acknowledged here. */
  readonly rig: Rig;
  readonly file: RigFile;
  /** Valves and lights may be fired: no animal is in the rig, water may flow. */
  readonly fire: boolean;
  /** How long everything rests; at least REST_MS. */
  readonly restMs: number;
  /** A line is about to be fired. */
  readonly firing?: (line: string) => void;
}

export interface SelfTestReport {
  readonly findings: readonly Finding[];
  /** The rest, with all that the device heard in it. */
  readonly quiet: TrialTrace;
}

type OutputLine = RigFile['outputs'][number];

/** A firing as the device stamped it, from `on` to `off`, in ticks from the beginning of the test. */
interface Firing {
  readonly output: OutputLine;
  readonly on: number;
  readonly off: number;
}

interface Edge {
  readonly line: string;
  readonly on: boolean;
  readonly at: number;
}

/** Long enough to see mains hum, and a beam that flickers once a second. */
const REST_MS = 2000;
/** A coil's kick comes at once, a click that shakes the spout within some 20 ms. */
const CROSS_TALK_MS = 50;
/** After a firing, until its window is over. */
const WATCH_MS = 60;
/** A tongue stays for 30 to 60 ms. */
const HELD_MS = 1000;

/** Null: not for a test to fire. Water is short, because it flows; odour is long enough to be heard. */
const firingMs: Readonly<Record<OutputKind, number | null>> = {
  odour: 100,
  water: 20,
  opto: 100,
  mask: 100,
  puff: 20,
  sync: 100,
  lamp: null,
};

/** @throws RigError when the rig refuses a firing, or is lost; its outputs are then safe. */
export async function selfTest(options: SelfTestOptions): Promise<SelfTestReport> {
  const { rig, file, fire, restMs, firing } = options;
  const pause = restsOf(rig);
  const events: RawEvent[] = [];
  const listening = rig.events$.subscribe({
    next: (event) => {
      events.push(event);
      rig.acknowledge(event.seq);
    },
    // Whoever waits for the trial hears of it.
    error: () => {},
  });
  try {
    const quiet = await pause(Math.max(REST_MS, restMs));
    const fired: Firing[] = [];
    const since = (ticks: number) => ticksBetween(quiet.startTicks, ticks);
    const silent: OutputLine[] = [];
    for (const output of fire ? file.outputs.filter(canFire) : []) {
      firing?.(output.name);
      const from = events.length;
      await rig.pulse(output.name, firingOf(output) * 1000);
      await pause(WATCH_MS);
      const span = spanOf(events.slice(from), rig.lines.outputs.indexOf(output.name));
      if (span === null) silent.push(output);
      else fired.push({ output, on: since(span.on), off: since(span.off) });
    }
    const edges = events.flatMap(({ code, value, ticks }): Edge[] =>
      code === EventCode.input || code === EventCode.bounce
        ? [{ line: rig.lines.inputs[value >> 1]!, on: (value & 1) === 1, at: since(ticks) }]
        : [],
    );
    const last = Math.max(since(quiet.endTicks), ...fired.map(({ off }) => off));
    const licks = file.inputs.filter(({ kind }) => kind === 'lick');
    const found = licks.map(({ name }) =>
      judgeLine(
        name,
        edges.filter(({ line }) => line === name),
        fired,
        last,
        rig.ticksPerMs,
      ),
    );
    const answered = found.some((each) => each.answered);
    return {
      findings: [...found.flatMap(({ findings }) => findings), ...judgeFirings(fired, silent, fire, answered)],
      quiet,
    };
  } finally {
    listening.unsubscribe();
  }
}

/** How long a self-test takes by the device's time. */
export function selfTestMs({ outputs }: RigFile, fire: boolean, restMs: number): number {
  const fired = fire ? outputs.filter(canFire) : [];
  return Math.max(REST_MS, restMs) + fired.reduce((sum, output) => sum + firingOf(output) + WATCH_MS, 0);
}

/** Waits by the device's time with nothing open. */
export function restsOf(rig: Rig): (ms: number) => Promise<TrialTrace> {
  const programs = new ProgramCache(rig.lines);
  return (ms) => {
    const input: RestPlan = { durations: { restMs: ms } };
    const { program } = programs.get(rest, input);
    return rig.runTrial(0, bind(program, { ...input.durations }, rig.ticksPerMs), null, { chart: rest, input });
  };
}

/** In ms; well within what the line may stay on. */
function firingOf({ kind, longestOnMs }: OutputLine): number {
  return Math.min(firingMs[kind]!, longestOnMs / 2);
}

/** Whether a test of this rig has anything to fire. */
export function canFire({ kind, random }: OutputLine): boolean {
  return firingMs[kind] !== null && random === null;
}

/** When the line was on, by its first opening; null: it never was. */
export function spanOf(
  events: readonly RawEvent[],
  line: number,
): { readonly on: number; readonly off: number } | null {
  const outputs = events.filter(({ code }) => code === EventCode.output);
  const on = outputs.findIndex(({ value }) => value & (1 << line));
  const off = outputs.find(({ value }, index) => index > on && !(value & (1 << line)));
  return on < 0 || off === undefined ? null : { on: outputs[on]!.ticks, off: off.ticks };
}

/** `answered`: it is not certain that no firing makes a lick. */
function judgeLine(
  name: string,
  edges: readonly Edge[],
  fired: readonly Firing[],
  last: number,
  ticksPerMs: number,
): { readonly findings: readonly Finding[]; readonly answered: boolean } {
  const seconds = (ticks: number) => `${(ticks / ticksPerMs / 1000).toFixed(1)} s`;
  const say = (grade: Finding['grade'], text: string): Finding => ({ what: name, grade, text });
  const longest = longestContact(edges, last);
  if (longest >= HELD_MS * ticksPerMs) {
    const text = `is on for ${seconds(longest)} with no animal there: every trial would begin with a lick that never ends. Look for what blocks the beam or touches the spout; if it is free, the polarity is wrong: change activeLow of this line in the rig file.`;
    // A line that is on cannot answer.
    return { findings: [say('FAIL', text)], answered: true };
  }
  const answers: { readonly output: OutputLine; readonly finding: Finding }[] = [];
  const explained = new Set<Edge>();
  for (const { output, on, off } of fired) {
    const near = edges.flatMap((edge, index) => {
      const [from, word] = edge.at >= off ? ([off, 'closed'] as const) : ([on, 'opened'] as const);
      const ms = (edge.at - from) / ticksPerMs;
      return ms >= 0 && ms < CROSS_TALK_MS ? [{ edge, end: edge.on ? edges[index + 1] : undefined, ms, word }] : [];
    });
    for (const { edge, end } of near) {
      explained.add(edge);
      if (end !== undefined) explained.add(end);
    }
    const first = near[0];
    if (first === undefined) continue;
    const text = `answers ${output.name}: ${edgesWords(near.length)}, the first ${first.ms.toFixed(1)} ms after it ${first.word}. The valve or light would be scored as a lick. ${remedy(output.kind)}`;
    answers.push({ output, finding: say('FAIL', text) });
  }
  const stray = edges.length - explained.size;
  if (stray === 0 && answers.length > 0) return { findings: answers.map(({ finding }) => finding), answered: true };
  if (stray === 0) {
    const text = `quiet at rest for ${seconds(last)}. A dead sensor and a beam blocked all along are quiet too: add --touch, and touch the spout when asked.`;
    return { findings: [say('PASS', text)], answered: false };
  }
  const chatter = `chatters: ${edgesWords(stray)} in ${seconds(last)} while nothing was fired. Licks would be counted that are none.`;
  const still = 'Take the animal out, dry the spout, shield the sensor from lamps and its wires from the mains';
  if (answers.length === 0) return { findings: [say('WARN', `${chatter} ${still}.`)], answered: false };
  const names = answers.map(({ output }) => output.name).join(', ');
  const text = `${chatter} It also went on or off within ${CROSS_TALK_MS} ms of ${names}, by chance or by cross-talk: that can be told only when it is quiet. ${still}, and check again.`;
  return { findings: [say('FAIL', text)], answered: true };
}

/** A line whose first edge is its going off was on before. */
function longestContact(edges: readonly Edge[], last: number): number {
  let longest = 0;
  let since: number | null = edges[0]?.on === false ? 0 : null;
  for (const { on, at } of edges) {
    if (on) since ??= at;
    else if (since !== null) {
      longest = Math.max(longest, at - since);
      since = null;
    }
  }
  return since === null ? longest : Math.max(longest, last - since);
}

function judgeFirings(
  fired: readonly Firing[],
  silent: readonly OutputLine[],
  fire: boolean,
  answered: boolean,
): Finding[] {
  if (!fire) {
    const text = 'valves and lights were not fired, so cross-talk is not known. Take the animal out and add --fire.';
    return [{ what: 'firings', grade: 'WARN', text }];
  }
  const names = fired.map(({ output }) => output.name).join(', ');
  const refused = silent.map(
    ({ name }): Finding => ({
      what: name,
      grade: 'FAIL',
      text: 'was not opened by the board, though it was asked to. Trials would lack it. Switch the board off and on, and check again.',
    }),
  );
  if (fired.length === 0 || answered) return refused;
  const text = `${names} opened one after another; no lick line answered within ${CROSS_TALK_MS} ms. That air, water or light came, only eyes and ears tell.`;
  return [...refused, { what: 'firings', grade: 'PASS', text }];
}

function remedy(kind: OutputKind): string {
  const apart = "Lay its wires and the lick sensor's apart, and join both grounds at one point";
  return kind === 'opto' || kind === 'mask'
    ? `${apart}; if it still answers, the light reaches the sensor: shield it.`
    : `${apart}; the coil needs its flyback diode.`;
}

function edgesWords(count: number): string {
  return `${count} edge${count === 1 ? '' : 's'}`;
}

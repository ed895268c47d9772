/**
 * replay: is this record a run of that chart? Follows a finished trial's events through the chart itself and stops at
 * the first one that the chart would not have given there.
 *
 * The order of the record is the truth: a lick that the board stamped just before a deadline but took just after it is
 * replayed as taken. A consistent record proves what was commanded, not that odour or water flowed.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { canonical } from './canonical.ts';
import { type ChartEvent, ChartStepper, labelOf, type Step } from './chart-step.ts';
import { type BoundProgram, inputEvents } from './program.ts';
import { ticksBetween } from './time.ts';
import { EndReason, EventCode, endReasonWords, type RawEvent } from './vocabulary.ts';

export type Verdict =
  | {
      readonly consistent: true;
      readonly reason: EndReason;
      /** The chart's output; null when the trial was ended early. */
      readonly output: unknown;
    }
  | {
      readonly consistent: false /** The event that departs; null: the record breaks off. */;
      readonly seq: number | null;
      readonly problem: string;
    };

interface Expected {
  readonly ticks: number;
  readonly code: EventCode;
  readonly value: number;
  readonly words: string;
}

interface RunningTimer {
  readonly name: string;
  readonly event: ChartEvent;
  readonly deadline: number;
}

/** What the board records beside the trial; no chart gives or hears it. */
const beside: ReadonlySet<EventCode> = new Set([EventCode.fault, EventCode.sync, EventCode.bounce]);

class Departure extends Error {}

/** What the board has due at one instant it takes within 50 us, whatever its load; nothing recorded may be further out of order. */
const SLACK_MS = 0.1;

/**
 * `events`: one trial, from `start` to `end`; `bound`: the program with the durations that the record says were used.
 * @throws ChartRefused when the chart itself cannot run with this input.
 */
export function replay(
  chart: AnyStateMachine,
  input: unknown,
  bound: BoundProgram,
  events: readonly RawEvent[],
): Verdict {
  const last = events.at(-1);
  const forgotten = last?.code === EventCode.end && last.value === EndReason.boardReset;
  const follower = new Follower(chart, bound, forgotten);
  let seq: number | null = null;
  try {
    for (const event of events) {
      seq = event.seq;
      follower.take(event, input);
    }
    seq = null;
    return follower.verdict();
  } catch (error) {
    if (!(error instanceof Departure)) throw error;
    return { consistent: false, seq, problem: error.message };
  }
}

class Follower {
  readonly #stepper: ChartStepper;
  readonly #bound: BoundProgram;
  /** The board has restarted, and the host has ended the trial in its place: what came last may lack the rest of its step. */
  readonly #forgotten: boolean;
  readonly #inputs: string[];
  #snapshot: AnyMachineSnapshot | null = null;
  #state = '';
  #levels = 0;
  #written = 0;
  /** In the order started, which breaks ties. */
  readonly #timers = new Map<string, RunningTimer>();
  readonly #expected: Expected[] = [];
  /** True while what is expected comes of a timer or start that the board may not have got to before it ended the trial. */
  #untaken = false;
  #last: RawEvent | null = null;
  /** When the outputs were switched off to end the trial early; only the end may follow. */
  #off: number | null = null;
  #ended: { readonly reason: EndReason; readonly output: unknown } | null = null;

  constructor(chart: AnyStateMachine, bound: BoundProgram, forgotten: boolean) {
    this.#stepper = new ChartStepper(chart);
    this.#bound = bound;
    this.#forgotten = forgotten;
    this.#inputs = inputEvents(bound.program.lines);
  }

  take(event: RawEvent, input: unknown): void {
    if (this.#ended !== null) throw new Departure(`${this.#words(event)} stands after the trial's end`);
    if (event.code === EventCode.lost)
      throw new Departure(`${event.value} events were lost here, so nothing after them can be proved`);
    const last = this.#last;
    this.#last = event;
    if (last !== null && event.seq !== last.seq + 1)
      throw new Departure(`${this.#words(event)} is event ${event.seq} but follows event ${last.seq}`);
    if (beside.has(event.code)) return;
    if (this.#off !== null) {
      if (event.code !== EventCode.end || !isEarlyEnd(event) || event.ticks !== this.#off)
        throw new Departure(
          `${this.#words(event)} stands where the trial must end early, because its outputs went off at tick ${this.#off}`,
        );
      this.#ended = { reason: event.value as EndReason, output: null };
      return;
    }
    if (this.#snapshot === null) {
      if (event.code !== EventCode.start)
        throw new Departure(`the trial begins with ${this.#words(event)} instead of its start`);
      this.#apply(this.#stepper.start(input), event.ticks);
      this.#untaken = true;
      return;
    }
    if (this.#expected.length === 0) {
      const early = last === null ? 0 : ticksBetween(event.ticks, last.ticks);
      if (early > this.#slack && (event.code === EventCode.input || isEarlyEnd(event)))
        throw new Departure(`${this.#words(event)} is stamped ${early} ticks before the event it follows`);
      this.#advanceTo(event);
    }
    if (this.#endsEarly(event)) return;
    const next = this.#expected[0];
    if (next !== undefined) this.#match(event, next);
    else if (event.code === EventCode.input) this.#lick(event);
    else throw new Departure(`${this.#words(event)} has no cause: the chart waits in ${this.#state}`);
  }

  get #slack(): number {
    return Math.round(SLACK_MS * this.#bound.ticksPerMs);
  }

  verdict(): Verdict {
    if (this.#ended === null) throw new Departure('the record breaks off before the trial ends');
    return { consistent: true, ...this.#ended };
  }

  #match(event: RawEvent, next: Expected): void {
    if (event.code !== next.code || event.value !== next.value) {
      throw new Departure(`the record has ${this.#words(event)} where the chart gives ${next.words}`);
    }
    if (event.ticks !== next.ticks) {
      const off = ticksBetween(next.ticks, event.ticks);
      throw new Departure(
        `${next.words} is stamped ${Math.abs(off)} ticks ${off > 0 ? 'later' : 'earlier'} than the chart gives it (tick ${next.ticks})`,
      );
    }
    this.#expected.shift();
    this.#untaken = false;
    if (event.code === EventCode.output) this.#written = event.value;
    if (event.code === EventCode.end) this.#ended = { reason: EndReason.completed, output: this.#snapshot!.output };
  }

  /** Fires timers until one shows: before an input or an early end those due by its stamp, before anything else any. */
  #advanceTo(event: RawEvent): void {
    for (;;) {
      const next = this.#nextTimer();
      if (next === null || this.#expected.length > 0) return;
      const [id, { event: raised, deadline }] = next;
      const late = ticksBetween(deadline, event.ticks);
      if (late < 0 && (event.code === EventCode.input || isEarlyEnd(event))) return;
      this.#timers.delete(id);
      this.#untaken = true;
      this.#apply(this.#stepper.step(this.#snapshot!, raised), deadline);
    }
  }

  #nextTimer(): [string, RunningTimer] | null {
    let first: [string, RunningTimer] | null = null;
    for (const entry of this.#timers) {
      if (first === null || ticksBetween(first[1].deadline, entry[1].deadline) < 0) first = entry;
    }
    return first;
  }

  #lick(event: RawEvent): void {
    const type = this.#inputs[event.value];
    if (type === undefined) throw new Departure(`input ${event.value} is no input of this rig`);
    this.#apply(this.#stepper.step(this.#snapshot!, { type }), event.ticks);
  }

  /** A trial may be ended from outside at any moment: outputs off, then the end with its reason. */
  #endsEarly(event: RawEvent): boolean {
    if (!isEarlyEnd(event)) return false;
    const next = this.#expected[0];
    if (next !== undefined) {
      const asGiven = next.code === event.code && next.value === event.value;
      const taken = !this.#untaken || ticksBetween(next.ticks, event.ticks) > this.#slack;
      if (asGiven || (taken && !this.#forgotten)) return false;
    }
    if (event.code === EventCode.output) {
      if (this.#written === 0) return false;
      this.#off = event.ticks;
    } else {
      if (this.#written !== 0) return false;
      this.#ended = { reason: event.value as EndReason, output: null };
    }
    return true;
  }

  /** Takes a step of the chart and notes what the record must show for it, in the board's order: state, outputs, end. */
  #apply({ snapshot, effects }: Step, ticks: number): void {
    const { program, ticksPerMs } = this.#bound;
    for (const effect of effects) {
      if (effect.kind === 'cancel') this.#timers.delete(effect.id);
      else if (effect.kind === 'start') {
        const slot = program.slots.findIndex(
          ({ name, ms }) => name === effect.name && (ms === effect.ms || isOnly(program.slots, name)),
        );
        const length = this.#bound.ticks[slot] ?? Math.round(effect.ms * ticksPerMs);
        this.#timers.set(effect.id, { name: effect.name, event: effect.event, deadline: (ticks + length) >>> 0 });
      } else {
        const bit = 1 << program.lines.outputs.indexOf(effect.line);
        this.#levels = effect.on ? this.#levels | bit : this.#levels & ~bit;
      }
    }
    this.#snapshot = snapshot;
    const state = labelOf(snapshot.value);
    if (state !== this.#state) {
      this.#state = state;
      this.#expect(ticks, EventCode.state, program.states.indexOf(state), `the state ${state}`);
    }
    if (this.#levels !== this.#lastExpectedOutput()) this.#expectOutput(ticks, this.#levels);
    if (snapshot.status === 'active') return;
    this.#timers.clear();
    if (this.#levels !== 0) this.#expectOutput(ticks, 0);
    const output = canonical(snapshot.output);
    const result = program.results.findIndex((each) => canonical(each) === output);
    this.#expect(ticks, EventCode.end, result * 256 + EndReason.completed, `its end with ${output}`);
  }

  #lastExpectedOutput(): number {
    return this.#expected.findLast(({ code }) => code === EventCode.output)?.value ?? this.#written;
  }

  #expectOutput(ticks: number, levels: number): void {
    this.#expect(ticks, EventCode.output, levels, `the outputs ${this.#open(levels)}`);
  }

  #expect(ticks: number, code: EventCode, value: number, words: string): void {
    this.#expected.push({ ticks, code, value, words });
  }

  #open(levels: number): string {
    const open = this.#bound.program.lines.outputs.filter((_, line) => levels & (1 << line));
    return open.length > 0 ? open.join(' + ') : 'all off';
  }

  #words({ code, value, ticks }: RawEvent): string {
    const { states, results } = this.#bound.program;
    const what =
      code === EventCode.input
        ? `the input ${this.#inputs[value] ?? value}`
        : code === EventCode.state
          ? `the state ${states[value] ?? value}`
          : code === EventCode.output
            ? `the outputs ${this.#open(value)}`
            : code === EventCode.end
              ? value in endReasonWords && value !== EndReason.completed
                ? `the trial's end (${endReasonWords[value as EndReason]})`
                : `the trial's end with ${canonical(results[value >> 8])}`
              : code === EventCode.start
                ? "a trial's start"
                : `event code ${code}`;
    return `${what} at tick ${ticks}`;
  }
}

/** What may end a trial from outside: all outputs off, or an end that is not the chart's. */
function isEarlyEnd({ code, value }: RawEvent): boolean {
  if (code === EventCode.output) return value === 0;
  return code === EventCode.end && value !== EndReason.completed && value in endReasonWords;
}

function isOnly(slots: readonly { name: string }[], name: string): boolean {
  return slots.filter((slot) => slot.name === name).length === 1;
}

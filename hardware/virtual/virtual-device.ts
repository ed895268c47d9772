/**
 * The virtual device: clock, lines, envelope and event numbering of a board that is not there. Synchronous and in
 * virtual time: each step goes to the next thing that happens, be it a timer, a lick or a limit.
 * In one instant, timers come before licks (machines/program.ts) and both before the envelope, as on the board.
 */
import { EventDigest } from '#machines/digest.ts';
import type { BoundProgram } from '#machines/program.ts';
import { type DeviceTicks, deviceTicks, NOMINAL_TICKS_PER_MS, ticksBetween } from '#machines/time.ts';
import type { EventSink, TrialRunner } from '#machines/trial-runner.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { Mouse } from '../mouse/mouse.ts';
import type { TrialTrace } from '../rig.ts';
import { lineTable, type RigFile } from '../rig-file.ts';
import { Envelope } from './envelope.ts';

const TICKS_PER_US = NOMINAL_TICKS_PER_MS / 1000;

/** The board reckons refractory times in these. */
const REFRACTORY_TICKS = 256;

export class VirtualDevice {
  readonly ticksPerMs = NOMINAL_TICKS_PER_MS;
  readonly envelope: Envelope;
  /** Takes what the runners report; hand it to each. */
  readonly sink: EventSink;
  readonly #lines;
  readonly #mouse: Mouse | null;
  readonly #emit: (event: RawEvent) => void;
  readonly #powerUpTicks: number;
  /** Unwrapped: grows past 32 bits; stamps are wrapped as they are made. */
  #now: number;
  #seq = 0;
  #inputs = 0;
  #inTrial = false;
  /** By input, in units of REFRACTORY_TICKS. */
  readonly #refractory: readonly number[];
  readonly #quietUntil: number[];
  #bouncing = 0;
  #events: RawEvent[] = [];
  #digest = new EventDigest();

  constructor(file: RigFile, mouse: Mouse | null, startTicks: DeviceTicks, emit: (event: RawEvent) => void) {
    this.#lines = lineTable(file);
    this.envelope = new Envelope(file);
    this.#refractory = file.inputs.map(({ refractoryMs }) => Math.floor((refractoryMs * 125) / 16));
    this.#quietUntil = file.inputs.map(() => Number.NEGATIVE_INFINITY);
    this.#mouse = mouse;
    this.#powerUpTicks = startTicks;
    this.#now = startTicks;
    this.#emit = emit;
    this.sink = (ticks, code, value) => {
      if (code === EventCode.output) this.#drive(value, ticks);
      else this.#record(ticks, code, value);
    };
  }

  get now(): number {
    return this.#now;
  }

  /** The number the next event will bear. */
  get nextSeq(): number {
    return this.#seq;
  }

  /** Unwrapped time of a stamp; one that has passed, or null, is now. */
  timeOf(stamp: DeviceTicks | null): number {
    return stamp === null ? this.#now : this.#now + Math.max(0, ticksBetween(deviceTicks(this.#now), stamp));
  }

  /** When the next thing happens in a running trial. Infinity: nothing will. */
  next(runner: TrialRunner): number {
    return Math.min(runner.nextDeadline, this.envelope.nextLimit, this.#lickTicks());
  }

  /** Lets time pass, with whatever the mouse does meanwhile; `to` itself is not yet played. */
  pass(runner: TrialRunner, to: number): void {
    for (let lick = this.#lickTicks(); lick < to; lick = this.#lickTicks()) this.#lick(runner, lick);
    this.#now = to;
  }

  begin(runner: TrialRunner, trial: number, bound: BoundProgram): void {
    runner.begin(trial, bound, this.#now);
  }

  /** The next thing that happens in a running trial. */
  step(runner: TrialRunner): void {
    const deadline = runner.nextDeadline;
    const limit = this.envelope.nextLimit;
    const lick = this.#lickTicks();
    if (limit < deadline && limit < lick) {
      this.#now = limit;
      const barred = this.envelope.bar(limit);
      const reason = barred?.reason ?? EndReason.onTimeLimit;
      if (barred !== null) this.#record(limit, EventCode.fault, barred.line * 256 + reason);
      runner.end(reason, limit);
    } else if (lick < deadline) {
      this.#lick(runner, lick);
    } else if (deadline === Number.POSITIVE_INFINITY) {
      throw new Error(
        'The trial can never end: no timer runs, and no lick will come. Give the waiting state an `after`.',
      );
    } else {
      this.#now = deadline;
      runner.advance(deadline);
    }
  }

  /** Ends the trial now, or one that has not begun: its start is then recorded with its end. */
  abort(runner: TrialRunner, trial: number, begun: boolean): void {
    if (begun) {
      runner.end(EndReason.aborted, this.#now);
    } else {
      this.#record(this.#now, EventCode.start, trial & 0xffff);
      this.#record(this.#now, EventCode.end, EndReason.aborted);
    }
  }

  /** The trial that has just ended. */
  trace(trial: number): TrialTrace {
    const events = this.#events;
    const end = events.at(-1)!;
    return {
      trial,
      events,
      reason: (end.value & 0xff) as EndReason,
      result: end.value >>> 8,
      digest: { count: this.#digest.count, crc32: this.#digest.crc32 },
      startTicks: deviceTicks(events[0]!.ticks),
      endTicks: deviceTicks(end.ticks),
    };
  }

  #lickTicks(): number {
    const edge = this.#mouse?.next() ?? null;
    return edge === null
      ? Number.POSITIVE_INFINITY
      : Math.max(this.#now, this.#powerUpTicks + Math.ceil(edge.atUs * TICKS_PER_US));
  }

  #lick(runner: TrialRunner, ticks: number): void {
    const { line, on } = this.#mouse!.next()!;
    this.#mouse!.made();
    this.#now = ticks;
    const input = this.#lines.inputs.indexOf(line);
    if (input < 0) throw new RangeError(`The mouse licks "${line}", which is no input line of this rig.`);
    const bit = 1 << input;
    if (on === ((this.#inputs & bit) !== 0)) return;
    this.#inputs ^= bit;
    const index = input * 2 + (on ? 1 : 0);
    if (this.#isBounce(input, on, ticks)) this.#record(ticks, EventCode.bounce, index);
    else runner.input(index, ticks);
  }

  /** An onset within the refractory of the onset before, and its offset (hardware/firmware/rehearsal/engine.c). */
  #isBounce(input: number, on: boolean, ticks: number): boolean {
    const refractory = this.#refractory[input]!;
    if (refractory === 0) return false;
    const now = Math.floor(ticks / REFRACTORY_TICKS);
    const bit = 1 << input;
    const bounce = on ? now < this.#quietUntil[input]! : (this.#bouncing & bit) !== 0;
    this.#bouncing = on && bounce ? this.#bouncing | bit : this.#bouncing & ~bit;
    if (on && !bounce) this.#quietUntil[input] = now + refractory;
    return bounce;
  }

  #drive(word: number, ticks: number): void {
    const before = this.envelope.driven;
    const driven = this.envelope.write(word, ticks);
    if (driven === before) return;
    this.#record(ticks, EventCode.output, driven);
    this.#show(before & ~driven, ticks, false);
    this.#show(driven & ~before, ticks, true);
  }

  #show(lines: number, ticks: number, on: boolean): void {
    if (this.#mouse === null) return;
    for (let line = 0, rest = lines; rest !== 0; line++, rest >>= 1) {
      if (rest & 1) this.#mouse.sense((ticks - this.#powerUpTicks) / TICKS_PER_US, this.#lines.outputs[line]!, on);
    }
  }

  #record(ticks: number, code: EventCode, value: number): void {
    const event: RawEvent = { seq: this.#seq++, ticks: ticks >>> 0, code, value };
    if (code === EventCode.start) {
      this.#inTrial = true;
      this.#events = [];
      this.#digest = new EventDigest();
    }
    if (this.#inTrial) {
      this.#events.push(event);
      this.#digest.add(event.ticks, code, value);
    }
    this.#emit(event);
    if (code !== EventCode.end) return;
    this.#inTrial = false;
    this.#emit({ seq: this.#seq++, ticks: this.#digest.crc32, code: EventCode.digest, value: this.#digest.count });
  }
}

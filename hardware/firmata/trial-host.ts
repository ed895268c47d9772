/**
 * Runs trials on the host's clock: XState (machines/enact.ts) in front, the envelope behind it, then the pins.
 *
 * States and outputs are stamped with the deadline or the input that caused them, as on a board, so that deadlines chain
 * exactly and a record can be replayed; the write itself follows a little later, and how much is measured. No write is
 * made more than LATEST_WRITE_MS after its stamp: such a trial ends at the deadline that was missed (`hostSilent`), its
 * outputs off as soon as the host is awake. Inputs are stamped when their report reaches this program.
 */

import type { BoundProgram } from '#machines/program.ts';
import { type DeviceTicks, deviceTicks, NOMINAL_TICKS_PER_MS, ticksBetween } from '#machines/time.ts';
import type { EventSink, TrialRunner } from '#machines/trial-runner.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { HostClock } from '../link/host-clock.ts';
import type { TrialTrace } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import { Debounce } from './debounce.ts';
import { EventRecorder } from './event-recorder.ts';
import { HostEnvelope } from './host-envelope.ts';
import { Lateness } from './lateness.ts';
import { LATEST_WRITE_MS } from './soft-timing.ts';

/** An alarm that rings at its deadline must not read, by rounding in milliseconds, as just before it. */
const ROUNDING_TICKS = 0.01;
const LATEST_WRITE_TICKS = LATEST_WRITE_MS * NOMINAL_TICKS_PER_MS;

export interface TrialHostOptions {
  readonly file: RigFile;
  readonly clock: HostClock;
  readonly emit: (event: RawEvent) => void;
  /** Brings the lines to these levels, now; bit = line. */
  readonly write: (before: number, after: number) => void;
}

interface Run {
  readonly runner: TrialRunner;
  readonly trial: number;
  readonly bound: BoundProgram;
  /** Unwrapped. */
  readonly startAt: number;
  readonly resolve: (trace: TrialTrace) => void;
  readonly reject: (error: Error) => void;
  begun: boolean;
  aborted: boolean;
}

export class TrialHost {
  /** Takes what the runners report; hand it to each. */
  readonly sink: EventSink;
  readonly timers = new Lateness();
  readonly inputs = new Lateness();
  readonly #options: TrialHostOptions;
  readonly #envelope: HostEnvelope;
  readonly #recorder: EventRecorder;
  readonly #debounces: readonly Debounce[];
  readonly #originMs: number;
  #run: Run | null = null;
  #cause: Lateness | null = null;
  #cancelAlarm: () => void = () => {};

  /** The rig's time begins now. */
  constructor(options: TrialHostOptions) {
    this.#options = options;
    this.#originMs = options.clock.nowMs();
    this.#envelope = new HostEnvelope(options.file);
    this.#recorder = new EventRecorder(options.emit);
    this.#debounces = options.file.inputs.map((input) => new Debounce(input));
    this.sink = (ticks, code, value) => {
      if (code === EventCode.output) this.#drive(value, ticks);
      else this.#recorder.record(ticks, code, value);
    };
  }

  get nextSeq(): number {
    return this.#recorder.nextSeq;
  }

  /** The clock's milliseconds at a stamp less than 17 minutes old. */
  hostMsOf(stamp: DeviceTicks): number {
    const now = this.#now();
    return this.#originMs + (now + ticksBetween(deviceTicks(now), stamp)) / NOMINAL_TICKS_PER_MS;
  }

  allowWater(ul: number): void {
    this.#envelope.allowWater(ul, this.#now());
  }

  /** One at a time. `startAt`: a time that has passed, or null, is now. */
  start(runner: TrialRunner, trial: number, bound: BoundProgram, startAt: DeviceTicks | null): Promise<TrialTrace> {
    const now = this.#now();
    const wait = startAt === null ? 0 : Math.max(0, ticksBetween(deviceTicks(now), startAt));
    return new Promise((resolve, reject) => {
      this.#run = { runner, trial, bound, startAt: now + wait, resolve, reject, begun: false, aborted: false };
      this.#tend();
    });
  }

  /** Ends what runs; acts once whoever calls this from an event has returned. */
  abort(): void {
    const run = this.#run;
    if (run === null) return;
    run.aborted = true;
    queueMicrotask(() => {
      if (this.#run === run) this.#tend();
    });
  }

  /** An input line was reported at this level just now. */
  input(line: number, on: boolean): void {
    const now = this.#now();
    this.#tend();
    const kind = this.#debounces[line]!.take(on, now);
    if (kind === null) return;
    const index = line * 2 + (on ? 1 : 0);
    const run = this.#run;
    if (kind === 'bounce' || run === null || !run.begun) {
      this.#recorder.record(now, kind === 'bounce' ? EventCode.bounce : EventCode.input, index);
      return;
    }
    this.#cause = this.inputs;
    run.runner.input(index, now);
    this.#cause = null;
    this.#tend();
  }

  /** The pins can no longer be reached: what ran has no end. */
  fail(error: Error): void {
    this.#cancelAlarm();
    this.#run?.reject(error);
    this.#run = null;
  }

  #now(): number {
    return Math.floor((this.#options.clock.nowMs() - this.#originMs) * NOMINAL_TICKS_PER_MS + ROUNDING_TICKS);
  }

  /** Does what is due, ends what is over, and sets the alarm for what comes next. */
  #tend(): void {
    const run = this.#run;
    if (run === null) return;
    this.#cancelAlarm();
    if (!run.begun && !this.#begin(run)) return;
    const { runner } = run;
    while (runner.running) {
      const now = this.#now();
      const next = Math.min(runner.nextDeadline, this.#envelope.nextLimit);
      if (next <= now) this.#due(runner, next, now);
      else if (run.aborted) runner.end(EndReason.aborted, now);
      else {
        this.#alarm(next);
        return;
      }
    }
    this.#finish(run);
  }

  /** False: not yet, or never. */
  #begin(run: Run): boolean {
    const now = this.#now();
    if (run.aborted) {
      this.#recorder.record(now, EventCode.start, run.trial & 0xffff);
      this.#recorder.record(now, EventCode.end, EndReason.aborted);
      this.#finish(run);
      return false;
    }
    if (run.startAt > now) {
      this.#alarm(run.startAt);
      return false;
    }
    run.begun = true;
    this.#cause = this.timers;
    run.runner.begin(run.trial, run.bound, now - run.startAt > LATEST_WRITE_TICKS ? now : run.startAt);
    this.#cause = null;
    return true;
  }

  #due(runner: TrialRunner, at: number, now: number): void {
    this.#cause = this.timers;
    if (now - at > LATEST_WRITE_TICKS) runner.end(EndReason.hostSilent, at);
    else if (runner.nextDeadline <= at) runner.advance(at);
    else {
      const barred = this.#envelope.bar(at);
      if (barred !== null) {
        this.#recorder.record(at, EventCode.fault, barred.line * 256 + barred.why);
        runner.end(barred.why, at);
      }
    }
    this.#cause = null;
  }

  #drive(word: number, stamp: number): void {
    const before = this.#envelope.driven;
    const driven = this.#envelope.write(word, this.#now());
    if (driven === before) return;
    this.#options.write(before, driven);
    this.#cause?.add(this.#now() - stamp);
    this.#recorder.record(stamp, EventCode.output, driven);
  }

  #alarm(at: number): void {
    if (at === Number.POSITIVE_INFINITY) return;
    const ms = this.#originMs + at / NOMINAL_TICKS_PER_MS - this.#options.clock.nowMs();
    this.#cancelAlarm = this.#options.clock.after(Math.max(0, ms), () => this.#tend());
  }

  #finish(run: Run): void {
    this.#run = null;
    run.resolve(this.#recorder.trace(run.trial));
  }
}

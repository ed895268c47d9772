/**
 * Runs one session: gives the session chart (machines/session.ts) its rig, its record and its trials.
 *
 * The order of safety: the record is opened and the rig leased before a port is touched; outputs are made safe before
 * the record is closed; a trial's row follows its events. Whatever fails, `done` resolves with what was saved.
 */
import { type Observable, Subject } from 'rxjs';
import { createActor, fromPromise } from 'xstate';
import { RecordError } from '#data/record-error.ts';
import type { AssessmentRow, ConditionRow, SessionTotals, TrialRow } from '#data/rows.ts';
import type { RecordWriter } from '#data/writer.ts';
import type { Certificate } from '#hardware/certificate.ts';
import { RigError, type RigIdentity, type TrialTrace } from '#hardware/rig.ts';
import { holdsRules, rigFacts } from '#hardware/rig-file.ts';
import { bind } from '#machines/bind.ts';
import type { BoundProgram, TrialProgram } from '#machines/program.ts';
import {
  type BarredLine,
  type SessionEnding,
  type SessionEndReason,
  type SessionEvent,
  SessionFault,
  type SessionLimits,
  session,
  type TrialDone,
  type WaterDone,
} from '#machines/session.ts';
import { type EndReason, EventCode, type RawEvent, type Spout, spoutLines } from '#machines/vocabulary.ts';
import { Engagement } from '#protocols/engagement.ts';
import { LickWatch, lickAlarmWords } from '#protocols/lick-watch.ts';
import type { DrawnTrial, PastTrial } from '#protocols/task.ts';
import type { TrialRecord } from '#protocols/trial-record.ts';
import { EventPump } from './event-pump.ts';
import type { FrameFigures } from './frame-log.ts';
import { HeadFixedClock } from './head-fixed-clock.ts';
import { LightLines } from './light-lines.ts';
import { pastTrial, trialRecord } from './past-trial.ts';
import type { ChosenRig } from './rigs.ts';
import { SessionClocks } from './session-clocks.ts';
import { type FrameProgress, SessionFrames } from './session-frames.ts';
import { SessionMeter } from './session-meter.ts';
import type { SessionTask } from './session-task.ts';
import { assess, type Standing } from './training.ts';
import { trialRow } from './trial-row.ts';
import { programVersion, softwareVersion, taskHash } from './version.ts';
import { watchedLines } from './watched-lines.ts';

export interface SessionSetup {
  readonly chosen: ChosenRig;
  readonly ready: SessionTask;
  readonly writer: RecordWriter;
  readonly subject: string;
  /** Enter the subject first: a live animal's first session. */
  readonly newSubject: boolean;
  readonly operator: string | null;
  readonly condition: ConditionRow;
  /** Null: it runs outside the stages of training. */
  readonly standing: Standing | null;
  /** Parameters were set by hand. */
  readonly offTask: boolean;
  /** A person's word at its start, kept as a note. */
  readonly remark?: string | null;
  /** So many misses in a row; null: disengagement is not looked for. */
  readonly disengagedAfter: number | null;
  readonly limits: SessionLimits;
  /** ISO 8601 with offset. */
  readonly now: () => string;
}

export type SessionProgress =
  | { readonly kind: 'opened'; readonly session: number; readonly interrupted: readonly number[] }
  | { readonly kind: 'trial'; readonly row: TrialRow; readonly trace: TrialTrace; readonly elapsedUs: number }
  | { readonly kind: 'water'; readonly spout: Spout; readonly ul: number }
  | { readonly kind: 'disengaged'; readonly message: string }
  | FrameProgress
  | { readonly kind: 'state'; readonly state: string };

export interface SessionReport {
  /** Null: the session never stood in the record. */
  readonly session: number | null;
  readonly ending: SessionEnding;
  readonly trials: number;
  /** Null: the record could not be closed. */
  readonly totals: SessionTotals | null;
  /** Null: the session never stood in the record, or its certificate could not be written. */
  readonly certificate: Certificate | null;
  /** Null: the rig has no frame clock. */
  readonly frames: FrameFigures | null;
  /** What the rules of its stage made of it; null: it ran in none, or it never stood in the record. */
  readonly assessment: AssessmentRow | null;
}

export interface RunningSession {
  readonly progress$: Observable<SessionProgress>;
  readonly done: Promise<SessionReport>;
  send(event: SessionEvent): void;
}

const endReasonWords: Record<Exclude<SessionEndReason, 'fault'>, string> = {
  trials: 'trials reached',
  minutes: 'time reached',
  waterSpent: 'water allowance spent',
  disengaged: 'disengaged',
  headFixed: 'head-fixed time reached',
  finished: 'finished by operator',
  stopped: 'stopped by operator',
};

/** A drop by hand, where the task has no parameter `rewardUl`: within the 1.5 to 4 ul usual for mice. */
const FREE_WATER_UL = 4;

export function runSession(setup: SessionSetup): RunningSession {
  return new SessionRun(setup);
}

class SessionRun implements RunningSession {
  readonly progress$: Observable<SessionProgress>;
  readonly done: Promise<SessionReport>;
  readonly #setup: SessionSetup;
  readonly #progress = new Subject<SessionProgress>();
  readonly #pump: EventPump;
  readonly #actor;
  readonly #history: PastTrial[] = [];
  readonly #records: TrialRecord[] = [];
  readonly #bound = new WeakMap<object, BoundProgram>();
  readonly #engagement: Engagement | null;
  readonly #licks: LickWatch;
  #assessment: AssessmentRow | null = null;
  #session: number | null = null;
  #identity: RigIdentity | null = null;
  #interrupted: readonly number[] = [];
  readonly #clocks: SessionClocks;
  readonly #light: LightLines;
  readonly #frames: SessionFrames;
  readonly #head: HeadFixedClock;
  /** Of the first trial, in session time. */
  #firstStartUs: number | null = null;
  #barred: BarredLine | null = null;
  #trialRunning: Promise<unknown> = Promise.resolve();
  #totals: SessionTotals | null = null;
  readonly #meter: SessionMeter;
  #certificate: Certificate | null = null;

  constructor(setup: SessionSetup) {
    this.#setup = setup;
    this.progress$ = this.#progress.asObservable();
    const { chosen, writer } = setup;
    this.#engagement = setup.disengagedAfter === null ? null : new Engagement(setup.disengagedAfter);
    this.#licks = new LickWatch(watchedLines(chosen.file));
    this.#meter = new SessionMeter(chosen.rig, setup.ready);
    this.#clocks = new SessionClocks(chosen.rig, writer);
    this.#light = new LightLines(chosen.rig);
    const onFault = (error: unknown) => this.send({ type: 'fault', error });
    this.#frames = new SessionFrames({
      chosen,
      writer,
      holdFrames: setup.limits.holdFrames ?? 0,
      now: setup.now,
      tell: (progress) => this.#progress.next(progress),
      onFault,
    });
    this.#head = new HeadFixedClock(chosen.time, setup.limits.headFixedMin ?? null, {
      soon: (minutes) =>
        this.#alarm(
          'headFixedSoon',
          `The animal may be head-fixed for ${minutes} more minutes. The session ends by then.`,
        ),
      over: () => this.send({ type: 'headFixedOver' }),
    });
    this.#pump = new EventPump({
      rig: chosen.rig,
      writer,
      commit: chosen.commit,
      onSegment: (segment, event) => this.#clocks.begin(segment, event),
      onFault,
    });
    chosen.rig.events$.subscribe({ next: (event) => this.#hear(event), error: () => {} });
    this.#actor = createActor(
      session.provide({
        actors: {
          connect: fromPromise(() => this.#connect()),
          check: fromPromise(() => this.#check()),
          holdFrames: fromPromise(({ input, signal }) => this.#frames.hold(input.frames, signal)),
          runTrial: fromPromise(({ input }) => {
            const running = this.#runTrial(input.trial);
            this.#trialRunning = running;
            return running;
          }),
          giveWater: fromPromise(({ input }) => this.#giveWater(input.spout)),
          close: fromPromise(({ input }) => this.#close(input)),
        },
        actions: {
          abortTrial: () => {
            chosen.rig.abort('stopped by the operator').catch(onFault);
          },
          writeNote: (_, { body }) => this.#note(body),
        },
      }),
      { input: setup.limits },
    );
    this.done = new Promise((resolve, reject) => {
      this.#actor.subscribe({
        next: (snapshot) => {
          this.#progress.next({ kind: 'state', state: topState(snapshot.value) });
          if (snapshot.matches('ready')) this.#actor.send({ type: 'start' });
        },
        error: reject,
        complete: () => {
          this.#progress.complete();
          resolve(this.#report(this.#actor.getSnapshot().output!));
        },
      });
    });
    this.#actor.start();
  }

  send(event: SessionEvent): void {
    this.#actor.send(event);
  }

  /** The envelope has shut a line; the first one is the cause. */
  #hear({ code, value }: RawEvent): void {
    if (code !== EventCode.fault) return;
    const { name, kind } = this.#setup.chosen.file.outputs[value >> 8]!;
    this.#barred ??= { line: name, water: kind === 'water', reason: (value & 0xff) as EndReason };
  }

  async #connect(): Promise<void> {
    const { writer, chosen, subject, newSubject, now } = this.#setup;
    const { simulated, name } = chosen.file;
    if (writer.leases) {
      this.#interrupted = await writer.takeLease({ rigName: name, simulated });
    }
    // A misspelt animal is refused before a port is touched.
    if (!simulated && !newSubject) await writer.subjectFor({ name: subject, simulated, createdAt: now() });
    this.#identity = await chosen.rig.open();
  }

  async #check(): Promise<void> {
    const { writer, chosen, ready, subject, newSubject, operator, condition, standing, offTask, now } = this.#setup;
    const rig = this.#identity!;
    for (const input of ready.planner.structures()) await this.#light.shape(input);
    const row = { name: subject, simulated: rig.simulated, createdAt: now() };
    const start = {
      subject: newSubject ? await writer.addSubject(row) : await writer.subjectFor(row),
      rig,
      lines: chosen.rig.lines,
      rigFile: chosen.file.text,
      task: ready.task.name,
      taskHash: taskHash(),
      parameters: ready.parameters,
      seed: ready.seed,
      programVersion,
      softwareVersion,
      operator,
      condition,
      stage: standing && { ladder: standing.ladder.name, stage: standing.stage.name },
      offTask,
      headFixed: holdsRules(chosen.file),
      disengagementRule: this.#engagement?.rule ?? null,
      startedAt: now(),
    };
    this.#session = await writer.openSession(start);
    this.#pump.start();
    const { remark = null } = this.#setup;
    if (remark !== null) this.#note(remark);
    this.#progress.next({ kind: 'opened', session: this.#session, interrupted: this.#interrupted });
    this.#frames.arm();
    this.#head.start();
  }

  async #runTrial(trial: number): Promise<TrialDone> {
    const { chosen, ready, writer } = this.#setup;
    const { task, planner, programs } = ready;
    const drawn = planner.next(this.#history);
    const { input, intervalMs } = drawn;
    const { program, hash } = programs.get(task.chart, input);
    const { ticksPerMs } = chosen.rig;
    const bound = this.#bind(program, input);
    await this.#light.shape(input);
    const startAt = this.#clocks.startAt(intervalMs * ticksPerMs);
    this.#frames.during(trial);
    const trace = await chosen.rig.runTrial(trial, bound, startAt, { chart: task.chart, input });
    this.#frames.during(null);
    this.#pump.flush();
    const {
      segment: { segment },
      unwrapper,
    } = this.#clocks.of(trace.events[0]!.seq);
    this.#clocks.trialEnded(segment, trace.endTicks);
    const row = trialRow({ drawn, bound, programHash: hash, segment, trace, file: chosen.file });
    this.#clocks.read(segment, row.lastSeq);
    writer.trial(row);
    this.#frames.write();
    this.#meter.trial(row, trace, this.#identity!.kind !== 'virtual');
    this.#history.push(pastTrial(row));
    this.#records.push(trialRecord(row));
    const startUs = unwrapper.toSessionUs(trace.startTicks);
    this.#firstStartUs ??= startUs;
    const elapsedUs = unwrapper.toSessionUs(trace.endTicks) - this.#firstStartUs;
    this.#progress.next({ kind: 'trial', row, trace, elapsedUs });
    this.#watchLicks(row, trace);
    this.#head.look();
    return { reason: trace.reason, elapsedUs, barred: this.#barred, disengaged: this.#isDisengaged(row) };
  }

  /** A planner draws the same inputs again and again, and the clock's rate seldom changes. */
  #bind(program: TrialProgram, input: DrawnTrial['input']): BoundProgram {
    const { ticksPerMs } = this.#setup.chosen.rig;
    const known = this.#bound.get(input);
    if (known?.ticksPerMs === ticksPerMs) return known;
    const bound = bind(program, { ...input.durations }, ticksPerMs);
    this.#bound.set(input, bound);
    return bound;
  }

  #watchLicks({ trial, outcome, ticksPerMs }: TrialRow, { events, endTicks }: TrialTrace): void {
    const rewarded = outcome === 'hit' || outcome === 'correct';
    for (const code of this.#licks.take({ events, rewarded, endTicks, ticksPerMs })) {
      this.#alarm(code, lickAlarmWords[code], trial);
    }
  }

  /** Told at once, and kept as a fault of the session. */
  #alarm(code: string, message: string, trial: number | null = null): void {
    try {
      this.#setup.writer.fault({ at: this.#setup.now(), trial, code, message });
    } catch (error) {
      this.send({ type: 'fault', error });
    }
    this.#progress.next({ kind: 'notice', code, raised: true, message });
  }

  #isDisengaged({ trial, outcome }: TrialRow): boolean {
    const engagement = this.#engagement;
    if (engagement === null) return false;
    if (engagement.take(trial, outcome)) {
      const message = `The animal has stopped working: ${engagement.rule}. ${this.#setup.limits.endOnDisengagement ? 'The session ends here.' : 'The session goes on; trials from here on are outside the engaged span.'}`;
      this.#progress.next({ kind: 'disengaged', message });
    }
    return engagement.lastEngaged !== null;
  }

  /** What the session means for the animal's training. */
  #assess(session: number): void {
    const { standing, condition, offTask, chosen, writer, now } = this.#setup;
    if (standing !== null) {
      const trials = this.#records.slice(0, this.#engagement?.lastEngaged ?? this.#records.length);
      this.#assessment = assess(standing, { session, kind: condition.kind, offTask, trials, at: now() });
      writer.assessment(this.#assessment);
    }
    if (chosen.mouse !== null) writer.mouse(chosen.mouse.state());
  }

  async #giveWater(spout: Spout): Promise<WaterDone> {
    const { chosen, ready } = this.#setup;
    const { rewardUl } = ready.parameters;
    const ul = typeof rewardUl === 'number' ? rewardUl : FREE_WATER_UL;
    const { water } = spoutLines[spout];
    const ms = rigFacts(chosen.file).waterMs(ul, spout);
    await chosen.rig.pulse(water, ms * 1000);
    this.#note(`free water: ${ul} ul commanded at the ${spout} spout (${water} open for ${ms} ms)`);
    this.#progress.next({ kind: 'water', spout, ul });
    return { barred: this.#barred };
  }

  #note(body: string): void {
    const { writer, operator, now } = this.#setup;
    try {
      this.#pump.flush();
      writer.note({ at: now(), trial: null, person: operator, body });
    } catch (error) {
      this.send({ type: 'fault', error });
    }
  }

  /** Outputs first, then the record. */
  async #close(ending: SessionEnding): Promise<void> {
    const { chosen, writer, now } = this.#setup;
    const problems: unknown[] = [];
    const attempt = async (work: () => unknown) => {
      try {
        await work();
      } catch (error) {
        problems.push(error);
      }
    };
    const timing = this.#session === null ? null : await this.#meter.timing();
    await attempt(() => chosen.rig.close());
    // A trial that the closing has cut off still gets its row. Its failure, if any, is the session's own and known.
    await this.#trialRunning.catch(() => {});
    this.#frames.stop();
    this.#head.stop();
    if (this.#session !== null) {
      await attempt(() => {
        this.#pump.flush();
        this.#frames.writeEnd();
        const certificate = this.#meter.certify(timing, this.#identity!);
        const { figures } = certificate;
        const frameClock = this.#frames.figures;
        writer.certificate({ at: now(), ...certificate, figures: { ...figures, frameClock } });
        this.#certificate = certificate;
      });
      await attempt(async () => {
        this.#pump.flush();
        if (ending.fault !== null) {
          const message = ending.fault instanceof Error ? ending.fault.message : String(ending.fault);
          writer.fault({ at: now(), trial: null, code: faultCode(ending.fault), message });
        }
        const endReason =
          ending.reason === 'fault' ? `fault: ${faultCode(ending.fault)}` : endReasonWords[ending.reason];
        this.#assess(this.#session!);
        const lastEngagedTrial = this.#engagement?.lastEngaged ?? null;
        this.#totals = await writer.closeSession({ endReason, endedAt: now(), lastEngagedTrial });
      });
    }
    this.#pump.close();
    await attempt(() => writer.close());
    if (problems.length > 0) throw problems[0];
  }

  #report(ending: SessionEnding): SessionReport {
    const { length: trials } = this.#history;
    const frames = this.#frames.figures;
    const assessment = this.#totals === null ? null : this.#assessment;
    const certificate = this.#certificate;
    return { session: this.#session, ending, trials, totals: this.#totals, certificate, frames, assessment };
  }
}

function topState(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.keys(value as object)[0] ?? '';
}

function faultCode(error: unknown): string {
  if (error instanceof RigError || error instanceof RecordError || error instanceof SessionFault) return error.code;
  return 'program';
}

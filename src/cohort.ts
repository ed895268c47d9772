/**
 * A whole cohort of simulated mice from naive to expert: every day each mouse has one session of its stage, through the same
 * session, rules and record as a live animal, in virtual time. An expert has a session with opto light every other day.
 * What a rule only proposes is accepted here, because nobody is there to be asked; the record says so.
 */
import type { RecordDatabase } from '#data/open.ts';
import type { TrialRow } from '#data/rows.ts';
import { readDecisions } from '#data/training-reads.ts';
import type { RecordWriter } from '#data/writer.ts';
import { type MouseState, naiveMouse } from '#hardware/mouse/learning-mouse.ts';
import { drawTraits } from '#hardware/mouse/traits.ts';
import { findRigFile, lineTable } from '#hardware/rig-file.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { RandomStream } from '#machines/random.ts';
import type { Epoch } from '#machines/vocabulary.ts';
import { DISENGAGED_AFTER, Engagement } from '#protocols/engagement.ts';
import { measure } from '#protocols/measures.ts';
import { type LitTrial, optoEffect } from '#protocols/opto-effect.ts';
import { findTask } from '#protocols/registry.ts';
import { isControl } from '#protocols/trial-record.ts';
import { isoWithOffset } from './io.ts';
import { trialRecord } from './past-trial.ts';
import { chooseRig } from './rigs.ts';
import { planSession } from './session-plan.ts';
import { runSession, type SessionReport } from './session-runner.ts';
import { prepareTask } from './session-task.ts';
import { EXPERT, type Standing, standingOf } from './training.ts';

export const LADDER = 'delayed-association';
/** Epochs under light in an expert's sessions with light. */
export const litEpochs = ['earlyDelay', 'lateDelay', 'choice'] as const satisfies readonly Epoch[];
const LIT_SHARE = 0.25;

export interface CohortOptions {
  readonly subjects: number;
  readonly days: number;
  readonly trials: number;
  readonly seed: number;
  /** So many of them, the last ones, have their fibre beside the target. */
  readonly offTarget: number;
  readonly writer: RecordWriter;
  /** The same record, for reading. */
  readonly db: RecordDatabase;
  /** Ends the cohort after the session that runs. */
  readonly stopped: () => boolean;
  readonly onSession: (done: number) => void;
}

export interface SubjectHistory {
  readonly name: string;
  readonly onTarget: boolean;
  /** Sessions up to and with the one that made it an expert; null: it has not become one. */
  readonly sessionsToCriterion: number | null;
  /** Balanced accuracy of its engaged control trials, a session each. */
  readonly expertSessions: readonly number[];
  readonly expertDays: number;
  /** Light's effect in each session with light, by epoch. */
  readonly effects: Readonly<Record<(typeof litEpochs)[number], readonly number[]>>;
  readonly litTrials: number;
  readonly demotions: number;
  readonly stage: string;
}

export interface CohortResult {
  readonly subjects: readonly SubjectHistory[];
  readonly sessions: number;
  readonly trials: number;
  readonly events: number;
}

/** Names of a cohort's mice; the seed is in them, so that two cohorts fit in one record. */
export function subjectName(seed: number, subject: number): string {
  return `sim${seed}-${String(subject + 1).padStart(2, '0')}`;
}

/** One subject after another, so that its sessions stand together. */
export async function runCohort(options: CohortOptions): Promise<CohortResult> {
  const { subjects, days, onSession } = options;
  const file = findRigFile('virtual');
  const programs = new ProgramCache(lineTable(file));
  const histories: SubjectHistory[] = [];
  const total = { sessions: 0, trials: 0, events: 0 };
  for (let index = 0; index < subjects && !options.stopped(); index++) {
    const mouse = await SimulatedSubject.enter(options, index, programs);
    for (let day = 0; day < days && !options.stopped(); day++) {
      const report = await mouse.work(day);
      total.sessions++;
      total.trials += report.trials;
      total.events += report.totals?.eventCount ?? 0;
      onSession(total.sessions);
    }
    histories.push(mouse.history());
  }
  return { subjects: histories, ...total };
}

class SimulatedSubject {
  readonly #options: CohortOptions;
  readonly #programs: ProgramCache;
  readonly #name: string;
  readonly #id: number;
  /** Of each session. */
  readonly #seeds: RandomStream;
  #mouse: MouseState;
  #sessionsToCriterion: number | null = null;
  readonly #expertSessions: number[] = [];
  #sinceExpert = 0;
  readonly #effects: Record<(typeof litEpochs)[number], number[]> = { earlyDelay: [], lateDelay: [], choice: [] };
  #litTrials = 0;

  static async enter(options: CohortOptions, index: number, programs: ProgramCache): Promise<SimulatedSubject> {
    const { writer, seed } = options;
    const name = subjectName(seed, index);
    const at = wallTime(seed, 0, 0);
    const id = await writer.addSubject({ name, simulated: true, createdAt: at });
    const [first] = findTask(LADDER).stages;
    const decision = { ladder: LADDER, from: null, to: first!.name, rule: 'byHand', inputs: null, proposal: null };
    await writer.decide(id, { ...decision, reason: 'begins its training', person: 'simulation', at, verdict: 'made' });
    return new SimulatedSubject(options, index, programs, id);
  }

  private constructor(options: CohortOptions, index: number, programs: ProgramCache, id: number) {
    this.#options = options;
    this.#programs = programs;
    this.#name = subjectName(options.seed, index);
    this.#id = id;
    this.#seeds = new RandomStream(options.seed, 'sessions', index);
    const traits = drawTraits(options.seed, index);
    const onTarget = index < options.subjects - options.offTarget;
    this.#mouse = naiveMouse(onTarget ? traits : { ...traits, fibre: 'offTarget' });
  }

  /** One day's session. */
  async work(day: number): Promise<SessionReport> {
    const { writer, db, trials, seed } = this.#options;
    const standing = standingOf(db, this.#id)!;
    const isExpert = standing.stage.name === EXPERT;
    const lit = isExpert && this.#sinceExpert++ % 2 === 1;
    const settings: Record<string, string> = lit
      ? { optoEpoch: litEpochs.join('+'), optoShare: String(LIT_SHARE) }
      : {};
    const given = { agent: null, dose: null, site: null, givenAt: null };
    const planned = planSession({ task: null, settings, kind: null, given }, standing);
    const sessionSeed = this.#seeds.word();
    const chosen = chooseRig({ rig: 'virtual', seed: sessionSeed, mouse: this.#mouse });
    const ready = prepareTask(planned.task, planned.settings, sessionSeed, chosen.file, this.#programs);
    const session = runSession({
      ...planned,
      chosen,
      ready,
      writer: keptOpen(writer),
      subject: this.#name,
      newSubject: false,
      operator: null,
      disengagedAfter: DISENGAGED_AFTER,
      limits: { trials, minutes: null, endOnDisengagement: true },
      now: () => wallTime(seed, day, chosen.time.nowMs()),
    });
    const rows: TrialRow[] = [];
    session.progress$.subscribe((progress) => {
      if (progress.kind === 'trial') rows.push(progress.row);
    });
    const report = await session.done;
    if (report.ending.reason === 'fault') throw report.ending.fault;
    this.#mouse = chosen.mouse!.state();
    if (isExpert) this.#noteExpert(rows, lit);
    await this.#decide(standing, report, day);
    return report;
  }

  history(): SubjectHistory {
    const standing = standingOf(this.#options.db, this.#id)!;
    const decisions = readDecisions(this.#options.db, this.#id, LADDER);
    const order = findTask(LADDER).stages.map(({ name }) => name);
    return {
      name: this.#name,
      onTarget: this.#mouse.traits.fibre === 'onTarget',
      sessionsToCriterion: this.#sessionsToCriterion,
      expertSessions: this.#expertSessions,
      expertDays: standing.expertDays.length,
      effects: this.#effects,
      litTrials: this.#litTrials,
      demotions: decisions.filter(
        ({ from, to, verdict }) => verdict === 'accepted' && order.indexOf(to) < order.indexOf(from ?? to),
      ).length,
      stage: standing.stage.name,
    };
  }

  #noteExpert(rows: readonly TrialRow[], lit: boolean): void {
    const engagement = new Engagement(DISENGAGED_AFTER);
    for (const { trial, outcome } of rows) engagement.take(trial, outcome);
    const engaged = rows.slice(0, engagement.lastEngaged ?? rows.length);
    const trials: LitTrial[] = engaged.map((row) => ({
      record: trialRecord(row),
      epoch: row.light !== null && row.light.sham === null ? row.light.from : null,
    }));
    const control = measure(trials.map(({ record }) => record).filter(isControl)).balancedAccuracy;
    if (control !== null) this.#expertSessions.push(control);
    if (!lit) return;
    this.#litTrials += trials.filter(({ epoch }) => epoch !== null).length;
    for (const epoch of litEpochs) {
      const effect = optoEffect(trials, epoch);
      if (effect !== null) this.#effects[epoch].push(effect);
    }
  }

  async #decide({ stage }: Standing, { assessment, session }: SessionReport, day: number): Promise<void> {
    const decision = assessment?.decision ?? null;
    if (decision === null) return;
    const { writer, db, seed } = this.#options;
    if (decision.verdict === 'proposed') {
      const proposal = readDecisions(db, this.#id, LADDER).at(-1)!.id;
      const reason = `accepted, as all proposals in a simulation are: ${decision.reason}`;
      // After the session's last instant, so that the session belongs to the stage before.
      const at = wallTime(seed, day, 12 * 3_600_000);
      await writer.decide(this.#id, { ...decision, reason, person: 'simulation', at, verdict: 'accepted', proposal });
    }
    if (decision.to === EXPERT && stage.name !== EXPERT && session !== null) this.#sessionsToCriterion ??= day + 1;
  }
}

/** A session closes its writer at its end; the cohort's goes on. */
function keptOpen(writer: RecordWriter): RecordWriter {
  return { ...writer, close: () => writer.abandon() };
}

/** Days count from a date that the seed gives, sessions begin at nine; so the same seed gives the same record. */
function wallTime(seed: number, day: number, ms: number): string {
  const first = Date.UTC(2020, 0, 1) + (seed % 1000) * 86_400_000;
  return isoWithOffset(new Date(first + day * 86_400_000 + 9 * 3_600_000 + ms), 0);
}

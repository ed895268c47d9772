/** Reads a session's raw events once and says what the roll-ups keep of them: facts by trial, licks by pair and by sensor. */
import type { LineTable } from '#machines/program.ts';
import { SessionTime } from '#machines/time.ts';
import { EventCode, epochs, type RawEvent } from '#machines/vocabulary.ts';
import { median } from '#protocols/statistics.ts';
import type { RecordDatabase } from '../open.ts';
import { readClockReadings, readEvents, readSegments } from '../reads.ts';
import { EpochReader, lickLinesOf } from './epoch-reader.ts';
import { type TrialFacts, trialFacts } from './trial-facts.ts';

/** Width of a bin of lick density. */
export const DENSITY_BIN_MS = 100;

interface TrialFactsRow {
  readonly trial: number;
  readonly startS: number;
  readonly endS: number;
  readonly facts: TrialFacts;
}

interface LicksOfPair {
  readonly trialType: string;
  readonly trials: number;
  readonly delayLicks: number;
  readonly answered: number;
  /** Median; null: no first lick. */
  readonly firstLickMs: number | null;
  /** Onsets by bin of DENSITY_BIN_MS. */
  readonly density: readonly number[];
}

interface LicksOfLine {
  readonly line: string;
  readonly licks: number;
  readonly bounces: number;
}

export interface SessionFacts {
  readonly trials: readonly TrialFactsRow[];
  readonly pairs: readonly LicksOfPair[];
  readonly lines: readonly LicksOfLine[];
}

interface TrialSpan {
  readonly trial: number;
  readonly trialType: string;
  readonly lastSeq: number;
  readonly ticksPerMs: number;
  readonly plan: string;
  readonly programHash: string;
  /** Scored, engaged, without light. */
  readonly isControl: 0 | 1;
}

interface About {
  readonly task: string;
  readonly lines: string;
}

export class SessionFactsReader {
  readonly #db: RecordDatabase;
  readonly #about;
  readonly #spans;
  /** By the text of a line table: sessions of one rig compile their charts once. */
  readonly #epochs = new Map<string, EpochReader>();
  /** Plans by their text: the same few are drawn again and again. */
  readonly #plans = new Map<string, { readonly durations: object; readonly odour1?: unknown }>();

  constructor(db: RecordDatabase) {
    this.#db = db;
    this.#about = db.prepare<[number], About>(
      'SELECT task, body AS lines FROM sessions JOIN texts ON texts.id = lines_text WHERE sessions.id = ?',
    );
    this.#spans = db.prepare<[number], TrialSpan>(
      `SELECT t.trial, t.trial_type AS trialType, last_seq AS lastSeq, ticks_per_ms AS ticksPerMs, plan.body AS plan,
         hash.body AS programHash, not_scored = 0 AND engaged AND lit = 0 AS isControl
       FROM trials t JOIN trial_scores USING (session, trial)
       JOIN texts plan ON plan.id = plan_text JOIN texts hash ON hash.id = program_hash_text
       WHERE t.session = ? ORDER BY t.trial`,
    );
  }

  read(session: number): SessionFacts {
    const { task, lines: linesText } = this.#about.get(session)!;
    const lines: LineTable = JSON.parse(linesText);
    const epochReader = this.#epochs.get(linesText) ?? new EpochReader(lines);
    this.#epochs.set(linesText, epochReader);
    const spans = this.#spans.all(session);
    const time = new SessionTime(readSegments(this.#db, session), readClockReadings(this.#db, session));
    const sensors = new LickSensors(lines);
    const pairs = new Map<string, PairLicks>();
    const trials: TrialFactsRow[] = [];
    let open: RawEvent[] | null = null;
    let startS = 0;
    let at = 0;
    for (const event of readEvents(this.#db, session)) {
      sensors.take(event);
      if (event.code === EventCode.digest) continue;
      const seconds = time.at(event.seq, event.ticks) / 1e6;
      if (event.code === EventCode.start) {
        open = [];
        startS = seconds;
      }
      open?.push(event);
      const span = spans[at];
      if (event.code !== EventCode.end || open === null) continue;
      // A pulse between trials has a start and an end too, and no row.
      if (span?.lastSeq === event.seq) {
        const plan = this.#plan(span.plan);
        const facts = trialFacts(open, {
          lines,
          epochOfState: epochReader.epochs(task, plan, span.programHash),
          ticksPerMs: span.ticksPerMs,
          firstOdour: typeof plan.odour1 === 'string',
        });
        trials.push({ trial: span.trial, startS, endS: seconds, facts });
        if (span.isControl === 1) pairOf(pairs, span.trialType).add(facts, (seconds - startS) * 1000);
        at++;
      }
      open = null;
    }
    return { trials, pairs: [...pairs.values()].map((pair) => pair.row()), lines: sensors.rows() };
  }

  #plan(text: string): { readonly durations: object; readonly odour1?: unknown } {
    const known = this.#plans.get(text);
    if (known !== undefined) return known;
    const plan = JSON.parse(text);
    if (this.#plans.size < PLANS_KEPT) this.#plans.set(text, plan);
    return plan;
  }
}

/** Random delays make new plans all the time. */
const PLANS_KEPT = 10_000;

function pairOf(pairs: Map<string, PairLicks>, trialType: string): PairLicks {
  const pair = pairs.get(trialType) ?? new PairLicks(trialType);
  pairs.set(trialType, pair);
  return pair;
}

class PairLicks {
  readonly #trialType: string;
  #trials = 0;
  #delayLicks = 0;
  readonly #first: number[] = [];
  readonly #density: number[] = [];

  constructor(trialType: string) {
    this.#trialType = trialType;
  }

  add({ licks, lickMs }: TrialFacts, lengthMs: number): void {
    this.#trials++;
    this.#delayLicks += licks?.delay ?? 0;
    if (licks?.firstFromChoiceMs != null) this.#first.push(licks.firstFromChoiceMs);
    while (this.#density.length < Math.ceil(lengthMs / DENSITY_BIN_MS)) this.#density.push(0);
    for (const ms of lickMs) {
      const bin = Math.floor(ms / DENSITY_BIN_MS);
      if (bin >= 0 && bin < this.#density.length) this.#density[bin]!++;
    }
  }

  row(): LicksOfPair {
    return {
      trialType: this.#trialType,
      trials: this.#trials,
      delayLicks: this.#delayLicks,
      answered: this.#first.length,
      firstLickMs: median(this.#first),
      density: this.#density,
    };
  }
}

class LickSensors {
  readonly #rows: { line: string; licks: number; bounces: number }[];
  readonly #byLine = new Map<number, { line: string; licks: number; bounces: number }>();

  constructor(lines: LineTable) {
    this.#rows = [...lickLinesOf(lines)].map((line) => {
      const row = { line: lines.inputs[line]!, licks: 0, bounces: 0 };
      this.#byLine.set(line, row);
      return row;
    });
  }

  take({ code, value }: RawEvent): void {
    if (code !== EventCode.input && code !== EventCode.bounce) return;
    const row = this.#byLine.get(value >> 1);
    if (row === undefined) return;
    if (code === EventCode.bounce) row.bounces++;
    else if ((value & 1) === 1) row.licks++;
  }

  rows(): readonly LicksOfLine[] {
    return this.#rows;
  }
}

/** Lick counts of a trial in the order of the columns of `trial_facts`. */
export function licksByEpoch({ licks }: TrialFacts): (number | null)[] {
  return epochs.map((epoch) => licks?.byEpoch[epoch] ?? null);
}

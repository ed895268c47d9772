/**
 * Training across sessions: where an animal stands, what its session at hand means for it, and in which words that is told.
 * The rules themselves are protocols/stages.ts; the record keeps what they saw and what was decided.
 */
import type { RecordDatabase } from '#data/open.ts';
import type { AssessmentRow, DecisionRow } from '#data/rows.ts';
import {
  type Assessed,
  type Decision,
  laddersOf,
  readAssessed,
  readDecisions,
  readStageDays,
  readStages,
} from '#data/training-reads.ts';
import { findTask, tasks } from '#protocols/registry.ts';
import type { SessionKind } from '#protocols/session-kind.ts';
import { whyNotCounted } from '#protocols/session-kind.ts';
import {
  type RuleFigures,
  ruleFigures,
  ruleWords,
  type Stage,
  type StageChange,
  stageChange,
} from '#protocols/stages.ts';
import type { Task } from '#protocols/task.ts';
import { isControl, type TrialRecord } from '#protocols/trial-record.ts';

/** Stage whose days are counted. */
export const EXPERT = 'expert';

export interface Standing {
  readonly ladder: Task;
  readonly stage: Stage;
  readonly enteredAt: string;
  /** Sessions that counted since then. */
  readonly assessed: readonly Assessed[];
  /** No rule moves the animal. */
  readonly held: boolean;
  /** What a person must decide; null: nothing. */
  readonly proposal: Decision | null;
  /** Days of practice as an expert, as YYYY-MM-DD. */
  readonly expertDays: readonly string[];
}

/** Where a subject stands; null: it is in no stage. On several ladders, the one it entered last. */
export function standingOf(db: RecordDatabase, subject: number): Standing | null {
  const spans = laddersOf(db, subject)
    .map((name) => ({ name, span: readStages(db, subject, name).at(-1)! }))
    .sort((one, other) => Date.parse(one.span.enteredAt) - Date.parse(other.span.enteredAt));
  const last = spans.at(-1);
  if (last === undefined) return null;
  const ladder = tasks.find(({ name }) => name === last.name);
  const stage = ladder?.stages.find(({ name }) => name === last.span.stage);
  if (ladder === undefined || stage === undefined) return null;
  const { enteredAt } = last.span;
  const decisions = readDecisions(db, subject, ladder.name).filter(({ at }) => Date.parse(at) >= Date.parse(enteredAt));
  const answered = new Set(decisions.map(({ proposal }) => proposal));
  const where = { subject, ladder: ladder.name };
  return {
    ladder,
    stage,
    enteredAt,
    assessed: readAssessed(db, { ...where, stage: stage.name, since: enteredAt }),
    held: decisions.findLast(({ verdict }) => verdict === 'held' || verdict === 'released')?.verdict === 'held',
    proposal: decisions.findLast(({ verdict, id }) => verdict === 'proposed' && !answered.has(id)) ?? null,
    expertDays: readStageDays(db, { ...where, stage: EXPERT }),
  };
}

/** Of a session that is no part of anybody's training. */
export const outsideTraining = {
  condition: { kind: 'training', agent: null, dose: null, site: null, givenAt: null },
  standing: null,
  offTask: false,
  disengagedAfter: null,
} as const;

export interface FinishedSession {
  readonly session: number;
  readonly kind: SessionKind;
  readonly offTask: boolean;
  /** Of the engaged span, oldest first. */
  readonly trials: readonly TrialRecord[];
  /** ISO 8601. */
  readonly at: string;
}

/** What the rules of its stage see of a session and decide on it. */
export function assess(standing: Standing, finished: FinishedSession): AssessmentRow {
  const { session, at } = finished;
  const seen = stageFigures(standing.stage, { ...finished, excluded: false });
  if (seen.notCounted !== null) return { ...seen, decision: null };
  const assessed = [...standing.assessed, { session, figures: seen.figures }];
  return { ...seen, decision: decide({ ...standing, assessed }, at) };
}

/** What the rules of a stage see of a session, and whether it counts there. */
export function stageFigures(
  stage: Stage,
  { session, trials, kind, offTask, excluded }: Omit<FinishedSession, 'at'> & { readonly excluded: boolean },
): Pick<AssessmentRow, 'notCounted' | 'figures'> {
  const notCounted = whyNotCounted({
    kind,
    offTask,
    stage: stage.name,
    excluded,
    trials: trials.filter(isControl).length,
  });
  const { trialTypes } = findTask(stage.task);
  const rules = [stage.promote, stage.demote].filter((rule) => rule !== null);
  const figures = Object.fromEntries(
    rules.map((rule) => [rule.name, ruleFigures(rule, { session, trials }, trialTypes)]),
  );
  return { notCounted, figures };
}

/** What the rules of its stage decide on the sessions of an animal that count; null: it stays as it is. */
export function decide({ ladder, stage, assessed, held, proposal }: Standing, at: string): DecisionRow | null {
  if (held) return null;
  const change = stageChange(ladder.stages, stage.name, (rule) =>
    assessed.map((each) => (each.figures[rule.name] as RuleFigures | undefined) ?? unseen(each.session)),
  );
  if (change === null || (proposal?.to === change.to && change.rule.mode === 'propose')) return null;
  return decisionOf(ladder, change, at);
}

/** A session from before the rule was written. */
function unseen(session: number): RuleFigures {
  return { session, trials: 0, value: null, worst: null, met: false };
}

function decisionOf(ladder: Task, change: StageChange, at: string): DecisionRow {
  const { rule, from, to, figures } = change;
  return {
    ladder: ladder.name,
    from,
    to,
    rule: rule.name,
    inputs: figures,
    reason: `${ruleWords(rule)}: ${figures.map(figuresWords).join('; ')}`,
    person: null,
    at,
    verdict: rule.mode === 'auto' ? 'made' : 'proposed',
    proposal: null,
  };
}

/** `session 12 had 84 % of 100, worst pair B-C 72 % of 25`. */
function figuresWords({ session, value, trials, worst }: RuleFigures): string {
  const pair =
    worst === null ? '' : `, worst pair ${worst.trialType} ${Math.round(worst.correctRate * 100)} % of ${worst.trials}`;
  return `session ${session} had ${value === null ? 'too little' : `${(value * 100).toFixed(1)} %`} of ${trials}${pair}`;
}

/** What was decided at a session's end, for the screen. */
export function decisionWords({ verdict, from, to, reason, rule }: DecisionRow): string {
  const what =
    verdict === 'proposed'
      ? `Proposed: from stage ${from} back to ${to}, to be decided by a person`
      : `Stage ${from} is left for ${to}`;
  return `${what} (rule "${rule}": ${reason}).`;
}

/**
 * Stages of training: from naive to expert, each a task with its settings, left by rules that are read here and nowhere
 * else. A rule looks at whole sessions, the last ones that counted in this stage, at their engaged control trials.
 */
import type { Measures } from './measures.ts';
import { measure, worstPair } from './measures.ts';
import { isControl, lastOf, type TrialRecord } from './trial-record.ts';

export interface Stage {
  readonly name: string;
  /** For whoever reads why an animal is where it is. */
  readonly prose: string;
  /** The task that its sessions run. */
  readonly task: string;
  /** Parameters that differ from that task's defaults. */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  /** Whether sessions with opto light may be run in it. */
  readonly light: boolean;
  /** To the next stage; null: there is none. */
  readonly promote: StageRule | null;
  /** To the stage before; null: it is never left that way. */
  readonly demote: StageRule | null;
}

/** Holds when each of the last `sessions` counting sessions of the stage meets all of it. */
export interface StageRule {
  readonly name: string;
  /** `propose`: a person decides. */
  readonly mode: 'auto' | 'propose';
  readonly sessions: number;
  /** So many control trials of each session, its last ones; fewer where it has fewer. */
  readonly lastTrials: number;
  /** A share from 0 to 1; `hitRate` where only go trials are shown. */
  readonly measure: 'balancedAccuracy' | 'hitRate';
  readonly is: 'atLeast' | 'above' | 'below';
  readonly share: number;
  /** Every pair has so many trials and at least this share of them right; null: pairs are not looked at. */
  readonly everyPair: { readonly atLeast: number; readonly leastTrials: number } | null;
}

/** What a rule saw of one session; kept with the decision. */
export interface RuleFigures {
  readonly session: number;
  /** Control trials in the window. */
  readonly trials: number;
  /** Null: cannot be told from these trials. */
  readonly value: number | null;
  /** Null: some pair has too few trials. */
  readonly worst: { readonly trialType: string; readonly correctRate: number; readonly trials: number } | null;
  readonly met: boolean;
}

/** A session that counted, with its engaged trials, oldest first. */
export interface StageSession {
  readonly session: number;
  readonly trials: readonly TrialRecord[];
}

/** One session under one rule. `trialTypes`: every pair of the stage's task. */
export function ruleFigures(
  rule: StageRule,
  { session, trials }: StageSession,
  trialTypes: readonly string[],
): RuleFigures {
  const window = lastOf(trials, rule.lastTrials, isControl);
  const measures = measure(window);
  const value = measures[rule.measure];
  const { everyPair } = rule;
  const worst = worstPair(measures.pairs, trialTypes, everyPair?.leastTrials ?? 1);
  const pairsHold = everyPair === null || (worst !== null && worst.correctRate >= everyPair.atLeast);
  return {
    session,
    trials: window.length,
    value,
    worst: worst && { trialType: worst.trialType, correctRate: worst.correctRate, trials: worst.n },
    met: value !== null && compares(rule, value) && pairsHold,
  };
}

function compares({ is, share }: StageRule, value: Exclude<Measures['balancedAccuracy'], null>): boolean {
  if (is === 'above') return value > share;
  return is === 'below' ? value < share : value >= share;
}

export interface StageChange {
  readonly kind: 'promote' | 'demote';
  readonly rule: StageRule;
  readonly from: string;
  readonly to: string;
  /** Of the sessions that decided it, oldest first. */
  readonly figures: readonly RuleFigures[];
}

/**
 * What the rules say after the last of these sessions: a change, or null to stay. Promotion goes before demotion.
 * `sessions`: figures that each rule of the stage saw, of the stage's counting sessions since it was entered, oldest first.
 */
export function stageChange(
  stages: readonly Stage[],
  current: string,
  figuresOf: (rule: StageRule) => readonly RuleFigures[],
): StageChange | null {
  const at = stages.findIndex(({ name }) => name === current);
  const stage = stages[at];
  if (stage === undefined) throw new RangeError(`There is no stage ${current}.`);
  const ways = [
    { kind: 'promote', rule: stage.promote, to: stages[at + 1]?.name },
    { kind: 'demote', rule: stage.demote, to: stages[at - 1]?.name },
  ] as const;
  for (const { kind, rule, to } of ways) {
    if (rule === null || to === undefined) continue;
    const figures = figuresOf(rule).slice(-rule.sessions);
    if (figures.length === rule.sessions && figures.every(({ met }) => met)) {
      return { kind, rule, from: current, to, figures };
    }
  }
  return null;
}

/** `balanced accuracy above 80 % and every pair at least 65 % in the last 100 control trials of 3 sessions in a row`. */
export function ruleWords(rule: StageRule): string {
  const { measure: what, is, share, everyPair, lastTrials, sessions } = rule;
  const named = what === 'hitRate' ? 'hit rate' : 'balanced accuracy';
  const pairs =
    everyPair === null
      ? ''
      : ` and every pair at least ${percent(everyPair.atLeast)} of ${everyPair.leastTrials} trials or more`;
  const over = sessions === 1 ? 'of one session' : `of ${sessions} sessions in a row`;
  const compared = is === 'atLeast' ? 'at least' : is;
  return `${named} ${compared} ${percent(share)}${pairs} in the last ${lastTrials} control trials ${over}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

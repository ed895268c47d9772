/** `rig stage SUBJECT`: where an animal stands in its training and why; and a person's word on it. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { DecisionRow } from '#data/rows.ts';
import { type Decision, readDecisions, subjectId } from '#data/training-reads.ts';
import { openWriter } from '#data/writer.ts';
import { nearest } from '#protocols/nearest.ts';
import { findTask } from '#protocols/registry.ts';
import { ruleWords, type Stage } from '#protocols/stages.ts';
import type { Task } from '#protocols/task.ts';
import { LADDER } from '../cohort.ts';
import { commandName, type Io, isoWithOffset } from '../io.ts';
import { placeOf, type RecordOptions, readingFrom, recordFlags, withRecord } from '../record-option.ts';
import { count, table, wrap } from '../table.ts';
import { type Standing, standingOf } from '../training.ts';
import { UsageError } from '../usage-error.ts';

interface StageOptions extends RecordOptions {
  readonly task?: string;
  readonly to?: string;
  readonly accept?: boolean;
  readonly decline?: boolean;
  readonly hold?: boolean;
  readonly release?: boolean;
  readonly reason?: string;
  readonly operator?: string;
}

const WIDTH = 110;

export function addStageCommand(program: Command, io: Io): void {
  const command = program
    .command('stage')
    .summary('where an animal stands in its training, and why')
    .description(
      "Shows an animal's stage, its expert days, what the rules decided and on which figures. With --to, --hold, --release, --accept or --decline a person decides; that needs --reason and --operator, and both are kept.",
    )
    .argument('<subject>', 'the animal')
    .option('--task <name>', `the task whose stages are meant; else the one it is in, else ${LADDER}`)
    .option('--to <stage>', 'set back or move on; also begins the training of an animal that is in no stage')
    .option('--hold', 'no rule moves the animal until it is released')
    .option('--release', 'the rules apply again')
    .option('--accept', 'do what a rule has proposed')
    .option('--decline', 'do not')
    .option('--reason <text>', 'why')
    .option('--operator <name>', 'who decides');
  withRecord(command).action(async (name: string, options: StageOptions) => {
    const { path } = placeOf(io, options.db, options.simulated === true);
    const subject = existsSync(path) ? readingFrom(path, (db) => subjectId(db, name)) : null;
    if (subject === null) throw new UsageError(unknown(name, path, options, io));
    const known = readingFrom(path, (db) => standingOf(db, subject));
    const ladder = ladderOf(options, known);
    const standing = known?.ladder === ladder ? known : null;
    const decision = decisionAsked(name, options, ladder, standing, io);
    if (decision !== null) {
      const writer = openWriter(path);
      try {
        await writer.decide(subject, decision);
      } finally {
        await writer.close();
      }
    }
    readingFrom(path, (db) => {
      const now = standingOf(db, subject);
      io.out(standingText(name, now, readDecisions(db, subject, ladder.name), options, io));
    });
  });
}

function unknown(name: string, path: string, { db, simulated }: StageOptions, io: Io): string {
  const hint =
    db === undefined && simulated !== true ? ' Simulated animals stand in a record of their own: add --simulated.' : '';
  return `There is no subject ${name} in ${path}. Nothing was done.${hint} "${commandName(io)} sessions" lists who has worked.`;
}

/** A task with stages. */
function ladderOf({ task }: StageOptions, known: Standing | null): Task {
  const ladder = task === undefined ? (known?.ladder ?? findTask(LADDER)) : findTask(task);
  if (ladder.stages.length > 0) return ladder;
  throw new UsageError(`The task ${ladder.name} is not trained in stages. Nothing was done. Leave --task out.`);
}

/** A person's word from the options; null: only to be shown. */
function decisionAsked(
  name: string,
  options: StageOptions,
  ladder: Task,
  standing: Standing | null,
  io: Io,
): DecisionRow | null {
  const asked = [options.to, options.hold, options.release, options.accept, options.decline].filter(Boolean);
  if (asked.length === 0) return null;
  if (asked.length > 1) {
    throw new UsageError('Only one of --to, --hold, --release, --accept and --decline at a time. Nothing was done.');
  }
  const { reason, operator: person } = options;
  if (!reason?.trim() || !person?.trim()) {
    throw new UsageError(
      `A decision on an animal is kept with its reason and who took it. Nothing was done. Add --reason "..." and --operator NAME.`,
    );
  }
  const at = isoWithOffset(io.now());
  const byHand = { ladder: ladder.name, rule: 'byHand', inputs: null, reason, person, at, proposal: null } as const;
  if (options.to !== undefined) {
    const { name: to } = stageNamed(ladder, options.to);
    const from = standing?.stage.name ?? null;
    if (from === to) throw new UsageError(`${name} is in stage ${to} already. Nothing was done.`);
    return { ...byHand, from, to, verdict: 'made' };
  }
  if (standing === null) {
    throw new UsageError(
      `${name} is in no stage of ${ladder.name}. Nothing was done. Begin with --to ${ladder.stages[0]!.name}.`,
    );
  }
  const { name: from } = standing.stage;
  if (options.hold || options.release) {
    if (standing.held === Boolean(options.hold)) {
      throw new UsageError(`${name} is ${standing.held ? 'held already' : 'not held'}. Nothing was done.`);
    }
    return { ...byHand, from, to: from, verdict: options.hold ? 'held' : 'released' };
  }
  const { proposal } = standing;
  if (proposal === null) throw new UsageError(`Nothing is proposed for ${name}. Nothing was done.`);
  const verdict = options.accept ? 'accepted' : 'declined';
  return { ...byHand, rule: proposal.rule, from, to: proposal.to, verdict, proposal: proposal.id };
}

function stageNamed({ name, stages }: Task, typed: string): Stage {
  const stage = stages.find((each) => each.name === typed);
  if (stage !== undefined) return stage;
  const names = stages.map((each) => each.name);
  const near = nearest(typed, names);
  throw new UsageError(
    `${name} has no stage "${typed}".${near === null ? '' : ` Did you mean ${near}?`} Nothing was done. It has: ${names.join(', ')}.`,
  );
}

function standingText(
  name: string,
  standing: Standing | null,
  decisions: readonly Decision[],
  { db, simulated }: StageOptions,
  io: Io,
): string {
  const rig = commandName(io);
  const flags = recordFlags(io, db, simulated === true);
  if (standing === null) {
    return `${name} is in no stage of training. Begin with: ${rig} stage ${name}${flags} --to ${findTask(LADDER).stages[0]!.name} --reason "begins its training" --operator NAME\n`;
  }
  const { ladder, stage, enteredAt, assessed, held, proposal, expertDays } = standing;
  const rules = [
    stage.promote &&
      `  on to ${next(ladder, stage, 1)}: ${ruleWords(stage.promote)} (${modeWords(stage.promote.mode)})`,
    stage.demote &&
      `  back to ${next(ladder, stage, -1)}: ${ruleWords(stage.demote)} (${modeWords(stage.demote.mode)})`,
  ].filter((line) => line !== null);
  const practice =
    expertDays.length === 0 ? '' : `\nExpert day ${expertDays.length}: the last one was ${expertDays.at(-1)}.`;
  const lines = [
    `${name} is in stage ${stage.name} of ${ladder.name} since ${enteredAt.slice(0, 10)}, with ${count(assessed.length, 'session')} that counted.${practice}`,
    stage.prose,
    held ? 'A person holds it here: no rule moves it until it is released.' : rules.join('\n'),
  ];
  if (proposal !== null) {
    lines.push(
      `To be decided: ${proposal.reason}. Proposed is stage ${proposal.to}. Type --accept or --decline, with --reason and --operator.`,
    );
  }
  return `${lines.map((line) => `${wrapLines(line, io)}\n`).join('')}\n${decisionTable(decisions)}`;
}

function wrapLines(text: string, io: Io): string {
  return text
    .split('\n')
    .map((line) =>
      line.startsWith('  ')
        ? `  ${wrap(line.trim(), Math.min(io.columns, WIDTH) - 2, '    ')}`
        : wrap(line, Math.min(io.columns, WIDTH)),
    )
    .join('\n');
}

function modeWords(mode: 'auto' | 'propose'): string {
  return mode === 'auto' ? 'by itself' : 'proposed to a person';
}

function next({ stages }: Task, stage: Stage, step: 1 | -1): string {
  return stages[stages.indexOf(stage) + step]?.name ?? stage.name;
}

function decisionTable(decisions: readonly Decision[]): string {
  return table(
    [
      { head: 'when', cell: ({ at }) => at.slice(0, 16).replace('T', ' ') },
      { head: 'session', align: 'right', cell: ({ session }) => session },
      {
        head: 'what',
        cell: ({ verdict, from, to }) => (from === to ? verdict : `${verdict}: ${from ?? 'none'} to ${to}`),
      },
      { head: 'rule', cell: ({ rule }) => (rule === 'byHand' ? 'by hand' : rule) },
      { head: 'who', cell: ({ person }) => person ?? 'the rule' },
      { head: 'why', cell: ({ reason }) => reason },
    ],
    decisions,
  );
}

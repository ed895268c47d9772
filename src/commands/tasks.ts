/** `rig tasks`: what the rigs can ask of an animal, and what may be set. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describeParameters, valueText } from '#protocols/parameters.ts';
import { findTask, tasks } from '#protocols/registry.ts';
import { ruleWords, type StageRule } from '#protocols/stages.ts';
import type { RigFacts, Task } from '#protocols/task.ts';
import { type ChartDurations, chartSvg, chartText } from '../chart-drawing.ts';
import { commandName, type Io, pathOf } from '../io.ts';
import { table, wrap } from '../table.ts';
import { UsageError } from '../usage-error.ts';

/** A valve of 100 ul/s, as in the shipped rig files. */
const USUAL_RIG: RigFacts = { waterMs: (ul) => ul * 10, valveOf: (odour) => odour };

export function addTasksCommand(program: Command, io: Io): void {
  program
    .command('tasks')
    .summary('list tasks, or describe one')
    .description('Lists the tasks; with a name, tells what the animal lives through and what may be set.')
    .argument('[name]', 'name of a task')
    .option('--svg <file>', 'also write a picture of its chart')
    .action(async (name: string | undefined, { svg }: { svg?: string }) => {
      if (name === undefined && svg !== undefined) {
        throw new UsageError('--svg draws the chart of one task. Nothing was written. Name the task before it.');
      }
      io.out(name === undefined ? list(io) : describe(name, io));
      if (name !== undefined && svg !== undefined) await draw(name, pathOf(io, svg), io);
    });
}

function list(io: Io): string {
  const lines = table(
    [
      { head: 'task', cell: (task) => task.name },
      { head: 'title', cell: (task) => task.title },
      { head: 'pairs', cell: (task) => task.trialTypes.join(', ') },
    ],
    tasks,
  );
  return `${lines}More about one: ${commandName(io)} tasks ${tasks[0]!.name}\n`;
}

function describe(name: string, io: Io): string {
  const task = findTask(name);
  const rows = describeParameters(task);
  const parameters = table(
    [
      { head: 'parameter', cell: (row) => row.name },
      { head: 'default', align: 'right', cell: (row) => row.default },
      { head: 'unit', cell: (row) => (row.unit === 'none' ? '' : row.unit) },
      { head: 'allowed', cell: (row) => row.bounds },
    ],
    rows,
  );
  const meanings = rows.map((row) => `${row.name}: ${row.description} Default from: ${row.source}.`);
  const width = Math.min(io.columns, 100);
  return (
    `${task.title} (${task.name})\n\n${task.prose}\n\n${parameters}\n` +
    `${meanings.map((text) => `${wrap(text, width, '    ')}\n`).join('')}\n` +
    `Set one for a session: --set ${rows[1]!.name}=${rows[1]!.default}\n\n` +
    `Trial types: ${task.trialTypes.join(', ')}. A session of it is of kind ${task.kind}.\n` +
    `${stagesText(task, width)}\nThe chart of a trial, with its usual durations:\n${chartText(task.chart, usualDurations(task))}`
  );
}

/** From naive to expert, with what leads from one to the next. */
function stagesText({ stages }: Task, width: number): string {
  if (stages.length === 0) return 'It is not trained in stages.\n';
  const lines = stages.flatMap(({ name, prose, task, settings, light, promote, demote }, index) => {
    const set = Object.entries(settings).map(([parameter, value]) => `${parameter}=${valueText(value)}`);
    const rule = (way: string, found: StageRule | null) =>
      found === null
        ? []
        : [`${way}: ${ruleWords(found)} (${found.mode === 'auto' ? 'by itself' : 'proposed to a person'})`];
    return [
      `${index + 1}. ${name}: ${prose} Task ${task}${set.length > 0 ? `, ${set.join(', ')}` : ''}${light ? '; opto light allowed' : ''}.`,
      ...rule('on', promote),
      ...rule('back', demote),
    ];
  });
  return `\nStages of training:\n${lines
    .map((line) => `${/^\d/.test(line) ? '' : '   '}${wrap(line, width - 3, '      ')}\n`)
    .join('')}`;
}

/** Of the first trial with default settings. */
function usualDurations(task: Task): ChartDurations {
  const { input } = task.planner(task.parameters.parse({}), 0, USUAL_RIG).next([]);
  return { ...input.durations };
}

async function draw(name: string, path: string, io: Io): Promise<void> {
  const task = findTask(name);
  const picture = await chartSvg(task.chart, task.title, usualDurations(task));
  try {
    writeFileSync(path, picture);
  } catch (error) {
    throw new UsageError(
      `The picture could not be written to ${path} (${(error as Error).message}). Nothing else was to be done. Name another file.`,
    );
  }
  io.out(`\nDrawn in ${path}\n`);
}

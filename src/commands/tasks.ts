/** `rig tasks`: what the rigs can ask of an animal, and what may be set. */
import type { Command } from 'commander';
import { describeParameters } from '#protocols/parameters.ts';
import { findTask, tasks } from '#protocols/registry.ts';
import { commandName, type Io } from '../io.ts';
import { table, wrap } from '../table.ts';

export function addTasksCommand(program: Command, io: Io): void {
  program
    .command('tasks')
    .summary('list tasks, or describe one')
    .description('Lists the tasks; with a name, tells what the animal lives through and what may be set.')
    .argument('[name]', 'name of a task')
    .action((name: string | undefined) => {
      io.out(name === undefined ? list(io) : describe(name, io));
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
    `Set one for a session: --set ${rows[1]!.name}=${rows[1]!.default}\n`
  );
}

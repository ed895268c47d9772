/**
 * How a cohort did: a line a subject, then the mean of the subjects with its 95 % interval, subjects resampled.
 */
import { meanOfSubjects } from '#protocols/opto-effect.ts';
import { type CohortResult, litEpochs, type SubjectHistory } from './cohort.ts';
import { type Column, count, table, words } from './table.ts';

const columns: readonly Column<SubjectHistory>[] = [
  { head: 'subject', cell: ({ name }) => name },
  { head: 'sessions to expert', align: 'right', cell: ({ sessionsToCriterion }) => sessionsToCriterion ?? 'not yet' },
  { head: 'expert days', align: 'right', cell: ({ expertDays }) => expertDays },
  { head: 'expert correct', align: 'right', cell: (subject) => share(meanOf(subject.expertSessions)) },
  ...litEpochs.map(
    (epoch): Column<SubjectHistory> => ({
      head: `light in ${words(epoch)}`,
      align: 'right',
      cell: ({ effects }) => points(meanOf(effects[epoch])),
    }),
  ),
  { head: 'lit trials', align: 'right', cell: ({ litTrials }) => litTrials },
  { head: 'demotions', align: 'right', cell: ({ demotions }) => demotions },
  { head: 'stage now', cell: ({ stage }) => stage },
  { head: 'fibre', cell: ({ onTarget }) => (onTarget ? 'on target' : 'off target') },
];

export function cohortText({ subjects }: CohortResult, days: number, seed: number): string {
  const groups = [subjects.filter(({ onTarget }) => onTarget), subjects.filter(({ onTarget }) => !onTarget)];
  const means = groups.filter((group) => group.length > 0).map((group) => groupText(group, days, seed));
  return `${table(columns, subjects)}\n${means.join('')}light: correct rate under light less that of the session's control trials, pair by pair, in percentage points; intervals by resampling subjects.\n`;
}

function groupText(group: readonly SubjectHistory[], days: number, seed: number): string {
  const name = group[0]!.onTarget ? '' : ', fibre off target';
  const reached = group.flatMap(({ sessionsToCriterion }) => sessionsToCriterion ?? []);
  const late = group.length - reached.length;
  const line = (what: string, values: readonly (number | null)[], write: (value: number) => string) => {
    const known = values.filter((value) => value !== null);
    const summary = meanOfSubjects(known, seed);
    if (summary === null) return `  ${what}: none\n`;
    const { mean, interval } = summary;
    const subjects = count(known.length, 'subject');
    const certainty =
      interval === null
        ? `${subjects}, too few for an interval`
        : `95 % interval ${write(interval.low)} to ${write(interval.high)}, ${subjects}`;
    return `  ${what}: ${write(mean)} (${certainty})\n`;
  };
  return [
    `Mean of ${count(group.length, 'subject')}${name}:\n`,
    line('sessions to expert', reached, (value) => value.toFixed(1)),
    late > 0 ? `  not an expert within ${count(days, 'day')}: ${count(late, 'subject')}, left out of that mean\n` : '',
    line(
      'expert correct',
      group.map(({ expertSessions }) => meanOf(expertSessions)),
      (value) => `${(value * 100).toFixed(1)} %`,
    ),
    ...litEpochs.map((epoch) =>
      line(
        `light in ${words(epoch)}`,
        group.map(({ effects }) => meanOf(effects[epoch])),
        (value) => points(value)!,
      ),
    ),
  ].join('');
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share(value: number | null): string {
  return value === null ? '-' : `${(value * 100).toFixed(1)} %`;
}

function points(value: number | null): string {
  return value === null ? '-' : `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)}`;
}

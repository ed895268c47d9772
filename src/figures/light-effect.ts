/** What opto light did, by span of epochs: a dot a session (or an animal), the mean as a bar, its interval where there is one. */
import { epochs } from '#machines/vocabulary.ts';
import type { Interval } from '#protocols/statistics.ts';
import { spanWords } from '../table.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { colour } from './theme.ts';

export interface EffectColumn {
  readonly from: (typeof epochs)[number];
  readonly to: (typeof epochs)[number];
  readonly sham: boolean;
  /** Differences of shares, -1 to 1. */
  readonly values: readonly number[];
  readonly mean: number | null;
  readonly interval: Interval | null;
}

export function lightEffectFigure(
  columns: readonly EffectColumn[],
  frame: { width: number; simulated: boolean },
): Figure {
  const ordered = [...columns].sort(
    (one, other) => epochs.indexOf(one.from) - epochs.indexOf(other.from) || Number(one.sham) - Number(other.sham),
  );
  const nameOf = (column: EffectColumn) => `${spanWords(column)}${column.sham ? ' (sham)' : ''}`;
  const dots = ordered.flatMap((column) => column.values.map((value) => ({ name: nameOf(column), value })));
  const means = ordered.flatMap((column) =>
    column.mean === null
      ? []
      : [
          {
            name: nameOf(column),
            mean: column.mean,
            low: column.interval?.low ?? column.mean,
            high: column.interval?.high ?? column.mean,
          },
        ],
  );
  const lowest = Math.min(-0.6, ...dots.map(({ value }) => value - 0.05));
  const highest = Math.max(0.2, ...dots.map(({ value }) => value + 0.05));
  return draw(
    { ...frame, height: 170, label: 'Opto light against control, percentage points of correct trials, by epoch' },
    {
      marginLeft: 44,
      marginRight: 8,
      marginBottom: 24,
      marginTop: 14,
      fx: { domain: ordered.map(nameOf), label: null, tickSize: 0, axis: 'bottom', padding: 0.2 },
      x: { axis: null, domain: [-1, 1] },
      y: {
        domain: [lowest, highest],
        ticks: 5,
        tickSize: 0,
        label: null,
        tickFormat: (value: number) => `${value > 0 ? '+' : ''}${Math.round(value * 100)}`,
      },
      marks: [
        Plot.ruleY([0], { stroke: colour('soft'), strokeDasharray: '2,3' }),
        Plot.dot(
          dots,
          Plot.dodgeX('middle', { fx: 'name', y: 'value', r: 2.2, fill: colour('opto'), fillOpacity: 0.6 }),
        ),
        Plot.ruleX(means, { fx: 'name', x: () => 0, y1: 'low', y2: 'high', stroke: colour('ink'), strokeWidth: 1.5 }),
        Plot.ruleY(means, {
          fx: 'name',
          y: 'mean',
          x1: () => -0.35,
          x2: () => 0.35,
          stroke: colour('ink'),
          strokeWidth: 2.5,
        }),
      ],
    },
  );
}

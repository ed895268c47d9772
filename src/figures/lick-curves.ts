/** Delay licks fading and first licks quickening, session by session. */
import type { SessionRow } from '../summaries/session-row.ts';
import { draw, type Figure, Plot, spread } from './draw.ts';
import { sessionScale, stageMarks } from './session-axis.ts';
import { askColour, colour } from './theme.ts';

interface Point {
  readonly number: number;
  readonly go: boolean | null;
  readonly value: number;
}

export function delayLickCurve(rows: readonly SessionRow[], frame: { width: number; simulated: boolean }): Figure {
  const points = byClass(rows, (pairs) => {
    const trials = pairs.reduce((sum, each) => sum + each.trials, 0);
    return trials === 0 ? null : pairs.reduce((sum, each) => sum + each.delayLicks, 0) / trials;
  });
  return curve(points, rows, { ...frame, height: 120, label: 'Licks in the delay, a control trial' }, [
    0,
    Math.max(1, ...points.map(({ value }) => value)),
  ]);
}

/** Medians of the pairs that ask for a lick. */
export function firstLickCurve(rows: readonly SessionRow[], frame: { width: number; simulated: boolean }): Figure {
  const points = byClass(rows, (pairs) => {
    const known = pairs.flatMap(({ firstLickMs, answered }) =>
      firstLickMs === null ? [] : [{ firstLickMs, answered }],
    );
    const answered = known.reduce((sum, each) => sum + each.answered, 0);
    return answered === 0 ? null : known.reduce((sum, each) => sum + each.firstLickMs * each.answered, 0) / answered;
  }).filter(({ go }) => go !== false);
  return curve(points, rows, { ...frame, height: 120, label: 'First lick from the start of the choice period, ms' }, [
    0,
    Math.max(500, ...points.map(({ value }) => value)),
  ]);
}

function byClass(rows: readonly SessionRow[], measureOf: (pairs: SessionRow['licks']) => number | null): Point[] {
  return rows.flatMap((row) => {
    const asks = new Map(row.control.pairs.map(({ trialType, go }) => [trialType, go]));
    return ([true, false, null] as const).flatMap((go) => {
      const value = measureOf(row.licks.filter(({ trialType }) => asks.get(trialType) === go));
      return value === null ? [] : [{ number: row.number, go, value }];
    });
  });
}

const classNames = new Map<boolean | null, string>([
  [true, 'lick'],
  [false, 'no lick'],
  [null, 'side'],
]);

function curve(
  points: readonly Point[],
  rows: readonly SessionRow[],
  frame: Parameters<typeof draw>[0],
  domain: [number, number],
): Figure {
  const classes = [true, false, null].filter((go) => points.some((point) => point.go === go));
  const ends = classes.flatMap((go) => points.findLast((point) => point.go === go) ?? []);
  return draw(frame, {
    marginLeft: 36,
    marginRight: 44,
    marginBottom: 22,
    marginTop: 14,
    x: sessionScale(rows),
    y: { domain, ticks: 3, tickSize: 0, label: null },
    marks: [
      ...stageMarks(rows, false),
      Plot.ruleY([0], { stroke: colour('faint') }),
      ...classes.flatMap((go) => {
        const own = points.filter((point) => point.go === go);
        return [
          Plot.line(own, { x: 'number', y: 'value', stroke: askColour(go), strokeWidth: 1.4 }),
          Plot.dot(own, { x: 'number', y: 'value', r: 1.8, fill: askColour(go) }),
        ];
      }),
      Plot.text(spread(ends, domain, 84), {
        x: 'number',
        y: 'at',
        text: ({ go }: Point) => classNames.get(go),
        fill: ({ go }: Point) => askColour(go),
        textAnchor: 'start',
        dx: 5,
      }),
    ],
  });
}

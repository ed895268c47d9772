/** d' by session with its interval, under the ceiling that the number of trials sets. */
import type { SessionRow } from '../summaries/session-row.ts';
import { isThin } from './accuracy-curve.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { curveMarks, sessionScale, stageMarks } from './session-axis.ts';
import { colour } from './theme.ts';

export function dPrimeCurve(rows: readonly SessionRow[], frame: { width: number; simulated: boolean }): Figure {
  const points = rows.flatMap((row) => {
    const { dPrime, dPrime95, dPrimeCeiling } = row.control;
    if (dPrime === null || dPrime95 === null) return [];
    return [{ row, value: dPrime, ...dPrime95, ceiling: dPrimeCeiling!, hollow: isThin(row) }];
  });
  const top = Math.max(4, ...points.map(({ ceiling }) => ceiling + 0.3));
  const lowest = Math.min(-0.5, ...points.map(({ value }) => value - 0.2));
  const last = points.at(-1);
  return draw(
    { ...frame, height: 170, label: "d' of engaged control trials by session, 95 % intervals, with its ceiling" },
    {
      marginLeft: 36,
      marginRight: 12,
      marginBottom: 22,
      marginTop: 14,
      x: sessionScale(rows),
      y: { domain: [lowest, top], ticks: 5, tickSize: 0, label: null, clamp: true },
      marks: [
        ...stageMarks(rows, false),
        Plot.ruleY([0], { stroke: colour('soft'), strokeDasharray: '2,3', strokeOpacity: 0.7 }),
        Plot.line(points, {
          x: ({ row }) => row.number,
          y: 'ceiling',
          curve: 'step',
          stroke: colour('soft'),
          strokeDasharray: '4,3',
          strokeWidth: 1,
        }),
        last === undefined
          ? null
          : Plot.text([last], {
              x: ({ row }) => row.number,
              y: 'ceiling',
              text: () => 'ceiling',
              textAnchor: 'end',
              dy: -6,
              fontSize: 9.5,
            }),
        ...curveMarks(points, 'ink'),
      ],
    },
  );
}

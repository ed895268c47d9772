/** Learning by pair, small multiples: the first figure of an animal, because one number hides strategies. */
import type { SessionRow } from '../summaries/session-row.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { curveMarks, sessionScale, stageMarks } from './session-axis.ts';
import { askColour, colour } from './theme.ts';

/** Fewer control trials of a pair than this: 8 of 10 right is 49 to 94 %. */
const LEAST_PAIR_TRIALS = 10;

export function pairCurves(rows: readonly SessionRow[], frame: { width: number; simulated: boolean }): Figure {
  const points = rows.flatMap((row) =>
    row.control.pairs.map(({ trialType, go, n, correctRate, correct95 }) => ({
      row,
      pair: `${trialType}  ${go === null ? 'side' : go ? 'lick' : 'no lick'}`,
      go,
      value: correctRate,
      ...correct95,
      hollow: n < LEAST_PAIR_TRIALS,
    })),
  );
  const fx = { fx: 'pair' };
  const asks = [true, false, null] as const;
  return draw(
    { ...frame, height: 150, label: 'Share of correct control trials by session, one panel a pair' },
    {
      marginLeft: 36,
      marginRight: 8,
      marginBottom: 22,
      marginTop: 26,
      fx: { label: null, padding: 0.06 },
      x: sessionScale(rows),
      y: { domain: [0, 1], ticks: [0, 0.5, 1], tickFormat: '.0%', tickSize: 0, label: null },
      symbol: { legend: false },
      marks: [
        ...stageMarks(rows, false),
        Plot.ruleY([0.5], { stroke: colour('faint'), strokeDasharray: '2,3' }),
        Plot.ruleY([0, 1], { stroke: colour('faint') }),
        ...asks.flatMap((go) => {
          const own = points.filter((point) => point.go === go);
          return own.length === 0 ? [] : curveMarks(own, askColour(go), fx as never);
        }),
      ],
    },
  );
}

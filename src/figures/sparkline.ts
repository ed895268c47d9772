/** Each pair's share of correct trials over the last sessions, as small as a word. */
import type { SessionRow } from '../summaries/session-row.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { askColour, colour } from './theme.ts';

const SESSIONS = 15;

export function sparkline(rows: readonly SessionRow[]): Figure {
  const shown = rows.slice(-SESSIONS);
  const points = shown.flatMap((row) =>
    row.control.pairs.map(({ trialType, go, correctRate }) => ({
      pair: trialType,
      go,
      number: row.number,
      correctRate,
    })),
  );
  const pairs = [...new Map(points.map(({ pair, go }) => [pair, go]))].sort(([one], [other]) => (one < other ? -1 : 1));
  const last = pairs.map(([pair]) => points.findLast((point) => point.pair === pair)!);
  const [from, to] = [shown[0]?.number ?? 1, shown.at(-1)?.number ?? 1];
  return draw(
    // The page beside it says that it is simulated, in every row.
    { width: 240, height: 38, label: `Correct by pair over the last ${shown.length} sessions`, simulated: false },
    {
      margin: 0,
      marginTop: 15,
      marginBottom: 2,
      fx: { domain: pairs.map(([pair]) => pair), axis: null, padding: 0.12 },
      x: { domain: [Math.min(from, to - 3) - 0.5, to + 0.5], axis: null },
      y: { domain: [0, 1], axis: null },
      marks: [
        Plot.ruleY([0.5], { stroke: colour('faint') }),
        ...pairs.map(([pair, go]) =>
          Plot.line(
            points.filter((point) => point.pair === pair),
            { fx: 'pair', x: 'number', y: 'correctRate', stroke: askColour(go), strokeWidth: 1.3 },
          ),
        ),
        Plot.dot(last, {
          fx: 'pair',
          x: 'number',
          y: 'correctRate',
          r: 1.8,
          fill: ({ go }: (typeof last)[number]) => askColour(go),
        }),
        Plot.text(last, {
          fx: 'pair',
          frameAnchor: 'top-left',
          text: ({ pair, correctRate }: (typeof last)[number]) => `${pair} ${Math.round(correctRate * 100)}`,
          dy: -14,
          fontSize: 9,
        }),
      ],
    },
  );
}

/** Balanced accuracy by session with its interval, stages above, expert days below, the whole session small beside it. */
import type { SessionRow } from '../summaries/session-row.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { conditionMarks, curveMarks, sessionScale, stageMarks } from './session-axis.ts';
import { colour } from './theme.ts';

/** Fewer go or no-go trials than this give a hollow mark. */
const LEAST_CLASS_TRIALS = 20;

/** More would touch one another. */
const EXPERT_LABELS = 24;

/** Fewer trials of either class, or of any pair where pairs ask for a side. */
export function isThin({ control: { counts, pairs } }: SessionRow): boolean {
  const go = counts.hit + counts.miss;
  const noGo = counts.falseAlarm + counts.correctRejection;
  if (go + noGo === 0) return pairs.some(({ n }) => n < LEAST_CLASS_TRIALS);
  return go < LEAST_CLASS_TRIALS || noGo < LEAST_CLASS_TRIALS;
}

export function accuracyCurve(rows: readonly SessionRow[], frame: { width: number; simulated: boolean }): Figure {
  const points = rows.flatMap((row) => {
    const { balancedAccuracy, balanced95 } = row.control;
    if (balancedAccuracy === null || balanced95 === null) return [];
    return [{ row, value: balancedAccuracy, ...balanced95, hollow: isThin(row) }];
  });
  const whole = points.filter(({ row }) => row.whole?.balancedAccuracy != null);
  const days = rows.filter((row, index, all) => isNewExpertDay(row, all[index - 1]));
  const step = Math.ceil(days.length / EXPERT_LABELS);
  const expert = days.filter(({ expertDay }) => expertDay === 1 || expertDay! % step === 0);
  return draw(
    { ...frame, height: 178, label: 'Balanced accuracy of engaged control trials by session, 95 % intervals' },
    {
      marginLeft: 36,
      marginRight: 12,
      marginBottom: 20,
      marginTop: 26,
      x: sessionScale(rows),
      y: { domain: [0.3, 1], ticks: [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], tickFormat: '.0%', tickSize: 0, label: null },
      marks: [
        ...stageMarks(rows, true),
        ...conditionMarks(rows),
        Plot.ruleY([0.5], { stroke: colour('soft'), strokeDasharray: '2,3', strokeOpacity: 0.7 }),
        Plot.ruleY([0.3], { stroke: colour('faint') }),
        Plot.dot(whole, {
          x: ({ row }) => row.number + 0.18,
          y: ({ row }) => Math.max(0.3, row.whole!.balancedAccuracy!),
          r: 1.6,
          fill: colour('soft'),
        }),
        ...curveMarks(points.map(clipped), 'ink'),
        Plot.text(expert, {
          x: 'number',
          text: ({ expertDay }: SessionRow) => `E${expertDay}`,
          frameAnchor: 'bottom',
          dy: -3,
          fontSize: 9,
        }),
      ],
    },
  );
}

/** The first session of a counted day as an expert. */
function isNewExpertDay(row: SessionRow, before: SessionRow | undefined): boolean {
  return row.expertDay !== null && row.counts && row.stage === 'expert' && row.expertDay !== (before?.expertDay ?? 0);
}

/** Chance is 50 %; what lies under 30 % is drawn at the frame's foot. */
function clipped<T extends { value: number; low: number }>(point: T): T {
  return { ...point, value: Math.max(0.3, point.value), low: Math.max(0.3, point.low) };
}

/** What a rig's hardware did, session by session: its clock against the computer's, and what each lick sensor felt. */
import type { RigSummary } from '../summaries/rig.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { colour } from './theme.ts';

const inks = ['go', 'noGo', 'side', 'opto'] as const;

export function clockFigure({ sessions }: RigSummary, frame: { width: number; simulated: boolean }): Figure {
  const points = sessions.flatMap(({ session, clockPpm }, index) =>
    clockPpm === null ? [] : [{ session, index, clockPpm }],
  );
  return draw(
    { ...frame, height: 120, label: "The board's clock against the computer's, parts in a million, by session" },
    {
      marginLeft: 44,
      marginRight: 12,
      marginBottom: 20,
      marginTop: 14,
      x: { domain: [-0.5, Math.max(3, sessions.length) - 0.5], ...sessionTicks(sessions) },
      y: { ticks: 4, tickSize: 0, label: null, nice: true, zero: true },
      marks: [
        Plot.ruleY([0], { stroke: colour('soft'), strokeDasharray: '2,3' }),
        Plot.line(points, { x: 'index', y: 'clockPpm', stroke: colour('ink'), strokeWidth: 1.4 }),
        Plot.dot(points, { x: 'index', y: 'clockPpm', r: 2, fill: colour('ink') }),
      ],
    },
  );
}

/** Onsets a trial; a dead sensor lies on the floor. */
export function sensorFigure({ sessions, licks }: RigSummary, frame: { width: number; simulated: boolean }): Figure {
  const places = new Map(sessions.map(({ session, trials }, index) => [session, { index, trials }]));
  const points = licks
    .flatMap(({ session, line, licks: onsets }) => {
      const at = places.get(session);
      return at === undefined ? [] : [{ index: at.index, line, rate: onsets / Math.max(1, at.trials) }];
    })
    .sort((one, other) => one.index - other.index);
  const lines = [...new Set(points.map(({ line }) => line))].sort();
  const inkOf = (line: string) => colour(inks[lines.indexOf(line) % inks.length]!);
  return draw(
    { ...frame, height: 120, label: 'Lick onsets a trial by sensor and session' },
    {
      marginLeft: 44,
      marginRight: 60,
      marginBottom: 20,
      marginTop: 14,
      x: { domain: [-0.5, Math.max(3, sessions.length) - 0.5], ...sessionTicks(sessions) },
      y: { ticks: 4, tickSize: 0, label: null, zero: true, nice: true },
      marks: [
        Plot.ruleY([0], { stroke: colour('faint') }),
        ...lines.flatMap((line) => {
          const own = points.filter((point) => point.line === line);
          return [
            Plot.line(own, { x: 'index', y: 'rate', stroke: inkOf(line), strokeWidth: 1.2 }),
            Plot.dot(own, { x: 'index', y: 'rate', r: 1.8, fill: inkOf(line) }),
            Plot.text(own.slice(-1), {
              x: 'index',
              y: 'rate',
              text: 'line',
              textAnchor: 'start',
              dx: 5,
              fill: inkOf(line),
            }),
          ];
        }),
      ],
    },
  );
}

/** Numbers in the record, as many as fit. */
function sessionTicks(sessions: RigSummary['sessions']): Plot.ScaleOptions {
  const step = Math.max(1, Math.ceil(sessions.length / 8));
  return {
    label: null,
    tickSize: 0,
    ticks: sessions.flatMap((_, index) => (index % step === 0 ? [index] : [])),
    tickFormat: (index: number) => String(sessions[index]?.session ?? ''),
  };
}

/** What all curves over sessions share: the sessions that fit, their stages as bands, and the marks of those that stand apart. */
import type { SessionRow } from '../summaries/session-row.ts';
import { Plot } from './draw.ts';
import { type ColourName, colour } from './theme.ts';

/** How a session that stands apart is marked; the first that holds. */
const symbols = {
  excluded: 'times',
  condition: 'square',
  opto: 'triangle',
  'off task': 'diamond',
  control: 'diamond2',
  habituation: 'wye',
  'other rig': 'star',
} as const satisfies Record<SessionRow['apart'][number], string>;

function symbolOf({ apart }: SessionRow): (typeof symbols)[keyof typeof symbols] | 'circle' {
  const first = apart[0];
  return first === undefined ? 'circle' : symbols[first];
}

/** Words for the marks that occur, for a key under the figure. */
export function marksOf(rows: readonly SessionRow[]): { symbol: string; words: string }[] {
  const occurring = new Set(rows.flatMap(({ apart }) => apart.slice(0, 1)));
  return (Object.keys(symbols) as (keyof typeof symbols)[])
    .filter((why) => occurring.has(why))
    .map((why) => ({ symbol: glyphs[symbols[why]], words: why }));
}

const glyphs = {
  times: '\u00d7',
  square: '\u25a0',
  triangle: '\u25b2',
  diamond: '\u25c6',
  diamond2: '\u25c7',
  wye: 'Y',
  star: '\u2605',
} as const;

interface StageBand {
  readonly stage: string;
  readonly from: number;
  readonly to: number;
}

/** Spans of sessions in one stage, in the order of the sessions. A session outside all stages is in none. */
function stageBands(rows: readonly SessionRow[]): StageBand[] {
  const bands: { stage: string; from: number; to: number }[] = [];
  for (const { number, stage } of rows) {
    const last = bands.at(-1);
    if (stage === null) continue;
    if (last?.stage === stage && last.to === number - 1) last.to = number;
    else bands.push({ stage, from: number, to: number });
  }
  return bands;
}

/** Every other stage on a grey ground, its name above where there is room. */
export function stageMarks(rows: readonly SessionRow[], named: boolean): Plot.Markish[] {
  const bands = stageBands(rows).map((band, index) => ({ ...band, index }));
  const edges = { x1: (band: StageBand) => band.from - 0.5, x2: (band: StageBand) => band.to + 0.5 };
  return [
    Plot.rect(
      bands.filter(({ index }) => index % 2 === 1),
      { ...edges, fill: colour('band') },
    ),
    named
      ? Plot.text(bands, {
          x: (band: StageBand) => band.from - 0.45,
          text: (band: StageBand) => shortened(band, rows.length),
          frameAnchor: 'top',
          textAnchor: 'start',
          dy: -9,
          fontSize: 9.5,
        })
      : null,
  ];
}

/** Sessions under a substance, each a band with its name. */
export function conditionMarks(rows: readonly SessionRow[]): Plot.Markish[] {
  const given = rows.filter(({ agent }) => agent !== null);
  return [
    Plot.rect(given, {
      x1: ({ number }: SessionRow) => number - 0.4,
      x2: ({ number }: SessionRow) => number + 0.4,
      fill: colour('opto'),
      fillOpacity: 0.14,
    }),
    Plot.text(given, {
      x: 'number',
      text: 'agent',
      frameAnchor: 'bottom',
      textAnchor: 'start',
      rotate: -90,
      dy: -6,
      fontSize: 9.5,
    }),
  ];
}

/** Pixels of a curve's width, and of a letter over it. */
const WIDTH_PX = 980;
const LETTER_PX = 5.6;

/** What fits over a band; a stump of three letters says nothing. */
function shortened({ stage, from, to }: StageBand, sessions: number): string {
  const letters = Math.floor(((to - from + 1) * WIDTH_PX) / Math.max(4, sessions) / LETTER_PX);
  if (stage.length <= letters) return stage;
  return letters < 4 ? '' : `${stage.slice(0, letters - 1)}\u2026`;
}

export function sessionScale(rows: readonly SessionRow[]): Plot.ScaleOptions {
  const numbers = rows.map(({ number }) => number);
  const [first, last] = [numbers[0] ?? 1, numbers.at(-1) ?? 1];
  const step = Math.max(1, Math.ceil((last - first + 1) / 14));
  const ticks = numbers.filter((number) => (number - first) % step === 0);
  return { domain: [first - 0.5, Math.max(last, first + 3) + 0.5], ticks, tickFormat: 'd', tickSize: 0, label: null };
}

interface Point {
  readonly row: SessionRow;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Fewer trials than the measure needs: a hollow mark. */
  readonly hollow: boolean;
}

/** One curve: intervals, a line through the sessions that count, marks. `facet`: channel of a small multiple. */
export function curveMarks(
  points: readonly Point[],
  ink: ColourName | string,
  facet: Plot.MarkOptions = {},
): Plot.Markish[] {
  const stroke = ink.startsWith('var') ? ink : colour(ink as ColourName);
  const x = ({ row }: Point) => row.number;
  return [
    // One path for all intervals: marks of their own would be half of the page.
    Plot.line(intervals(points), { ...facet, x: 'number', y: 'at', stroke, strokeOpacity: 0.35, strokeWidth: 1.5 }),
    Plot.line(
      points.filter(({ row }) => row.counts),
      { ...facet, x, y: 'value', stroke, strokeWidth: 1.6 },
    ),
    Plot.dot(points, {
      ...facet,
      x,
      y: 'value',
      r: 2.8,
      stroke,
      fill: ({ hollow, row }: Point) => (hollow || row.apart.length > 0 ? colour('paper') : stroke),
      symbol: ({ row }: Point) => symbolOf(row),
    }),
  ];
}

/** From low to high, each ended by a gap; what a facet needs comes along. */
function intervals(points: readonly Point[]): (Point & { readonly number: number; readonly at: number })[] {
  return points.flatMap((point) =>
    [point.low, point.high, Number.NaN].map((at) => ({ ...point, number: point.row.number, at })),
  );
}

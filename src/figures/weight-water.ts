/** Weight against its limits and water against the need, day by day. */
import type { CareDay } from '../summaries/care-days.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { colour } from './theme.ts';

export function weightFigure(days: readonly CareDay[], frame: { width: number; simulated: boolean }): Figure {
  const weighed = days.filter(({ share, grams }) => share !== null || grams !== null);
  const byShare = weighed.some(({ share }) => share !== null);
  const of = byShare ? 'share' : 'grams';
  const values = weighed.flatMap((day) => day[of] ?? []);
  const limits = byShare ? weighed.flatMap(({ stopShare, warnShare }) => [stopShare ?? 0.8, warnShare ?? 0.85]) : [];
  const pad = byShare ? 0.03 : 1;
  return draw(
    { ...frame, height: 130, label: byShare ? 'Weight, share of the reference' : 'Weight, grams' },
    {
      marginLeft: 40,
      marginRight: 44,
      marginBottom: 22,
      marginTop: 14,
      x: { type: 'utc', ...dayScale(days) },
      y: {
        domain: [Math.min(...values, ...limits) - pad, Math.max(...values, ...limits) + pad],
        ticks: 4,
        tickSize: 0,
        label: null,
        tickFormat: byShare ? '.0%' : '.0f',
      },
      marks: [
        Plot.line(weighed, {
          x: dateOf,
          y: 'warnShare',
          stroke: colour('warn'),
          strokeDasharray: '4,3',
          strokeWidth: 1,
        }),
        Plot.line(weighed, {
          x: dateOf,
          y: 'stopShare',
          stroke: colour('alarm'),
          strokeDasharray: '4,3',
          strokeWidth: 1,
        }),
        Plot.line(weighed, { x: dateOf, y: of, stroke: colour('ink'), strokeWidth: 1.6 }),
        Plot.dot(weighed, { x: dateOf, y: of, r: 2.2, fill: colour('ink') }),
        Plot.text(weighed.slice(-1), {
          x: dateOf,
          y: of,
          text: (day: CareDay) => (byShare ? `${Math.round(day.share! * 100)} %` : `${day.grams} g`),
          textAnchor: 'start',
          dx: 5,
          fill: colour('ink'),
        }),
      ],
    },
  );
}

const kinds = [
  { key: 'earnedUl', word: 'earned', ink: 'go' },
  { key: 'freeUl', word: 'free', ink: 'side' },
  { key: 'byHandUl', word: 'by hand', ink: 'soft' },
] as const;

export function waterFigure(days: readonly CareDay[], frame: { width: number; simulated: boolean }): Figure {
  const parts = days.flatMap((day) => kinds.map(({ key, word, ink }) => ({ day, ul: day[key], word, ink })));
  const used = kinds.filter(({ key }) => days.some((day) => day[key] > 0));
  return draw(
    { ...frame, height: 130, label: 'Water a day, microlitres: earned, free, by hand; and the need' },
    {
      marginLeft: 40,
      marginRight: 44,
      marginBottom: 22,
      marginTop: 14,
      x: { type: 'band', domain: days.map(({ day }) => day), ...bandTicks(days) },
      y: { ticks: 4, tickSize: 0, label: null },
      color: { domain: kinds.map(({ word }) => word), range: kinds.map(({ ink }) => colour(ink)) },
      marks: [
        Plot.barY(
          parts,
          Plot.stackY({
            x: ({ day }: (typeof parts)[number]) => day.day,
            y: 'ul',
            fill: 'word',
            order: kinds.map(({ word }) => word),
          }),
        ),
        Plot.tickY(
          days.filter(({ needUl }) => needUl !== null),
          { x: 'day', y: 'needUl', stroke: colour('ink'), strokeWidth: 1.5 },
        ),
        Plot.ruleY([0], { stroke: colour('faint') }),
        ...used.map(({ word, ink }, index) =>
          Plot.text([word], {
            frameAnchor: 'top-right',
            text: (each: string) => each,
            fill: colour(ink),
            dx: 42,
            dy: index * 12 + 6,
            textAnchor: 'end',
          }),
        ),
      ],
    },
  );
}

function dateOf({ day }: CareDay): Date {
  return new Date(`${day}T00:00:00Z`);
}

function dayScale(days: readonly CareDay[]): Plot.ScaleOptions {
  return {
    label: null,
    tickSize: 0,
    ticks: Math.min(7, Math.max(2, days.length)),
    tickFormat: (date: Date) => date.toISOString().slice(5, 10),
  };
}

function bandTicks(days: readonly CareDay[]): Plot.ScaleOptions {
  const step = Math.max(1, Math.ceil(days.length / 7));
  return {
    label: null,
    tickSize: 0,
    ticks: days.filter((_, index) => index % step === 0).map(({ day }) => day),
    tickFormat: (day: string) => day.slice(5),
  };
}

/** One place where Observable Plot meets the house: a document to draw into, the type, the mark of simulated data. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { colour } from './theme.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

export interface Frame {
  /** Pixels; figures are drawn for these and shrink to a narrow screen. */
  readonly width: number;
  readonly height: number;
  /** What it shows, for people who do not see it. */
  readonly label: string;
  readonly simulated: boolean;
}

/** A drawing as text, to be set into a page or another drawing. */
export interface Figure extends Frame {
  readonly svg: string;
}

/** Widths in the type of the pages, in pixels at 11 px. */
const FONT_PX = 11;

export const fontFamily = "'Source Sans 3', system-ui, 'Segoe UI', Roboto, sans-serif";

export function draw(frame: Frame, options: Plot.PlotOptions): Figure {
  const { width, height, label } = frame;
  const drawn = Plot.plot({
    ...options,
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    width,
    height,
    ariaLabel: label,
    style: { fontSize: `${FONT_PX}px`, fontFamily, color: colour('soft'), background: 'none' },
  });
  return { ...frame, svg: finished(String(drawn.outerHTML), frame) };
}

/** Plot names its class by a hash and brings a style sheet a figure; the page has one for all of them. */
function finished(svg: string, { width, height, simulated }: Frame): string {
  const plain = svg
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/ class="plot-[^"]*"/, '')
    .replace(/^<svg ([^>]*)>/, (_, attributes: string) => {
      const rest = attributes.replace(/ (width|height)="[^"]*"/g, '');
      return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" ${rest}>`;
    });
  return simulated ? plain.replace(/<\/svg>$/, `${simulatedMark(width)}</svg>`) : plain;
}

/** Whatever shows simulated data says so, wherever it is copied to. */
function simulatedMark(width: number): string {
  return `<text x="${width - 2}" y="9" text-anchor="end" font-size="9" fill="${colour('soft')}">SIMULATED</text>`;
}

/** Labels at the ends of lines, moved apart so far that they can be read; `value` in units of the y axis. */
export function spread<T extends { readonly value: number }>(
  labels: readonly T[],
  [low, high]: readonly [number, number],
  plotHeight: number,
): (T & { readonly at: number })[] {
  const gap = ((high - low) * LABEL_PX) / plotHeight;
  const placed = [...labels]
    .sort((one, other) => one.value - other.value)
    .map((label) => ({ ...label, at: label.value }));
  placed.forEach((label, index) => {
    const below = placed[index - 1];
    if (below !== undefined) label.at = Math.max(label.at, below.at + gap);
  });
  const over = (placed.at(-1)?.at ?? high) - high;
  if (over > 0) for (const label of placed) label.at -= over;
  return placed;
}

const LABEL_PX = 12;

export { Plot };

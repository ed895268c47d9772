/** Several figures on one sheet under an animal's name, as one drawing: what is sent around as a picture. */
import { safe } from '../pages/html.ts';
import type { Figure } from './draw.ts';
import { fontFamily } from './draw.ts';
import { colour } from './theme.ts';

export interface Sheet {
  readonly title: string;
  readonly subtitle: string;
  readonly simulated: boolean;
  /** Pixels of the picture for one of the drawing. */
  readonly scale: number;
  readonly figures: readonly { readonly caption: string; readonly figure: Figure }[];
}

const MARGIN = 24;
const HEAD = 74;
const CAPTION = 20;

/** A whole SVG. */
export function sheetSvg({ title, subtitle, simulated, scale, figures }: Sheet): string {
  const width = Math.max(0, ...figures.map(({ figure }) => figure.width)) + 2 * MARGIN;
  let y = MARGIN + HEAD;
  const placed = figures.map(({ caption, figure }) => {
    const at = y;
    y += CAPTION + figure.height + 8;
    const text = `<text x="${MARGIN}" y="${at + 12}" font-size="13" font-weight="600" fill="${colour('ink')}">${safe(caption)}</text>`;
    return text + figure.svg.replace('<svg ', `<svg x="${MARGIN}" y="${at + CAPTION}" `);
  });
  const mark = simulated ? 'SIMULATED  ' : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * scale}" height="${(y + MARGIN) * scale}" viewBox="0 0 ${width} ${y + MARGIN}" font-family="${fontFamily}"><rect width="${width}" height="${y + MARGIN}" fill="${colour('paper')}"/><text x="${MARGIN}" y="${MARGIN + 34}" font-size="38" font-weight="600" fill="${colour('ink')}">${safe(title)}</text><text x="${MARGIN}" y="${MARGIN + 58}" font-size="15" fill="${colour('soft')}">${mark}${safe(subtitle)}</text>${placed.join('')}</svg>`;
}

/**
 * A sheet of drawing in SVG, and the pen that draws on it. A pen has an origin and a facing, so that a circuit is described
 * once, away from the board, and stands on either side of it. A part that is drawn is also entered in the parts list:
 * the two cannot differ.
 */
import { type PartKey, parts } from './parts.ts';

export type Point = readonly [x: number, y: number];

interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export interface DrawnPart {
  readonly key: PartKey;
  /** As on the drawing, e.g. `Q4`: letter of the kind of part, pin, and a small letter where a pin has several. */
  readonly designator: string;
}

const opposite = { start: 'end', middle: 'middle', end: 'start' } as const;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export class Sheet {
  readonly parts: DrawnPart[] = [];
  readonly #shapes: string[] = [];

  pen(x: number, y: number, facing: 1 | -1 = 1): Pen {
    return new Pen(this, x, y, facing);
  }

  add(shape: string): void {
    this.#shapes.push(shape);
  }

  svg(width: number, height: number, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
      `<title>${escaped(title)}</title>`,
      '<style>text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#000}path{fill:none;stroke:#000;stroke-width:1.2;stroke-linejoin:round}.full{fill:#000}.thick{stroke-width:2.4}</style>',
      `<rect width="${width}" height="${height}" fill="#fff"/>`,
      ...this.#shapes,
      '</svg>',
      '',
    ].join('\n');
  }
}

export class Pen {
  readonly sheet: Sheet;
  readonly #x: number;
  readonly #y: number;
  readonly #facing: 1 | -1;

  constructor(sheet: Sheet, x: number, y: number, facing: 1 | -1) {
    this.sheet = sheet;
    this.#x = x;
    this.#y = y;
    this.#facing = facing;
  }

  /** A pen whose origin is `[x, y]` of this one; mirrored, it faces the other way. */
  at([x, y]: Point, mirrored = false): Pen {
    const facing = mirrored ? (-this.#facing as 1 | -1) : this.#facing;
    return new Pen(this.sheet, this.#x + x * this.#facing, this.#y + y, facing);
  }

  line(...points: readonly Point[]): void {
    this.#path(points, '');
  }

  thick(...points: readonly Point[]): void {
    this.#path(points, '', ' class="thick"');
  }

  outline(...points: readonly Point[]): void {
    this.#path(points, 'Z');
  }

  filled(...points: readonly Point[]): void {
    this.#path(points, 'Z', ' class="full"');
  }

  /** A junction: wires that cross without one are not joined. */
  dot([x, y]: Point): void {
    const [cx, cy] = this.#place([x, y]);
    this.sheet.add(`<circle cx="${cx}" cy="${cy}" r="2.6"/>`);
  }

  ring([x, y]: Point, radius: number): void {
    const [cx, cy] = this.#place([x, y]);
    this.sheet.add(`<circle cx="${cx}" cy="${cy}" r="${radius}" fill="none" stroke="#000" stroke-width="1.2"/>`);
  }

  text([x, y]: Point, words: string, { size = 10.5, bold = false, anchor = 'start' }: TextStyle = {}): void {
    const [left, base] = this.#place([x, y]);
    const side = this.#facing === 1 ? anchor : opposite[anchor];
    const anchored = side === 'start' ? '' : ` text-anchor="${side}"`;
    const weight = bold ? ' font-weight="600"' : '';
    this.sheet.add(`<text x="${left}" y="${base}" font-size="${size}"${anchored}${weight}>${escaped(words)}</text>`);
  }

  /** Enters a part in the list and gives its words for the drawing, e.g. `R4a 150 Ω`. */
  part(key: PartKey, suffix: string): string {
    const designator = `${parts[key].letter}${suffix}`;
    this.sheet.parts.push({ key, designator });
    return `${designator} ${parts[key].value}`.trim();
  }

  #place([x, y]: Point): Point {
    return [rounded(this.#x + x * this.#facing), rounded(this.#y + y)];
  }

  #path(points: readonly Point[], end: string, attributes = ''): void {
    const steps = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${this.#place(point).join(' ')}`);
    this.sheet.add(`<path${attributes} d="${steps.join('')}${end}"/>`);
  }
}

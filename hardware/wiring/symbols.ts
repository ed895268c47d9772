/** Schematic symbols (IEC 60617), drawn at a place of a pen. x grows away from the board, y downwards; units are pixels. */
import type { Pen, Point } from './sheet.ts';

/** From `[x, y]` over 50 pixels, words above. */
export function resistorAcross(pen: Pen, [x, y]: Point, words: string): void {
  pen.line([x, y], [x + 10, y]);
  pen.outline([x + 10, y - 5], [x + 40, y - 5], [x + 40, y + 5], [x + 10, y + 5]);
  pen.line([x + 40, y], [x + 50, y]);
  pen.text([x + 25, y - 10], words, { anchor: 'middle' });
}

/** From `[x, y]` over 40 pixels downwards, words on the board's side, or beyond it. */
export function resistorDown(pen: Pen, [x, y]: Point, words: string, beyond = false): void {
  pen.line([x, y], [x, y + 7]);
  pen.outline([x - 5, y + 7], [x + 5, y + 7], [x + 5, y + 33], [x - 5, y + 33]);
  pen.line([x, y + 33], [x, y + 40]);
  pen.text([beyond ? x + 10 : x - 10, y + 24], words, { anchor: beyond ? 'start' : 'end' });
}

export function ground(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x, y + 4]);
  for (const [half, drop] of [
    [9, 4],
    [6, 8],
    [3, 12],
  ] as const) {
    pen.line([x - half, y + drop], [x + half, y + drop]);
  }
}

/** A supply by its name; all of one name are joined. */
export function supply(pen: Pen, [x, y]: Point, name: string): void {
  pen.line([x, y], [x, y - 8]);
  pen.thick([x - 9, y - 8], [x + 9, y - 8]);
  pen.text([x, y - 12], name, { anchor: 'middle', bold: true });
}

/** N-channel, enhancement: gate at `[x, y]`, drain at `[x + 26, y - 22]`, source at `[x + 26, y + 28]`. */
export function nMosfet(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x + 4, y]);
  pen.line([x + 4, y - 12], [x + 4, y + 12]);
  for (const middle of [-11, 0, 11]) pen.thick([x + 9, y + middle - 4], [x + 9, y + middle + 4]);
  pen.line([x + 9, y - 11], [x + 26, y - 11], [x + 26, y - 22]);
  pen.line([x + 9, y + 11], [x + 26, y + 11], [x + 26, y + 28]);
  pen.line([x + 9, y], [x + 26, y], [x + 26, y + 11]);
  pen.filled([x + 10, y], [x + 17, y - 3.5], [x + 17, y + 3.5]);
}

function bipolar(pen: Pen, [x, y]: Point): void {
  pen.thick([x + 8, y - 11], [x + 8, y + 11]);
  pen.line([x + 8, y - 5], [x + 22, y - 14], [x + 22, y - 20]);
  pen.line([x + 8, y + 5], [x + 22, y + 14], [x + 22, y + 20]);
  pen.filled([x + 22, y + 14], [x + 13.5, y + 12.5], [x + 17, y + 6.5]);
}

/** Base at `[x, y]`, collector at `[x + 22, y - 20]`, emitter at `[x + 22, y + 20]`. */
export function npn(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x + 8, y]);
  bipolar(pen, [x, y]);
}

/** As the NPN transistor, with light for a base: two arrows that come from where the base would be. */
export function phototransistor(pen: Pen, [x, y]: Point): void {
  bipolar(pen, [x, y]);
  for (const rise of [-8, 2]) arrow(pen, [x - 15, y + rise], [x + 1, y + rise + 4]);
}

function arrow(pen: Pen, [x0, y0]: Point, [x1, y1]: Point): void {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  pen.line([x0, y0], [x1, y1]);
  pen.filled(
    [x1, y1],
    [x1 - 6 * dx - 2.5 * dy, y1 - 6 * dy + 2.5 * dx],
    [x1 - 6 * dx + 2.5 * dy, y1 - 6 * dy - 2.5 * dx],
  );
}

/** A coil of 56 pixels from `[x, y]` outwards. */
export function coilAcross(pen: Pen, [x, y]: Point): void {
  const points: Point[] = [[x, y]];
  for (let hump = 0; hump < 4; hump++) {
    for (let step = 0; step <= 8; step++) {
      const angle = Math.PI * (1 - step / 8);
      points.push([x + 11 + hump * 10 + 5 * Math.cos(angle), y - 8 * Math.sin(angle)]);
    }
  }
  pen.line(...points, [x + 56, y]);
}

/** A diode of 56 pixels from its anode at `[x, y]` outwards to its cathode. */
export function diodeAcross(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x + 22, y]);
  pen.filled([x + 22, y - 6], [x + 22, y + 6], [x + 33, y]);
  pen.thick([x + 33.5, y - 6.5], [x + 33.5, y + 6.5]);
  pen.line([x + 33, y], [x + 56, y]);
}

/** An LED of 40 pixels from its cathode at `[x, y]` outwards to its anode. */
export function ledAcross(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x + 15, y]);
  pen.thick([x + 15, y - 6.5], [x + 15, y + 6.5]);
  pen.outline([x + 26, y - 6], [x + 26, y + 6], [x + 15.5, y]);
  pen.line([x + 26, y], [x + 40, y]);
  arrow(pen, [x + 19, y - 8], [x + 13, y - 17]);
  arrow(pen, [x + 26, y - 8], [x + 20, y - 17]);
}

/** An LED of 36 pixels from its anode at `[x, y]` downwards, shining towards the board. */
export function ledDown(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x, y + 12]);
  pen.outline([x - 6, y + 12], [x + 6, y + 12], [x, y + 23]);
  pen.thick([x - 6.5, y + 23.5], [x + 6.5, y + 23.5]);
  pen.line([x, y + 23], [x, y + 36]);
  arrow(pen, [x - 9, y + 12], [x - 22, y + 15]);
  arrow(pen, [x - 9, y + 20], [x - 22, y + 23]);
}

/** A coaxial socket: its pin at `[x, y]`, its shield to ground. */
export function socket(pen: Pen, [x, y]: Point): void {
  pen.line([x, y], [x + 11, y]);
  pen.ring([x + 14, y], 3);
  pen.ring([x + 14, y], 9);
  pen.line([x + 14, y + 9], [x + 14, y + 16]);
  ground(pen, [x + 14, y + 16]);
}

/** A box with words, `[x, y]` at the middle of the side towards the board. */
export function box(pen: Pen, [x, y]: Point, [width, height]: Point, words: readonly string[]): void {
  const [top, bottom] = [y - height / 2, y + height / 2];
  pen.outline([x, top], [x + width, top], [x + width, bottom], [x, bottom]);
  for (const [index, line] of words.entries()) {
    pen.text([x + width / 2, y + 4 + (index - (words.length - 1) / 2) * 13], line, { anchor: 'middle' });
  }
}

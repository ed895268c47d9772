/**
 * The drawing of a rig's wiring: the board with its pins in their true order, and at each used pin its circuit. A pin that is
 * used takes as much of the board's side as its circuit needs, so that every wire is straight and none cross.
 */
import { pinName } from '../boards.ts';
import type { RigFile } from '../rig-file.ts';
import { blockOf, type Line } from './blocks.ts';
import { headers } from './headers.ts';
import { type DrawnPart, type Pen, Sheet } from './sheet.ts';
import { ground, supply } from './symbols.ts';

const MARGIN = 24;
const BOARD_WIDTH = 132;
const CIRCUIT_WIDTH = 540;
const SUPPLY_WIDTH = 250;
const SUPPLY_HEIGHT = 150;
const TOP = 112;
/** Room for the board's name above its first pins. */
const HEAD = 34;
const PITCH = 16;

interface Slot {
  readonly label: string;
  readonly line?: Line;
  /** The pin that feeds all 5 V of the drawing, or joins its grounds to the board. */
  readonly feeds?: '5V' | 'GND';
  readonly up: number;
  readonly down: number;
}

/** How many pins from `index` on are unused and follow each other by number, up or down. */
function unusedRun(pins: readonly string[], index: number, used: ReadonlyMap<string, Line>): number {
  const number = (at: number) => Number(/^A?(\d+)$/.exec(pins[at] ?? '')?.[1] ?? Number.NaN);
  let end = index;
  while (!Number.isNaN(number(end)) && !used.has(pins[end]!)) {
    end++;
    if (Math.abs(number(end) - number(end - 1)) !== 1) break;
  }
  return end - index;
}

/** Unused pins in a long row are named by the first and the last. */
function shortened(pins: readonly string[], used: ReadonlyMap<string, Line>): string[] {
  const short: string[] = [];
  for (let index = 0; index < pins.length; ) {
    const run = unusedRun(pins, index, used);
    short.push(run > 8 ? `${pins[index]} to ${pins[index + run - 1]}` : pins[index]!);
    index += run > 8 ? run : 1;
  }
  return short;
}

/** `feeding`: the side whose first 5V and GND pin feed the drawing. */
function slots(pins: readonly string[], used: ReadonlyMap<string, Line>, feeding: boolean): Slot[] {
  const awaited = new Set<string>(feeding ? ['5V', 'GND'] : []);
  return shortened(pins, used).map((label): Slot => {
    const line = used.get(label);
    if (line !== undefined) {
      const { up, down } = blockOf(line);
      return { label, line, up, down };
    }
    const plain = { label, up: PITCH / 2, down: PITCH / 2 };
    if (!awaited.delete(label)) return plain;
    return label === '5V' ? { ...plain, feeds: '5V', up: 30 } : { ...plain, feeds: 'GND', down: 30 };
  });
}

/** A time for people. */
export function timeWords(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

function wireWords(line: Line): string[] {
  const on = `${line.kind}, ${line.activeLow ? 'low' : 'high'} is on`;
  if ('pullUp' in line) return [on, line.pullUp ? "the chip's pull-up is on" : 'no pull-up in the chip'];
  return [on, `for ${timeWords(line.longestOnMs)} at the most`];
}

/** Returns the height of the side. */
function drawSide(edge: Pen, side: readonly Slot[]): number {
  let y = 0;
  for (const { label, line, feeds, up, down } of side) {
    y += up;
    const pin = edge.at([0, y]);
    pin.text([-8, 4], label, { anchor: 'end', size: 12, bold: line !== undefined });
    if (line !== undefined) {
      pin.text([12, -6], line.name, { size: 13, bold: true });
      for (const [row, words] of wireWords(line).entries()) pin.text([12, 15 + 13 * row], words);
      blockOf(line).draw(pin, label);
    } else if (feeds === '5V') {
      pin.line([0, 0], [40, 0]);
      supply(pin, [40, 0], '5 V');
    } else if (feeds === 'GND') {
      pin.line([0, 0], [40, 0], [40, 6]);
      ground(pin, [40, 6]);
    }
    y += down;
  }
  return y;
}

function drawSupply(pen: Pen): void {
  pen.sheet.parts.push({ key: 'supply', designator: 'U0' });
  pen.outline([0, 26], [84, 26], [84, 110], [0, 110]);
  pen.text([42, 66], 'U0 supply', { anchor: 'middle' });
  pen.text([42, 80], 'of the valves', { anchor: 'middle' });
  pen.text([78, 44], '+', { anchor: 'end', size: 13, bold: true });
  pen.text([78, 104], '−', { anchor: 'end', size: 13, bold: true });
  pen.line([84, 40], [104, 40]);
  pen.outline([104, 35], [134, 35], [134, 45], [104, 45]);
  pen.line([104, 40], [200, 40]);
  pen.text([119, 26], pen.part('fuse', '0'), { anchor: 'middle' });
  supply(pen, [200, 40], 'V+');
  pen.dot([150, 40]);
  pen.line([150, 40], [150, 66]);
  pen.thick([138, 66], [162, 66]);
  pen.thick([138, 73], [162, 73]);
  pen.line([150, 73], [150, 100]);
  pen.text([134, 62], '+', { anchor: 'end', size: 12 });
  pen.text([168, 73], pen.part('reservoir', '0'));
  pen.line([84, 100], [200, 100]);
  pen.dot([150, 100]);
  ground(pen, [200, 100]);
  pen.text([0, 130], 'All grounds meet at one point,');
  pen.text([0, 143], 'near the drivers.');
}

interface Drawing {
  readonly svg: string;
  readonly parts: readonly DrawnPart[];
}

/** Draws the wiring of a rig; `file` is named on the drawing. The parts are in the order of the drawing. */
export function drawWiring(rig: RigFile, file: string): Drawing {
  const board = headers[rig.board];
  const used = new Map<string, Line>(
    [...rig.outputs, ...rig.inputs].map((line) => [pinName(rig.board, line.pin), line]),
  );
  const [left, right] = [slots(board.left, used, true), slots(board.right, used, false)];
  const needsSupply = [...used.values()].some(
    ({ kind, activeLow }) => ['odour', 'water', 'puff'].includes(kind) && !activeLow,
  );
  const leftWidth = left.some(({ line }) => line !== undefined) ? CIRCUIT_WIDTH : SUPPLY_WIDTH;
  const boardLeft = MARGIN + leftWidth;

  const sheet = new Sheet();
  const tall = (side: readonly Slot[]) => side.reduce((sum, { up, down }) => sum + up + down, 0);
  const leftBottom = TOP + HEAD + tall(left) + (needsSupply ? SUPPLY_HEIGHT : 0);
  const bottom = Math.max(leftBottom, TOP + HEAD + tall(right)) + 12;
  const width = boardLeft + BOARD_WIDTH + CIRCUIT_WIDTH + MARGIN;

  const page = sheet.pen(0, 0);
  page.text([MARGIN, 30], `Wiring of the rig ${rig.name}: ${board.title}`, { size: 18, bold: true });
  page.text([MARGIN, 48], `From ${file}. Pins in their order on the board, seen from above, USB socket up.`, {
    size: 12,
  });
  page.text(
    [MARGIN, 64],
    'Grounds are all joined, and so are all 5 V and all V+. Wires are joined where there is a dot.',
    {
      size: 12,
    },
  );
  const boardRight = boardLeft + BOARD_WIDTH;
  page.thick(
    [boardLeft, TOP - 12],
    [boardRight, TOP - 12],
    [boardRight, bottom],
    [boardLeft, bottom],
    [boardLeft, TOP - 12],
  );
  page.outline(
    [boardLeft + 44, TOP - 32],
    [boardLeft + 88, TOP - 32],
    [boardLeft + 88, TOP - 13],
    [boardLeft + 44, TOP - 13],
  );
  page.text([boardLeft + 66, TOP - 18], 'USB', { anchor: 'middle', size: 11 });
  page.text([boardLeft + 66, TOP + 14], board.title, { anchor: 'middle', size: 11, bold: true });
  drawSide(sheet.pen(boardRight, TOP + HEAD), right);
  const leftEnd = TOP + HEAD + drawSide(sheet.pen(boardLeft, TOP + HEAD, -1), left);
  if (needsSupply) drawSupply(sheet.pen(MARGIN, leftEnd + 10));
  return { svg: sheet.svg(width, bottom + MARGIN, `Wiring of the rig ${rig.name}`), parts: sheet.parts };
}

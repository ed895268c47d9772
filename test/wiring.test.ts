/**
 * The wiring drawings: every line of a rig file has its circuit, what keeps an animal safe is in it, and a technician can
 * read it. Texts and wires are found again in the SVG itself.
 */
import { describe, expect, it } from 'vitest';
import { findRigFile, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { drawWiring } from '#hardware/wiring/drawing.ts';
import { partsTable, pinTable } from '#hardware/wiring/pages.ts';
import { inputKinds, outputKinds } from '#machines/vocabulary.ts';

function rigOf(lines: Record<string, object>, board = 'uno'): RigFile {
  const text = JSON.stringify({ name: 'test', kind: 'board', board, find: { serialNumber: '1' }, lines });
  return parseRigFile(text, 'test.json');
}

const polarities = [{}, { activeLow: true }];
const pulls = [{ pullUp: false }, { pullUp: true }];
const onTime = { longestOnMs: 60_000 };

/** Every kind, polarity and pull-up, each in a rig of its own, on the right of the board and on its left. */
const single = ['4', 'A3'].flatMap((label) => {
  const pin = label === '4' ? 4 : label;
  return [
    ...outputKinds.flatMap((kind) =>
      polarities.map((polarity) => ({
        kind,
        pin,
        ...polarity,
        ...onTime,
        ...(kind === 'water' && { flowUlPerS: 50 }),
      })),
    ),
    ...inputKinds.flatMap((kind) =>
      polarities.flatMap((polarity) => pulls.map((pull) => ({ kind, pin, ...polarity, ...pull }))),
    ),
  ];
});

const crowded = {
  odourA: { kind: 'odour', pin: 'A0', longestOnMs: 1500 },
  opto: { kind: 'opto', pin: 11, ...onTime, activeLow: true },
  puff: { kind: 'puff', pin: 12, longestOnMs: 500, activeLow: true },
  lickLeft: { kind: 'lick', pin: 2, pullUp: true },
  lickRight: { kind: 'lick', pin: 'A2', pullUp: true, activeLow: true },
  lickThird: { kind: 'lick', pin: 7 },
  lickFourth: { kind: 'lick', pin: 4, activeLow: true },
  frames: { kind: 'frameClock', pin: 'A5' },
  door: { kind: 'sense', pin: 13, pullUp: true, activeLow: true },
  lamp: { kind: 'lamp', pin: 'A3', ...onTime },
  trial: { kind: 'sync', pin: 'A4', ...onTime },
};

/** Inputs where a Mega can stamp them. */
const crowdedMega = {
  ...crowded,
  puff: { ...crowded.puff, pin: 3 },
  opto: { ...crowded.opto, pin: 9 },
  mask: { kind: 'mask', pin: 31, ...onTime },
  lickLeft: { ...crowded.lickLeft, pin: 10 },
  lickRight: { ...crowded.lickRight, pin: 'A8' },
  lickThird: { ...crowded.lickThird, pin: 50 },
  lickFourth: { ...crowded.lickFourth, pin: 12 },
  frames: { ...crowded.frames, pin: 'A15' },
};

const rigs: [string, RigFile][] = [
  ['the shipped Uno', findRigFile('uno')],
  ['the two-spout rig', findRigFile('two-spout')],
  ['a crowded Uno', rigOf(crowded)],
  ['a crowded Nano', rigOf(crowded, 'nano')],
  ['a crowded Mega', rigOf(crowdedMega, 'mega')],
  ...single.map((line): [string, RigFile] => [JSON.stringify(line), rigOf({ line })]),
];

interface Box {
  readonly what: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where texts stand, by 0.56 of their size for a letter (0.64 in bold): the mean of common sans fonts is less. */
function texts(svg: string): Box[] {
  return [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)"([^>]*)>([^<]*)</g)].map((match) => {
    const [x, base, size] = [Number(match[1]), Number(match[2]), Number(match[3])];
    const what = match[5]!.replaceAll(/&\w+;/g, '_');
    const width = what.length * size * (match[4]!.includes('weight') ? 0.64 : 0.56);
    const left = match[4]!.includes('middle') ? x - width / 2 : match[4]!.includes('end') ? x - width : x;
    return { what, left, right: left + width, top: base - size * 0.75, bottom: base + size * 0.2 };
  });
}

/** The straight pieces of all paths, as boxes: they run along an axis, or are so short that it makes no difference. */
function strokes(svg: string): Box[] {
  return [...svg.matchAll(/<path[^>]* d="([^"]+)"/g)].flatMap(([, d]) => {
    const points = d!.match(/[\d.]+ [\d.]+/g)!.map((point) => point.split(' ').map(Number) as [number, number]);
    if (d!.endsWith('Z')) points.push(points[0]!);
    return points.slice(1).map(([x, y], index): Box => {
      const [x0, y0] = points[index]!;
      return {
        what: 'stroke',
        left: Math.min(x, x0),
        right: Math.max(x, x0),
        top: Math.min(y, y0),
        bottom: Math.max(y, y0),
      };
    });
  });
}

function meet(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** Texts that lie on another text or on a stroke, or stand beyond the sheet. */
function illegible(svg: string): string[] {
  const [words, lines] = [texts(svg), strokes(svg)];
  const [width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number) as [number, number];
  return words.flatMap((word, index) => [
    ...words.slice(index + 1).flatMap((other) => (meet(word, other) ? [`"${word.what}" on "${other.what}"`] : [])),
    ...(lines.some((line) => meet(word, line)) ? [`"${word.what}" on a stroke`] : []),
    ...(word.left < 0 || word.top < 0 || word.right > width || word.bottom > height ? [`"${word.what}" outside`] : []),
  ]);
}

/** Keys of the parts at one pin, in the order of the drawing. */
function partsAt(rig: RigFile, pin: string): string[] {
  const place = new RegExp(`^[A-Z]${pin}[a-z]?$`);
  return drawWiring(rig, 'x').parts.flatMap(({ key, designator }) => (place.test(designator) ? [key] : []));
}

describe('a wiring drawing', () => {
  it.each(rigs)('can be read: no words lie on each other, on a wire or beyond the sheet (%s)', (_, rig) => {
    expect(illegible(drawWiring(rig, 'hardware/rigs/test.json').svg)).toEqual([]);
  });

  it.each(rigs)('names every part that its list names, once (%s)', (_, rig) => {
    const { svg, parts } = drawWiring(rig, 'x');
    const words = texts(svg).map(({ what }) => what);
    const places = parts.map(({ designator }) => designator);
    expect(new Set(places).size).toBe(places.length);
    expect(
      places.filter((place) => words.filter((word) => new RegExp(`^${place}\\b`).test(word)).length !== 1),
    ).toEqual([]);
    expect(
      partsTable(parts)
        .slice(2)
        .reduce((sum, row) => sum + Number(row.split(' | ')[0]!.slice(2)), 0),
    ).toBe(parts.length);
  });

  it.each([
    ['uno', [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['nano', [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]],
  ])('shows the pins of the %s in their order on the board', (board, order) => {
    const rig = rigOf({ odourA: { kind: 'odour', pin: 6, ...onTime }, lick: { kind: 'lick', pin: 2 } }, board);
    const { svg } = drawWiring(rig, 'x');
    const labels = texts(svg)
      .filter(({ what }) => /^\d+$/.test(what))
      .sort((one, other) => one.top - other.top);
    expect(labels.map(({ what }) => Number(what)).filter((pin) => order.includes(pin))).toEqual(order);
  });

  it('shortens long rows of unused pins, and only where their numbers follow each other', () => {
    const words = texts(drawWiring(rigOf({ opto: { kind: 'opto', pin: 40, ...onTime } }, 'mega'), 'x').svg);
    expect(words.flatMap(({ what }) => (what.includes(' to ') ? [what] : []))).toEqual(
      expect.arrayContaining(['13 to 0', '22 to 39', '41 to 53', 'A0 to A15']),
    );
  });

  it('leads each line of the rig straight to its pin', () => {
    const rig = findRigFile('uno');
    const words = texts(drawWiring(rig, 'x').svg);
    for (const { name, pin } of [...rig.outputs, ...rig.inputs]) {
      const [line, label] = [words.find(({ what }) => what === name)!, words.find(({ what }) => what === `${pin}`)!];
      expect(Math.abs(line.bottom - label.bottom)).toBeLessThan(12);
      expect(Math.abs(line.left - label.right)).toBeLessThan(24);
    }
  });
});

describe('safe while the pin drives nothing', () => {
  const output = (kind: string, activeLow: boolean) =>
    partsAt(rigOf({ line: { kind, pin: 4, activeLow, ...onTime, ...(kind === 'water' && { flowUlPerS: 50 }) } }), '4');

  it.each(['odour', 'water', 'puff'])('%s: gate resistor, pull-down, MOSFET and flyback diode', (kind) => {
    expect(output(kind, false).sort()).toEqual(['flyback', 'gateResistor', 'mosfet', 'pullDown', 'valve']);
  });

  it.each(outputKinds)('%s: a pull-down, or a pull-up if it is active low', (kind) => {
    const hold = (activeLow: boolean) => output(kind, activeLow).filter((part) => part.startsWith('pull'));
    expect([hold(false), hold(true)]).toEqual([['pullDown'], ['pullUp']]);
  });

  it('the supply of the valves has a fuse', () => {
    expect(partsAt(findRigFile('uno'), '0')).toEqual(['supply', 'fuse', 'reservoir']);
    expect(partsAt(rigOf({ lick: { kind: 'lick', pin: 2 } }), '0')).toEqual([]);
  });
});

describe('a beam', () => {
  const lick = (activeLow: boolean) => partsAt(rigOf({ lick: { kind: 'lick', pin: 2, pullUp: true, activeLow } }), '2');

  it('that is broken pulls the pin low by an inverting transistor, where low is a lick', () => {
    expect(lick(true)).toContain('npn');
  });

  it('that is broken lets the pin rise, where high is a lick', () => {
    expect(lick(false)).not.toContain('npn');
    expect(lick(false)).toContain('phototransistor');
  });
});

describe('a pin table', () => {
  it('has each line once, in the order of the pins', () => {
    const rig = findRigFile('uno');
    const pins = pinTable(rig)
      .slice(2)
      .map((line) => line.split(' | '));
    expect(pins.map(([pin]) => Number(pin!.slice(2)))).toEqual(
      [...rig.outputs, ...rig.inputs].map(({ pin }) => pin).sort((one, other) => one - other),
    );
    expect(pins.find(([, name]) => name === '`odourB`')).toEqual([
      '| 5',
      '`odourB`',
      'odour',
      'output, high is on',
      'valve, through an N-MOSFET',
      'on for 11 s',
      '`odourA`, `odourC`, `odourD` |',
    ]);
  });

  it('names what the board holds a line to', () => {
    const rig = rigOf({
      opto: { kind: 'opto', pin: 3, longestOnMs: 2500, dutyFraction: 0.25, dutyOverS: 60 },
      sync: { kind: 'sync', pin: 4, longestOnMs: 1000, random: { leastMs: 200, mostMs: 900, widthMs: 10 } },
      frames: { kind: 'frameClock', pin: 5, refractoryMs: 5, leastPulseUs: 100, nominalHz: 15 },
    });
    expect(pinTable(rig).map((line) => line.split(' | ')[5])).toEqual([
      'limits',
      '---',
      'on for 2500 ms, 25 % of 60 s',
      'on for 1 s, pulses of 10 ms, 200 to 900 ms apart',
      'refractory 5 ms, about 15 frames/s, no pulse under 100 us',
    ]);
  });
});

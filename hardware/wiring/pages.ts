/**
 * What docs/wiring.md says of each shipped rig: its pins, its drawing and its parts, as Markdown. Rigs with a real board are
 * drawn; an emulated one has a table, to be copied from; a virtual one has no pins.
 */
import { pinName } from '../boards.ts';
import { findRigFile, type RigFile } from '../rig-file.ts';
import { blockOf, type Line } from './blocks.ts';
import { drawWiring, timeWords } from './drawing.ts';
import { headers } from './headers.ts';
import { type PartKey, parts } from './parts.ts';
import type { DrawnPart } from './sheet.ts';

/** Kinds of rig that hang on a board one can hold. */
const real: readonly string[] = ['board', 'firmata'];

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}

function direction(line: Line): string {
  const on = `${line.activeLow ? 'low' : 'high'} is on`;
  return 'pullUp' in line ? `input, ${line.pullUp ? 'pull-up, ' : ''}${on}` : `output, ${on}`;
}

/** What the board holds the line to, whatever a task asks. */
function limits(line: Line): string[] {
  const words: string[] = [];
  if ('longestOnMs' in line) {
    const { longestOnMs, duty, random } = line;
    words.push(`on for ${timeWords(longestOnMs)}`);
    if (duty !== null) words.push(`${duty.fraction * 100} % of ${duty.overS} s`);
    if (random !== null) words.push(`pulses of ${random.widthMs} ms, ${random.leastMs} to ${random.mostMs} ms apart`);
  } else {
    const { refractoryMs, leastPulseUs, nominalHz } = line;
    if (refractoryMs > 0) words.push(`refractory ${refractoryMs} ms`);
    if (nominalHz !== null) words.push(`about ${nominalHz} frames/s`);
    if (leastPulseUs !== null && leastPulseUs > 0) words.push(`no pulse under ${leastPulseUs} us`);
  }
  return words;
}

/** One row for each line, in the order of the pins. */
export function pinTable(rig: RigFile): string[] {
  const others = (name: string) =>
    rig.exclusive.filter((group) => group.includes(name)).flatMap((group) => group.filter((other) => other !== name));
  const lines: Line[] = [...rig.outputs, ...rig.inputs];
  return table(
    ['pin', 'line', 'kind', 'direction', 'goes to', 'limits', 'never on with'],
    lines
      .sort((one, other) => one.pin - other.pin)
      .map((line) => [
        pinName(rig.board, line.pin),
        `\`${line.name}\``,
        line.kind,
        direction(line),
        blockOf(line).goesTo,
        limits(line).join(', '),
        others(line.name)
          .map((name) => `\`${name}\``)
          .join(', '),
      ]),
  );
}

/** What to order: one row for each kind of part that was drawn, with its places on the drawing. */
export function partsTable(drawn: readonly DrawnPart[]): string[] {
  const used = (Object.keys(parts) as PartKey[])
    .map((key) => ({ ...parts[key], places: drawn.filter((part) => part.key === key) }))
    .filter(({ places }) => places.length > 0);
  return table(
    ['number', 'part', 'for example', 'on the drawing', 'because'],
    used.map(({ what, example, why, places }) => [
      `${places.length}`,
      what,
      example,
      places
        .map(({ designator }) => designator)
        .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
        .join(', '),
      why,
    ]),
  );
}

/** The section of one shipped rig, and the file of its drawing if it has one (path from docs/). */
function section(name: string): { text: string[]; drawing?: { path: string; svg: string } } {
  const rig = findRigFile(name);
  const file = `hardware/rigs/${name}.json`;
  const note = real.includes(rig.kind) ? '' : ' Nothing hangs on it; the table is there to be copied from.';
  const head = [
    `## The rig ${rig.name}`,
    '',
    `\`${file}\`: ${headers[rig.board].title}.${note}`,
    '',
    ...pinTable(rig),
    '',
  ];
  if (!real.includes(rig.kind)) return { text: head };
  const { svg, parts: drawn } = drawWiring(rig, file);
  const path = `wiring/${name}.svg`;
  const picture = [`![Wiring of the rig ${rig.name}](${path})`, '', ...partsTable(drawn), ''];
  return { text: [...head, ...picture], drawing: { path, svg } };
}

/** `names`: shipped rigs. `drawings`: SVG by path from docs/. @throws RigError when a rig file cannot be used */
export function wiringPages(names: readonly string[]): { text: string; drawings: Map<string, string> } {
  const drawn = (name: string) => real.includes(findRigFile(name).kind);
  const shown = names.filter((name) => findRigFile(name).kind !== 'virtual');
  const sections = shown.sort((one, other) => Number(drawn(other)) - Number(drawn(one))).map(section);
  return {
    text: sections.flatMap(({ text }) => text).join('\n'),
    drawings: new Map(sections.flatMap(({ drawing }) => (drawing ? [[drawing.path, drawing.svg]] : []))),
  };
}

/**
 * Plain aligned tables, and the few colours: both must read well in a log file too.
 */
import type { Io } from './io.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | number | null;
  readonly align?: 'left' | 'right';
}

/** Lines of a table, each ending in a newline; null cells are left empty. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => String(cell(row) ?? '')));
  const widths = columns.map(({ head }, index) => Math.max(head.length, ...cells.map((line) => line[index]!.length)));
  const draw = (line: readonly string[]) =>
    line
      .map((text, index) =>
        columns[index]!.align === 'right' ? text.padStart(widths[index]!) : text.padEnd(widths[index]!),
      )
      .join('  ')
      .trimEnd();
  return [columns.map(({ head }) => head), ...cells].map((line) => `${draw(line)}\n`).join('');
}

/** Breaks text at blanks; `hang` indents all lines but the first. */
export function wrap(text: string, width: number, hang = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hang + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join('\n');
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

/** Colour only where a person looks, and never when they asked for none (no-color.org). */
export function paint(io: Io, colour: keyof typeof codes, text: string): string {
  if (!io.tty || io.env.NO_COLOR) return text;
  return `\u001b[${codes[colour]}m${text}\u001b[0m`;
}

/** `0:20`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A share as a percentage; null where there is none. */
export function percent(share: number | null): string | null {
  return share === null ? null : `${Math.round(share * 100)} %`;
}

/** `correctRejection` as people say it: `correct rejection`. */
export function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A span of epochs: `late delay`, or `early delay to choice`. */
export function spanWords({ from, to }: { readonly from: string; readonly to: string }): string {
  return from === to ? words(from) : `${words(from)} to ${words(to)}`;
}

/** `1 trial`, `2 trials`. */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

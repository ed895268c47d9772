/** HTML as text that cannot be injected into: what is put in is escaped, unless it is HTML of ours already. */
import type { Figure } from '../figures/draw.ts';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | Figure | string | number | null | readonly Part[];

/** Lists are joined, null is nothing, figures are drawn. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + textOf(parts[index - 1] ?? null) + string));
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  if (typeof part === 'object') return (part as Figure).svg;
  return safe(String(part));
}

export function safe(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The documents against the sources: files and functions that they name exist, and examples are what the code gives. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FrameParser, hostFrame } from '#hardware/link/frame.ts';
import { decodeReply, decodeReport, encodeCommand } from '#hardware/link/messages.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const spans = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);

const filePath = /^[\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|c|h|S|sql|json|md|hex)$/;
const functionName = /^(?:([A-Z]\w*)\.)?#?(\w+)\(\)$/;

const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name.replaceAll('\\', '/')}`);

it.each(pages)('%s names only files that exist', (page) => {
  const named = spans(read(page)).filter((span) => filePath.test(span));
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

/** Paragraphs and list items: a function stands in one with the file it is in. */
function paragraphs(text: string): string[] {
  return text.split(/\n\s*\n|\n(?=\s*(?:\d+\.|-) )/);
}

/** Functions that occur in none of the files their paragraph names. */
function strays(text: string): string[] {
  return paragraphs(text).flatMap((paragraph) => {
    const named = spans(paragraph);
    const sources = named.filter((span) => filePath.test(span) && existsSync(join(root, span))).map(read);
    return named.filter((span) => {
      const [, owner, name] = functionName.exec(span) ?? [];
      if (name === undefined) return false;
      const words = [owner, name].flatMap((word) => (word === undefined ? [] : [new RegExp(`\\b${word}\\b`)]));
      return !sources.some((source) => words.every((word) => word.test(source)));
    });
  });
}

describe('docs/architecture.md', () => {
  const page = read('docs/architecture.md');

  it('names only functions that are in a file named beside them', () => {
    expect(strays(page)).toEqual([]);
  });

  it('is looked at: it names functions by the dozen, and one that does not exist is found', () => {
    expect(spans(page).filter((span) => functionName.test(span)).length).toBeGreaterThan(40);
    expect(strays('In `hardware/firmware/rehearsal/engine.c`, `take_inputs()` and `take_nothing()`.')).toEqual([
      'take_nothing()',
    ]);
  });
});

describe('docs/link.md', () => {
  const page = read('docs/link.md');
  const frames = page
    .split('\n')
    .filter((line) => /^ {4}f0( [0-9a-f]{2})+$/.test(line))
    .map((line) => Uint8Array.from(line.trim().split(' '), (byte) => Number.parseInt(byte, 16)));

  it('shows a ping as the host sends it', () => {
    expect(frames[0]).toEqual(hostFrame(encodeCommand('ping', 7, 0x1f2e3d4c, {})));
  });

  it('shows a reply that the host understands', () => {
    const heard: Uint8Array[] = [];
    new FrameParser((payload) => heard.push(payload)).take(frames[1]!);
    const { name, values } = decodeReport(heard[0]!)!;
    expect({ name, id: values.id, status: values.status }).toEqual({ name: 'reply', id: 7, status: 0 });
    const reply = { ticks: 1_000_000, badFrames: 0, overruns: 0 };
    expect(decodeReply('ping', values.body as Uint8Array)).toEqual(reply);
  });
});

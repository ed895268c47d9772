/** What a person reads who mistyped a rig file: our words, and not those of the library that checks its shape. */
import { expect, it } from 'vitest';
import { findRigFile, parseRigFile } from '#hardware/rig-file.ts';

interface Loose {
  [field: string]: unknown;
  lines: Record<string, Record<string, unknown>>;
}

const mistakes: [string, (file: Loose) => unknown, string][] = [
  [
    'a field that is not known',
    (file) => Object.assign(file.lines.water!, { longestOnMS: 5 }),
    'lines.water: has no field "longestOnMS"; correct the spelling',
  ],
  ['a missing name', (file) => delete file.name, 'name: is missing; hardware/rigs/uno.json shows how'],
  ['missing lines', (file) => delete (file as Partial<Loose>).lines, 'lines: is missing;'],
  ['a list for lines', (file) => Object.assign(file, { lines: [] }), 'lines: must be an object, as in'],
  [
    'a word for yes',
    (file) => Object.assign(file.lines.lick!, { activeLow: 'yes' }),
    'lines.lick.activeLow: must be a boolean',
  ],
  ['an unknown rig kind', (file) => Object.assign(file, { kind: 'arduino' }), 'kind: must be one of virtual, emulated'],
  ['an unknown board', (file) => Object.assign(file, { board: 'leonardo' }), 'board: must be one of uno, nano, mega.'],
];

it.each(mistakes)('tells %s in words', (_, change, words) => {
  const file = JSON.parse(findRigFile('uno').text) as Loose;
  change(file);
  let told = '';
  try {
    parseRigFile(JSON.stringify(file), 'rig.json');
  } catch (error) {
    told = (error as Error).message;
  }
  expect(told).toContain(`\n  ${words}`);
  expect(told).not.toMatch(/Invalid|expected|Unrecognized|undefined/);
});

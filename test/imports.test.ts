/** The import rule: imports only point up the list of rooms, packages have homes, and the inner rooms know no wall clock. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const rooms = ['machines', 'protocols', 'hardware', 'data', 'src'];

/** Folders that may import a package. Packages not named here may be used anywhere. */
const homes: Readonly<Record<string, readonly string[]>> = {
  serialport: ['hardware'],
  '@serialport': ['hardware'],
  'johnny-five': ['hardware'],
  'firmata-io': ['hardware'],
  avr8js: ['hardware'],
  '@lydell/node-pty': ['hardware'],
  xstate: ['machines', 'protocols', 'hardware/firmata', 'hardware/virtual', 'src'],
  'better-sqlite3': ['data'],
  'ml-regression-polynomial': ['hardware'],
  h5wasm: ['data/nwb'],
  '@observablehq/plot': ['src/figures'],
  linkedom: ['src/figures'],
  '@resvg/resvg-js': ['src/nightly'],
  croner: ['src/nightly'],
};

/** All that a simulated mouse may know: itself, chance and words. Never a plan, a chart, a task or the record. */
const ofMouse = /^\.\/[\w-]+\.ts$|^#machines\/(random|vocabulary)\.ts$/;

const imports =
  /(?:^|[\s;}])(?:import|export)\s+(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|require\s*\(\s*['"]([^'"]+)['"]/g;
const clocks =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bset(?:Timeout|Interval|Immediate)\s*\(|\bMath\.random\b|\bperformance\.now\b/g;

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A method that bears a timer's name (an XState clock has `setTimeout`) is no call of the host's. */
function withoutMembers(code: string): string {
  return code.replace(/^\s+set(?:Timeout|Interval)\(.*\)\s*:\s*\w+\s*\{$/gm, '');
}

/** What is wrong with the file `path` (from the root, with slashes). */
function problemsOf(path: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"])\/\/.*$/gm, '');
  const room = path.split('/')[0]!;
  const problems: string[] = [];
  for (const match of code.matchAll(imports)) {
    const wanted = (match[1] ?? match[2] ?? match[3])!;
    if (within(path, 'hardware/mouse') && !ofMouse.test(wanted)) {
      problems.push(`${path} imports ${wanted}: a simulated mouse has the pins and the clock, and nothing else`);
    }
    if (wanted.startsWith('.') || wanted.startsWith('#')) {
      const target = wanted.startsWith('#')
        ? wanted.slice(1)
        : normalize(join(dirname(path), wanted))
            .split(sep)
            .join('/');
      const to = target.split('/')[0]!;
      if (!rooms.includes(to)) problems.push(`${path} imports ${wanted}, which is in no room`);
      else if (rooms.indexOf(to) > rooms.indexOf(room)) problems.push(`${path} imports ${wanted} from below`);
      else if (to !== room && wanted.startsWith('.')) problems.push(`${path} imports ${wanted}: write #${target}`);
      continue;
    }
    for (const [name, folders] of Object.entries(homes)) {
      if (within(wanted, name) && !folders.some((folder) => within(path, folder)))
        problems.push(`${path} imports ${wanted}, whose home is ${folders.join(', ')}`);
    }
  }
  if (room === 'machines' || room === 'protocols') {
    for (const [word] of withoutMembers(code).matchAll(clocks)) problems.push(`${path} asks the host for ${word}`);
  }
  return problems;
}

function sources(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts|mjs|tsx)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

describe('the import rule', () => {
  it.each(rooms)('holds in %s', (room) => {
    expect(sources(room).flatMap((path) => problemsOf(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });

  it('is checked on the real files', () => {
    expect(sources('machines')).toContain('machines/compile.ts');
  });

  it.each([
    ['machines/x.ts', "import { a } from '#data/open.ts';", 'from below'],
    ['machines/x.ts', "import {\n  a,\n  b,\n} from '../hardware/rig.ts';", 'from below'],
    ['protocols/x.ts', "import type { Rig } from '#hardware/rig.ts';", 'from below'],
    ['data/x.ts', "export { a } from '#src/main.ts';", 'from below'],
    ['hardware/x.ts', "const a = await import('#data/open.ts');", 'from below'],
    ['data/x.ts', "import { a } from '../machines/time.ts';", 'write #machines/time.ts'],
    ['src/x.ts', "import '../test/x.ts';", 'in no room'],
    ['src/x.ts', "import { SerialPort } from 'serialport';", 'whose home is hardware'],
    ['src/x.ts', "import Database from 'better-sqlite3';", 'whose home is data'],
    ['hardware/board/x.ts', "import { createActor } from 'xstate';", 'whose home is machines'],
    ['data/x.ts', "import { raise } from 'xstate/actors';", 'whose home is machines'],
    ['hardware/mouse/x.ts', "import type { DrawnTrial } from '#protocols/task.ts';", 'the pins and the clock'],
    ['hardware/mouse/x.ts', "import type { TrialPlan } from '#machines/trial-plan.ts';", 'the pins and the clock'],
    ['hardware/mouse/x.ts', "import type { Rig } from '../rig.ts';", 'the pins and the clock'],
    ['hardware/mouse/x.ts', "import { readFileSync } from 'node:fs';", 'the pins and the clock'],
    ['machines/x.ts', 'const t = Date.now();', 'Date.now'],
    ['machines/x.ts', 'const t = new Date();', 'new Date()'],
    ['protocols/x.ts', 'setTimeout(() => {}, 5);', 'setTimeout'],
    ['protocols/x.ts', 'const p = Math.random() + performance.now();', 'Math.random'],
  ])('finds in %s: %s', (path, text, words) => {
    expect(problemsOf(path, text).join('\n')).toContain(words);
  });

  it.each([
    ['src/x.ts', "import { open } from '#data/open.ts';\nimport { setup } from 'xstate';\nimport { b } from './b.ts';"],
    ['hardware/virtual/x.ts', "import { createActor } from 'xstate';\nconst t = Date.now();"],
    [
      'machines/x.ts',
      '// Date.now and setTimeout( are not for us\n/* import x from "serialport" */\nconst at = new Date(0);',
    ],
    ['machines/x.ts', '  setTimeout(fire: () => void, delayMs: number): number {'],
  ])('allows in %s: %s', (path, text) => {
    expect(problemsOf(path, text)).toEqual([]);
  });
});

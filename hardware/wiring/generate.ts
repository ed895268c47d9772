/**
 * Writes what docs/wiring.md shows of the shipped rig files: the pin and parts tables below its mark, and docs/wiring/*.svg.
 * With --check writes nothing and fails when a file is stale, or is a drawing of no shipped rig.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wiringPages } from './pages.ts';

const MARK = '<!-- generated from hardware/rigs/*.json by `npm run generate`: do not edit below -->';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const rigs = fileURLToPath(new URL('../rigs/', import.meta.url));

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const names = readdirSync(rigs)
  .filter((file) => file.endsWith('.json'))
  .sort();
const { text, drawings } = wiringPages(names.map((file) => basename(file, '.json')));
const [prose] = contents(`${docs}wiring.md`).split(MARK);
const wanted = new Map([['wiring.md', `${prose}${MARK}\n\n${text}`], ...drawings]);

mkdirSync(`${docs}wiring`, { recursive: true });
const orphans = readdirSync(`${docs}wiring`)
  .map((file) => `wiring/${file}`)
  .filter((path) => path.endsWith('.svg') && !wanted.has(path));
const stale = [...wanted].filter(([path, page]) => contents(docs + path) !== page);

if (process.argv.includes('--check')) {
  for (const path of [...stale.map(([path]) => path), ...orphans]) {
    console.error(`docs/${path} is stale: run \`npm run generate\` and commit the result.`);
  }
  process.exitCode = stale.length + orphans.length > 0 ? 1 : 0;
} else {
  for (const [path, page] of stale) writeFileSync(docs + path, page);
  for (const path of orphans) rmSync(docs + path);
}

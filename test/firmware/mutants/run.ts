/**
 * `npm run mutants`: takes each safety rule out of the firmware in turn, in a copy of the tree, builds that, and shows a test
 * that then fails. Exit 1 when a rule can be taken away unseen. `-- words`: only rules whose name has these words.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Rule, rules } from './rules.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const copied = ['machines', 'protocols', 'hardware', 'data', 'src', 'test', 'package.json', 'vitest.config.ts'];

interface Result {
  readonly caught: boolean;
  readonly by: string;
}

class Copy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rehearsal-mutant-'));

  constructor() {
    for (const name of copied) cpSync(join(root, name), join(this.#folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  async try({ edits, test: [file, name] }: Rule): Promise<Result> {
    const whole = new Map<string, string>();
    try {
      for (const edit of edits) {
        const path = join(this.#folder, 'hardware/firmware/rehearsal', edit.file);
        const text = readFileSync(path, 'utf8');
        if (!whole.has(path)) whole.set(path, text);
        if (text.split(edit.find).length !== 2) return { caught: false, by: `no longer applies to ${edit.file}` };
        writeFileSync(
          path,
          text.replace(edit.find, () => edit.put),
        );
      }
      return await this.#judge(file, name);
    } finally {
      for (const [path, text] of whole) writeFileSync(path, text);
    }
  }

  async #judge(file: string, name: string): Promise<Result> {
    const firmware = join(this.#folder, 'hardware/firmware');
    try {
      // A rule that is gone may leave a variable that nothing reads.
      await run('make', ['-s', '-C', firmware, 'uno', `BUILD=${join(this.#folder, 'build')}`, 'CC=avr-gcc -w'], {});
    } catch (error) {
      return { caught: false, by: `does not build: ${(error as Error).message.split('\n').slice(1, 3).join(' ')}` };
    }
    const report = join(this.#folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const asked = ['run', file, '-t', name, '--bail', '1', '--reporter', 'json', '--outputFile', report];
    await run(process.execPath, [vitest, ...asked], { cwd: this.#folder, maxBuffer: 1e8 }).catch(() => {});
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const ran = testResults.flatMap((each) => each.assertionResults).filter(({ status }) => status !== 'skipped');
    const failed = ran.find(({ status }) => status === 'failed');
    if (failed !== undefined) return { caught: true, by: `${basename(file, '.test.ts')}: ${failed.title}` };
    return { caught: false, by: ran.length === 0 ? `no test "${name}" in ${file}` : 'SURVIVED' };
  }
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const words = process.argv.slice(2).join(' ');
const asked = rules.filter((each) => each.rule.includes(words));
const width = Math.max(...asked.map((each) => each.rule.length));
const waiting = [...asked];
let unseen = 0;

async function work(): Promise<void> {
  const copy = new Copy();
  try {
    for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) {
      const { caught, by } = await copy.try(rule);
      if (!caught) unseen++;
      console.log(`${caught ? 'caught' : 'UNSEEN'}  ${rule.rule.padEnd(width)}  ${by}`);
    }
  } finally {
    copy.remove();
  }
}

console.log(
  `Each rule of the firmware is taken away in turn; a test must fail.\n\n        ${'without'.padEnd(width)}  fails`,
);
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
console.log(`\n${asked.length - unseen} of ${asked.length} caught.`);
process.exitCode = unseen > 0 ? 1 : 0;

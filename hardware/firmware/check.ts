/**
 * Builds the firmware and holds it to what is committed: the same binary where the compiler is the recorded one, and
 * within its memory. Without avr-gcc it says that it checked nothing; with --required that is a failure.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** With which the committed binary was built. Another version gives other bytes, not other behaviour. */
const RECORDED_COMPILER = '5.4.0';
const FLASH_BYTES = 32_256; // the boot loader has the last 512
const STATIC_BYTES = 1620; // leaves the stack 172 of the 1,792 bytes that all may take (hardware/link/declaration.ts)

const folder = fileURLToPath(new URL('.', import.meta.url));

function compilerVersion(): string | null {
  try {
    return execFileSync('avr-gcc', ['-dumpversion'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function build(into: string): string {
  execFileSync('make', ['-s', '-C', folder, `BUILD=${into}`, `HEX=${join(into, 'rehearsal-uno.hex')}`, 'all'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return readFileSync(join(into, 'rehearsal-uno.hex'), 'utf8');
}

/** text + data in flash, data + bss in RAM, as avr-size reports them. */
function sizes(into: string): { flash: number; ram: number } {
  const [, numbers = ''] = execFileSync('avr-size', [join(into, 'rehearsal.elf')], { encoding: 'utf8' }).split('\n');
  const [text = 0, data = 0, bss = 0] = numbers.trim().split(/\s+/).map(Number);
  return { flash: text + data, ram: data + bss };
}

function check(): string[] {
  const version = compilerVersion();
  if (version === null) {
    const said = 'The firmware was not built: avr-gcc is not installed (Debian: gcc-avr and avr-libc).';
    if (process.argv.includes('--required')) return [said];
    console.log(`skipped: ${said}`);
    return [];
  }
  const into = mkdtempSync(join(tmpdir(), 'rehearsal-firmware-'));
  try {
    const problems: string[] = [];
    const built = build(into);
    const { flash, ram } = sizes(into);
    console.log(`firmware: ${flash} bytes of flash, ${ram} bytes of static memory, avr-gcc ${version}`);
    if (flash > FLASH_BYTES) problems.push(`The firmware takes ${flash} bytes of flash; ${FLASH_BYTES} are there.`);
    if (ram > STATIC_BYTES)
      problems.push(`The firmware's variables take ${ram} bytes; at most ${STATIC_BYTES} leave the stack its room.`);
    if (version === RECORDED_COMPILER && built !== readFileSync(join(folder, 'rehearsal-uno.hex'), 'utf8')) {
      problems.push(
        'The committed rehearsal-uno.hex is not what its sources build: run `npm run firmware` and commit the result.',
      );
    }
    return problems;
  } finally {
    rmSync(into, { recursive: true });
  }
}

const problems = check();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

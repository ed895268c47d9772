/**
 * Builds the firmware of every board, says what it takes, and holds it to what is committed: the same binary where the
 * compiler is the recorded one, and within flash and memory, stack included. Without avr-gcc it says that it checked
 * nothing; with --required that is a failure.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boardKinds } from '../board/board-kinds.ts';
import { parseIntelHex } from '../emulator/intel-hex.ts';
import { MOST_RAM_BYTES, memoryUse } from './memory-use.ts';

/** With which the committed binaries were built. Another version gives other bytes, not other behaviour. */
const RECORDED_COMPILER = '5.4.0';

/** The Mega's 8,192 bytes are four times the Uno's for the same program: half of them leave any stack its room. */
const MOST_MEGA_STATIC_BYTES = 4096;

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The Nano takes the Uno's binary, and its older boot loader leaves less flash. */
const builds = [
  { title: 'Uno and Nano', hex: 'rehearsal-uno.hex', elf: 'rehearsal.elf', flashBytes: boardKinds.nano.bootStart },
  { title: 'Mega', hex: 'rehearsal-mega.hex', elf: 'mega/rehearsal.elf', flashBytes: boardKinds.mega.bootStart },
] as const;

function compilerVersion(): string | null {
  try {
    return execFileSync('avr-gcc', ['-dumpversion'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function build(into: string): void {
  execFileSync('make', ['-s', '-C', folder, `BUILD=${into}`, `HEX=${join(into, builds[0].hex)}`, 'all'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** text + data in flash, data + bss in RAM, as avr-size reports them. */
function sizes(elf: string): { flash: number; ram: number } {
  const [, numbers = ''] = execFileSync('avr-size', [elf], { encoding: 'utf8' }).split('\n');
  const [text = 0, data = 0, bss = 0] = numbers.trim().split(/\s+/).map(Number);
  return { flash: text + data, ram: data + bss };
}

/** Prints what the variables and the deepest stack take; the problem with it, if there is one. */
async function checkMemory(title: string, ram: number, hex: string): Promise<string | null> {
  if (title === 'Mega') {
    console.log(`  memory: ${ram} bytes of variables; 8,192 are there`);
    return ram > MOST_MEGA_STATIC_BYTES
      ? `The Mega's variables take ${ram} bytes; at most ${MOST_MEGA_STATIC_BYTES} leave the stack its room.`
      : null;
  }
  const { stackBytes } = await memoryUse(parseIntelHex(hex));
  const used = ram + stackBytes;
  console.log(
    `  memory: ${ram} bytes of variables + ${stackBytes} of stack at its deepest under load = ${used} of ${MOST_RAM_BYTES}; margin ${MOST_RAM_BYTES - used}, and 256 kept free`,
  );
  return used > MOST_RAM_BYTES
    ? `The Uno's firmware takes ${used} bytes of memory, its stack included; at most ${MOST_RAM_BYTES} leave room for a deeper call than was seen. Make variables smaller.`
    : null;
}

async function check(): Promise<string[]> {
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
    build(into);
    for (const { title, hex, elf, flashBytes } of builds) {
      const { flash, ram } = sizes(join(into, elf));
      const built = readFileSync(join(into, hex), 'utf8');
      console.log(`firmware of ${title}, avr-gcc ${version}`);
      console.log(`  flash: ${flash} bytes of ${flashBytes}; margin ${flashBytes - flash}`);
      if (flash > flashBytes)
        problems.push(`The firmware of ${title} takes ${flash} bytes of flash; ${flashBytes} are there.`);
      const problem = await checkMemory(title, ram, built);
      if (problem !== null) problems.push(problem);
      if (version === RECORDED_COMPILER && built !== readFileSync(join(folder, hex), 'utf8')) {
        problems.push(
          `The committed ${hex} is not what its sources build: run \`npm run firmware\` and commit the result.`,
        );
      }
    }
    return problems;
  } finally {
    rmSync(into, { recursive: true });
  }
}

const problems = await check();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

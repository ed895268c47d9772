/**
 * Plumbing of the command's tests: runs commands in this process, against records in a folder of the test's own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NEVER, Subject } from 'rxjs';
import { onTestFinished } from 'vitest';
import type { Io } from '#src/io.ts';
import { main } from '#src/main.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  /** The test's own folder, where paths on the command line start. */
  readonly folder: string;
  file(name: string): string;
  /** `rig` with these words; blanks separate. */
  rig(
    line: string,
    options?: Partial<Pick<Io, 'tty' | 'keys$' | 'env' | 'now'>> & { onOut?: (text: string) => void },
  ): Promise<Ran>;
  /** Ctrl-C, to whatever runs. */
  interrupt(): void;
}

export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-rig-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return placeIn(folder);
}

/** In a folder that the caller takes away. */
export function placeIn(folder: string): Place {
  const interrupts = new Subject<void>();
  return {
    folder,
    file: (name) => join(folder, name),
    interrupt: () => interrupts.next(),
    rig: async (line, { onOut, ...options } = {}) => {
      let out = '';
      let err = '';
      const io: Io = {
        out: (text) => {
          out += text;
          onOut?.(out);
        },
        err: (text) => {
          err += text;
        },
        tty: false,
        columns: 100,
        env: {},
        platform: 'linux',
        home: folder,
        cwd: folder,
        now: () => new Date('2026-03-02T09:00:00Z'),
        interrupts$: interrupts,
        keys$: NEVER,
        ...options,
      };
      const code = await main(line.split(' ').filter(Boolean), io);
      return { code, out, err };
    },
  };
}

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the first line that matches; rejects when the process ends without one. */
  line(pattern: RegExp): Promise<string>;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** The real command in a process of its own. */
export function spawnRig(line: string, folder: string): Child {
  const launch = fileURLToPath(new URL('../../src/launch.mjs', import.meta.url));
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, INIT_CWD: folder, REHEARSAL_DB: '' };
  const child = spawn(process.execPath, [launch, ...line.split(' ')], { stdio: ['ignore', 'pipe', 'pipe'], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiting: { pattern: RegExp; resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let err = '';
  child.stderr!.on('data', (bytes) => {
    err += bytes;
  });
  createInterface({ input: child.stdout! }).on('line', (text) => {
    lines.push(text);
    for (const each of waiting) if (each.pattern.test(text)) each.resolve(text);
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => {
      for (const each of waiting) each.reject(new Error(`ended without ${each.pattern}: ${lines.join('\n')}${err}`));
      resolve({ code, out: lines.join('\n'), err });
    });
  });
  const line$ = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const known = lines.find((text) => pattern.test(text));
      if (known !== undefined) resolve(known);
      else waiting.push({ pattern, resolve, reject });
    });
  return { process: child, line: line$, ended };
}

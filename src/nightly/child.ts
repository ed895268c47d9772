/**
 * A night's work in a process of its own, at low priority and with limits: whatever becomes of it, the sessions that run
 * on the same computer and record go on, and so does the clock.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';

export interface ChildLimits {
  /** Of JavaScript's own memory; a computer that runs a session has that to spare. */
  readonly memoryMb: number;
  /** No lab has a night that takes so long: it hangs. */
  readonly timeMs: number;
  /** Between asking it to end and ending it. */
  readonly graceMs: number;
}

export const CHILD_LIMITS: ChildLimits = { memoryMb: 400, timeMs: 3_600_000, graceMs: 5_000 };

/** Of what it says on stderr, kept until it is known how it ended. */
const LINES_KEPT = 500;

export interface ChildWork {
  /** What Node is to run: a script and its words. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly limits: ChildLimits;
  readonly signal: AbortSignal;
  /** With its process number, once it runs. */
  started(pid: number): void;
  /** A line of what it says. */
  said(line: string): void;
}

/** `failed`: why, in words that go on after "its process". */
export type ChildEnd =
  | { readonly end: 'done' }
  | { readonly end: 'stopped' }
  | { readonly end: 'failed'; readonly why: string; readonly details: string | null };

/** Runs it to its end. Never rejects. */
export async function runChild({ command, cwd, env, limits, signal, started, said }: ChildWork): Promise<ChildEnd> {
  if (signal.aborted) return { end: 'stopped' };
  const errors: string[] = [];
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [`--max-old-space-size=${limits.memoryMb}`, ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd,
      env,
      windowsHide: true,
      // Ctrl-C in the terminal is for the clock, which then ends its child. Windows gives a detached child a window.
      detached: process.platform !== 'win32',
    });
  } catch (error) {
    return { end: 'failed', why: notStarted(error as Error), details: null };
  }
  // A system without a free file handle gives a child without streams.
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', said);
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (errors.length < LINES_KEPT) errors.push(line);
    });
  }
  const closed = new Promise<Ending>((resolve) => {
    child.once('close', (code, by) => resolve({ code, by }));
    child.once('error', (error) => {
      // An error of one that runs is only that a signal did not reach it.
      if (child.pid === undefined) resolve({ code: null, by: null, error });
    });
  });
  if (child.pid !== undefined) {
    lower(child.pid);
    started(child.pid);
  }
  let tooLong = false;
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    // One that hangs does not hear it.
    grace ??= setTimeout(() => child.kill('SIGKILL'), limits.graceMs);
  };
  const limit = setTimeout(() => {
    tooLong = true;
    stop();
  }, limits.timeMs);
  signal.addEventListener('abort', stop, { once: true });
  const ending = await closed;
  clearTimeout(limit);
  clearTimeout(grace);
  signal.removeEventListener('abort', stop);

  const isDump = ending.code !== 0 && errors.some((line) => /^\s+at .+|^\s*FATAL ERROR/.test(line));
  if (!isDump) errors.forEach(said);
  if (ending.code === 0) return { end: 'done' };
  if (signal.aborted) return { end: 'stopped' };
  const why = tooLong
    ? `had not ended after ${Math.round(limits.timeMs / 6000) / 10} minutes and was killed`
    : whyOf(ending, errors, limits);
  return { end: 'failed', why, details: isDump ? `${errors.join('\n')}\n` : null };
}

interface Ending {
  readonly code: number | null;
  readonly by: NodeJS.Signals | null;
  readonly error?: Error;
}

function whyOf({ code, by, error }: Ending, errors: readonly string[], { memoryMb }: ChildLimits): string {
  if (error !== undefined) return notStarted(error);
  // As V8 says it (heap of the process) and as Node does (heap of a worker).
  if (errors.some((line) => /out of memory|ERR_WORKER_OUT_OF_MEMORY/i.test(line))) {
    return `needed more than ${memoryMb} MB of memory and died`;
  }
  const thrown = errors.find((line) => /^(Uncaught )?\w*(Error|Exception)\b.*:/.test(line));
  if (thrown !== undefined) return `crashed (${thrown})`;
  return by === null ? `ended with exit code ${code}` : `was ended from outside (${by})`;
}

function notStarted(error: Error): string {
  return `could not be started (${error.message})`;
}

/** Some systems refuse it; the work is done all the same. */
function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Nothing depends on it.
  }
}

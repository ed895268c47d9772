/**
 * A night over a long record: roll-ups rebuilt, against the same cells as one SQL statement; the pages made, and made once
 * more with one night added; and what a session that runs meanwhile feels of it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { openRecord } from '#data/open.ts';
import { cellStatement } from '#data/rollups/refresh.ts';
import { openWorkerWriter } from '#data/worker-writer.ts';
import { endedAt, recordedTrial, segment0, sessionOn, subjectNamed } from '../data/rows.ts';
import { addNight, type GeneratedSize, generateRecord } from './generated-record.ts';

export interface NightlyResult {
  readonly trials: number;
  readonly subjects: number;
  readonly rebuildS: number;
  readonly statementS: number;
  /** `sqlite3 shell`, or better-sqlite3 where there is none. */
  readonly statementBy: string;
  readonly makeS: number;
  /** With one session more of each subject, its rolling up included. */
  readonly oneMoreS: number;
  readonly memoryMb: number;
  /** Of the event loop of a process that records a session meanwhile. */
  readonly loopP99Ms: number;
  readonly loopWorstMs: number;
}

interface Measured {
  readonly seconds: number;
  readonly memoryMb: number;
}

const child = fileURLToPath(new URL('./nightly-child.ts', import.meta.url));

function command(what: string, ...words: string[]): string[] {
  return ['--max-old-space-size=400', '--import', 'tsx', child, what, ...words];
}

function measured(what: string, ...words: string[]): Measured {
  const said = execFileSync(process.execPath, command(what, ...words), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(said);
}

export async function nightly(size: GeneratedSize): Promise<NightlyResult> {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-bench-'));
  try {
    const path = join(folder, 'generated.sqlite');
    const pages = join(folder, 'pages');
    const day = generateRecord(path, size);
    const rebuilt = measured('rebuild', path);
    const { seconds: statementS, by } = oneStatement(path);
    const made = measured('make', path, day, pages);
    const next = addNight(path, size);
    const more = measured('make', path, next, pages);
    const loop = await recordedMeanwhile(path, next, pages);
    return {
      trials: size.subjects * size.sessionsEach * size.trialsEach,
      subjects: size.subjects,
      rebuildS: rebuilt.seconds,
      statementS,
      statementBy: by,
      makeS: made.seconds,
      oneMoreS: more.seconds,
      memoryMb: Math.max(rebuilt.memoryMb, made.memoryMb, more.memoryMb),
      ...loop,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The cells of all sessions, counted and summed by SQLite alone and written nowhere. */
function oneStatement(path: string): { seconds: number; by: string } {
  const sql = `SELECT count(*), sum(trials) FROM (${cellStatement('true')});`;
  const shell = ['/usr/bin/sqlite3', '/usr/local/bin/sqlite3', '/opt/homebrew/bin/sqlite3'].find((each) =>
    existsSync(each),
  );
  const began = performance.now();
  if (shell !== undefined) execFileSync(shell, ['-readonly', path, sql]);
  else {
    const db = openRecord(path, { mode: 'read' });
    db.prepare(sql.replace(';', '')).get();
    db.close();
  }
  return { seconds: (performance.now() - began) / 1000, by: shell === undefined ? 'better-sqlite3' : 'sqlite3 shell' };
}

/** Ten edges a millisecond would be a storm; a mouse in a bout gives some 20 a second, and this is a hundred. */
const TRIAL_MS = 200;

/** A session is recorded as in the lab, by the worker, while the night is made at low priority beside it. */
async function recordedMeanwhile(
  path: string,
  day: string,
  pages: string,
): Promise<{ loopP99Ms: number; loopWorstMs: number }> {
  const writer = await openWorkerWriter(path);
  await writer.takeLease({ rigName: 'bench', simulated: true });
  const subject = await writer.subjectFor(subjectNamed('meanwhile'));
  await writer.openSession(sessionOn('bench', subject));
  writer.clockSegment(segment0);
  const night = spawn(process.execPath, command('make', path, day, pages), { stdio: 'ignore' });
  setPriority(night.pid!, constants.priority.PRIORITY_LOW);
  let running = true;
  const ended = new Promise<void>((resolve) => night.once('close', () => resolve()));
  void ended.then(() => {
    running = false;
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let trial = 1, seq = 0; running; trial++) {
    const { events, row } = recordedTrial(trial, seq, 10);
    seq += events.length;
    writer.events(events);
    writer.trial(row);
    await new Promise((resolve) => setTimeout(resolve, TRIAL_MS));
  }
  delay.disable();
  await ended;
  await writer.closeSession({ endReason: 'trials reached', endedAt, lastEngagedTrial: null });
  await writer.close();
  return { loopP99Ms: delay.percentile(99) / 1e6, loopWorstMs: delay.max / 1e6 };
}

/** `rig demo`: a cohort from naive to expert and its night's pages, a session on the virtual rig and one on the emulated board. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { openRecord } from '#data/open.ts';
import type { Place } from '#data/place.ts';
import { readSession } from '#data/reads.ts';
import { subjectId } from '#data/training-reads.ts';
import { trainedMouse } from '#hardware/mouse/learning-mouse.ts';
import { findTask } from '#protocols/registry.ts';
import { subjectName } from '../cohort.ts';
import { ExitCode } from '../complain.ts';
import type { Io } from '../io.ts';
import { runLive } from '../live-session.ts';
import { FACILITY_FILE } from '../pages/files.ts';
import { pagesFolder } from '../pages-folder.ts';
import { placeOf, readingFrom, recordFlags, withDb } from '../record-option.ts';
import { chooseRig, type RigChoice } from '../rigs.ts';
import { prepareTask } from '../session-task.ts';
import { trialTable } from '../show.ts';
import { paint } from '../table.ts';
import { outsideTraining } from '../training.ts';
import { readTrialFacts } from '../trial-facts.ts';
import { SERVED } from './emulate.ts';
import { tellNight } from './nightly.ts';
import { simulate } from './simulate.ts';
import { verificationText, verifyRecorded } from './verify.ts';

/** Everybody's first session is the same one. */
const SEED = 2024;

/** Real time passes on the served board: a trial of 5 s instead of 20. */
const SHORT = {
  baselineMs: '500',
  odour1Ms: '500',
  delayMs: '1500',
  odour2Ms: '500',
  choiceMs: '1000',
  consumptionMs: '1000',
  intervalMs: '250',
};

const COHORT = { subjects: 8, days: 14, trials: 200, offTarget: 0 };

/** A loaded machine takes some seconds to start Node and load the firmware. */
const SERVING_MS = 20_000;

export function addDemoCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('demo')
    .summary('show what it does; no hardware, no questions')
    .description(
      'Trains eight simulated mice for two weeks and makes the pages of the night after; then runs 40 trials on the virtual rig and 4 short ones on an emulated Uno with the real firmware, and shows what was recorded. Takes about half a minute.',
    );
  // Without --db in a new file: nothing that lies on this machine from an earlier or a later version can stand in its way.
  withDb(command).action(async (options: { db?: string }) => {
    const place = placeOf(io, options.db ?? join(mkdtempSync(join(tmpdir(), 'rehearsal-demo-')), 'demo.sqlite'), true);
    const flags = recordFlags(io, place.path, true);
    const show = async (title: string, choice: RigChoice, trials: number, settings: Record<string, string>) => {
      io.out(`${paint(io, 'bold', title)}\n`);
      const chosen = chooseRig({ ...choice, mouse: trainedMouse(1) });
      const ready = prepareTask(findTask('delayed-association'), settings, SEED, chosen.file);
      const live = {
        chosen,
        ready,
        place,
        subject: 'demo',
        newSubject: false,
        operator: null,
        flags,
        ...outsideTraining,
      };
      const { report, exitCode } = await runLive({ ...live, limits: { trials, minutes: null } }, io);
      if (report.session === null || exitCode !== ExitCode.ok) return exitCode;
      return showRecorded(place.path, report.session, io) ? ExitCode.ok : ExitCode.failed;
    };
    io.out(`${paint(io, 'bold', '1. Eight simulated mice from naive to expert, in virtual time')}\n`);
    let code: number = await simulate({ ...COHORT, seed: freshSeed(place), db: place.path }, place, io);
    if (code !== ExitCode.ok) return exit(code);
    io.out(`${paint(io, 'bold', '\n2. The night after: what the lab opens in the morning')}\n`);
    const folder = pagesFolder(place.path);
    // The cohort's last day: its sessions are the last ones in the record now.
    await tellNight(place, { day: null, folder, png: false }, io);
    code = await show('\n3. Forty trials on the virtual rig, in virtual time', { rig: 'virtual', seed: SEED }, 40, {});
    if (code === ExitCode.ok) {
      const served = await startServing(io);
      try {
        const [title, port] =
          served === null
            ? ['4. Four short trials on an emulated Uno in memory (this system gives no pseudo-terminal)', undefined]
            : [
                `4. Four short trials on an emulated Uno at ${served.port}, through serialport, at real time`,
                served.port,
              ];
        code = await show(`\n${title}`, { rig: 'emulated', port, seed: SEED }, 4, SHORT);
      } finally {
        await served?.stop();
      }
    }
    io.out(`\nThe pages of the night: ${paint(io, 'bold', join(folder, FACILITY_FILE))}\n`);
    exit(code);
  });
}

/** Everybody's first seed, or in a record that has its cohort already, the next one. Brings an older record up to date. */
function freshSeed({ path, createFolder }: Place): number {
  const db = openRecord(path, { mode: 'write', createFolder });
  try {
    let seed = SEED;
    while (subjectId(db, subjectName(seed, 0)) !== null) seed++;
    return seed;
  } finally {
    db.close();
  }
}

/** Per-trial table and verdict; whether the verdict is good. How the animal did was told when the session ended. */
function showRecorded(path: string, id: number, io: Io): boolean {
  return readingFrom(path, (db) => {
    const session = readSession(db, id)!;
    const verification = verifyRecorded(db, session);
    io.out(`\n${trialTable(readTrialFacts(db, session))}Replay: ${verificationText(verification, false, io)}`);
    return verification.consistent;
  });
}

interface Served {
  readonly port: string;
  stop(): Promise<void>;
}

/** The emulated board in a process of its own: session and chip share nothing but the line. Null: not on this system. */
async function startServing(io: Io): Promise<Served | null> {
  const launch = fileURLToPath(new URL('../launch.mjs', import.meta.url));
  const child = spawn(process.execPath, [launch, 'emulate', '--seed', String(SEED)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    // Ctrl-C in the terminal is for the session: the board must outlive it, so that the session can end it safely.
    detached: true,
    env: { ...process.env, ...io.env },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGINT');
    await gone;
  };
  const port = await servedPort(child, gone);
  if (port !== null) return { port, stop };
  await stop();
  return null;
}

function servedPort(child: ChildProcess, gone: Promise<void>): Promise<string | null> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(null), SERVING_MS);
    const answer = (port: string | null) => {
      clearTimeout(limit);
      resolve(port);
    };
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      const at = line.indexOf(SERVED);
      if (at >= 0) answer(line.slice(at + SERVED.length).trim());
    });
    void gone.then(() => answer(null));
    child.once('error', () => answer(null));
  });
}

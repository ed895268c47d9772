/**
 * A session in front of a person: on screen, with keys and Ctrl-C, and with words about how it ended.
 */
import { filter, Subscription, take } from 'rxjs';
import { animalNamed } from '#data/animal-room/animals.ts';
import { headFixedSince } from '#data/animal-room/head-fixations.ts';
import type { Place } from '#data/place.ts';
import { readSession } from '#data/reads.ts';
import type { AssessmentRow, ConditionRow } from '#data/rows.ts';
import { openWorkerWriter } from '#data/worker-writer.ts';
import { openWriter } from '#data/writer.ts';
import { softTimingWords } from '#hardware/firmata/soft-timing.ts';
import type { SessionLimits } from '#machines/session.ts';
import { nowOf } from './animal-room/entering.ts';
import { careOf, waterLine } from './animal-room/standing.ts';
import { certificateLine } from './certificate-text.ts';
import { ExitCode, programFault, worldly } from './complain.ts';
import type { FrameFigures } from './frame-log.ts';
import { commandName, type Io, isoWithOffset } from './io.ts';
import { readingFrom } from './record-option.ts';
import { type ChosenRig, spoutsOf } from './rigs.ts';
import { showSession } from './screen.ts';
import { type RunningSession, runSession, type SessionReport } from './session-runner.ts';
import { summaryText, writeSummary } from './session-summary.ts';
import type { SessionTask } from './session-task.ts';
import { count, paint } from './table.ts';
import { decisionWords, type Standing } from './training.ts';
import { lickReader } from './trial-facts.ts';

export interface LiveSession {
  readonly chosen: ChosenRig;
  readonly ready: SessionTask;
  readonly place: Place;
  readonly subject: string;
  readonly newSubject: boolean;
  readonly operator: string | null;
  readonly condition: ConditionRow;
  readonly standing: Standing | null;
  readonly offTask: boolean;
  readonly remark?: string | null;
  readonly disengagedAfter: number | null;
  readonly limits: SessionLimits;
  /** What to type after a session's number to find it again. */
  readonly flags: string;
}

export interface LiveOutcome {
  readonly report: SessionReport;
  readonly exitCode: number;
}

/** @throws RecordError when the record cannot be opened; then nothing was touched. All later ends are told on screen. */
export async function runLive(live: LiveSession, io: Io): Promise<LiveOutcome> {
  const { chosen, ready, place } = live;
  const { path, createFolder } = place;
  const writer =
    chosen.commit === 'batch'
      ? await openWorkerWriter(path, { createFolder })
      : openWriter(path, { createFolder, commit: 'bursts' });
  const open = new Subscription();
  let interrupted = false;
  try {
    const session = runSession({
      ...live,
      writer,
      now: () => isoWithOffset(io.now()),
    });
    open.add(
      showSession({
        io,
        progress$: session.progress$,
        status$: chosen.rig.status$,
        simulated: chosen.file.simulated,
        trials: live.limits.trials,
        licks: lickReader(ready.task.name, { lines: chosen.rig.lines }),
        heading: `${live.subject} on rig ${chosen.file.name}, task ${ready.task.name}${stageWords(live.standing)}, seed ${ready.seed}`,
      }),
    );
    open.add(
      io.interrupts$.subscribe(() => {
        interrupted = true;
        session.send({ type: 'stop' });
      }),
    );
    open.add(keysTo(session, chosen, io));
    if (chosen.file.kind === 'firmata') open.add(warnOfSoftTiming(session, chosen, io));
    const report = await session.done;
    open.unsubscribe();
    tellEnd(report, live, io);
    await tellSummary(report, live, io);
    return { report, exitCode: exitCodeOf(report, interrupted) };
  } finally {
    open.unsubscribe();
    await chosen.rig.close();
    await writer.close();
  }
}

function exitCodeOf({ ending }: SessionReport, interrupted: boolean): number {
  if (ending.reason === 'fault') return ExitCode.failed;
  return interrupted ? ExitCode.interrupted : ExitCode.ok;
}

function keysTo(session: RunningSession, { file }: ChosenRig, io: Io): Subscription {
  const keys = new Subscription();
  if (!io.tty) return keys;
  let paused = false;
  keys.add(
    session.progress$
      .pipe(
        filter(({ kind }) => kind === 'opened'),
        take(1),
      )
      .subscribe(() => {
        io.out('keys: p pause or resume, w free water, f finish after this trial, Ctrl-C end now\n');
      }),
  );
  keys.add(
    io.keys$.subscribe((key) => {
      if (key === 'p') {
        paused = !paused;
        session.send({ type: paused ? 'pause' : 'resume' });
      } else if (key === 'w') {
        const spout = spoutsOf(file)[0];
        if (spout !== undefined) session.send({ type: 'freeWater', spout });
      } else if (key === 'f') {
        session.send({ type: 'finish' });
      }
    }),
  );
  return keys;
}

/** On screen before the first trial, and as a note in the record. */
function warnOfSoftTiming(session: RunningSession, { file }: ChosenRig, io: Io): Subscription {
  const body = softTimingWords(file);
  return session.progress$
    .pipe(
      filter((progress) => progress.kind === 'state' && progress.state === 'running'),
      take(1),
    )
    .subscribe(() => {
      io.out(`${paint(io, 'yellow', body)}\n`);
      session.send({ type: 'note', body });
    });
}

const endWords = {
  trials: 'All trials are done.',
  minutes: 'The time is up.',
  waterSpent:
    'The water allowance of this session is spent, so the device shut the valve and keeps it shut; the trial ended safe. See what the animal has had; for more, raise waterPerSessionUl in the rig file, or what rigs may give it a day (--most-ul of "rig restrict"), before the next session.',
  disengaged:
    'The animal has stopped working, so the session has ended. See whether it is well; what it has not drunk is still owed to it.',
  headFixed:
    'The animal has been head-fixed for as long as it may, so the session has ended. Take it out now; what it has not drunk is still owed to it.',
  finished: 'Finished as asked.',
  stopped: 'Stopped as asked; the trial that ran was ended safe.',
  fault: '',
} as const;

function tellEnd(report: SessionReport, live: LiveSession, io: Io): void {
  const { session, ending, trials, totals, certificate, frames } = report;
  const rig = commandName(io);
  if (ending.reason === 'fault') {
    io.err(`${paint(io, 'red', 'rig:')} ${worldly(ending.fault) ?? programFault(ending.fault, io)}\n`);
    if (session === null) return;
  } else {
    io.out(`${endWords[ending.reason]}\n`);
  }
  const print = ending.reason === 'fault' ? io.err : io.out;
  if (report.assessment !== null) print(trainingText(report.assessment, live, io));
  if (totals !== null) {
    print(
      `Saved: session ${session}, ${count(trials, 'trial')}, ${count(totals.eventCount, 'event')}, in ${live.place.path}\n` +
        `Look at it: ${rig} trials ${session}${live.flags}    Check it: ${rig} verify ${session}${live.flags}\n`,
    );
    const water = waterToday(live, io);
    if (water !== null) print(`${water}\n`);
    const since = headFixed(live);
    if (since !== null) {
      print(
        `${live.subject} is head-fixed since ${since.slice(11, 16)}. When it is out: ${rig} mouse out ${live.subject}${live.flags} --operator NAME\n`,
      );
    }
    if (frames !== null) print(`${framesText(frames)}\n`);
    if (certificate !== null) {
      print(certificateLine(certificate, io));
      print(`All its figures: ${rig} certificate ${session}${live.flags}\n`);
    }
  } else {
    print(
      `Session ${session} could not be closed in the record. Of ${count(trials, 'trial')}, ${savedTrials(live.place.path, session)} are saved in ${live.place.path}; the session is closed as interrupted when this rig is started next.\n`,
    );
  }
}

/** How it went. Whatever fails here touches neither the animal nor what was saved. */
async function tellSummary(
  { session, totals, trials }: SessionReport,
  { place, flags }: LiveSession,
  io: Io,
): Promise<void> {
  if (session === null || totals === null || trials === 0) return;
  try {
    const written = await writeSummary(place.path, session, { out: null, io });
    if (written === null) return;
    io.out(`\n${summaryText(written.summary, io)}Summary: ${written.file}\n`);
  } catch (error) {
    io.err(
      `rig: The summary could not be made (${worldly(error) ?? (error as Error).message}). The session is saved. Try again: ${commandName(io)} summary ${session}${flags}\n`,
    );
  }
}

function stageWords(standing: Standing | null): string {
  return standing === null ? '' : ` (stage ${standing.stage.name})`;
}

/** What the session means for the animal's training. */
function trainingText({ notCounted, decision }: AssessmentRow, { standing, subject }: LiveSession, io: Io): string {
  if (notCounted !== null) return `Training: this session does not count, because ${notCounted}.\n`;
  const stays = `Training: the session counts; ${subject} stays in stage ${standing!.stage.name}${standing!.held ? ', where a person holds it' : ''}.\n`;
  if (decision === null) return stays;
  const next = `What to do: ${commandName(io)} stage ${subject}\n`;
  return `Training: ${decisionWords(decision)}\n${decision.verdict === 'proposed' ? next : ''}`;
}

/** One line on the microscope. */
function framesText({ frames, nominalHz, rejectedPulses, gaps, rateAlarms, alreadyRunning }: FrameFigures): string {
  const wrong = [
    rejectedPulses > 0 ? `${count(rejectedPulses, 'pulse')} too short to be frames left out` : null,
    gaps > 0 ? count(gaps, 'gap') : null,
    rateAlarms > 0 ? `${count(rateAlarms, 'time')} off its rate` : null,
    alreadyRunning ? 'running before the session, so not counted from the first image' : null,
  ].filter((part) => part !== null);
  if (frames === 0) wrong.unshift('the microscope was off, or its frame clock did not reach the board');
  return `Frame clock: ${count(frames, 'frame')} at ${nominalHz} Hz${wrong.length > 0 ? `; ${wrong.join(', ')}` : ', without a gap'}.`;
}

/** As the record itself says, once the writer has let go of it. */
function savedTrials(path: string, session: number | null): string {
  try {
    return String(readingFrom(path, (db) => (session === null ? 0 : (readSession(db, session)?.trials ?? 0))));
  } catch {
    return 'an unknown number';
  }
}

/** Since when its head is fixed; null: it is free, or nobody keeps that clock. */
function headFixed({ place, subject }: LiveSession): string | null {
  return readingFrom(place.path, (db) => {
    const animal = animalNamed(db, subject);
    return animal === null ? null : headFixedSince(db, animal.id);
  });
}

/** What the animal has had and is still owed; null: it is on no restriction. */
function waterToday({ place, subject }: LiveSession, io: Io): string | null {
  return readingFrom(place.path, (db) => {
    const animal = animalNamed(db, subject);
    return animal === null ? null : waterLine(careOf(db, animal, nowOf(io).day));
  });
}

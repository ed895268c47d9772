/**
 * The running session on screen: a line for each trial as it ends, and on a terminal a bar beneath them, redrawn in place.
 */
import { combineLatest, type Observable, Subscription, startWith } from 'rxjs';
import type { RigStatus } from '#hardware/rig.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { endReasonWords } from '#machines/vocabulary.ts';
import type { Io } from './io.ts';
import type { SessionProgress } from './session-runner.ts';
import { lickTime, simulatedMark } from './show.ts';
import { clock, count, paint, spanWords, words } from './table.ts';
import type { lickReader } from './trial-facts.ts';

export interface ScreenOptions {
  readonly io: Io;
  readonly progress$: Observable<SessionProgress>;
  readonly status$: Observable<RigStatus>;
  readonly simulated: boolean;
  /** Null: no limit of trials. */
  readonly trials: number | null;
  readonly licks: ReturnType<typeof lickReader>;
  /** After `session 3: `. */
  readonly heading: string;
}

const BAR_CELLS = 24;
/** `aborted by the host`. */
const OUTCOME_CELLS = 19;
const CLEAR_LINE = '\r\u001b[2K';
const good = new Set(['hit', 'correctRejection', 'correct']);

/** Shows until both streams have ended; unsubscribe to stop. */
export function showSession(options: ScreenOptions): Subscription {
  const { io, progress$, status$, simulated } = options;
  const shown = new Subscription();
  let done = 0;
  let bar = '';
  let waiting = false;

  const print = (line: string) => {
    io.out(`${bar === '' ? '' : CLEAR_LINE}${line}\n`);
    if (bar !== '') io.out(bar);
  };
  const draw = (next: string) => {
    if (!io.tty || next === bar) return;
    io.out(`${CLEAR_LINE}${next}`);
    bar = next;
  };

  shown.add(
    progress$.subscribe((progress) => {
      if (progress.kind === 'opened') {
        for (const id of progress.interrupted) {
          print(
            `Session ${id} on this rig had been cut off; it is closed in the record as interrupted, with all that was saved.`,
          );
        }
        print(paint(io, 'bold', `${simulatedMark(simulated)}session ${progress.session}: ${options.heading}`));
      } else if (progress.kind === 'trial') {
        done = progress.row.trial;
        print(trialLine(progress, options));
      } else if (progress.kind === 'water') {
        print(`       free water: ${progress.ul} ul at the ${progress.spout} spout`);
      } else if (progress.kind === 'disengaged') {
        print(paint(io, 'yellow', progress.message));
      } else if (progress.kind === 'frames') {
        if (progress.good === progress.of)
          print(`${count(progress.of, 'good frame')} in a row: the first trial begins.`);
        else if (!waiting) print(`${waitingText(progress)} Start it, or press ${io.tty ? 'f' : 'Ctrl-C'} to end.`);
        waiting = true;
      } else if (progress.kind === 'notice') {
        print(progress.raised ? paint(io, 'yellow', progress.message) : progress.message);
      } else if (progress.state !== 'holding') {
        waiting = false;
      }
    }),
  );
  let searching = false;
  shown.add(
    status$.subscribe({
      next: (status) => {
        if (status.kind === 'reconnecting') print(paint(io, 'yellow', status.message));
        else if (searching && (status.kind === 'ready' || status.kind === 'trial'))
          print('The board is back; the session goes on.');
        searching = status.kind === 'reconnecting';
      },
      error: () => {},
    }),
  );
  const state$ = progress$.pipe(startWith(null));
  shown.add(
    combineLatest([state$, status$]).subscribe({
      next: ([progress, status]) => {
        const state = progress?.kind === 'state' ? progress.state : null;
        if (state === 'ended' || state === 'faulted') return draw('');
        const holding = progress?.kind === 'frames' && progress.good < progress.of;
        draw(barText(done, options.trials, holding ? waitingText(progress) : statusText(status, state), io));
      },
      complete: () => {
        if (io.tty) io.out(CLEAR_LINE);
        bar = '';
      },
    }),
  );
  return shown;
}

function waitingText({ good, of }: Extract<SessionProgress, { kind: 'frames' }>): string {
  return `Waiting for the microscope: ${good} of ${of} frames.`;
}

function trialLine({ row, trace, elapsedUs }: Extract<SessionProgress, { kind: 'trial' }>, options: ScreenOptions) {
  const licks = options.licks?.(row.plan as TrialPlan, trace.events, row.ticksPerMs) ?? null;
  const onsets = licks === null ? 0 : Object.values(licks.byEpoch).reduce((sum, n) => sum + n, 0);
  const outcome = row.outcome === null ? endReasonWords[row.endReason] : words(row.outcome);
  const colour = row.outcome !== null && good.has(row.outcome) ? 'green' : 'yellow';
  const of = options.trials === null ? '' : `/${options.trials}`;
  const cells = [
    `trial ${String(row.trial).padStart(3)}${of}`,
    row.trialType.padEnd(4),
    paint(options.io, colour, outcome.padEnd(OUTCOME_CELLS)),
    `${String(onsets).padStart(3)} licks`,
    `first ${lickTime(licks?.firstFromChoiceMs ?? null).padStart(7)}`,
    clock(elapsedUs / 1e6).padStart(6),
  ];
  const { light } = row.plan as Partial<TrialPlan>;
  if (light?.on) cells.push(`opto light in ${spanWords(light)}`);
  return cells.join('  ');
}

function statusText(status: RigStatus, state: string | null): string {
  if (state === 'paused') return 'paused';
  switch (status.kind) {
    case 'trial':
      return status.trial > 0xfff0 ? 'water' : `trial ${status.trial}`;
    case 'opening':
      return 'opening the rig';
    case 'reconnecting':
      return 'LOOKING FOR THE BOARD';
    case 'faulted':
      return 'FAULT';
    default:
      return status.kind;
  }
}

function barText(done: number, trials: number | null, what: string, io: Io): string {
  if (trials === null) return `${done} trials done; ${what}`;
  const full = Math.round((BAR_CELLS * done) / Math.max(1, trials));
  const bar = `${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}`;
  return `[${bar}] ${done}/${trials}  ${what}`.slice(0, io.columns - 1);
}

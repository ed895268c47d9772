/** Runs a session on a rig of the test's own making, as `rig run` does, and reads back what was recorded. */
import { EMPTY, NEVER } from 'rxjs';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import type { SessionLimits } from '#machines/session.ts';
import { findTask } from '#protocols/registry.ts';
import type { Io } from '#src/io.ts';
import { type LiveOutcome, runLive } from '#src/live-session.ts';
import type { ChosenRig } from '#src/rigs.ts';
import { prepareTask, type SessionTask } from '#src/session-task.ts';
import { outsideTraining } from '#src/training.ts';
import { place } from './driver.ts';

export interface RanLive extends LiveOutcome {
  readonly out: string;
  readonly err: string;
  read<T>(get: (db: RecordDatabase) => T): T;
  verify(): Promise<string>;
}

interface LiveOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly limits?: Partial<SessionLimits>;
  readonly seed?: number;
  readonly onOut?: (text: string) => void;
  /** Changes the task once it is ready. */
  readonly change?: (ready: SessionTask) => SessionTask;
}

/** Trials of 2 s: late delay from 500 to 1000 ms. */
export const quick = {
  baselineMs: '100',
  odour1Ms: '100',
  delayMs: '800',
  lateDelayShare: '0.625',
  odour2Ms: '100',
  choiceMs: '400',
  consumptionMs: '500',
  intervalMs: '250',
};

export async function live(chosen: ChosenRig, options: LiveOptions = {}): Promise<RanLive> {
  const { settings = {}, limits, seed = 5, onOut, change = (ready) => ready } = options;
  const at = place();
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
      onOut?.(text);
    },
    err: (text) => {
      err += text;
    },
    ...{ tty: false, columns: 100, env: {}, platform: 'linux', home: at.folder, cwd: at.folder },
    ...{ now: () => new Date('2026-03-02T09:00:00Z'), interrupts$: NEVER, keys$: EMPTY },
  };
  const path = at.file('a.sqlite');
  const outcome = await runLive(
    {
      chosen,
      ready: change(prepareTask(findTask('delayed-association'), settings, seed, chosen.file)),
      place: { path, createFolder: false },
      subject: 'M001',
      newSubject: false,
      ...outsideTraining,
      operator: null,
      limits: { trials: 4, minutes: null, ...limits },
      flags: '',
    },
    io,
  );
  return {
    ...outcome,
    out,
    err,
    read: (get) => {
      const db = openRecord(path, { mode: 'read' });
      try {
        return get(db);
      } finally {
        db.close();
      }
    },
    verify: async () => (await at.rig('verify 1 --db a.sqlite')).out,
  };
}

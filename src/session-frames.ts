/**
 * The microscope beside a session: holds the first trial for its frames, tells what is wrong with them on screen and in the
 * record, and writes them down. A rig without a frame clock has none of it. No trial is ever touched.
 */
import type { RecordWriter } from '#data/writer.ts';
import { type FrameFigures, FrameLog, type FrameNotice, frameLine } from './frame-log.ts';
import type { ChosenRig } from './rigs.ts';

export type FrameProgress =
  /** The first trial waits for the microscope; `good` is `of` when it need not any longer. */
  { readonly kind: 'frames'; readonly good: number; readonly of: number } | ({ readonly kind: 'notice' } & FrameNotice);

export interface SessionFramesOptions {
  readonly chosen: ChosenRig;
  readonly writer: RecordWriter;
  /** Good frames in a row that the first trial waits for. */
  readonly holdFrames: number;
  /** ISO 8601. */
  readonly now: () => string;
  readonly tell: (progress: FrameProgress) => void;
  /** The record is lost. */
  readonly onFault: (error: unknown) => void;
}

/** How often the number of frames is looked at before the first trial. */
const LOOK_MS = 100;

export class SessionFrames {
  readonly #options: SessionFramesOptions;
  readonly #log: FrameLog | null;
  /** Null: the session does not stand in the record yet. */
  #armedAt: string | null = null;
  /** Told before. */
  readonly #early: FrameNotice[] = [];
  #trial: number | null = null;

  /** Listens to the rig from here on, until `stop`. */
  constructor(options: SessionFramesOptions) {
    this.#options = options;
    const line = frameLine(options.chosen.file);
    this.#log = line === null ? null : new FrameLog(options.chosen, line, (notice) => this.#notice(notice));
  }

  /** Null: the rig has no frame clock. */
  get figures(): FrameFigures | null {
    return this.#log?.figures ?? null;
  }

  /** The rig is open, and the session stands in the record. */
  arm(): void {
    if (this.#log === null) return;
    this.#armedAt = this.#options.now();
    this.#log.armed();
    this.#writeImaging(false);
    for (const notice of this.#early) this.#notice(notice);
  }

  /** Resolves when so many good frames have come in a row, or nobody waits any longer. */
  async hold(frames: number, signal: AbortSignal): Promise<void> {
    const { chosen, tell } = this.#options;
    for (let told = -1; !signal.aborted; await chosen.time.pass(LOOK_MS)) {
      const good = Math.min(frames, this.#log?.goodInARow ?? 0);
      if (good !== told) tell({ kind: 'frames', good, of: frames });
      if (good === frames) return;
      told = good;
    }
  }

  /** Null: between trials. */
  during(trial: number | null): void {
    this.#trial = trial;
  }

  /** Writes down the frames that have come since the last time. @throws RecordError */
  write(): void {
    if (this.#armedAt === null) return;
    const rows = this.#log?.take() ?? [];
    if (rows.length > 0) this.#options.writer.frames(rows);
  }

  stop(): void {
    this.#log?.close();
  }

  /** The session's end, after `stop`. @throws RecordError */
  writeEnd(): void {
    this.write();
    this.#writeImaging(true);
  }

  #notice(notice: FrameNotice): void {
    if (this.#armedAt === null) {
      this.#early.push(notice);
      return;
    }
    const { writer, now, tell, onFault } = this.#options;
    const { code, message } = notice;
    tell({ kind: 'notice', ...notice });
    try {
      writer.fault({ at: now(), trial: this.#trial, code, message });
    } catch (error) {
      onFault(error);
    }
  }

  #writeImaging(ended: boolean): void {
    if (this.#log === null || this.#armedAt === null) return;
    const { line, figures } = this.#log;
    const { writer, holdFrames } = this.#options;
    writer.imaging({
      armedAt: this.#armedAt,
      nominalHz: line.nominalHz,
      leastPulseUs: line.leastPulseUs,
      holdFrames,
      alreadyRunning: ended ? figures.alreadyRunning : null,
      rejectedPulses: ended ? figures.rejectedPulses : null,
    });
  }
}

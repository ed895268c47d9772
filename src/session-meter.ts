/**
 * Gathers what a session's timing certificate (hardware/certificate.ts) needs besides the rig's own figures: events lost,
 * bounces, how trials ended, and whether each is a run of its chart. A trial is replayed as soon as it has ended: some 3 ms,
 * in an interval of a quarter of a second at least, and nothing has to be kept.
 */
import { firstValueFrom, type Subscription } from 'rxjs';
import type { TrialRow } from '#data/rows.ts';
import { type Certificate, certify } from '#hardware/certificate.ts';
import type { Rig, RigIdentity, RigTiming, TrialTrace } from '#hardware/rig.ts';
import { EndReason, EventCode, endReasonWords, type RawEvent } from '#machines/vocabulary.ts';
import type { SessionTask } from './session-task.ts';
import { checkTrial } from './verify-trial.ts';

export class SessionMeter {
  readonly #rig: Rig;
  readonly #ready: SessionTask;
  readonly #listening: Subscription;
  readonly #departing: number[] = [];
  #judged = 0;
  #previous: TrialRow | null = null;
  readonly #endedEarly: Record<string, number> = {};
  #run = 0;
  #lostEvents = 0;
  #bounces = 0;

  /** Listens to the rig from here on, until it closes. */
  constructor(rig: Rig, ready: SessionTask) {
    this.#rig = rig;
    this.#ready = ready;
    this.#listening = rig.events$.subscribe({ next: (event) => this.#hear(event), error: () => {} });
  }

  /** A trial that has ended. `judge`: replay it; a simulation in virtual time leaves that to `rig verify`. */
  trial(row: TrialRow, trace: TrialTrace, judge: boolean): void {
    this.#run++;
    if (judge) this.#judge(row, trace);
    if (row.endReason === EndReason.completed) return;
    const reason = endReasonWords[row.endReason];
    this.#endedEarly[reason] = (this.#endedEarly[reason] ?? 0) + 1;
  }

  /** What the rig measured; to be asked before it is closed. Never rejects, and never waits for a board that is gone. */
  async timing(): Promise<RigTiming | null | 'unknown'> {
    const status = await firstValueFrom(this.#rig.status$, { defaultValue: { kind: 'closed' } });
    if (status.kind !== 'ready') return 'unknown';
    return this.#rig.timing().catch(() => 'unknown' as const);
  }

  /** The last word; stops listening. */
  certify(timing: RigTiming | null | 'unknown', identity: RigIdentity): Certificate {
    this.#listening.unsubscribe();
    return certify(timing, identity, {
      lostEvents: this.#lostEvents,
      bounces: this.#bounces,
      trials: {
        run: this.#run,
        consistent: this.#judged - this.#departing.length,
        departing: this.#departing,
        notJudged: this.#run - this.#judged,
        endedEarly: this.#endedEarly,
      },
    });
  }

  #hear({ code, value }: RawEvent): void {
    if (code === EventCode.lost) this.#lostEvents += value;
    else if (code === EventCode.bounce) this.#bounces++;
  }

  #judge(row: TrialRow, { events, digest }: TrialTrace): void {
    const { task, programs } = this.#ready;
    // Stamps of two power-ups have nothing to do with each other.
    const previous = this.#previous?.segment === row.segment ? this.#previous : null;
    this.#previous = row;
    const told = { seq: row.lastSeq + 1, ticks: digest.crc32, code: EventCode.digest, value: digest.count };
    this.#judged++;
    if (checkTrial(task, programs, row, { events, digest: told }, previous).length > 0) this.#departing.push(row.trial);
  }
}

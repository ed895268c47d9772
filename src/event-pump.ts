/**
 * Events from the rig into the record, each once and in order; the rig is told what it may forget. One batch for all
 * events that arrive in one go: a frame from a board, a whole trial in virtual time.
 */
import { Subscription } from 'rxjs';
import type { RecordWriter } from '#data/writer.ts';
import type { ClockSegment, Rig } from '#hardware/rig.ts';
import type { RawEvent } from '#machines/vocabulary.ts';

export interface PumpOptions {
  readonly rig: Rig;
  readonly writer: RecordWriter;
  /** See ChosenRig. Per session, the rig forgets what was handed in: it can be run again from its seed. */
  readonly commit: 'batch' | 'session';
  /** The first event of a power-up of the device, before it is handed in. */
  readonly onSegment: (segment: ClockSegment, event: RawEvent) => void;
  /** Rig or record is lost. */
  readonly onFault: (error: unknown) => void;
}

export class EventPump {
  readonly #options: PumpOptions;
  readonly #subscriptions = new Subscription();
  readonly #batch: RawEvent[] = [];
  #flowing = false;
  #scheduled = false;
  readonly #segments: ClockSegment[] = [];

  constructor(options: PumpOptions) {
    this.#options = options;
    const { rig, writer, commit, onFault } = options;
    this.#subscriptions.add(
      writer.committed$.subscribe({
        next: (seq) => {
          if (commit === 'batch') rig.acknowledge(seq);
        },
        error: onFault,
      }),
    );
    this.#subscriptions.add(rig.segments$.subscribe((segment) => this.#segments.push(segment)));
    this.#subscriptions.add(
      rig.events$.subscribe({
        next: (event) => {
          this.#batch.push(event);
          this.#schedule();
        },
        error: onFault,
      }),
    );
  }

  /** The session stands in the record: events may follow. */
  start(): void {
    this.#flowing = true;
    this.flush();
  }

  flush(): void {
    const { writer, rig, commit, onSegment } = this.#options;
    const last = this.#batch.at(-1);
    if (!this.#flowing || last === undefined) return;
    for (let next = this.#segments[0]; next !== undefined && next.firstSeq <= last.seq; next = this.#segments[0]) {
      const { firstSeq } = next;
      const at = this.#batch.findIndex(({ seq }) => seq >= firstSeq);
      // What an earlier clock stamped goes in first.
      if (at > 0) writer.events(this.#batch.splice(0, at));
      this.#segments.shift();
      onSegment(next, this.#batch[0]!);
    }
    writer.events(this.#batch);
    this.#batch.length = 0;
    if (commit === 'session') rig.acknowledge(last.seq);
  }

  close(): void {
    this.#subscriptions.unsubscribe();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      try {
        this.flush();
      } catch (error) {
        this.#options.onFault(error);
      }
    });
  }
}

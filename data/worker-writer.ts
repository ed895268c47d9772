/**
 * The lab writer: a worker thread commits each batch as it arrives and waits for the disk at each trial's end, so that
 * neither a slow disk nor a database browser ever stops the session. Acknowledge the board by `committed$`.
 */
import { Worker } from 'node:worker_threads';
import { type Observable, Subject } from 'rxjs';
import type { RawEvent } from '#machines/vocabulary.ts';
import { RecordError } from './record-error.ts';
import type { SessionTotals } from './rows.ts';
import type { Call, Post, Reply, WorkerStart, WriterFailure } from './worker-messages.ts';
import type { RecordWriter, WriterOptions } from './writer.ts';
import { PACKED_EVENT_LENGTH } from './writer-core.ts';

/** Events handed in and not yet committed: 40 s of the link's full rate (2,400 a second), 1.6 MB. */
export const QUEUE_LIMIT_EVENTS = 100_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Starts the worker and opens the record in it. Rejects with RecordError when the record cannot be opened. */
export async function openWorkerWriter(path: string, options: WriterOptions = {}): Promise<RecordWriter> {
  const client = new WorkerClient({ path, createFolder: options.createFolder ?? false });
  await client.ready;
  return {
    leases: true,
    committed$: client.committed$,
    takeLease: (rig) => client.call<number[]>({ kind: 'takeLease', rig }),
    subjectFor: (subject) => client.call<number>({ kind: 'subjectFor', subject }),
    addSubject: (subject) => client.call<number>({ kind: 'addSubject', subject }),
    openSession: (start) => client.openSession({ kind: 'openSession', start }),
    clockSegment: (row) => client.post({ kind: 'clockSegment', row }),
    clockReading: (row) => client.post({ kind: 'clockReading', row }),
    events: (batch) => client.events(batch),
    trial: (row) => client.post({ kind: 'trial', row }),
    fault: (row) => client.post({ kind: 'fault', row }),
    note: (row) => client.post({ kind: 'note', row }),
    imaging: (row) => client.post({ kind: 'imaging', row }),
    frames: (rows) => client.post({ kind: 'frames', rows }),
    certificate: (row) => client.post({ kind: 'certificate', row }),
    assessment: (row) => client.post({ kind: 'assessment', row }),
    mouse: (state) => client.post({ kind: 'mouse', state }),
    decide: (subject, row) => client.call<void>({ kind: 'decide', subject, row }),
    closeSession: (end) => client.call<SessionTotals>({ kind: 'closeSession', end }),
    abandon: () => client.call<void>({ kind: 'abandon' }),
    close: () => client.close(),
  };
}

class WorkerClient {
  readonly ready: Promise<unknown>;
  readonly committed$: Observable<number>;
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  readonly #committed = new Subject<number>();
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;
  #handedIn = 0;
  #committedCount = 0;
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;

  constructor(start: WorkerStart) {
    this.committed$ = this.#committed.asObservable();
    // The starter brings its own loader along; inherited flags would load it twice.
    this.#worker = new Worker(new URL('./start-writer-worker.mjs', import.meta.url), {
      workerData: start,
      execArgv: [],
    });
    this.ready = this.#expect(this.#lastCall);
    this.#worker.on('message', (reply: Reply) => this.#hear(reply));
    this.#worker.on('error', (cause) => this.#fail(died(cause)));
    this.#gone = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(died(undefined));
        resolve();
      });
    });
  }

  events(batch: readonly RawEvent[]): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#handedIn - this.#committedCount + batch.length > QUEUE_LIMIT_EVENTS) {
      const error = new RecordError(
        'tooSlow',
        `The disk does not follow: ${QUEUE_LIMIT_EVENTS} events wait to be saved. What was reported as saved is safe. ` +
          'End the session, take the animal out, and see what else uses the disk before the next one.',
      );
      this.#fail(error);
      throw error;
    }
    const packed = new Uint32Array(batch.length * PACKED_EVENT_LENGTH);
    let at = 0;
    for (const event of batch) {
      packed[at++] = event.seq;
      packed[at++] = event.ticks;
      packed[at++] = event.code;
      packed[at++] = event.value;
    }
    this.#handedIn += batch.length;
    this.#worker.postMessage({ id: null, request: { kind: 'events', packed } satisfies Post }, [packed.buffer]);
  }

  post(request: Post): void {
    if (this.#failure !== null) throw this.#failure;
    this.#worker.postMessage({ id: null, request });
  }

  call<T>(request: Call): Promise<T> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const answer = this.#expect(++this.#lastCall);
    this.#worker.postMessage({ id: this.#lastCall, request });
    return answer as Promise<T>;
  }

  async openSession(request: Call): Promise<number> {
    const session = await this.call<number>(request);
    this.#handedIn = 0;
    this.#committedCount = 0;
    return session;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // The lease is given back by the worker even after a failure of the record.
    this.#worker.postMessage({ id: ++this.#lastCall, request: { kind: 'close' } satisfies Call });
    await this.#gone;
  }

  #expect(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #hear(reply: Reply): void {
    switch (reply.kind) {
      case 'ready':
        this.#settle(0)?.resolve(undefined);
        break;
      case 'committed':
        this.#committedCount = reply.seq + 1;
        if (this.#failure === null) this.#committed.next(reply.seq);
        break;
      case 'answer':
        this.#settle(reply.id)?.resolve(reply.value);
        break;
      case 'refused':
        this.#settle(reply.id)?.reject(revive(reply.failure));
        break;
      case 'failed':
        this.#fail(revive(reply.failure));
        break;
    }
  }

  /** The first failure stands; all that waits and all that follows gets it. */
  #fail(error: Error): void {
    if (this.#closing !== null) this.#committed.complete();
    this.#failure ??= error;
    this.#committed.error(this.#failure);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}

function revive({ code, message }: WriterFailure): Error {
  return code === null ? new Error(message) : new RecordError(code, message);
}

function died(cause: unknown): RecordError {
  return new RecordError(
    'writerDied',
    'The part of the program that writes the record has stopped. What was reported as saved is safe; later events are not in the record. ' +
      'End the session, take the animal out, and start the program anew.',
    { cause },
  );
}

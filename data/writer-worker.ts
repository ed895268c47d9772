/**
 * The worker's side of the lab writer: takes messages in order, commits each, and says up to where.
 * A disk that stalls stalls this thread only; trials and the link go on.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { HEARTBEAT_MS } from './leases.ts';
import { openRecord } from './open.ts';
import { RecordError } from './record-error.ts';
import type { Reply, Request, WorkerStart, WriterFailure } from './worker-messages.ts';
import { WriterCore } from './writer-core.ts';

/** A lock or a slow disk may hold the worker so long; meanwhile events wait in the queue, up to its limit. */
const BUSY_TIMEOUT_MS = 30_000;

function send(reply: Reply): void {
  parentPort!.postMessage(reply);
}

/** Class instances do not cross threads whole. */
function flatten(error: unknown): WriterFailure {
  return {
    code: error instanceof RecordError ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
  };
}

function open({ path, createFolder }: WorkerStart): WriterCore {
  const db = openRecord(path, { mode: 'write', createFolder, busyTimeoutMs: BUSY_TIMEOUT_MS });
  return new WriterCore(db, {
    commit: 'batch',
    now: Date.now,
    onCommitted: (seq) => send({ kind: 'committed', seq }),
  });
}

function serve(core: WriterCore, request: Request): unknown {
  switch (request.kind) {
    case 'events':
      return core.packedEvents(request.packed);
    case 'clockSegment':
      return core.clockSegment(request.row);
    case 'clockReading':
      return core.clockReading(request.row);
    case 'trial':
      return core.trial(request.row);
    case 'fault':
      return core.fault(request.row);
    case 'note':
      return core.note(request.row);
    case 'imaging':
      return core.imaging(request.row);
    case 'frames':
      return core.frames(request.rows);
    case 'certificate':
      return core.certificate(request.row);
    case 'assessment':
      return core.assessment(request.row);
    case 'mouse':
      return core.mouse(request.state);
    case 'decide':
      return core.decide(request.subject, request.row);
    case 'takeLease':
      return core.takeLease(request.rig);
    case 'subjectFor':
      return core.subjectFor(request.subject);
    case 'addSubject':
      return core.addSubject(request.subject);
    case 'openSession':
      return core.openSession(request.start);
    case 'closeSession':
      return core.closeSession(request.end);
    case 'abandon':
      return core.abandon();
    case 'close':
      return core.close();
  }
}

function listen(core: WriterCore): void {
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      send({ kind: 'failed', failure: flatten(error) });
    }
  };
  const heartbeat = setInterval(() => attempt(() => core.beat()), HEARTBEAT_MS);
  parentPort!.on('message', ({ id, request }: { id: number | null; request: Request }) => {
    if (request.kind === 'close') clearInterval(heartbeat);
    if (id === null) {
      attempt(() => serve(core, request));
    } else {
      try {
        send({ kind: 'answer', id, value: serve(core, request) });
      } catch (error) {
        send({ kind: 'refused', id, failure: flatten(error) });
      }
    }
    if (request.kind === 'close') parentPort!.close();
  });
}

try {
  const core = open(workerData as WorkerStart);
  listen(core);
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'failed', failure: flatten(error) });
}

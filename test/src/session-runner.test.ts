/** What is lost when rig or record are lost in the middle of a session: nothing that was said to be saved, and no valve. */
import { concatWith, defer, Subject, takeWhile, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readFaults, readSession } from '#data/reads.ts';
import { RecordError } from '#data/record-error.ts';
import { openWorkerWriter } from '#data/worker-writer.ts';
import { openWriter, type RecordWriter } from '#data/writer.ts';
import { type Rig, RigError } from '#hardware/rig.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { findTask } from '#protocols/registry.ts';
import { chooseRig } from '#src/rigs.ts';
import { runSession } from '#src/session-runner.ts';
import { prepareTask } from '#src/session-task.ts';
import { outsideTraining } from '#src/training.ts';
import { type Place, place } from './driver.ts';

const lost = new RigError('linkLost', 'The cable is out. The board has shut its outputs. Plug it in.');
const full = new RecordError('diskFull', 'The disk is full.');

/** A rig in every way but the ones given. */
function rigBut(rig: Rig, changed: Partial<Rig>): Rig {
  return new Proxy(rig, {
    get: (target, name) => {
      if (name in changed) return changed[name as keyof Rig];
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function run(
  at: Place,
  breakRig: (rig: Rig) => Partial<Rig>,
  writer: RecordWriter,
  commit: 'batch' | 'session' = 'session',
) {
  const chosen = chooseRig({ rig: 'virtual', seed: 5 });
  const ready = prepareTask(findTask('delayed-association'), {}, 5, chosen.file);
  const session = runSession({
    chosen: { ...chosen, commit, rig: rigBut(chosen.rig, breakRig(chosen.rig)) },
    ready,
    writer,
    subject: 'M001',
    newSubject: false,
    ...outsideTraining,
    operator: 'operator-1',
    limits: { trials: 5, minutes: null },
    now: () => '2026-03-02T09:00:00.000+01:00',
  });
  const report = await session.done;
  // However the session ended, its rig is closed.
  await expect(chosen.rig.pulse('water', 1000)).rejects.toMatchObject({ code: 'closed' });
  const db = openRecord(at.file('a.sqlite'), { mode: 'read' });
  try {
    return { report, recorded: readSession(db, 1), faults: readFaults(db, 1) };
  } finally {
    db.close();
  }
}

/** Runs two trials, then rejects. */
function losesTrial3(rig: Rig): Partial<Rig> {
  return { runTrial: (trial, ...rest) => (trial < 3 ? rig.runTrial(trial, ...rest) : Promise.reject(lost)) };
}

/** Errors with the third event of trial 3; the trial itself would go on. */
function losesEventsInTrial3(rig: Rig): Partial<Rig> {
  const events$ = defer(() => {
    let starts = 0;
    let left = 3;
    const counts = ({ code }: RawEvent) => {
      if (code === EventCode.start) starts++;
      return starts < 3 || left-- > 0;
    };
    return rig.events$.pipe(takeWhile(counts), concatWith(throwError(() => lost)));
  });
  return { events$ };
}

describe('a session whose rig is lost', () => {
  it('between trials is closed in the record with the fault, and what was run is consistent', async () => {
    const at = place();
    const { report, recorded, faults } = await run(at, losesTrial3, openWriter(at.file('a.sqlite')));
    expect(report).toMatchObject({ ending: { reason: 'fault', fault: lost }, trials: 2 });
    expect(recorded).toMatchObject({ endReason: 'fault: linkLost', trials: 2 });
    expect(faults).toEqual([expect.objectContaining({ code: 'linkLost', message: lost.message })]);
    expect((await at.rig('verify 1 --db a.sqlite')).out).toContain('\nconsistent: 2 trials');
  });

  it('in a trial keeps the events that came, and verify says that the trial was cut off', async () => {
    const at = place();
    const { recorded } = await run(at, losesEventsInTrial3, openWriter(at.file('a.sqlite')));
    expect(recorded).toMatchObject({ endReason: 'fault: linkLost' });
    const { out } = await at.rig('verify 1 --db a.sqlite');
    expect(out).toContain('Note: The last trial was cut off: the 3 events');
  });
});

describe('a session whose record is lost', () => {
  it('ends with outputs safe, keeps the trials that were saved, and stands open for the next start of the rig', async () => {
    const at = place();
    const real = await openWorkerWriter(at.file('a.sqlite'));
    let broken = false;
    const writer: RecordWriter = {
      ...real,
      trial: (row) => {
        broken ||= row.trial === 3;
        if (broken) throw full;
        real.trial(row);
      },
      closeSession: (end) => (broken ? Promise.reject(full) : real.closeSession(end)),
    };
    const { report, recorded } = await run(at, () => ({}), writer, 'batch');
    expect(report).toMatchObject({ ending: { reason: 'fault', fault: full }, totals: null });
    expect(recorded).toMatchObject({ endReason: null, trials: 2 });
  });

  it('by the writer itself, in the middle of a trial, ends that trial at once', async () => {
    const at = place();
    const real = openWriter(at.file('a.sqlite'));
    const committed$ = new Subject<number>();
    const writer: RecordWriter = { ...real, committed$ };
    const breaks = (rig: Rig): Partial<Rig> => ({
      runTrial: (trial, ...rest) => {
        if (trial === 3) queueMicrotask(() => committed$.error(full));
        return trial === 3
          ? new Promise((_, reject) => rig.close().then(() => reject(lost)))
          : rig.runTrial(trial, ...rest);
      },
    });
    const { report, recorded } = await run(at, breaks, writer);
    expect(report).toMatchObject({ ending: { reason: 'fault', fault: full }, trials: 2 });
    expect(recorded?.endReason).toBe('fault: diskFull');
  });
});

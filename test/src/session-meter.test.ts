/** What a session tells its timing certificate besides the rig's own figures. */
import { BehaviorSubject, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openWriter } from '#data/writer.ts';
import type { Rig, RigIdentity, RigStatus } from '#hardware/rig.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { findTask } from '#protocols/registry.ts';
import { chooseRig } from '#src/rigs.ts';
import { SessionMeter } from '#src/session-meter.ts';
import { runSession, type SessionProgress } from '#src/session-runner.ts';
import { prepareTask } from '#src/session-task.ts';
import { outsideTraining } from '#src/training.ts';
import { place } from './driver.ts';

const identity = { timing: 'device' } as RigIdentity;

/** Three trials as a session ran them, and a meter on a rig of the test's own. */
async function metered() {
  const chosen = chooseRig({ rig: 'virtual', seed: 5 });
  const ready = prepareTask(findTask('delayed-association'), {}, 5, chosen.file);
  const session = runSession({
    chosen,
    ready,
    writer: openWriter(place().file('a.sqlite')),
    subject: 'M001',
    newSubject: false,
    ...outsideTraining,
    operator: null,
    limits: { trials: 3, minutes: null },
    now: () => '2026-03-02T09:00:00.000+01:00',
  });
  const ran: Extract<SessionProgress, { kind: 'trial' }>[] = [];
  session.progress$.subscribe((progress) => progress.kind === 'trial' && ran.push(progress));
  await session.done;
  const events$ = new Subject<RawEvent>();
  const status$ = new BehaviorSubject<RigStatus>({ kind: 'ready' });
  const rig = { events$, status$, timing: () => Promise.reject(new Error('no answer')) } as unknown as Rig;
  return { ran, events$, status$, meter: new SessionMeter(rig, ready) };
}

describe('the meter of a session', () => {
  it('proves trials that are runs of their chart, and names one that is not', async () => {
    const { ran, meter } = await metered();
    for (const { row, trace } of ran) {
      const events = trace.events.map((event) =>
        row.trial === 2 && event.code === EventCode.output ? { ...event, ticks: event.ticks + 1 } : event,
      );
      meter.trial(row, { ...trace, events }, true);
    }
    const { trials } = meter.certify(null, identity).figures;
    expect(trials).toEqual({ run: 3, consistent: 2, departing: [2], notJudged: 0, endedEarly: {} });
  });

  it('leaves trials of virtual time to rig verify', async () => {
    const { ran, meter } = await metered();
    for (const { row, trace } of ran) meter.trial(row, trace, false);
    expect(meter.certify(null, identity).figures.trials).toMatchObject({ run: 3, consistent: 0, notJudged: 3 });
  });

  it('counts lost events, bounces, and trials that ended early by reason', async () => {
    const { ran, events$, meter } = await metered();
    const tell = (code: EventCode, value: number) => events$.next({ seq: 0, ticks: 0, code, value });
    tell(EventCode.lost, 3);
    tell(EventCode.lost, 2);
    tell(EventCode.bounce, 1);
    const { row, trace } = ran[0]!;
    meter.trial({ ...row, endReason: EndReason.hostSilent }, trace, false);
    const { figures } = meter.certify(null, identity);
    expect(figures).toMatchObject({ lostEvents: 5, bounces: 1, trials: { endedEarly: { 'host silent': 1 } } });
  });

  it('knows no timing of a rig that is gone, in a trial, or does not answer', async () => {
    const { status$, meter } = await metered();
    expect(await meter.timing()).toBe('unknown');
    status$.next({ kind: 'reconnecting', message: '' });
    expect(await meter.timing()).toBe('unknown');
    status$.complete();
    expect(await meter.timing()).toBe('unknown');
  });
});

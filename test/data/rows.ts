/**
 * Made-up rows that are whole: a session's start, and trials with events as a rig would send them. No test framework
 * here, so that fixtures can use it in processes of their own.
 */
import type { NewSubject, SessionStart, TrialRow } from '#data/rows.ts';
import { digestOf } from '#machines/digest.ts';
import { EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';

export const startedAt = '2026-03-02T09:00:00.000+01:00';
export const endedAt = '2026-03-02T10:00:00.000+01:00';

export function subjectNamed(name: string, simulated = true): NewSubject {
  return { name, simulated, createdAt: startedAt };
}

export function sessionOn(rigName: string, subject: number, simulated = true): SessionStart {
  return {
    subject,
    rig: {
      kind: 'virtual',
      rigName,
      simulated,
      boardId: 'board-7',
      bootId: 3,
      firmware: 'rehearsal 1.0',
      linkVersion: '1',
      engine: 'interpreter',
      timing: 'device',
      deadMansSwitch: false,
    },
    lines: { inputs: ['lick'], outputs: ['odourA', 'odourB', 'odourC', 'odourD', 'water', 'trial'] },
    rigFile: '{"name":"bench"}',
    task: 'delayed-association',
    taskHash: 'task-hash',
    parameters: { delayMs: 5000, blocks: true },
    seed: 42,
    programVersion: '1',
    softwareVersion: '0.1.0',
    operator: 'operator-1',
    condition: { kind: 'training', agent: null, dose: null, site: null, givenAt: null },
    stage: null,
    offTask: false,
    headFixed: false,
    disengagementRule: null,
    startedAt,
  };
}

export const segment0 = {
  segment: 0,
  bootId: 3,
  firstSeq: 0,
  originTicks: 0,
  originUs: 0,
  ticksPerMs: 2000,
  uncertaintyUs: null,
};

/** Trial number `trial` (1, 2 ...), its events numbered from `firstSeq`, with so many licks and the digest event last. */
export function recordedTrial(trial: number, firstSeq: number, licks = 18): { events: RawEvent[]; row: TrialRow } {
  const events: RawEvent[] = [];
  // Stamps pass the middle and the end of the 32-bit counter.
  let ticks = (trial * 1_900_000_000) % 2 ** 32;
  const add = (code: EventCode, value: number) => {
    ticks = (ticks + 3001) >>> 0;
    events.push({ seq: firstSeq + events.length, ticks, code, value });
  };
  add(EventCode.start, trial);
  add(EventCode.output, 0b100001);
  for (let lick = 0; lick < licks; lick++) {
    add(EventCode.input, 1);
    add(EventCode.input, 0);
  }
  add(EventCode.end, 256 * 2 + EndReason.completed);
  const { count, crc32 } = digestOf(events);
  const first = events[0]!;
  const last = events.at(-1)!;
  events.push({ seq: last.seq + 1, ticks: crc32, code: EventCode.digest, value: count });
  const row: TrialRow = {
    trial,
    trialType: trial % 2 ? 'A-C' : 'A-D',
    plan: { odour1: 'A', odour2: trial % 2 ? 'C' : 'D', durations: { delayMs: 5000 } },
    intervalMs: 5000,
    programHash: 'program-hash',
    slotTicks: { delayMs: 10_000_000 },
    ticksPerMs: 2000,
    segment: 0,
    firstSeq,
    lastSeq: last.seq,
    startTicks: first.ticks,
    endTicks: last.ticks,
    endReason: EndReason.completed,
    result: { outcome: trial % 2 ? 'hit' : 'correctRejection', answer: null },
    outcome: trial % 2 ? 'hit' : 'correctRejection',
    assisted: false,
    correction: false,
    probe: false,
    digestCount: count,
    digestCrc32: crc32,
    light: null,
    odours: [],
  };
  return { events, row };
}

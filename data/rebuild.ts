/**
 * Trials as the raw events tell them: where each starts and ends, why it ended, and its digest. What stands in the
 * table of trials must agree; a trial that no process lived to enter is found here.
 */
import { EventDigest } from '#machines/digest.ts';
import { type EndReason, EventCode, type RawEvent } from '#machines/vocabulary.ts';

export interface RebuiltTrial {
  readonly trial: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly startTicks: number;
  readonly endTicks: number;
  readonly endReason: EndReason;
  /** Index in the program's results; meaningless unless completed. */
  readonly result: number;
  readonly digestCount: number;
  readonly digestCrc32: number;
}

/** The finished trials among a session's events, in order. A start without an end is no finished trial. */
export function rebuildTrials(events: Iterable<RawEvent>): RebuiltTrial[] {
  const trials: RebuiltTrial[] = [];
  let start: RawEvent | null = null;
  let digest = new EventDigest();
  for (const event of events) {
    if (event.code === EventCode.start) {
      start = event;
      digest = new EventDigest();
    }
    if (start === null) continue;
    digest.add(event.ticks, event.code, event.value);
    if (event.code !== EventCode.end) continue;
    trials.push({
      trial: start.value,
      firstSeq: start.seq,
      lastSeq: event.seq,
      startTicks: start.ticks,
      endTicks: event.ticks,
      endReason: (event.value & 0xff) as EndReason,
      result: event.value >>> 8,
      digestCount: digest.count,
      digestCrc32: digest.crc32,
    });
    start = null;
  }
  return trials;
}

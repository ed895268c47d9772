/** A sound board and what it measured in a quiet session; tests change one figure each. */
import type { SessionFacts } from '#hardware/certificate.ts';
import { FIRMWARE_VERSION } from '#hardware/link/firmware-version.ts';
import type { RigIdentity, RigTiming } from '#hardware/rig.ts';

export const identity: RigIdentity = {
  kind: 'board',
  rigName: 'uno',
  simulated: false,
  boardId: '1a2b3c4d',
  bootId: 7,
  firmware: `${FIRMWARE_VERSION.major}.${FIRMWARE_VERSION.minor}`,
  linkVersion: '2.0',
  engine: 'firmware',
  timing: 'device',
  deadMansSwitch: true,
};

export const timing: RigTiming = {
  timers: { count: 1200, meanTicks: 9, worstTicks: 25 },
  inputs: { count: 80, meanTicks: 7, worstTicks: 12 },
  roundTripsMs: { count: 400, p50: 1.6, p95: 2.1, max: 4.4 },
  resent: 0,
  badFramesHere: 0,
  badFramesThere: 0,
  overruns: 0,
  reconnections: 0,
  boardResets: 0,
  clock: { ticksPerMs: 2000.24, ratePpm: 120, driftPpmPerMin: 0.4, uncertaintyUs: 900 },
};

export const session: SessionFacts = {
  lostEvents: 0,
  bounces: 4,
  trials: { run: 240, consistent: 240, departing: [], notJudged: 0, endedEarly: {} },
};

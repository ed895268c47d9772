/**
 * What `rig check` asks of a rig besides its self-test: who answers, how good its clock and its line are, and whether the
 * lines that recordings and safety depend on are there and alive. Pure: it judges what the rig said.
 */
import { deviceTicks, ticksBetween } from '#machines/time.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { boards, pinName } from './boards.ts';
import type { Finding } from './finding.ts';
import { FrameClock } from './frame-clock.ts';
import { FIRMWARE_VERSION } from './link/firmware-version.ts';
import type { RigIdentity, RigTiming, TrialTrace } from './rig.ts';
import type { RigFile } from './rig-file.ts';

/** A resonator's tolerance; the host measures the rate and takes it out, so more is a warning, not an error. */
export const RATE_WARN_PPM = 5000;
/** No resonator that works is this far off. */
export const RATE_FAIL_PPM = 20_000;
/** A USB bridge may hold bytes for 16 ms; what takes longer, the computer or a hub does. */
const SLOW_ROUND_TRIP_MS = 20;
/** Of fewer round trips 95 % are nearly all, and the few that open a line are slow: then the middle one speaks. */
const ENOUGH_TRIPS = 20;
/** A sound cable damages nothing; a few bytes may be lost while the port opens. */
const FEW_DAMAGED = 5;
/** A share of all round trips. */
const MOST_DAMAGED = 0.01;
/** Mean frame rate against the nominal one: one frame of twenty, as hardware/frame-watch.ts alarms. */
const FRAME_RATE_TOLERANCE = 0.05;
/** So many frames tell a rate. */
const FRAMES_TO_SEE = 5;

const virtual = 'virtual time';

export function checkIdentity(identity: RigIdentity, { find, simulated }: RigFile, install: string): Finding {
  const { kind, boardId, firmware, linkVersion } = identity;
  const say = (grade: Finding['grade'], text: string): Finding => ({ what: 'board', grade, text });
  if (kind === 'virtual') return say(null, `${virtual}: there is no board to check.`);
  if (kind === 'firmata') {
    return say(
      'WARN',
      `stock Firmata (${firmware}): soft timing, and if this computer dies the valves stay as they are. For live animals use a board with our firmware.`,
    );
  }
  const who = `board ${boardId ?? 'without an id'}, firmware ${firmware}, link ${linkVersion ?? '?'}`;
  const age = compareVersions(firmware, `${FIRMWARE_VERSION.major}.${FIRMWARE_VERSION.minor}`);
  if (age < 0) return say('WARN', `${who}: older than this program's firmware. Type: ${install}`);
  if (age > 0) return say('WARN', `${who}: newer than this program knows. Update this program.`);
  if (boardId === null && !simulated) return say('WARN', `${who}: could be taken for another board. Type: ${install}`);
  if (find.boardId === undefined && find.serialNumber === undefined && !simulated) {
    return say('WARN', `${who}, found by its port's name alone. Give its boardId or serialNumber in the rig file.`);
  }
  return say('PASS', find.boardId === undefined ? `${who}.` : `${who}, as the rig file says.`);
}

export function checkClock(timing: RigTiming | null, identity: RigIdentity): Finding {
  const say = (grade: Finding['grade'], text: string): Finding => ({ what: 'clock', grade, text });
  if (timing === null) return say(null, `${virtual}: nothing to measure.`);
  if (identity.timing === 'host') return say(null, "this computer's own: there is no other to compare it with.");
  const { ratePpm } = timing.clock;
  const percent = (Math.abs(ratePpm) / 10_000).toFixed(2);
  const rate = `${Math.abs(ratePpm).toFixed(0)} ppm (${percent} %) ${ratePpm < 0 ? 'slow' : 'fast'}`;
  if (Math.abs(ratePpm) <= RATE_WARN_PPM) return say('PASS', `${rate}; measured and taken out of all durations.`);
  const grade = Math.abs(ratePpm) <= RATE_FAIL_PPM ? 'WARN' : 'FAIL';
  return say(grade, `${rate}; a sound board is within 0.50 %. Durations are corrected for it; replace the board soon.`);
}

export function checkLink(timing: RigTiming | null): Finding {
  const say = (grade: Finding['grade'], text: string): Finding => ({ what: 'link', grade, text });
  if (timing === null) return say(null, `${virtual}: there is no line.`);
  const { p50, p95, max, count } = timing.roundTripsMs;
  const most = count < ENOUGH_TRIPS ? '' : `95 % within ${p95.toFixed(1)}, `;
  const trips = `round trips ${p50.toFixed(1)} ms, ${most}worst ${max.toFixed(1)} (${count})`;
  const damaged = damagedFrames(timing);
  if (isDamaged(timing)) {
    return say(
      'WARN',
      `${trips}; ${framesWords(damaged)} damaged or sent again. Nothing is lost by it; use a shorter or better cable, away from valve wires.`,
    );
  }
  if (isSlow(timing)) {
    return say('WARN', `${trips}: slow. Plug the board into the computer itself, and close other programs.`);
  }
  return say(
    'PASS',
    `${trips}; ${damaged === 0 ? 'no frame damaged' : `${framesWords(damaged)} damaged, and repaired`}.`,
  );
}

/** Frames sent again and frames found damaged at either end. */
export function damagedFrames({ resent, badFramesHere, badFramesThere }: RigTiming): number {
  return resent + badFramesHere + badFramesThere;
}

/** Most round trips take longer than an answer should. */
export function isSlow({ roundTripsMs: { count, p50, p95 } }: RigTiming): boolean {
  return (count < ENOUGH_TRIPS ? p50 : p95) > SLOW_ROUND_TRIP_MS;
}

export function isDamaged(timing: RigTiming): boolean {
  const damaged = damagedFrames(timing);
  return damaged > FEW_DAMAGED && damaged > MOST_DAMAGED * timing.roundTripsMs.count;
}

export function checkOpto({ board, outputs, kind }: RigFile): Finding[] {
  const lines = outputs.filter((output) => output.kind === 'opto');
  if (lines.length === 0)
    return [{ what: 'opto', grade: null, text: 'there is no opto line; light trials are refused.' }];
  return lines.map(({ name, pin, duty }): Finding => {
    const { pwm } = boards[board];
    const pins = pwm.map((each) => pinName(board, each)).join(' or ');
    const limit =
      duty === null || duty.fraction >= 1
        ? null
        : `on for at most ${Math.round(duty.fraction * 100)} % of ${duty.overS} s`;
    if (kind !== 'firmata' && !pwm.includes(pin)) {
      const text = `pin ${pinName(board, pin)} only goes on and off: no ramps, no sine. Wire the light to pin ${pins}.`;
      return { what: name, grade: 'WARN', text };
    }
    if (limit === null) {
      const text =
        'nothing limits how much of the time the light is on. Give dutyFraction and dutyOverS in the rig file.';
      return { what: name, grade: 'WARN', text };
    }
    const can = kind === 'firmata' ? 'goes on and off only, with stock Firmata' : 'can show waves and ramps';
    return { what: name, grade: 'PASS', text: `pin ${pinName(board, pin)} ${can}; ${limit}.` };
  });
}

/** How long a rest must be for sync pulses and frames to show, in ms. */
export function restToSee({ outputs, inputs }: RigFile): number {
  const pulses = outputs.map(({ random }) => (random === null ? 0 : random.mostMs + random.widthMs));
  const frames = inputs.map(({ nominalHz }) => (nominalHz === null ? 0 : (1000 * (FRAMES_TO_SEE + 1)) / nominalHz));
  return Math.ceil(Math.max(0, ...pulses, ...frames));
}

/** `quiet`: a rest of at least `restToSee`. */
export function checkSync(
  { outputs }: RigFile,
  identity: RigIdentity,
  quiet: TrialTrace,
  ticksPerMs: number,
): Finding[] {
  return outputs.flatMap(({ name, random }, line): Finding[] => {
    if (random === null) return [];
    if (identity.kind === 'virtual')
      return [{ what: name, grade: null, text: `${virtual}: a board makes the pulses.` }];
    const onsets = quiet.events.filter(({ code, value }) => code === EventCode.sync && value === line * 2 + 1).length;
    const seconds = (ticksBetween(quiet.startTicks, quiet.endTicks) / ticksPerMs / 1000).toFixed(1);
    return onsets === 0
      ? [
          {
            what: name,
            grade: 'FAIL',
            text: `no sync pulse in ${seconds} s, and one is due every ${random.mostMs / 1000} s: other recordings could not be aligned. Switch the board off and on, and check again.`,
          },
        ]
      : [
          {
            what: name,
            grade: 'PASS',
            text: `${onsets} sync pulse${onsets === 1 ? '' : 's'} in ${seconds} s at the pin. That they arrive, the other recording must show.`,
          },
        ];
  });
}

export function checkFrames(file: RigFile, quiet: TrialTrace, ticksPerMs: number): Finding[] {
  return file.inputs.flatMap(({ name, nominalHz, leastPulseUs }, line): Finding[] => {
    if (nominalHz === null) return [];
    const options = { line, ticksPerMs, nominalHz, leastPulseUs: leastPulseUs ?? 0 };
    const clock = new FrameClock(options, deviceTicks(quiet.startTicks));
    const onsets: number[] = [];
    const hear = ({ frame }: ReturnType<FrameClock['hear']>) => {
      if (frame !== null) onsets.push(frame.ticks);
    };
    for (const event of quiet.events) hear(clock.hear(event));
    const say = (grade: Finding['grade'], text: string): Finding[] => [{ what: name, grade, text }];
    const short = clock.rejected === 0 ? '' : `; ${clock.rejected} pulses too short to be frames`;
    if (onsets.length < 2) {
      return say('WARN', `no frames${short}: the microscope is off, or its frame clock does not reach the board.`);
    }
    const hz = ((onsets.length - 1) * 1000 * ticksPerMs) / ticksBetween(onsets[0]!, onsets.at(-1)!);
    const seen = `${onsets.length} frames at ${hz.toFixed(1)} Hz${short}`;
    return Math.abs(hz / nominalHz - 1) <= FRAME_RATE_TOLERANCE
      ? say('PASS', `${seen}.`)
      : say('WARN', `${seen}, not ${nominalHz}. Compare nominalHz in the rig file with the microscope's setting.`);
  });
}

export function checkLamp({ outputs, board, kind }: RigFile): Finding {
  if (kind === 'virtual') return { what: 'lamp', grade: null, text: `${virtual}: nobody has to be told.` };
  if (kind === 'firmata') return { what: 'lamp', grade: null, text: 'stock Firmata cannot light one.' };
  const lamp = outputs.find((output) => output.kind === 'lamp');
  return lamp === undefined
    ? {
        what: 'lamp',
        grade: 'WARN',
        text: 'there is no fault lamp: if this computer dies, nobody is told. Wire one and give it a line of kind lamp.',
      }
    : {
        what: lamp.name,
        grade: 'PASS',
        text: `on pin ${pinName(board, lamp.pin)}, lit by the board if this computer dies.`,
      };
}

function framesWords(count: number): string {
  return `${count} frame${count === 1 ? '' : 's'}`;
}

/** Below zero: `a` is the older. */
function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

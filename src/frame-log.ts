/**
 * A session's frames: follows the rig's frame clock over all power-ups of the device, numbers the frames within the
 * session, and tells alarms as they begin and end. It only listens: no alarm ever touches a trial.
 *
 * Events alone would tell a gap only when the next one comes, so silence is looked for twice a second where time goes on
 * by itself.
 */
import { Subscription } from 'rxjs';
import type { FrameRow } from '#data/rows.ts';
import { FrameClock } from '#hardware/frame-clock.ts';
import type { FrameAlarm } from '#hardware/frame-watch.ts';
import type { ClockReading, ClockSegment, Rig } from '#hardware/rig.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { PULSE_TRIAL } from '#machines/pulse.ts';
import { type DeviceTicks, deviceTicks } from '#machines/time.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import type { ChosenRig, RigTime } from './rigs.ts';

export interface FrameFigures {
  readonly frames: number;
  /** Pulses, and breaks in pulses, that were too short to be frames. */
  readonly rejectedPulses: number;
  /** The clock ran before the rig was armed, so that frame 0 is not the first image. */
  readonly alreadyRunning: boolean;
  readonly gaps: number;
  /** Times that the rate went off nominal. */
  readonly rateAlarms: number;
  readonly nominalHz: number;
}

export interface FrameNotice {
  /** Short code, as in the record's faults. */
  readonly code: string;
  /** False: it is over. */
  readonly raised: boolean;
  readonly message: string;
}

type FrameLine = RigFile['inputs'][number] & { readonly nominalHz: number; readonly leastPulseUs: number };

const LOOK_MS = 500;
/** Edges reach the host within some 100 ms; only silence that is older than this is sure to be none of the link's. */
const LATEST_MS = 500;

/** The rig's frame clock line, or null. */
export function frameLine({ inputs }: RigFile): FrameLine | null {
  return (inputs.find(({ kind }) => kind === 'frameClock') as FrameLine | undefined) ?? null;
}

export class FrameLog {
  readonly line: FrameLine;
  readonly #number: number;
  readonly #rig: Rig;
  readonly #time: RigTime;
  readonly #tell: (notice: FrameNotice) => void;
  readonly #subscriptions = new Subscription();
  readonly #segments: ClockSegment[] = [];
  #clock: FrameClock | null = null;
  /** Frames and short pulses of the power-ups before. */
  #framesBefore = 0;
  #rejectedBefore = 0;
  #runningTold = false;
  #gaps = 0;
  #rateAlarms = 0;
  #reached = false;
  #new: FrameRow[] = [];
  #stopLooking = () => {};

  /** Listens from here on, until `close`. */
  constructor({ rig, time, file }: ChosenRig, line: FrameLine, tell: (notice: FrameNotice) => void) {
    this.line = line;
    this.#number = file.inputs.indexOf(line);
    this.#rig = rig;
    this.#time = time;
    this.#tell = tell;
    this.#subscriptions.add(rig.segments$.subscribe((segment) => this.#segments.push(segment)));
    this.#subscriptions.add(rig.events$.subscribe({ next: (event) => this.#hear(event), error: () => {} }));
    this.#subscriptions.add(
      rig.status$.subscribe({
        next: ({ kind }) => {
          this.#reached = kind === 'ready' || kind === 'trial';
        },
        error: () => {},
      }),
    );
  }

  /** Good frames in a row, up to now. */
  get goodInARow(): number {
    return this.#clock?.goodInARow ?? 0;
  }

  get figures(): FrameFigures {
    return {
      frames: this.#framesBefore + (this.#clock?.frames ?? 0),
      rejectedPulses: this.#rejectedBefore + (this.#clock?.rejected ?? 0),
      alreadyRunning: this.#runningTold,
      gaps: this.#gaps,
      rateAlarms: this.#rateAlarms,
      nominalHz: this.line.nominalHz,
    };
  }

  /** The rig is open. A line that has not stirred until now did not run before. */
  armed(): void {
    if (this.#clock === null) {
      this.#segments.shift();
      this.#begin(this.#now(0));
    }
    this.#look();
  }

  /** Frames that have come since it was last asked. */
  take(): FrameRow[] {
    return this.#new.splice(0);
  }

  close(): void {
    this.#stopLooking();
    this.#subscriptions.unsubscribe();
  }

  #hear(event: RawEvent): void {
    const next = this.#segments[0];
    if (next !== undefined && next.firstSeq <= event.seq) {
      this.#segments.shift();
      this.#begin(deviceTicks(event.ticks));
    }
    this.#note(this.#clock!.hear(event));
  }

  /** `armed`: the device time from which edges are reported, as far as it is known. */
  #begin(armed: DeviceTicks): void {
    this.#framesBefore += this.#clock?.frames ?? 0;
    this.#rejectedBefore += this.#clock?.rejected ?? 0;
    const { nominalHz, leastPulseUs } = this.line;
    const { ticksPerMs } = this.#rig.clock();
    this.#clock = new FrameClock({ line: this.#number, ticksPerMs, nominalHz, leastPulseUs }, armed);
  }

  #look(): void {
    const { after } = this.#time;
    if (after === null) return;
    this.#stopLooking = after(LOOK_MS, () => {
      if (this.#reached) this.#note(this.#clock!.check(this.#now(LATEST_MS)));
      this.#look();
    });
  }

  #note({ frame, alarms }: ReturnType<FrameClock['check']>): void {
    if (frame !== null) {
      const trial = frame.trial === PULSE_TRIAL ? null : frame.trial;
      this.#new.push({ frame: this.#framesBefore + frame.frame, seq: frame.seq, trial });
    }
    // Of later power-ups it says nothing: the microscope runs on while a board restarts.
    if (this.#clock!.alreadyRunning && !this.#runningTold && this.#framesBefore === 0) {
      this.#runningTold = true;
      this.#tell({ code: 'framesRunning', raised: true, message: runningWords });
    }
    for (const alarm of alarms) {
      if (alarm.raised && alarm.kind === 'gap') this.#gaps++;
      if (alarm.raised && alarm.kind === 'rate') this.#rateAlarms++;
      this.#tell({ code: codeOf(alarm), raised: alarm.raised, message: alarm.message });
    }
  }

  /** The device time so many milliseconds ago. */
  #now(agoMs: number): DeviceTicks {
    const clock = this.#rig.clock();
    const hostMs = this.#time.nowMs() - agoMs;
    // Twice: a stamp close by is turned into the host's time with less error.
    return stampAt(clock, hostMs, stampAt(clock, hostMs, deviceTicks(0)));
  }
}

const runningWords =
  'The frame clock was already running when the rig was opened, so the first frame counted is not the first image of the file. Nothing changes for the animal. For counts that agree, end the session, stop the microscope, start the session with --hold-frames, and then the microscope; else align the images by their last frame.';

function stampAt({ hostMsOf, ticksPerMs }: ClockReading, hostMs: number, near: DeviceTicks): DeviceTicks {
  return deviceTicks(near + Math.round((hostMs - hostMsOf(near)) * ticksPerMs));
}

function codeOf({ kind, raised }: FrameAlarm): string {
  const begun = kind === 'gap' ? 'frameGap' : 'frameRate';
  return raised ? begun : `${begun}Over`;
}

/**
 * What the writer takes: rows as the session knows them, before codes and ids. Columns are explained in docs/data.md.
 * Times of day are ISO 8601 and come from the caller's clock.
 */
import type { Grade } from '#hardware/finding.ts';
import type { RigIdentity } from '#hardware/rig.ts';
import type { LightSham, LightWave } from '#machines/light.ts';
import type { LineTable } from '#machines/program.ts';
import type { EndReason, Epoch, Odour, Outcome } from '#machines/vocabulary.ts';
import type { SessionKind } from '#protocols/session-kind.ts';

export interface NewSubject {
  readonly name: string;
  readonly simulated: boolean;
  /** When the row is made; ISO 8601. */
  readonly createdAt: string;
}

export interface SessionStart {
  readonly subject: number;
  readonly rig: RigIdentity;
  readonly lines: LineTable;
  /** The rig file's text as used. */
  readonly rigFile: string;
  readonly task: string;
  readonly taskHash: string;
  readonly parameters: unknown;
  readonly seed: number;
  readonly programVersion: string;
  readonly softwareVersion: string;
  readonly operator: string | null;
  readonly condition: ConditionRow;
  /** Null: it runs outside the stages of training. */
  readonly stage: { readonly ladder: string; readonly stage: string } | null;
  /** Parameters were set by hand. */
  readonly offTask: boolean;
  /** A live animal's head is fixed from here on, unless somebody said so before. */
  readonly headFixed: boolean;
  /** Null: disengagement is not looked for. */
  readonly disengagementRule: string | null;
  /** ISO 8601 with offset; its date is the animal's day. */
  readonly startedAt: string;
}

/** What a session was for, and what the animal was given for it. */
export interface ConditionRow {
  readonly kind: SessionKind;
  /** Null: nothing; then the rest is null too. */
  readonly agent: string | null;
  readonly dose: string | null;
  readonly site: string | null;
  /** ISO 8601. */
  readonly givenAt: string | null;
}

/** What the rules of its stage saw of a session, before it is closed. */
export interface AssessmentRow {
  /** Why it does not count, in words; null: it counts. */
  readonly notCounted: string | null;
  /** By rule; kept as JSON. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** What the rules decided on it; null: the animal stays where it is. */
  readonly decision: DecisionRow | null;
}

/** A word on an animal's stage: a rule's or a person's. */
export interface DecisionRow {
  /** The task whose stages they are. */
  readonly ladder: string;
  /** Null: it was in none. */
  readonly from: string | null;
  /** The same as `from`: it stays. */
  readonly to: string;
  /** By name, or `byHand`. */
  readonly rule: string;
  /** What the rule saw; kept as JSON. Null: a person's word. */
  readonly inputs: unknown;
  /** One line for people. */
  readonly reason: string;
  /** Null: the rule itself. */
  readonly person: string | null;
  readonly at: string;
  readonly verdict: 'made' | 'proposed' | 'accepted' | 'declined' | 'held' | 'released';
  /** Of an accepted or declined one: the proposal. */
  readonly proposal: number | null;
}

export interface SessionEnd {
  /** In words. */
  readonly endReason: string;
  /** ISO 8601 with offset. */
  readonly endedAt: string;
  /** Last trial of the engaged span; null: engaged to the end, or not looked for. */
  readonly lastEngagedTrial: number | null;
}

/** What the writer counted: it stands in the session's row too. */
export interface SessionTotals {
  readonly eventCount: number;
  readonly eventCrc32: number;
}

export interface ClockSegmentRow {
  /** 0, 1, 2 ... in the session. */
  readonly segment: number;
  readonly bootId: number;
  /** First event stamped by this clock. */
  readonly firstSeq: number;
  readonly originTicks: number;
  readonly originUs: number;
  readonly ticksPerMs: number;
  /** Null: none (virtual time). */
  readonly uncertaintyUs: number | null;
}

/** A device's clock at the end of a trial. */
export interface ClockReadingRow {
  /** The trial's end event. */
  readonly seq: number;
  /** A clock segment that was handed in before. */
  readonly segment: number;
  readonly ticksPerMs: number;
  /** Null: not known yet. */
  readonly driftPpmPerMin: number | null;
  readonly uncertaintyUs: number;
}

export interface TrialRow {
  readonly trial: number;
  readonly trialType: string;
  /** The chart's input as drawn. */
  readonly plan: unknown;
  readonly intervalMs: number;
  readonly programHash: string;
  /** Ticks of each named slot, as run. */
  readonly slotTicks: Readonly<Record<string, number>>;
  readonly ticksPerMs: number;
  /** A clock segment that was handed in before. */
  readonly segment: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly startTicks: number;
  readonly endTicks: number;
  readonly endReason: EndReason;
  /** The chart's output; null unless completed. */
  readonly result: unknown;
  /** Null unless completed. */
  readonly outcome: Outcome | null;
  readonly assisted: boolean;
  readonly correction: boolean;
  readonly probe: boolean;
  /** As the rig computed it. */
  readonly digestCount: number;
  readonly digestCrc32: number;
  /** Null: neither light nor masking flash was asked. */
  readonly light: LightRow | null;
  /** The odours shown; none where nobody entered the vials. */
  readonly odours: readonly TrialOdourRow[];
}

/** What was behind an odour of a trial. */
export interface TrialOdourRow {
  /** First or second of the trial. */
  readonly position: 1 | 2;
  /** Letter in the task. */
  readonly odour: Odour;
  readonly vial: number;
  /** Valve's line. */
  readonly line: string;
}

/** Light asked of a trial. */
export interface LightRow {
  readonly from: Epoch;
  /** Inclusive. */
  readonly to: Epoch;
  /** Null: real light. `maskOnly`: the masking flash alone. `uncoupled`: the fibre was not joined to the animal. */
  readonly sham: 'maskOnly' | LightSham | null;
  readonly waveform: LightWave['shape'];
  /** Of square and sine; else null. */
  readonly frequencyHz: number | null;
  /** Of square; else null. */
  readonly dutyFraction: number | null;
  /** At the peak, 0 to 1. */
  readonly drive: number;
  /** At the fibre tip, at the peak; null: not calibrated, or no light. */
  readonly powerMw: number | null;
  /** Calibration of the power; null: none. */
  readonly calibration: number | null;
  /** Down to dark. */
  readonly rampMs: number;
  /** Null: no ramp. */
  readonly rampSide: 'inside' | 'outside' | null;
  readonly masked: boolean;
}

/** The frame clock beside a session. */
export interface ImagingRow {
  /** Frames are counted since; ISO 8601. */
  readonly armedAt: string;
  readonly nominalHz: number;
  readonly leastPulseUs: number;
  /** Good frames in a row that the first trial waits for. */
  readonly holdFrames: number;
  /** These two at the session's end; null until then. */
  readonly alreadyRunning: boolean | null;
  readonly rejectedPulses: number | null;
}

export interface FrameRow {
  /** 0, 1, 2 ... in the session. */
  readonly frame: number;
  /** Its onset's event. */
  readonly seq: number;
  /** The trial that its onset fell into; null: between trials. */
  readonly trial: number | null;
}

export interface FaultRow {
  readonly at: string;
  /** The trial that ran, or null. */
  readonly trial: number | null;
  readonly code: string;
  /** What happened, what it means, what to do. */
  readonly message: string;
}

export interface CertificateRow {
  readonly at: string;
  readonly grade: Grade;
  readonly line: string;
  /** Plain values, units in their names; kept as JSON. */
  readonly figures: unknown;
}

export interface NoteRow {
  readonly at: string;
  readonly trial: number | null;
  readonly person: string | null;
  readonly body: string;
}

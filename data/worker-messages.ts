/**
 * What the two sides of the lab writer say to each other. One port, so everything arrives in the order it was sent.
 */
import type { RecordErrorCode } from './record-error.ts';
import type {
  AssessmentRow,
  CertificateRow,
  ClockReadingRow,
  ClockSegmentRow,
  DecisionRow,
  FaultRow,
  FrameRow,
  ImagingRow,
  NewSubject,
  NoteRow,
  SessionEnd,
  SessionStart,
  TrialRow,
} from './rows.ts';
import type { LeaseRequest } from './writer-core.ts';

export interface WorkerStart {
  readonly path: string;
  readonly createFolder: boolean;
}

/** Sent without an id: nothing is answered but `committed`, or `failed`. */
export type Post =
  | { readonly kind: 'events'; readonly packed: Uint32Array<ArrayBuffer> }
  | { readonly kind: 'clockSegment'; readonly row: ClockSegmentRow }
  | { readonly kind: 'clockReading'; readonly row: ClockReadingRow }
  | { readonly kind: 'trial'; readonly row: TrialRow }
  | { readonly kind: 'fault'; readonly row: FaultRow }
  | { readonly kind: 'note'; readonly row: NoteRow }
  | { readonly kind: 'imaging'; readonly row: ImagingRow }
  | { readonly kind: 'frames'; readonly rows: readonly FrameRow[] }
  | { readonly kind: 'certificate'; readonly row: CertificateRow }
  | { readonly kind: 'assessment'; readonly row: AssessmentRow }
  | { readonly kind: 'mouse'; readonly state: unknown };

/** Sent with an id: answered or refused. */
export type Call =
  | { readonly kind: 'takeLease'; readonly rig: LeaseRequest }
  | { readonly kind: 'subjectFor' | 'addSubject'; readonly subject: NewSubject }
  | { readonly kind: 'decide'; readonly subject: number; readonly row: DecisionRow }
  | { readonly kind: 'openSession'; readonly start: SessionStart }
  | { readonly kind: 'closeSession'; readonly end: SessionEnd }
  | { readonly kind: 'abandon' | 'close' };

export type Request = Post | Call;

export interface WriterFailure {
  /** Null: a mistake of a programmer, not of the world. */
  readonly code: RecordErrorCode | null;
  readonly message: string;
}

export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'committed'; readonly seq: number }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: WriterFailure }
  | { readonly kind: 'failed'; readonly failure: WriterFailure };

/**
 * What a session was for, and whether it counts: towards stages and towards expert days. Drug, opto, control, habituation,
 * off-task and excluded sessions never promote, demote or advance the count.
 */
export const sessionKinds = ['training', 'imaging', 'opto', 'drug', 'control', 'habituation'] as const;
export type SessionKind = (typeof sessionKinds)[number];

/** An imaging session is a training session under a microscope: the practice is the same, so it counts. */
const counting: ReadonlySet<SessionKind> = new Set<SessionKind>(['training', 'imaging']);

/** Fewer engaged control trials than this say nothing about an animal; such a session neither counts nor breaks a row. */
const LEAST_TRIALS = 40;

export interface CountedSession {
  readonly kind: SessionKind;
  /** Parameters were set by hand. */
  readonly offTask: boolean;
  /** Of training; null: it ran outside all stages. */
  readonly stage: string | null;
  readonly excluded: boolean;
  /** Engaged control trials. */
  readonly trials: number;
}

/** Null: it counts; else why not, as a part of a sentence. */
export function whyNotCounted({ kind, offTask, stage, excluded, trials }: CountedSession): string | null {
  if (excluded) return 'it is excluded';
  if (!counting.has(kind)) return `it was a session of kind ${kind}`;
  if (stage === null) return 'it ran outside the stages of training';
  if (offTask) return 'parameters were set by hand';
  if (trials < LEAST_TRIALS) return `it has ${trials} engaged control trials, fewer than ${LEAST_TRIALS}`;
  return null;
}

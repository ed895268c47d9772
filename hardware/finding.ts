/** What a check found: a grade, and one sentence or two that carry the remedy where one is needed. */

const grades = ['PASS', 'WARN', 'FAIL'] as const;
export type Grade = (typeof grades)[number];

export interface Finding {
  /** What was looked at, in a word: `clock`, or a line's name. */
  readonly what: string;
  /** Null: could not be checked here, and the text says why. */
  readonly grade: Grade | null;
  readonly text: string;
}

/** The worst of them; PASS where there is none. */
export function worstGrade(found: readonly { readonly grade: Grade | null }[]): Grade {
  return grades.findLast((grade) => found.some((each) => each.grade === grade)) ?? 'PASS';
}

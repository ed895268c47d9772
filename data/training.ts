/**
 * Statements for training: what a session was for, what the rules saw of it, what was decided, and what a simulated mouse has learned.
 */
import { insert } from './insert.ts';
import type { RecordDatabase } from './open.ts';
import type { AssessmentRow, DecisionRow, SessionStart } from './rows.ts';

export class TrainingStatements {
  readonly #condition;
  readonly #engaged;
  readonly #assessment;
  readonly #decision;
  readonly #leave;
  readonly #enter;
  readonly #mouse;
  readonly #text: (body: string) => number;

  /** `text`: the id of a text, new or known. */
  constructor(db: RecordDatabase, text: (body: string) => number) {
    this.#text = text;
    this.#condition = db.prepare(insert('session_conditions', conditionColumns));
    this.#engaged = db.prepare('UPDATE session_conditions SET last_engaged_trial = ? WHERE session = ?');
    this.#assessment = db.prepare(insert('assessments', ['session', 'not_counted', 'figures_text']));
    this.#decision = db.prepare(insert('decisions', decisionColumns));
    this.#leave = db.prepare('UPDATE stages SET left_at = ? WHERE subject = ? AND task = ? AND left_at IS NULL');
    this.#enter = db.prepare(insert('stages', ['subject', 'task', 'stage', 'entered_at']));
    this.#mouse = db.prepare(insert('simulated_mice', ['session', 'state']));
  }

  condition(session: number, { condition, stage, disengagementRule }: SessionStart): void {
    const { kind, agent, dose, site, givenAt } = condition;
    this.#condition.run({
      session,
      kind,
      agent,
      dose,
      site,
      given_at: givenAt,
      ladder: stage?.ladder ?? null,
      stage: stage?.stage ?? null,
      disengagement_rule: disengagementRule,
    });
  }

  /** The last trial of the engaged span, at the session's end. */
  engaged(session: number, lastEngagedTrial: number | null): void {
    if (lastEngagedTrial !== null) this.#engaged.run(lastEngagedTrial, session);
  }

  /** With what was decided on it. */
  assessment(session: number, subject: number, { notCounted, figures, decision }: AssessmentRow): void {
    this.#assessment.run({ session, not_counted: notCounted, figures_text: this.#text(JSON.stringify(figures)) });
    if (decision !== null) this.decision(subject, session, decision);
  }

  /**
   * A decision and, where it changes it, the stage. `session`: the one that led to it, if any. `enteredAt`: since when the
   * animal is in its new stage; earlier than the decision where that takes another one back.
   */
  decision(subject: number, session: number | null, row: DecisionRow, enteredAt = row.at): void {
    const { ladder, from, to, rule, inputs, reason, person, at, verdict, proposal } = row;
    this.#decision.run({
      subject,
      session,
      task: ladder,
      from_stage: from,
      to_stage: to,
      rule,
      inputs_text: inputs === null ? null : this.#text(JSON.stringify(inputs)),
      reason,
      person,
      at,
      verdict,
      proposal,
    });
    if (from === to || (verdict !== 'made' && verdict !== 'accepted')) return;
    this.#leave.run(at, subject, ladder);
    this.#enter.run({ subject, task: ladder, stage: to, entered_at: enteredAt });
  }

  mouse(session: number, state: unknown): void {
    this.#mouse.run({ session, state: JSON.stringify(state) });
  }
}

const conditionColumns = [
  'session',
  'kind',
  'agent',
  'dose',
  'site',
  'given_at',
  'ladder',
  'stage',
  'disengagement_rule',
];

const decisionColumns = [
  'subject',
  'session',
  'task',
  'from_stage',
  'to_stage',
  'rule',
  'inputs_text',
  'reason',
  'person',
  'at',
  'verdict',
  'proposal',
];

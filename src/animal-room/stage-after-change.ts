/** The stage of an animal after one of its sessions was moved to another one, or no longer counts as it did. */
import type { Animal } from '#data/animal-room/animals.ts';
import { addDecision } from '#data/animal-room/reassign.ts';
import type { RecordDatabase } from '#data/open.ts';
import type { AssessmentRow } from '#data/rows.ts';
import { type Decision, readDecisions, readStages } from '#data/training-reads.ts';
import type { RuleFigures } from '#protocols/stages.ts';
import { commandName, type Io } from '../io.ts';
import { decide, decisionWords, standingOf } from '../training.ts';

export interface Change {
  readonly session: number;
  readonly person: string;
  /** What happened to the session, with its reason. */
  readonly reason: string;
  readonly at: string;
}

/** A session after it changed, and what the rules see of it now; null: it is no longer the animal's. */
interface Changed extends Change {
  readonly figures: Pick<AssessmentRow, 'notCounted' | 'figures'> | null;
}

/** What to tell, a line each: what was decided on the session is taken back where it no longer holds, and decided anew. */
export function stagesAfterChange(db: RecordDatabase, animal: Animal, changed: Changed, io: Io): string[] {
  return [...takeBack(db, animal, changed, io), ...decideAnew(db, animal, changed)];
}

/** Its stage as it was before the session, and with it the sessions that counted there. */
function takeBack(db: RecordDatabase, animal: Animal, changed: Changed, io: Io): string[] {
  const standing = standingOf(db, animal.id);
  if (standing === null) return [];
  const { session, person, reason, at } = changed;
  const { ladder, stage, proposal } = standing;
  const byHand = { ladder: ladder.name, inputs: null, person, at, reason: `session ${session} ${reason}` };
  if (proposal !== null && !holds(proposal, changed)) {
    const { from, to, rule } = proposal;
    addDecision(db, animal.id, session, { ...byHand, from, to, rule, verdict: 'declined', proposal: proposal.id });
    return [`The proposal to put ${animal.name} back to ${to} is withdrawn.`];
  }
  const changes = readDecisions(db, animal.id, ladder.name).filter(
    (each) => each.from !== each.to && (each.verdict === 'made' || each.verdict === 'accepted'),
  );
  const change = changes.findLast((each) => each.verdict === 'made' && each.person === null && !holds(each, changed));
  if (change === undefined || change.from === null) return [];
  if (change !== changes.at(-1)) {
    return [
      `Session ${session} had moved ${animal.name} from ${change.from} to ${change.to}, and its stage was changed again since. Look at it: ${commandName(io)} stage ${animal.name}`,
    ];
  }
  const before = readStages(db, animal.id, ladder.name).at(-2);
  const row = {
    ...byHand,
    from: stage.name,
    to: change.from,
    rule: 'byHand',
    verdict: 'made',
    proposal: null,
  } as const;
  addDecision(db, animal.id, session, row, before?.enteredAt);
  return [`${animal.name} is back in stage ${change.from}: it was moved to ${change.to} on session ${session}.`];
}

/** Whether a rule's decision does not rest on the session, or what it saw of it is as good now. */
function holds({ session: led, inputs, rule }: Decision, { session, figures }: Changed): boolean {
  const saw = Array.isArray(inputs) ? (inputs as RuleFigures[]).find((each) => each.session === session) : undefined;
  if (led !== session && saw === undefined) return true;
  if (figures === null || figures.notCounted !== null) return false;
  const now = figures.figures[rule] as RuleFigures | undefined;
  return now?.met === saw?.met;
}

function decideAnew(db: RecordDatabase, animal: Animal, { session, at }: Change): string[] {
  const standing = standingOf(db, animal.id);
  const decision = standing === null ? null : decide(standing, at);
  if (decision === null) return [];
  addDecision(db, animal.id, session, decision);
  return [`${animal.name}: ${decisionWords(decision)}`];
}

/** The stages of two animals after a session went from the one to the other: what it decided is taken back, and decided anew. */
import type { Animal } from '#data/animal-room/animals.ts';
import { addDecision } from '#data/animal-room/reassign.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readDecisions, readStages } from '#data/training-reads.ts';
import { commandName, type Io } from '../io.ts';
import { decide, decisionWords, standingOf } from '../training.ts';

interface Move {
  readonly session: number;
  readonly person: string;
  readonly reason: string;
  readonly at: string;
}

/** What to tell, a line each. */
export function stagesAfterMove(db: RecordDatabase, from: Animal, to: Animal, move: Move, io: Io): string[] {
  return [...takeBack(db, from, move, io), ...decideAnew(db, from, move), ...decideAnew(db, to, move)];
}

/** Its stage as it was before the session, and with it the sessions that counted there. */
function takeBack(db: RecordDatabase, animal: Animal, { session, person, reason, at }: Move, io: Io): string[] {
  const standing = standingOf(db, animal.id);
  if (standing === null) return [];
  const { ladder, stage, proposal } = standing;
  const byHand = {
    ladder: ladder.name,
    inputs: null,
    person,
    at,
    reason: `session ${session} was another animal: ${reason}`,
  };
  if (proposal?.session === session) {
    const { from, to, rule } = proposal;
    addDecision(db, animal.id, session, { ...byHand, from, to, rule, verdict: 'declined', proposal: proposal.id });
    return [`The proposal to put ${animal.name} back to ${to} is withdrawn.`];
  }
  const changes = readDecisions(db, animal.id, ladder.name).filter(
    (each) => each.from !== each.to && (each.verdict === 'made' || each.verdict === 'accepted'),
  );
  const change = changes.findLast(
    (each) => each.session === session && each.verdict === 'made' && each.person === null,
  );
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
  return [`${animal.name} is back in stage ${change.from}: it was moved to ${change.to} on this session.`];
}

function decideAnew(db: RecordDatabase, animal: Animal, { session, at }: Move): string[] {
  const standing = standingOf(db, animal.id);
  const decision = standing === null ? null : decide(standing, at);
  if (decision === null) return [];
  addDecision(db, animal.id, session, decision);
  return [`${animal.name}: ${decisionWords(decision)}`];
}

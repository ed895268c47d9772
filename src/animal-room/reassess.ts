/** A session after something of it was excluded, or taken back in: its figures anew, and what they mean for the animal's stage. */
import type { Animal } from '#data/animal-room/animals.ts';
import { excludedFrom, exclusionsOf, reassessed, stageOf } from '#data/animal-room/exclusions.ts';
import type { RecordDatabase } from '#data/open.ts';
import { readSession, readTrials } from '#data/reads.ts';
import { findTask } from '#protocols/registry.ts';
import type { Io } from '../io.ts';
import { trialRecord } from '../past-trial.ts';
import { stageFigures } from '../training.ts';
import { type Change, stagesAfterChange } from './stage-after-change.ts';

/** What to tell, a line each. */
export function reassess(db: RecordDatabase, animal: Animal, change: Change, io: Io): string[] {
  const ran = stageOf(db, change.session);
  const stage = ran === null ? undefined : findTask(ran.ladder).stages.find(({ name }) => name === ran.stage);
  if (stage === undefined) return [];
  const { id: session, kind, offTask, lastEngagedTrial } = readSession(db, change.session)!;
  const isExcluded = excludedFrom(db, session, 'behaviour');
  const upTo = lastEngagedTrial ?? Number.POSITIVE_INFINITY;
  const trials = readTrials(db, session)
    .filter(({ trial }) => trial <= upTo)
    .map((row) => ({ ...trialRecord(row), excluded: isExcluded(row.trial) }));
  const excluded = exclusionsOf(db, session).some(
    ({ use, firstTrial, liftedAt }) => use === 'behaviour' && firstTrial === null && liftedAt === null,
  );
  const seen = stageFigures(stage, { session, kind, offTask, trials, excluded });
  reassessed(db, session, seen);
  const said =
    seen.notCounted === null
      ? `Session ${session} counts in the stage ${stage.name}.`
      : `Session ${session} does not count in the stage ${stage.name}, because ${seen.notCounted}.`;
  return [said, ...stagesAfterChange(db, animal, { ...change, figures: seen }, io)];
}

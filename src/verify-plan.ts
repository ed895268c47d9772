/**
 * Draws a recorded session's plans once more, from its parameters, its seed and its own outcomes, and holds each against
 * the recorded one: what the animal was asked is what the seed asks.
 */
import type { SessionRecord, TrialRecord } from '#data/reads.ts';
import { parseRigFile, rigFacts } from '#hardware/rig-file.ts';
import { canonical } from '#machines/canonical.ts';
import type { DrawnTrial, PastTrial, Planner, Task } from '#protocols/task.ts';
import { pastTrial } from './past-trial.ts';
import type { Departure } from './verify-trial.ts';

/** Call it with every row, in order. */
export function planChecker(task: Task, session: SessionRecord): (row: TrialRecord) => Departure[] {
  let planner: Planner;
  try {
    const facts = rigFacts(parseRigFile(session.rigFile, 'in the record'));
    planner = task.planner(task.parameters.parse(session.parameters), session.seed, facts);
  } catch (error) {
    let told = false;
    return () => {
      if (told) return [];
      told = true;
      return [{ seq: null, problem: `its parameters draw no plan (${(error as Error).message.split('\n')[0]})` }];
    };
  }
  const history: PastTrial[] = [];
  return (row) => {
    const drawn = planner.next(history);
    history.push(pastTrial(row));
    return differences(drawn, row);
  };
}

function differences(drawn: DrawnTrial, row: TrialRecord): Departure[] {
  const found: Departure[] = [];
  const differ = (what: string, wanted: unknown, recorded: unknown) => {
    if (canonical(wanted) === canonical(recorded)) return;
    found.push({
      seq: null,
      problem: `its ${what} is ${canonical(recorded)} in its row, and the seed draws ${canonical(wanted)}`,
    });
  };
  const recorded = row.plan as { readonly durations: object } & Record<string, unknown>;
  differ('number', drawn.trial, row.trial);
  differ('pair', drawn.trialType, row.trialType);
  differ('interval in ms', drawn.intervalMs, row.intervalMs);
  for (const mark of ['assisted', 'correction', 'probe'] as const) differ(`mark ${mark}`, drawn[mark], row[mark]);
  const { durations, ...asked } = drawn.input;
  for (const [name, ms] of Object.entries(durations)) {
    differ(`planned ${name}`, ms, (recorded.durations as Record<string, unknown>)[name]);
  }
  for (const [name, value] of Object.entries(asked)) differ(`plan's ${name}`, value, recorded[name]);
  return found;
}

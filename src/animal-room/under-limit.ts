/** A case for an animal whose weight of the day lies under its limit, however that weight came to stand there. */
import { openCase } from '#data/animal-room/cases.ts';
import type { RecordDatabase } from '#data/open.ts';
import { commandName, type Io } from '../io.ts';
import { paint, percent } from '../table.ts';
import type { CareStanding } from './standing.ts';

/** Opens a case where one is due and none is open. What to tell the technician, a line each; empty: all is well. */
export function followWeight(db: RecordDatabase, care: CareStanding, at: string, io: Io): string {
  const { animal, restriction, share, weight, openCases, falling } = care;
  const fall = falling ? `${paint(io, 'yellow', 'Its weight has fallen for three days.')} See to the animal.\n` : '';
  if (restriction === null || share === null || share >= restriction.warnFraction) return fall;
  if (share >= restriction.stopFraction) {
    return `${paint(io, 'yellow', `Under ${percent(restriction.warnFraction)}:`)} watch it, and give it its full need of water.\n${fall}`;
  }
  if (openCases.length > 0) return fall;
  const reason = `${(share * 100).toFixed(1)} % of the reference weight, under ${percent(restriction.stopFraction)}`;
  const id = openCase(db, animal.id, { weight: weight!.id, at, reason });
  return `${paint(io, 'red', `Case ${id} of ${animal.name} is open: ${reason}.`)} Give water and tell who is responsible; then: ${commandName(io)} case ${animal.name} --told NAME --operator NAME. No session starts until it is closed or overridden.\n${fall}`;
}

/** Weight and water of an animal, day by day, with all that was done about it: read for the page that is printed. */
import type { Animal } from '#data/animal-room/animals.ts';
import { casesOf, type WelfareCase } from '#data/animal-room/cases.ts';
import { amendmentsOf, firstDayOf, type LoggedAmendment } from '#data/animal-room/history.ts';
import type { RecordDatabase } from '#data/open.ts';
import { nextDay } from './days.ts';
import { type CareStanding, careOf } from './standing.ts';

export interface AnimalLog {
  readonly animal: Animal;
  readonly from: string;
  readonly to: string;
  /** Every day of the span, also those on which nothing was entered. */
  readonly days: readonly CareStanding[];
  /** Opened within the span, or open in it. */
  readonly cases: readonly WelfareCase[];
  /** Made within the span. */
  readonly amendments: readonly LoggedAmendment[];
}

/** Days as YYYY-MM-DD; `from` null: the first on which anything was entered. */
export function animalLog(
  db: RecordDatabase,
  animal: Animal,
  { from: wanted, to }: { readonly from: string | null; readonly to: string },
): AnimalLog {
  const from = wanted ?? firstDayOf(db, animal.id) ?? to;
  const days: CareStanding[] = [];
  for (let day = from; day <= to; day = nextDay(day)) days.push(careOf(db, animal, day));
  const within = (at: string) => at.slice(0, 10) >= from && at.slice(0, 10) <= to;
  return {
    animal,
    from,
    to,
    days,
    cases: casesOf(db, animal.id).filter(({ openedAt, open }) => within(openedAt) || (open && openedAt <= to)),
    // A description that was entered for the first time corrects nothing.
    amendments: amendmentsOf(db, animal.id).filter(
      ({ at, tableName, oldValue }) => within(at) && (tableName !== 'subjects' || oldValue !== null),
    ),
  };
}

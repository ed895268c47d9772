/** One night: who and what is on its pages, and which day is meant. */
import { type Animal, listAnimals } from '#data/animal-room/animals.ts';
import { casesOf } from '#data/animal-room/cases.ts';
import { restrictionOn } from '#data/animal-room/weights.ts';
import type { RecordDatabase } from '#data/open.ts';
import { type RigLine, rigsUsed } from '#data/rig-room/figures.ts';
import { dayRecordedLast, lastDayOf } from '#data/rollups/history.ts';

/** Of real animals or of simulated ones, never of both. */
export interface NightPart {
  readonly simulated: boolean;
  /** To be read one after another: a lab's whole history at once would fill the memory. */
  readonly animals: readonly Animal[];
  readonly rigs: readonly RigLine[];
  /** Names of animals in the record that are left out: they have left, or nothing was entered for DAYS_SEEN days. */
  readonly notShown: readonly string[];
}

/** An animal or a rig that was not seen for so long is no longer on the page. */
const DAYS_SEEN = 60;

/** Who and what is on a day's pages (YYYY-MM-DD); real ones first, a part without anything left out. */
export function nightParts(db: RecordDatabase, day: string): NightPart[] {
  const from = new Date(Date.parse(`${day}T12:00:00Z`) - DAYS_SEEN * 86_400_000).toISOString().slice(0, 10);
  const rigs = rigsUsed(db, from, day);
  const animals = listAnimals(db);
  const parts = [false, true].map((simulated): NightPart => {
    const own = animals.filter((animal) => (animal.simulated === 1) === simulated);
    const shown = own.filter(
      ({ id, endedOn }) =>
        (endedOn === null || endedOn >= day) &&
        (restrictionOn(db, id, day) !== null ||
          casesOf(db, id).some(({ open }) => open) ||
          (lastDayOf(db, id, day) ?? '') >= from),
    );
    return {
      simulated,
      animals: shown,
      rigs: rigs.filter((rig) => rig.simulated === simulated),
      notShown: own.filter((animal) => !shown.includes(animal)).map(({ name }) => name),
    };
  });
  return parts.filter((part) => part.animals.length + part.rigs.length + part.notShown.length > 0);
}

/**
 * The day that is meant where nobody says. Before noon it is the day before: the night's summary is of the day that has
 * ended. A record of simulations has a clock of its own, and there it is the day of the session recorded last. `now`: ISO
 * 8601 with offset.
 */
export function dayMeant(db: RecordDatabase, now: string): string {
  const hasReal = dayRecordedLast(db, false) !== null || listAnimals(db).some(({ simulated }) => simulated === 0);
  if (!hasReal) return dayRecordedLast(db, true) ?? now.slice(0, 10);
  const today = now.slice(0, 10);
  if (Number(now.slice(11, 13)) >= 12) return today;
  return new Date(Date.parse(`${today}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

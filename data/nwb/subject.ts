/** /general/subject: the animal as the record knows it now, with its age and weight on the day of the session. */
import type { Source } from './source.ts';
import { type Group, object, texts } from './tree.ts';

const sexes: Readonly<Record<string, string>> = { female: 'F', male: 'M' };

export function subjectOf({ session, animal, weight }: Pick<Source, 'session' | 'animal' | 'weight'>): Group {
  const { birthDate } = animal;
  return object(
    'Subject',
    {},
    texts({
      subject_id: animal.name,
      description: describe({ session, animal, weight }),
      species: animal.species ?? 'Mus musculus',
      sex: sexes[animal.sex ?? ''] ?? 'U',
      strain: animal.strain,
      genotype: animal.genotype,
      // A date has no time; it is the animal's day, which begins where the session ran.
      date_of_birth: isDay(birthDate) ? `${birthDate}T00:00:00${offsetOf(session.startedAt)}` : null,
      age: ageOf(birthDate, session.startedAt),
      weight: weight === null ? null : `${kilograms(weight.grams)} kg`,
    }),
  );
}

function describe({ session, animal, weight }: Pick<Source, 'session' | 'animal' | 'weight'>): string {
  const { cage, earMark, cohort, implantDate, implantWeightG, opsinControl, simulated } = animal;
  const parts = [
    simulated === 1 || session.simulated ? 'SIMULATED animal' : 'Head-fixed animal',
    animal.species === null && 'species not recorded, a mouse is taken for granted',
    cage !== null && `cage ${cage}`,
    earMark !== null && `ear mark ${earMark}`,
    cohort !== null && `cohort ${cohort}`,
    implantDate !== null && `head plate since ${implantDate}`,
    implantWeightG !== null && `implant of ${implantWeightG} g`,
    opsinControl === 1 && 'control for the opsin',
    weight !== null && 'weight is that of the day, implant included',
  ];
  return `${parts.filter((part) => part !== false).join('; ')}.`;
}

/** ISO 8601 with offset, or with Z. */
function offsetOf(iso: string): string {
  return /(?:Z|[+-]\d\d:\d\d)$/.exec(iso)?.[0] ?? 'Z';
}

function isDay(day: string | null): day is string {
  return day !== null && /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day));
}

/** Days of the calendar; null: not known, or born after the session. */
function ageOf(birthDate: string | null, startedAt: string): string | null {
  if (!isDay(birthDate)) return null;
  const days = Math.round((Date.parse(startedAt.slice(0, 10)) - Date.parse(birthDate)) / 86_400_000);
  return days >= 0 ? `P${days}D` : null;
}

/** To a milligram, without the zeros. */
function kilograms(grams: number): number {
  return Number((grams / 1000).toFixed(6));
}

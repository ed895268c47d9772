/** Subjects as people describe them. The id is for ever; a name may change, and the old ones still find the animal. */
import type { RecordDatabase } from '../open.ts';
import { RecordError } from '../record-error.ts';

/** What may be known of an animal; columns of `subjects` by their field names. */
export const detailColumns = {
  sex: 'sex',
  birthDate: 'birth_date',
  species: 'species',
  strain: 'strain',
  genotype: 'genotype',
  cage: 'cage',
  earMark: 'ear_mark',
  implantDate: 'implant_date',
  implantWeightG: 'implant_weight_g',
  opsin: 'opsin',
  opsinControl: 'opsin_control',
  cohort: 'cohort',
  licence: 'licence',
} as const;
export type AnimalDetails = {
  readonly [Field in keyof typeof detailColumns]: Field extends 'implantWeightG' | 'opsinControl'
    ? number | null
    : string | null;
};

export interface Animal extends AnimalDetails {
  readonly id: number;
  readonly name: string;
  readonly simulated: 0 | 1;
  readonly createdAt: string;
  /** Last day in the experiment; YYYY-MM-DD. Null: still in it. */
  readonly endedOn: string | null;
  readonly endStatus: string | null;
  readonly oldNames: readonly string[];
}

const columns = [
  'id',
  'name',
  'simulated',
  'created_at AS createdAt',
  'ended_on AS endedOn',
  'end_status AS endStatus',
  ...Object.entries(detailColumns).map(([field, column]) => `${column} AS ${field}`),
].join(', ');

function withNames(db: RecordDatabase, animal: Omit<Animal, 'oldNames'>): Animal {
  const oldNames = db
    .prepare<[number], string>('SELECT name FROM subject_names WHERE subject = ? ORDER BY until')
    .pluck()
    .all(animal.id);
  return { ...animal, oldNames };
}

/** By its name now. */
export function animalNamed(db: RecordDatabase, name: string): Animal | null {
  const found = db
    .prepare<[string], Omit<Animal, 'oldNames'>>(`SELECT ${columns} FROM subjects WHERE name = ?`)
    .get(name);
  return found === undefined ? null : withNames(db, found);
}

/** By its number, which is for ever. */
export function animalNumbered(db: RecordDatabase, id: number): Animal | null {
  const found = db.prepare<[number], Omit<Animal, 'oldNames'>>(`SELECT ${columns} FROM subjects WHERE id = ?`).get(id);
  return found === undefined ? null : withNames(db, found);
}

/** Animals that bore a name before. */
export function formerlyNamed(db: RecordDatabase, name: string): string[] {
  return db
    .prepare<[string], string>(
      `SELECT DISTINCT subjects.name FROM subject_names JOIN subjects ON subjects.id = subject
       WHERE subject_names.name = ? ORDER BY subjects.name`,
    )
    .pluck()
    .all(name);
}

/** All, by name. */
export function listAnimals(db: RecordDatabase): Animal[] {
  return db
    .prepare<[], Omit<Animal, 'oldNames'>>(`SELECT ${columns} FROM subjects ORDER BY name`)
    .all()
    .map((animal) => withNames(db, animal));
}

/** Sets what is given and leaves the rest; what stood there before is kept among the amendments. */
export function describeAnimal(
  db: RecordDatabase,
  animal: Animal,
  details: Partial<AnimalDetails>,
  { person, reason, at }: { readonly person: string; readonly reason: string; readonly at: string },
): void {
  for (const [field, value] of Object.entries(details)) {
    const column = detailColumns[field as keyof AnimalDetails];
    const old = animal[field as keyof AnimalDetails];
    if (old === value) continue;
    db.prepare(`UPDATE subjects SET ${column} = ? WHERE id = ?`).run(value, animal.id);
    db.prepare(
      `INSERT INTO amendments (table_name, row_key, column_name, old_value, new_value, person, reason, at)
       VALUES ('subjects', ?, ?, ?, ?, ?, ?, ?)`,
    ).run(String(animal.id), column, old === null ? null : String(old), String(value), person, reason, at);
  }
}

/** @throws RecordError `nameTaken` */
export function renameAnimal(
  db: RecordDatabase,
  animal: Animal,
  { name, person, at }: { readonly name: string; readonly person: string; readonly at: string },
): void {
  const bearer = animalNamed(db, name);
  if (bearer !== null && bearer.id !== animal.id) {
    throw new RecordError(
      'nameTaken',
      `There is a subject ${bearer.name} in the record already (capital letters do not count). Nothing was changed. Choose another name.`,
    );
  }
  db.prepare('INSERT INTO subject_names (subject, name, until, person) VALUES (?, ?, ?, ?)').run(
    animal.id,
    animal.name,
    at,
    person,
  );
  db.prepare('UPDATE subjects SET name = ? WHERE id = ?').run(name, animal.id);
}

/** The animal's last day; its restrictions end with it. */
export function retireAnimal(
  db: RecordDatabase,
  subject: number,
  { day, status, person }: { readonly day: string; readonly status: string; readonly person: string },
): void {
  db.prepare('UPDATE subjects SET ended_on = ?, end_status = ? WHERE id = ?').run(day, status, subject);
  db.prepare('UPDATE restrictions SET ended_on = ?, ended_by = ? WHERE subject = ? AND ended_on IS NULL').run(
    day,
    person,
    subject,
  );
}

/** Tables: columns of one length, each with a description, as the DynamicTable and the TimeIntervals of the schema. */
import { type Dataset, type Group, list, object } from './tree.ts';

/** The kind says how the file holds it, and it never depends on the data: a column is of one kind in every file. */
export type Column =
  | { readonly kind: 'count' | 'flag' | 'seconds'; readonly description: string; readonly values: readonly number[] }
  /** Null is NaN. */
  | { readonly kind: 'moment' | 'number'; readonly description: string; readonly values: readonly (number | null)[] }
  /** Null is an empty text. */
  | { readonly kind: 'text'; readonly description: string; readonly values: readonly (string | null)[] };

export type Columns = Readonly<Record<string, Column>>;

/** What the kind of a column means; stands at the end of its description, unless that says it in its own words. */
const meanings: Readonly<Record<Column['kind'], string>> = {
  count: '',
  flag: ' 1: yes, 0: no.',
  seconds: ' Seconds since session start.',
  moment: ' Seconds since session start; NaN: it did not happen, or nobody knows.',
  number: ' NaN: none, or not known.',
  text: ' Empty: none, or not known.',
};

/** @throws Error for columns of different lengths */
export function table(type: 'DynamicTable' | 'TimeIntervals', description: string, columns: Columns): Group {
  const rows = Object.values(columns)[0]?.values.length ?? 0;
  const odd = Object.entries(columns).find(([, { values }]) => values.length !== rows);
  if (odd !== undefined) throw new Error(`table: column ${odd[0]} has ${odd[1].values.length} rows, not ${rows}`);
  const id: Dataset = { ...list(Int32Array.from({ length: rows }, (_, row) => row)), type: 'ElementIdentifiers' };
  return object(
    type,
    { description, colnames: Object.keys(columns) },
    { id, ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, stored(column)])) },
  );
}

function stored(column: Column): Dataset {
  const own = column.description;
  const said = ['text', 'moment', 'number'].includes(column.kind) && /\b(?:empty|NaN):/i.test(own);
  const description = said ? own : own + meanings[column.kind];
  return { ...list(dataOf(column), { description }), type: 'VectorData' };
}

function dataOf({ kind, values }: Column): Dataset['data'] & object {
  if (kind === 'text') return values.map((value) => value ?? '');
  if (kind === 'flag') return Int8Array.from(values);
  if (kind === 'count') return Int32Array.from(values);
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}

/** What a dataset or an attribute holds, against what the schema asks: its type, shape and value, in words. */
import type { Attribute, Dataset, Metadata } from 'h5wasm/node';
import type { Content, Dtype, Field, Shape, Target } from './part.ts';

/** H5T_class_t of the HDF5 library. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const COMPOUND = 6;
const REFERENCE = 7;
const ENUM = 8;
const ASCII = 0;

/** The schema language's other words for its types. */
const SYNONYMS: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  short: 'int16',
  int: 'int32',
  long: 'int64',
  uint: 'uint32',
  utf: 'text',
  utf8: 'text',
  'utf-8': 'text',
  bytes: 'ascii',
  datetime: 'isodatetime',
};

/** RFC 3339: a clock time says nothing without its offset. */
const ISO_DATETIME =
  /^\d{4}-(0[1-9]|1[0-2])-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The words follow the object's path or the attribute's name; null: nothing to say. */
export function contentProblem(expected: Content, stored: Dataset | Attribute): string | null {
  return (
    typeProblem(expected.dtype, stored.metadata) ??
    shapeProblem(expected, stored.shape) ??
    datetimeProblem(expected.dtype, stored) ??
    valueProblem(expected.value, stored)
  );
}

function typeProblem(expected: Dtype | null, metadata: Metadata): string | null {
  if (expected === null) return null;
  if (isCompound(expected)) {
    const members = metadata.compound_type?.members ?? [];
    const names = members.map(({ name }) => name).join(', ');
    const asked = expected.map(({ name }) => name).join(', ');
    if (names !== asked) return `has the fields ${names || 'of no compound'}, but must have ${asked}`;
    for (const [i, field] of expected.entries()) {
      const problem = typeProblem(field.dtype, members[i]!);
      if (problem !== null) return `field ${field.name} ${problem}`;
    }
    return null;
  }
  const asked = typeof expected === 'string' ? (SYNONYMS[expected] ?? expected) : `${expected.reftype} reference`;
  const stored = storedType(metadata);
  return accepts(asked, stored) ? null : `is ${stored}, but must be ${orWider(asked)}`;
}

/** In the words of the schema language. */
function storedType({ type, size, signed, cset, ref_type, enum_type }: Metadata): string {
  if (type === INTEGER) return `${signed ? '' : 'u'}int${size * 8}`;
  if (type === FLOAT) return `float${size * 8}`;
  if (type === STRING) return cset === ASCII ? 'ascii' : 'text';
  if (type === COMPOUND) return 'compound';
  if (type === REFERENCE) return `${ref_type ?? 'unknown'} reference`;
  if (type === ENUM) return Object.keys(enum_type?.members ?? {}).join() === 'FALSE,TRUE' ? 'bool' : 'enum';
  return 'of no type of the schema';
}

const NUMBER = /^(u?int|float)(\d+)$/;

/** A given width is the least one. */
function accepts(asked: string, stored: string): boolean {
  if (asked === 'text' || asked === 'isodatetime') return stored === 'text' || stored === 'ascii';
  if (asked === 'numeric') return NUMBER.test(stored);
  const [, family, bits] = NUMBER.exec(asked) ?? [];
  const [, storedFamily, storedBits] = NUMBER.exec(stored) ?? [];
  return family === undefined ? asked === stored : family === storedFamily && Number(storedBits) >= Number(bits);
}

function orWider(asked: string): string {
  return NUMBER.test(asked) && !asked.endsWith('64') ? `${asked} or wider` : asked;
}

function shapeProblem({ dtype, shapes }: Content, shape: readonly number[] | null): string | null {
  if (shape === null) return 'has no value';
  if (shapes === null) {
    // Of a type but no shape is one value; compounds have been written both ways.
    const single = dtype === null || isCompound(dtype) || shape.length === 0;
    return single ? null : `has the shape ${inWords(shape)}, but must be a single value`;
  }
  const fits = shapes.some(
    (asked) => asked.length === shape.length && asked.every((n, i) => n === null || n === shape[i]),
  );
  return fits ? null : `has the shape ${inWords(shape)}, but must have ${shapes.map(inWords).join(' or ')}`;
}

function inWords(shape: Shape): string {
  return shape.length === 0 ? 'of a single value' : shape.map((n) => n ?? 'any').join(' x ');
}

function datetimeProblem(expected: Dtype | null, stored: Dataset | Attribute): string | null {
  if (typeof expected !== 'string' || (SYNONYMS[expected] ?? expected) !== 'isodatetime') return null;
  const wrong = listed(stored.value).find((text) => !isDatetime(String(text)));
  return wrong === undefined ? null : `is "${String(wrong)}", but must be a date and time with its offset (RFC 3339)`;
}

function isDatetime(text: string): boolean {
  const date = text.slice(0, 10);
  // Date.parse takes the 31st of every month; only a real day comes back as it was.
  return ISO_DATETIME.test(text) && new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) === date;
}

function valueProblem(expected: unknown, stored: Dataset | Attribute): string | null {
  if (expected === undefined) return null;
  const found = listed(stored.value);
  const asked = listed(expected);
  const same = found.length === asked.length && asked.every((value, i) => isSame(value, found[i]));
  return same ? null : `is ${quoted(found)}, but must be ${quoted(asked)}`;
}

function isSame(asked: unknown, found: unknown): boolean {
  if (typeof asked !== 'number') return asked === found;
  // A float32 holds what is nearest to the schema's number.
  return Number(found) === asked || Number(found) === Math.fround(asked);
}

function quoted(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value))).join(', ');
}

function isCompound(dtype: Dtype): dtype is readonly Field[] {
  return Array.isArray(dtype);
}

/** The references that it holds, each with the type of object to which the schema lets it lead. */
export function references({ dtype }: Content, stored: Dataset | Attribute): { reference: unknown; type: string }[] {
  if (dtype === null || typeof dtype === 'string') return [];
  if (!isCompound(dtype)) return listed(stored.value).map((reference) => ({ reference, type: dtype.target_type }));
  // The library reads a reference within a compound only when told that it is one reference.
  for (const member of stored.metadata.compound_type?.members ?? []) member.total_size ??= 1;
  const rows = (stored.shape?.length === 0 ? [stored.value] : listed(stored.value)) as unknown[][];
  return dtype.flatMap((field, i) =>
    typeof field.dtype === 'string'
      ? []
      : rows.map((row) => ({ reference: row[i], type: (field.dtype as Target).target_type })),
  );
}

/** The values of a list, or the one value, as a list. */
export function listed(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value)) return [...(value as unknown as Iterable<unknown>)];
  return value === null || value === undefined ? [] : [value];
}

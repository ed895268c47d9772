/**
 * An NWB file as a tree, before it is written: groups, datasets, links. Plain values, so that what stands where can be
 * read in one place and be tested without a file. Ids, namespaces and the schema are the writer's (`./hdf5.ts`).
 */

/** Numbers in one go; the kind of array is the kind of number in the file. */
type Numbers = Float64Array | Float32Array | Int32Array | Int8Array;

/** An attribute: a text, a list of texts (never empty: HDF5 has no such attribute), or one number. */
type AttributeValue = string | readonly string[] | Numbers;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Group {
  readonly kind: 'group';
  /** Null: a group that only holds others. */
  readonly type: string | null;
  readonly attributes: Attributes;
  readonly members: Members;
}

export interface Dataset {
  readonly kind: 'dataset';
  readonly type: string | null;
  readonly attributes: Attributes;
  readonly data: string | readonly string[] | Numbers;
  /** One value, as against a list that may have one. */
  readonly single: boolean;
}

/** To a path in the same file. */
export interface Link {
  readonly kind: 'link';
  readonly to: string;
}

export type Node = Group | Dataset | Link;
export type Members = Readonly<Record<string, Node>>;

export function group(members: Members): Group {
  return { kind: 'group', type: null, attributes: {}, members };
}

/** A group of a type of the schema. */
export function object(type: string, attributes: Attributes, members: Members = {}): Group {
  return { kind: 'group', type, attributes, members };
}

export function text(value: string, attributes: Attributes = {}): Dataset {
  return { kind: 'dataset', type: null, attributes, data: value, single: true };
}

export function list(data: readonly string[] | Numbers, attributes: Attributes = {}): Dataset {
  return { kind: 'dataset', type: null, attributes, data, single: false };
}

/** One number: an array of one. */
export function one(data: Numbers): Dataset {
  return { kind: 'dataset', type: null, attributes: {}, data, single: true };
}

export function link(to: string): Link {
  return { kind: 'link', to };
}

/** Texts that are known, by name; null leaves the dataset out. */
export function texts(values: Readonly<Record<string, string | null>>): Members {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, text(value)]])),
  );
}

/** A part of the schema: what it asks of one group, dataset, link or attribute, read from the schema language's JSON. */

export type Raw = Readonly<Record<string, unknown>>;

export interface Target {
  readonly target_type: string;
  readonly reftype: string;
}

export interface Field {
  readonly name: string;
  readonly dtype: string | Target;
}

export type Dtype = string | Target | readonly Field[];

/** Null: of any length. */
export type Shape = readonly (number | null)[];

/** What a dataset or an attribute must hold. */
export interface Content {
  /** Null: anything. */
  readonly dtype: Dtype | null;
  /** Any one of them; null: the schema says nothing. */
  readonly shapes: readonly Shape[] | null;
  /** Undefined: free. */
  readonly value: unknown;
}

interface AttributePart extends Content {
  readonly name: string;
  readonly required: boolean;
}

export interface Part extends Content {
  readonly kind: 'group' | 'dataset' | 'link';
  /** Null: known by its type alone. */
  readonly name: string | null;
  /** The type it is or, of a link, leads to. Null: an object without a type of its own. */
  readonly type: string | null;
  readonly least: number;
  readonly most: number;
  readonly linkable: boolean;
  readonly attributes: readonly AttributePart[];
  readonly parts: readonly Part[];
}

/** Told of every type that a source defines, wherever it stands. */
type Define = (type: string, basis: string | null, part: Part) => void;

export function readPart(raw: Raw, kind: Part['kind'], define: Define): Part {
  const defined = textOf(raw.data_type_def ?? raw.neurodata_type_def);
  const basis = textOf(raw.data_type_inc ?? raw.neurodata_type_inc ?? raw.target_type);
  const children = (key: string, childKind: Part['kind']): Part[] =>
    ((raw[key] ?? []) as Raw[]).map((child) => readPart(child, childKind, define));
  const part: Part = {
    kind,
    name: textOf(raw.name),
    type: defined ?? basis,
    ...quantityOf(raw.quantity ?? 1),
    linkable: raw.linkable !== false,
    ...contentOf(raw),
    attributes: ((raw.attributes ?? []) as Raw[]).map((attribute) => ({
      name: String(attribute.name),
      // An attribute with a default may be left out: its reader then assumes the default.
      required: attribute.required !== false && attribute.default_value === undefined,
      ...contentOf(attribute),
    })),
    parts: [...children('groups', 'group'), ...children('datasets', 'dataset'), ...children('links', 'link')],
  };
  if (defined !== null) define(defined, basis, part);
  return part;
}

/** What a type or a place asks beyond what it builds on; a part of the same name is specialised in its turn. */
export function specialised(basis: Part, by: Part): Part {
  const replaced = (part: Part): Part | undefined =>
    by.parts.find(({ name, type }) => (part.name === null ? name === null && type === part.type : name === part.name));
  const attributes = new Map([...basis.attributes, ...by.attributes].map((attribute) => [attribute.name, attribute]));
  const inherited = basis.parts.map((part) => {
    const own = replaced(part);
    return own === undefined ? part : specialised(part, own);
  });
  const added = by.parts.filter((part) => !basis.parts.some((other) => replaced(other) === part));
  return {
    ...by,
    name: by.name ?? basis.name,
    type: by.type ?? basis.type,
    dtype: by.dtype ?? basis.dtype,
    shapes: by.shapes ?? basis.shapes,
    value: by.value ?? basis.value,
    attributes: [...attributes.values()],
    parts: [...inherited, ...added],
  };
}

function contentOf({ dtype, shape, value }: Raw): Content {
  const shapes = shape as (number | null)[] | (number | null)[][] | undefined;
  return {
    dtype: (dtype ?? null) as Dtype | null,
    shapes: shapes === undefined ? null : ((Array.isArray(shapes[0]) ? shapes : [shapes]) as Shape[]),
    value,
  };
}

function quantityOf(quantity: unknown): { least: number; most: number } {
  if (quantity === '?' || quantity === 'zero_or_one') return { least: 0, most: 1 };
  if (quantity === '*' || quantity === 'zero_or_many') return { least: 0, most: Number.POSITIVE_INFINITY };
  if (quantity === '+' || quantity === 'one_or_many') return { least: 1, most: Number.POSITIVE_INFINITY };
  return { least: Number(quantity), most: Number(quantity) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

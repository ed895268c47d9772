/**
 * The NWB schema in the form in which every NWB file carries it, under /specifications: one text a namespace and one a
 * source file. What the schema says is in the JSON files beside this one (README.md tells from where); its sentences
 * are not, so the `doc` that the schema language asks of every entry is made here from names.
 */
import { readFileSync } from 'node:fs';

export interface Specification {
  /** `core`, `hdmf-common` or `hdmf-experimental`. */
  readonly name: string;
  readonly version: string;
  /** What the dataset /specifications/NAME/VERSION/namespace holds. */
  readonly namespaceText: string;
  /** What the other datasets beside it hold, such as `nwb.base`. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
}

interface Namespace {
  readonly name: string;
  readonly full_name: string;
  readonly version: string;
  readonly author: readonly string[];
  readonly contact: readonly string[];
  readonly schema: readonly ({ readonly namespace: string } | { readonly source: string })[];
}

type Entry = Readonly<Record<string, unknown>>;

/** Reads the schema; the namespaces that others include come first. */
export function specifications(): readonly Specification[] {
  const namespaces = readJson('namespaces') as readonly Namespace[];
  return namespaces.map(({ name, full_name, version, author, contact, schema }) => ({
    name,
    version,
    namespaceText: JSON.stringify({
      namespaces: [{ doc: `${full_name} ${version}`, name, full_name, version, author, contact, schema }],
    }),
    sources: schema
      .flatMap((entry) => ('source' in entry ? [entry.source] : []))
      .map((source) => ({ name: source, text: textOf(readJson(source) as Entry) })),
  }));
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));
}

/**
 * A float's value keeps its point, as in the schema: a reader in Python would otherwise take 1.0 for an integer. In all
 * entries the value follows the dtype.
 */
function textOf(source: Entry): string {
  const documented = Object.fromEntries(
    Object.entries(source).map(([kind, entries]) => [kind, (entries as Entry[]).map((entry) => withDoc(entry, []))]),
  );
  return JSON.stringify(documented).replace(/("dtype":"float\d+","(?:default_)?value":-?\d+)(?=[,}])/g, '$1.0');
}

/** The keys under which an entry has entries of its own; a compound dtype is a list of its fields. */
const PARTS = ['dtype', 'attributes', 'datasets', 'groups', 'links'];

function withDoc(entry: Entry, path: readonly string[]): Entry {
  const here = [...path, nameOf(entry)];
  const [type, ...names] = here;
  const documented: Record<string, unknown> = { ...entry };
  for (const key of PARTS) {
    const parts = entry[key];
    if (Array.isArray(parts)) documented[key] = parts.map((part: Entry) => withDoc(part, here));
  }
  documented.doc = names.length === 0 ? type : `${type}: ${names.join(', ')}`;
  return documented;
}

/** A type by its own name, a part by its name, and a part of any name by its type. */
function nameOf(entry: Entry): string {
  const { data_type_def, neurodata_type_def, name, data_type_inc, neurodata_type_inc } = entry;
  return String(data_type_def ?? neurodata_type_def ?? name ?? data_type_inc ?? neurodata_type_inc);
}

/**
 * The schema that an NWB file carries under /specifications, as what an object of a type must have: a type is looked up
 * as seen from a namespace, and its parts are merged with those of the types it builds on.
 * The language: hdmf-schema-language.readthedocs.io.
 */
import { Dataset, type File, Group } from 'h5wasm/node';
import { type Part, type Raw, readPart, specialised } from './part.ts';

/** A type as the schema defines it, without what it inherits. */
export interface Definition {
  readonly name: string;
  readonly namespace: string;
  readonly basis: string | null;
  readonly part: Part;
}

interface Namespace {
  readonly version: string;
  readonly includes: readonly string[];
  readonly types: ReadonlyMap<string, Definition>;
}

export class Catalogue {
  readonly #namespaces: ReadonlyMap<string, Namespace>;
  readonly #resolved = new Map<Definition, Part>();

  constructor(namespaces: ReadonlyMap<string, Namespace>) {
    this.#namespaces = namespaces;
  }

  version(namespace: string): string | undefined {
    return this.#namespaces.get(namespace)?.version;
  }

  definitions(): Definition[] {
    return [...this.#namespaces.values()].flatMap(({ types }) => [...types.values()]);
  }

  find(namespace: string, type: string, asked: readonly string[] = []): Definition | undefined {
    const found = this.#namespaces.get(namespace);
    if (found === undefined || asked.includes(namespace)) return undefined;
    const own = found.types.get(type);
    if (own !== undefined) return own;
    for (const included of found.includes) {
      const inherited = this.find(included, type, [...asked, namespace]);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }

  /** The type and those it builds on, nearest first. It ends early where a type is not defined, or comes back to itself. */
  lineage(definition: Definition): Definition[] {
    const line = [definition];
    for (let { basis, namespace } = definition; basis !== null; ) {
      const next = this.find(namespace, basis);
      if (next === undefined || line.includes(next)) break;
      line.push(next);
      ({ basis, namespace } = next);
    }
    return line;
  }

  isA(definition: Definition, type: string): boolean {
    return this.lineage(definition).some(({ name }) => name === type);
  }

  /** All that an object of the type must have. */
  resolve(definition: Definition): Part {
    let part = this.#resolved.get(definition);
    if (part === undefined) {
      part = this.lineage(definition)
        .map((type) => type.part)
        .reduceRight(specialised);
      this.#resolved.set(definition, part);
    }
    return part;
  }
}

/** Reads what the file carries; of a namespace in several versions the newest. */
export function readCatalogue(file: File, report: (path: string, words: string) => void): Catalogue {
  const namespaces = new Map<string, Namespace>();
  const root = file.get('/specifications');
  if (!(root instanceof Group)) report('/', 'group specifications is missing: the file carries no schema');
  else {
    for (const name of root.keys()) {
      const versions = root.get(name);
      const version = versions instanceof Group ? versions.keys().toSorted(byVersion).at(-1) : undefined;
      const path = `/specifications/${name}`;
      if (version === undefined) report(path, 'holds no version of the namespace');
      else namespaces.set(name, readNamespace(file, `${path}/${version}`, name, version, report));
    }
  }
  const catalogue = new Catalogue(namespaces);
  for (const { name, namespace, basis } of catalogue.definitions()) {
    if (basis !== null && catalogue.find(namespace, basis) === undefined) {
      report(`/specifications/${namespace}`, `type ${name} builds on ${basis}, which is not defined`);
    }
  }
  return catalogue;
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function readNamespace(
  file: File,
  path: string,
  name: string,
  version: string,
  report: (path: string, words: string) => void,
): Namespace {
  const read = (dataset: string): Raw => {
    const found = file.get(`${path}/${dataset}`);
    if (!(found instanceof Dataset)) report(path, `dataset ${dataset} is missing`);
    else {
      try {
        return JSON.parse(String(found.value)) as Raw;
      } catch {
        report(`${path}/${dataset}`, 'is not JSON');
      }
    }
    return {};
  };
  const types = new Map<string, Definition>();
  const define = (type: string, basis: string | null, part: Part): void => {
    types.set(type, { name: type, namespace: name, basis, part });
  };
  const includes: string[] = [];
  const described = ((read('namespace').namespaces ?? []) as Raw[]).find((entry) => entry.name === name);
  if (described === undefined) report(`${path}/namespace`, `does not describe ${name}`);
  else if (described.version !== version) {
    report(`${path}/namespace`, `is of version ${String(described.version)}, not ${version}`);
  }
  for (const { namespace, source } of (described?.schema ?? []) as Raw[]) {
    if (typeof namespace === 'string') includes.push(namespace);
    if (typeof source !== 'string') continue;
    const { groups, datasets } = read(source);
    for (const group of (groups ?? []) as Raw[]) readPart(group, 'group', define);
    for (const dataset of (datasets ?? []) as Raw[]) readPart(dataset, 'dataset', define);
  }
  return { version, includes, types };
}

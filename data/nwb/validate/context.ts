/** What every check of a file needs: the file, its schema, and where to tell a problem. */
import { Dataset, type Entity, type File, Group, Reference } from 'h5wasm/node';
import type { Catalogue, Definition } from './catalogue.ts';
import { listed } from './content.ts';

export interface Context {
  readonly file: File;
  readonly catalogue: Catalogue;
  /** Objects already checked: one that several hard links lead to is one object. */
  readonly checked: Set<string>;
  /** Whose object_id is whose. */
  readonly ids: Map<string, string>;
  report(path: string, words: string): void;
}

export type Stored = Group | Dataset;

export function isStored(entity: Entity | null): entity is Stored {
  return entity instanceof Group || entity instanceof Dataset;
}

export function kindOf(stored: Stored): 'group' | 'dataset' {
  return stored instanceof Group ? 'group' : 'dataset';
}

export function below(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

/** A text attribute's value; undefined: missing, or no text. */
export function textAttribute(stored: Stored, name: string): string | undefined {
  const value = stored.attrs[name]?.value;
  return typeof value === 'string' ? value : undefined;
}

/** The type an object says it is of; undefined: it names none, or one that the file's schema does not define. */
export function definitionOf({ catalogue }: Context, stored: Stored): Definition | undefined {
  const type = textAttribute(stored, 'neurodata_type');
  const namespace = textAttribute(stored, 'namespace');
  return type === undefined || namespace === undefined ? undefined : catalogue.find(namespace, type);
}

export function isOf(context: Context, stored: Stored, type: string): boolean {
  const definition = definitionOf(context, stored);
  return definition !== undefined && context.catalogue.isA(definition, type);
}

/** What an object reference leads to; null: nothing. */
export function dereferenced({ file }: Context, reference: unknown): Stored | null {
  const [one] = listed(reference);
  if (!(one instanceof Reference)) return null;
  // The library has no word for a reference to nothing: it fails.
  try {
    const found: unknown = file.dereference(one);
    return found instanceof Group || found instanceof Dataset ? found : null;
  } catch {
    return null;
  }
}

/** The same for every path that leads to the object. */
export function identityOf(stored: Stored): string {
  return stored.create_reference().ref_data.join();
}

/** Who a typed object says it is: of a type of a namespace that the file carries, and like no other object. */
import type { Definition } from './catalogue.ts';
import { type Context, definitionOf, type Stored, textAttribute } from './context.ts';

/** Of every typed object; no type's schema names them. */
export const IDENTITY = ['neurodata_type', 'namespace', 'object_id'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The object's type; undefined, and told: the file's schema does not have it. */
export function checkIdentity(context: Context, stored: Stored, path: string): Definition | undefined {
  checkId(context, stored, path);
  const type = textAttribute(stored, 'neurodata_type');
  const namespace = textAttribute(stored, 'namespace');
  const definition = definitionOf(context, stored);
  if (namespace === undefined) context.report(path, 'attribute namespace is missing');
  else if (definition === undefined) {
    context.report(path, `is of type ${type}, which namespace ${namespace} does not define`);
  } else {
    const { name } = context.catalogue.resolve(definition);
    const own = path.slice(path.lastIndexOf('/') + 1);
    // The root is called root in the schema, and has no name in the file.
    if (name !== null && path !== '/' && name !== own) {
      context.report(path, `is of type ${type}, but is not called ${name}`);
    }
  }
  return definition;
}

function checkId({ ids, report }: Context, stored: Stored, path: string): void {
  const id = textAttribute(stored, 'object_id');
  if (id === undefined) report(path, 'attribute object_id is missing');
  else if (!UUID.test(id)) report(path, `attribute object_id is "${id}", but must be a UUID`);
  else if (ids.has(id)) report(path, `attribute object_id is also that of ${ids.get(id)}`);
  else ids.set(id, path);
}

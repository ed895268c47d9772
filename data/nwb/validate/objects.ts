/** One object and all below it against what its type, and its place in the object above, ask. */
import { type Attribute, BrokenSoftLink, Dataset, type Entity, ExternalLink, Group } from 'h5wasm/node';
import type { Definition } from './catalogue.ts';
import { contentProblem, references } from './content.ts';
import {
  below,
  type Context,
  definitionOf,
  dereferenced,
  identityOf,
  isOf,
  isStored,
  kindOf,
  type Stored,
  textAttribute,
} from './context.ts';
import { checkIdentity, IDENTITY } from './identity.ts';
import { type Content, type Part, specialised } from './part.ts';
import { checkSeries } from './series.ts';
import { checkTable } from './tables.ts';

/** The schema itself and the way to it stand outside the schema. */
const OUTSIDE = ['/specifications'];
const SPECLOC = '.specloc';

/** `place`: what the object above asks of the one that stands here; null: nothing is asked. */
export function checkObject(context: Context, stored: Stored, path: string, place: Part | null): void {
  const identity = identityOf(stored);
  if (context.checked.has(identity)) {
    if (place !== null) checkLink(context, stored, path, place);
    return;
  }
  context.checked.add(identity);
  if (textAttribute(stored, 'neurodata_type') === undefined) {
    if (place?.type != null) context.report(path, `has no neurodata_type, but must be of type ${place.type}`);
    else if (place !== null) checkParts(context, stored, path, place);
    return;
  }
  const definition = checkIdentity(context, stored, path);
  if (definition === undefined) return;
  if (place?.type != null && !context.catalogue.isA(definition, place.type)) {
    context.report(path, `is of type ${definition.name}, but must be of type ${place.type}`);
  }
  checkParts(context, stored, path, partOf(context, definition, place), IDENTITY);
  if (!(stored instanceof Group)) return;
  if (context.catalogue.isA(definition, 'DynamicTable')) checkTable(context, stored, path);
  if (context.catalogue.isA(definition, 'TimeSeries')) checkSeries(context, stored, path);
}

/** `besides`: attributes that the schema does not name. */
function checkParts(context: Context, stored: Stored, path: string, part: Part, besides: readonly string[] = []): void {
  if (part.kind !== kindOf(stored)) {
    context.report(path, `is a ${kindOf(stored)}, but must be a ${part.kind}`);
    return;
  }
  checkAttributes(context, stored, path, part, path === '/' ? [...besides, SPECLOC] : besides);
  if (stored instanceof Dataset) checkContent(context, stored, path, part);
  else checkMembers(context, stored, path, part);
}

/** What the object must have: as its type says, narrowed by its place where that is a place for its type. */
function partOf({ catalogue }: Context, definition: Definition, place: Part | null): Part {
  const part = catalogue.resolve(definition);
  const fits =
    place !== null && place.kind !== 'link' && (place.type === null || catalogue.isA(definition, place.type));
  return fits ? { ...specialised(part, place), kind: part.kind } : part;
}

function checkAttributes(context: Context, stored: Stored, path: string, part: Part, besides: readonly string[]): void {
  const attributes = stored.attrs;
  for (const asked of part.attributes) {
    const attribute = attributes[asked.name];
    if (attribute === undefined) {
      if (asked.required) context.report(path, `attribute ${asked.name} is missing`);
      continue;
    }
    const problem = contentProblem(asked, attribute) ?? targetProblem(context, asked, attribute);
    if (problem !== null) context.report(path, `attribute ${asked.name} ${problem}`);
  }
  for (const name of Object.keys(attributes)) {
    const known = part.attributes.some((asked) => asked.name === name);
    if (!known && !besides.includes(name)) context.report(path, `attribute ${name} is not in the schema`);
  }
}

function checkContent(context: Context, dataset: Dataset, path: string, part: Part): void {
  const problem = contentProblem(part, dataset) ?? targetProblem(context, part, dataset);
  if (problem !== null) context.report(path, problem);
}

/** References lead to objects of the type that the schema names. */
function targetProblem(context: Context, content: Content, stored: Dataset | Attribute): string | null {
  for (const { reference, type } of references(content, stored)) {
    const found = dereferenced(context, reference);
    if (found === null) return 'refers to nothing in the file';
    if (!isOf(context, found, type)) return `refers to ${found.path}, which is not of type ${type}`;
  }
  return null;
}

function checkMembers(context: Context, group: Group, path: string, part: Part): void {
  const counts = new Map<Part, number>();
  // A group of which the schema says nothing, such as a TimeSeries' sync, holds what its writer likes.
  const free = part.type === null && part.parts.length === 0;
  for (const name of group.keys()) {
    const memberPath = below(path, name);
    if (OUTSIDE.includes(memberPath)) continue;
    const link = context.file.get_link(memberPath) as string | null;
    const member: Entity | null = group.get(name);
    if (!isStored(member)) {
      context.report(memberPath, unresolved(member));
      const asked = part.parts.find((other) => other.name === name);
      if (asked !== undefined) counts.set(asked, 1);
      continue;
    }
    const place = placeOf(context, part, name, member);
    if (place === undefined) {
      const type = textAttribute(member, 'neurodata_type');
      if (type === undefined && !free) context.report(memberPath, `${kindOf(member)} is not in the schema`);
      if (definitionOf(context, member) !== undefined && !free) {
        context.report(memberPath, `is of type ${type}, which has no place here`);
      }
      if (type !== undefined && link === null) checkObject(context, member, memberPath, null);
      continue;
    }
    counts.set(place, (counts.get(place) ?? 0) + 1);
    if (link === null) checkObject(context, member, memberPath, place);
    else {
      if (!place.linkable) context.report(memberPath, 'must not be a link');
      checkLink(context, member, memberPath, place);
    }
  }
  for (const asked of part.parts) checkQuantity(context, path, asked, counts.get(asked) ?? 0);
}

function unresolved(member: Entity | null): string {
  if (member instanceof BrokenSoftLink) return `links to ${member.target}, which is not in the file`;
  if (member instanceof ExternalLink) return `links to ${member.obj_path} in ${member.filename}, another file`;
  return 'is neither a group nor a dataset';
}

/** By name, else by type: of several the one nearest to the member's own type. */
function placeOf(context: Context, part: Part, name: string, member: Stored): Part | undefined {
  const named = part.parts.find((other) => other.name === name);
  if (named !== undefined) return named;
  const definition = definitionOf(context, member);
  if (definition === undefined) return undefined;
  const open = part.parts.filter(
    ({ name: fixed, kind }) => fixed === null && (kind === 'link' || kind === kindOf(member)),
  );
  for (const { name: type } of context.catalogue.lineage(definition)) {
    const place = open.find((other) => other.type === type);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** A typed object is checked where it stands; here only that it is of the type that the place asks for. */
function checkLink(context: Context, member: Stored, path: string, place: Part): void {
  if (place.type === null) {
    // Not into groups: a link to one above would lead round in a circle.
    if (member instanceof Dataset || place.kind !== 'group') checkParts(context, member, path, place);
  } else if (!isOf(context, member, place.type)) {
    const type = textAttribute(member, 'neurodata_type') ?? 'none';
    context.report(path, `links to an object of type ${type}, but must link to one of type ${place.type}`);
  }
}

function checkQuantity(context: Context, path: string, { kind, name, type, least, most }: Part, count: number): void {
  if (count < least) {
    const what = name === null ? `${kind} of type ${type}` : `${kind} ${name}`;
    context.report(path, least === 1 ? `${what} is missing` : `has ${count} of ${what}, but must have ${least}`);
  }
  if (count > most) context.report(path, `has ${count} of type ${type}, but must have at most ${most}`);
}

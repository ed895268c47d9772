/**
 * Writes a tree as an HDF5 file that is NWB: the schema under /specifications, and on every object of a type its
 * namespace and an id of its own, made from the file's identifier and the object's path.
 */
import { File, Module, ready, type Dataset as StoredDataset, type Group as StoredGroup } from 'h5wasm/node';
import { RecordError } from '../record-error.ts';
import { uuidOf } from './identity.ts';
import { specifications } from './spec/specifications.ts';
import type { Attributes, Dataset, Group, Node } from './tree.ts';

/** All other types are of NWB's own namespace. */
const COMMON: ReadonlySet<string> = new Set(['DynamicTable', 'VectorData', 'ElementIdentifiers']);

/** The file is made, and whatever stood at the path is gone. @throws RecordError `disk` */
export async function writeHdf5(path: string, root: Group, identifier: string): Promise<void> {
  await ready;
  // Left alone the HDF5 library prints its failures on stderr, and goes on.
  Module.activate_throwing_error_handler();
  let file: File | null = null;
  try {
    file = new File(path, 'w');
    putSchema(file);
    putAttributes(file, '/', root, identifier);
    for (const [name, node] of Object.entries(root.members)) put(file, '/', name, node, identifier);
    file.create_attribute('.specloc', [(file.get('/specifications') as StoredGroup).create_reference()], []);
    const open = file;
    file = null;
    open.close();
  } catch (error) {
    abandon(file);
    throw fromHdf5(error);
  } finally {
    Module.deactivate_throwing_error_handler();
  }
}

function putSchema(file: File): void {
  const top = file.create_group('specifications');
  for (const { name, version, namespaceText, sources } of specifications()) {
    const place = top.create_group(name).create_group(version);
    place.create_dataset({ name: 'namespace', data: namespaceText });
    for (const source of sources) place.create_dataset({ name: source.name, data: source.text });
  }
}

function put(above: StoredGroup, abovePath: string, name: string, node: Node, identifier: string): void {
  const path = abovePath === '/' ? `/${name}` : `${abovePath}/${name}`;
  if (node.kind === 'link') {
    above.create_soft_link(node.to, name);
  } else if (node.kind === 'dataset') {
    putAttributes(putData(above, name, node), path, node, identifier);
  } else {
    const stored = above.create_group(name);
    putAttributes(stored, path, node, identifier);
    for (const [member, each] of Object.entries(node.members)) put(stored, path, member, each, identifier);
  }
}

function putData(above: StoredGroup, name: string, { data, single }: Dataset): StoredDataset {
  // An empty list does not tell of what it is empty.
  const dtype = Array.isArray(data) ? 'S' : null;
  return above.create_dataset({ name, data: plain(data), shape: single ? [] : null, dtype });
}

function putAttributes(
  stored: StoredGroup | StoredDataset,
  path: string,
  { type, attributes }: { readonly type: string | null; readonly attributes: Attributes },
  identifier: string,
): void {
  const own: Attributes =
    type === null
      ? {}
      : {
          neurodata_type: type,
          namespace: COMMON.has(type) ? 'hdmf-common' : 'core',
          object_id: uuidOf(`${identifier}${path}`),
        };
  for (const [name, value] of Object.entries({ ...own, ...attributes })) {
    stored.create_attribute(name, plain(value), ArrayBuffer.isView(value) ? [] : null);
  }
}

type Plain = string | string[] | Float64Array | Float32Array | Int32Array | Int8Array;

/** A text in HDF5 ends at its first NUL. */
function plain(value: Dataset['data']): Plain {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  return ArrayBuffer.isView(value) ? value : value.map((each) => each.replaceAll('\0', '\ufffd'));
}

/** What could not be written cannot be closed in order either. */
function abandon(file: File | null): void {
  try {
    file?.close();
  } catch {
    // The first error is the one to tell.
  }
}

function fromHdf5(error: unknown): unknown {
  const text = error instanceof Error ? error.message : '';
  if (!text.startsWith('HDF5-DIAG')) return error;
  const reason = /error message = '([^']+)'/.exec(text)?.[1] ?? [...text.matchAll(/\(\): (.+)/g)].at(-1)?.[1];
  return new RecordError(
    'disk',
    `The NWB file could not be written (${reason ?? 'HDF5'}). Nothing of it stays, and the record is as it was. Check the room on the disk and the rights on the folder, or give another place.`,
    { cause: error },
  );
}

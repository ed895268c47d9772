/**
 * An NWB file against the schema that it carries itself. What is found wrong is told in words, each with the path of the
 * object: an empty list is a valid file. The rules are those of the HDMF schema language and, where the schema says a
 * thing only in prose (columns of one length, a time for each sample), the prose.
 */
import { File, Module, ready } from 'h5wasm/node';
import { readCatalogue } from './validate/catalogue.ts';
import { type Context, dereferenced, textAttribute } from './validate/context.ts';
import { checkObject } from './validate/objects.ts';
import type { Part } from './validate/part.ts';

export async function validateNwbFile(path: string): Promise<string[]> {
  await ready;
  // Left alone the HDF5 library prints its failures on stderr, and goes on.
  Module.activate_throwing_error_handler();
  try {
    const file = new File(path, 'r');
    try {
      return problemsIn(file);
    } finally {
      file.close();
    }
  } catch (error) {
    const reason = hdf5Reason(error);
    if (reason === null) throw error;
    return [`${path} cannot be read as HDF5: ${reason}`];
  } finally {
    Module.deactivate_throwing_error_handler();
  }
}

function problemsIn(file: File): string[] {
  const problems: string[] = [];
  const report = (path: string, words: string): void => {
    problems.push(`${path}: ${words}`);
  };
  const catalogue = readCatalogue(file, report);
  // Without a schema there is nothing to hold the file against.
  if (catalogue.version('core') === undefined) {
    if (problems.length === 0) report('/specifications', 'namespace core is missing');
    return problems;
  }
  const context: Context = { file, catalogue, checked: new Set(), ids: new Map(), report };
  checkRoot(context);
  return problems;
}

/** The root's place: nothing but that it is an NWBFile. */
const ROOT: Part = {
  kind: 'group',
  name: null,
  type: 'NWBFile',
  least: 1,
  most: 1,
  linkable: false,
  dtype: null,
  shapes: null,
  value: undefined,
  attributes: [],
  parts: [],
};

function checkRoot(context: Context): void {
  const { file, catalogue, report } = context;
  const root = file.root;
  const reference = root.attrs['.specloc']?.value;
  if (reference === undefined) report('/', 'attribute .specloc is missing');
  else if (dereferenced(context, reference)?.path !== '/specifications') {
    report('/', 'attribute .specloc must be a reference to /specifications');
  }
  checkObject(context, root, '/', ROOT);
  const version = textAttribute(root, 'nwb_version');
  const core = catalogue.version('core');
  const fixed = catalogue.find('core', 'NWBFile')?.part.attributes.find(({ name }) => name === 'nwb_version')?.value;
  // Where the schema fixes another version than the file has, that has been told already.
  if (version !== core && (fixed === undefined || fixed === version)) {
    report('/', `attribute nwb_version is "${version}", but the schema is of version ${core}`);
  }
}

/** The innermost of the library's words; null: it was another error. */
function hdf5Reason(error: unknown): string | null {
  const text = error instanceof Error ? error.message : '';
  if (!text.startsWith('HDF5-DIAG')) return null;
  return [...text.matchAll(/\(\): (.+)/g)].at(-1)?.[1] ?? text;
}

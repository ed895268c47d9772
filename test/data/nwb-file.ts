/** Reads an NWB file back for the tests: values by path, tables by row, series by edge. */
import { Dataset, File, Group, ready } from 'h5wasm/node';

interface Series {
  readonly data: number[];
  readonly times: number[];
}

export interface NwbFile {
  /** Undefined: there is nothing. */
  value(path: string): unknown;
  attribute(path: string, name: string): unknown;
  /** Names in a group; none where there is no group. */
  names(path: string): string[];
  rows(path: string): Record<string, unknown>[];
  series(path: string): Series;
  /** Every dataset and attribute, by path, in order. */
  all(): [string, unknown][];
}

export async function readNwb(path: string): Promise<NwbFile> {
  await ready;
  const file = new File(path, 'r');
  const kept = new Map<string, unknown>();
  const attributes = new Map<string, unknown>();
  const groups = new Map<string, string[]>();
  const visit = (at: string, entity: unknown) => {
    if (!(entity instanceof Dataset || entity instanceof Group)) return;
    for (const name of Object.keys(entity.attrs)) {
      if (name !== '.specloc') attributes.set(`${at}@${name}`, plain(entity.attrs[name]!.value));
    }
    if (entity instanceof Dataset) kept.set(at, plain(entity.value));
    else {
      groups.set(at, entity.keys());
      for (const name of entity.keys()) {
        const below = at === '/' ? `/${name}` : `${at}/${name}`;
        const to = file.get_link(below) as string | null;
        if (to === null) visit(below, entity.get(name));
        else kept.set(below, `-> ${to}`);
      }
    }
  };
  visit('/', file);
  file.close();
  const numbers = (at: string) => kept.get(at) as number[];
  return {
    value: (at) => kept.get(at),
    attribute: (at, name) => attributes.get(`${at}@${name}`),
    names: (at) => groups.get(at) ?? [],
    rows: (at) => {
      const columns = attributes.get(`${at}@colnames`) as string[];
      const ids = numbers(`${at}/id`);
      return ids.map((_, row) =>
        Object.fromEntries(columns.map((name) => [name, (kept.get(`${at}/${name}`) as unknown[])[row]])),
      );
    },
    series: (at) => ({ data: numbers(`${at}/data`), times: numbers(`${at}/timestamps`) }),
    all: () => [...kept, ...attributes],
  };
}

function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...(value as unknown as number[])] : value;
}

/** A small NWB file as a tree, to be spoilt before it is written. */
import { type Dataset, File, type Group } from 'h5wasm/node';
import { specifications } from '#data/nwb/spec/specifications.ts';

export interface Node {
  attributes: Record<string, unknown>;
  members?: Record<string, Node | Link>;
  data?: unknown;
  shape?: number[];
}

interface Link {
  to: string;
  hard?: boolean;
}

/** Written as a reference to what stands there. */
export class Path {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

let lastId = 0;

export function typed(
  type: string,
  attributes: Record<string, unknown> = {},
  namespace = 'core',
): Record<string, unknown> {
  lastId += 1;
  const object_id = `00000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`;
  return { neurodata_type: type, namespace, object_id, ...attributes };
}

export function group(attributes: Record<string, unknown>, members: Record<string, Node | Link> = {}): Node {
  return { attributes, members };
}

export function dataset(data: unknown, attributes: Record<string, unknown> = {}): Node {
  return { attributes, data };
}

export function column(data: unknown, attributes: Record<string, unknown> = {}, type = 'VectorData'): Node {
  return dataset(
    data,
    typed(type, { description: 'a column', ...attributes }, type.startsWith('Time') ? 'core' : 'hdmf-common'),
  );
}

/** A table of spans, from when to when. */
export function spans(from: readonly number[], to: readonly number[]): Node {
  return group(typed('TimeIntervals', { colnames: ['start_time', 'stop_time'], description: 'spans' }), {
    id: dataset(Int32Array.from(from.keys()), typed('ElementIdentifiers', {}, 'hdmf-common')),
    start_time: column(Float32Array.from(from)),
    stop_time: column(Float32Array.from(to)),
  });
}

/** Of a session with two trials: licks, a stimulus with light, and what the schema asks of every file. */
export function session(): Node {
  const seconds = { unit: 'seconds' };
  return group(typed('NWBFile', { nwb_version: '2.7.0', '.specloc': new Path('/specifications') }), {
    identifier: dataset('session 1'),
    session_description: dataset('two trials'),
    session_start_time: dataset('2024-02-29T10:00:00+01:00'),
    timestamps_reference_time: dataset('2024-02-29T09:00:00.123456Z'),
    file_create_date: dataset(['2024-03-01T10:00:00+01:00']),
    acquisition: group(
      {},
      {
        licks: group(typed('TimeSeries', { description: 'onsets' }), {
          data: dataset(new Int8Array([1, 1, 1]), { unit: 'n/a', conversion: new Float32Array([1]), resolution: 1.5 }),
          timestamps: dataset(new Float64Array([0.1, 0.2, 0.3]), { interval: 1, ...seconds }),
        }),
      },
    ),
    analysis: group({}),
    processing: group(
      {},
      {
        behavior: group(typed('ProcessingModule', { description: 'what it did' }), {
          BehavioralEvents: group(typed('BehavioralEvents'), {
            rewards: group(typed('TimeSeries'), {
              data: dataset(new Float32Array([4]), { unit: 'uL' }),
              timestamps: dataset(new Float64Array([0.2]), { interval: 1, ...seconds }),
            }),
          }),
        }),
      },
    ),
    stimulus: group(
      {},
      {
        presentation: group(
          {},
          {
            light: group(typed('OptogeneticSeries'), {
              data: dataset(new Float64Array([0, 0.005]), { unit: 'watts' }),
              starting_time: dataset(new Float64Array([0]), { rate: new Float32Array([100]), ...seconds }),
              site: { to: '/general/optogenetics/cortex' },
            }),
          },
        ),
        templates: group({}),
      },
    ),
    general: group(
      {},
      {
        lab: dataset('a lab'),
        experimenter: dataset(['Doe, Jane']),
        devices: group({}, { laser: group(typed('Device', { manufacturer: 'a firm' })) }),
        optogenetics: group(
          {},
          {
            cortex: group(typed('OptogeneticStimulusSite'), {
              description: dataset('a fibre'),
              excitation_lambda: dataset(new Float32Array([470])),
              location: dataset('ALM'),
              device: { to: '/general/devices/laser' },
            }),
          },
        ),
        subject: group(typed('Subject'), { subject_id: dataset('M1'), age: dataset('P90D', { reference: 'birth' }) }),
      },
    ),
    intervals: group(
      {},
      {
        blocks: spans([0, 4], [4, 8]),
        trials: group(typed('TimeIntervals', { colnames: COLUMNS, description: 'trials' }), {
          id: dataset(new Int32Array([0, 1]), typed('ElementIdentifiers', {}, 'hdmf-common')),
          start_time: column(new Float64Array([0, 2])),
          stop_time: column(new Float64Array([1, 3])),
          outcome: column(['hit', 'miss']),
          lick_times: column(new Float64Array([0.1, 0.2, 2.1])),
          lick_times_index: column(
            new Uint8Array([2, 3]),
            { target: new Path('/intervals/trials/lick_times') },
            'VectorIndex',
          ),
          timeseries: column(
            new Map<string, unknown>([
              ['idx_start', new Int32Array([0, 2])],
              ['count', new Int32Array([2, 1])],
              ['timeseries', [new Path('/acquisition/licks'), new Path('/acquisition/licks')]],
            ]),
            {},
            'TimeSeriesReferenceVectorData',
          ),
          block: column(new Int32Array([1, 0]), { table: new Path('/intervals/blocks') }, 'DynamicTableRegion'),
        }),
      },
    ),
  });
}

export const COLUMNS = ['start_time', 'stop_time', 'outcome', 'lick_times', 'timeseries', 'block'];

export function at(root: Node, path: string): Node {
  let node = root;
  for (const name of path.split('/').filter((part) => part !== '')) node = node.members![name] as Node;
  return node;
}

/** Objects first, then what may refer to them. */
export function write(path: string, root: Node, schema: boolean): void {
  const file = new File(path, 'w');
  const later: (() => void)[] = [];
  const resolved = (value: unknown): unknown => {
    if (value instanceof Path) return (file.get(value.path) as Group | Dataset).create_reference();
    if (Array.isArray(value)) return value.map(resolved);
    if (value instanceof Map) return new Map([...value].map(([key, data]) => [key, resolved(data)]));
    return value;
  };
  const refers = (value: unknown): boolean =>
    value instanceof Path ||
    (value instanceof Map ? [...value.values()].some(refers) : Array.isArray(value) && value.some(refers));
  const put = (stored: Group | Dataset, node: Node): void => {
    later.push(() => {
      for (const [name, value] of Object.entries(node.attributes)) {
        // A typed array of one is one value here, as the schema's attributes are.
        const single = ArrayBuffer.isView(value) || value instanceof Path;
        stored.create_attribute(name, resolved(value instanceof Path ? [value] : value) as string, single ? [] : null);
      }
    });
    for (const [name, member] of Object.entries(node.members ?? {})) putMember(stored as Group, name, member);
  };
  const putMember = (above: Group, name: string, member: Node | Link): void => {
    if ('to' in member && member.hard === true) later.unshift(() => above.create_hard_link(member.to, name));
    else if ('to' in member) above.create_soft_link(member.to, name);
    else if (member.data === undefined) put(above.create_group(name), member);
    else {
      const { data } = member;
      const single = ['starting_time', 'excitation_lambda'].includes(name);
      const create = (): void => {
        const shape = member.shape ?? (single ? [] : null);
        put(above.create_dataset({ name, data: resolved(data) as string, shape }), member);
      };
      if (refers(data)) later.unshift(create);
      else create();
    }
  };
  if (schema) putSchema(file);
  put(file, root);
  while (later.length > 0) later.shift()!();
  file.close();
}

function putSchema(file: File): void {
  const top = file.create_group('specifications');
  for (const { name, version, namespaceText, sources } of specifications()) {
    const place = top.create_group(name).create_group(version);
    place.create_dataset({ name: 'namespace', data: namespaceText });
    for (const { name: source, text } of sources) place.create_dataset({ name: source, data: text });
  }
}

/** An NWB file is held against the schema that it carries: a right one passes, and of each fault it is told what and where. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ready } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateNwbFile } from '#data/nwb/validate.ts';
import { at, COLUMNS, column, dataset, group, type Node, Path, session, spans, typed, write } from './nwb-tree.ts';

const TRIALS = '/intervals/trials';

/** What is spoilt, how, and all that is then found. */
const FAULTS: readonly (readonly [string, (root: Node) => void, readonly string[]])[] = [
  [
    'a dataset is missing',
    (root) => delete root.members!.session_description,
    ['/: dataset session_description is missing'],
  ],
  ['a group is missing', (root) => delete root.members!.stimulus, ['/: group stimulus is missing']],
  [
    'a link is missing',
    (root) => delete at(root, '/stimulus/presentation/light').members!.site,
    ['/stimulus/presentation/light: link site is missing'],
  ],
  [
    'an attribute is missing',
    (root) => delete at(root, TRIALS).attributes.colnames,
    ['/intervals/trials: attribute colnames is missing'],
  ],
  [
    'an attribute of an untyped dataset is missing',
    (root) => delete at(root, '/acquisition/licks/data').attributes.unit,
    ['/acquisition/licks/data: attribute unit is missing'],
  ],
  [
    'a number is where a text must be',
    (root) => Object.assign(at(root, '/general/lab'), { data: new Float64Array([1]), shape: [] }),
    ['/general/lab: is float64, but must be text'],
  ],
  [
    'a float is narrower than asked',
    (root) => Object.assign(at(root, '/acquisition/licks/timestamps'), { data: new Float32Array([1, 2, 3]) }),
    ['/acquisition/licks/timestamps: is float32, but must be float64'],
  ],
  [
    'a signed integer is where an unsigned must be',
    (root) => Object.assign(at(root, `${TRIALS}/lick_times_index`), { data: new Int32Array([2, 3]) }),
    ['/intervals/trials/lick_times_index: is int32, but must be uint8 or wider'],
  ],
  [
    'an attribute is of another type',
    (root) => Object.assign(at(root, TRIALS).attributes, { description: 1 }),
    ['/intervals/trials: attribute description is int32, but must be text'],
  ],
  [
    'a fixed value is another',
    (root) => Object.assign(at(root, '/stimulus/presentation/light/data').attributes, { unit: 'mW' }),
    ['/stimulus/presentation/light/data: attribute unit is "mW", but must be "watts"'],
  ],
  [
    'a time has no offset',
    (root) => Object.assign(at(root, '/session_start_time'), { data: '2024-02-29T10:00:00' }),
    ['/session_start_time: is "2024-02-29T10:00:00", but must be a date and time with its offset (RFC 3339)'],
  ],
  [
    'a day does not exist',
    (root) => Object.assign(at(root, '/file_create_date'), { data: ['2023-02-29T10:00:00Z'] }),
    ['/file_create_date: is "2023-02-29T10:00:00Z", but must be a date and time with its offset (RFC 3339)'],
  ],
  [
    'a list is where one value must be',
    (root) => Object.assign(at(root, '/identifier'), { data: ['a', 'b'] }),
    ['/identifier: has the shape 2, but must be a single value'],
  ],
  [
    'one value is where a list must be',
    (root) => Object.assign(at(root, '/general/experimenter'), { data: 'Doe, Jane' }),
    ['/general/experimenter: has the shape of a single value, but must have any'],
  ],
  [
    'data have a dimension too many',
    (root) =>
      Object.assign(at(root, '/stimulus/presentation/light/data'), { data: new Float64Array(2), shape: [2, 1, 1] }),
    ['/stimulus/presentation/light/data: has the shape 2 x 1 x 1, but must have any or any x any'],
  ],
  [
    'a link leads to an object of another type',
    (root) => Object.assign(at(root, '/stimulus/presentation/light').members!, { site: { to: '/general/subject' } }),
    [
      '/stimulus/presentation/light/site: links to an object of type Subject, but must link to one of type OptogeneticStimulusSite',
    ],
  ],
  [
    'a link leads nowhere',
    (root) =>
      Object.assign(at(root, '/general/optogenetics/cortex').members!, { device: { to: '/general/devices/lamp' } }),
    ['/general/optogenetics/cortex/device: links to /general/devices/lamp, which is not in the file'],
  ],
  [
    'a reference leads to an object of another type',
    (root) => Object.assign(at(root, `${TRIALS}/block`).attributes, { table: new Path('/acquisition/licks') }),
    ['/intervals/trials/block: attribute table refers to /acquisition/licks, which is not of type DynamicTable'],
  ],
  [
    'a reference in a compound leads to an object of another type',
    (root) => {
      const rows = at(root, `${TRIALS}/timeseries`).data as Map<string, unknown>;
      rows.set('timeseries', [new Path('/acquisition/licks'), new Path('/general/subject')]);
    },
    ['/intervals/trials/timeseries: refers to /general/subject, which is not of type TimeSeries'],
  ],
  [
    'a compound has other fields',
    (root) => (at(root, `${TRIALS}/timeseries`).data as Map<string, unknown>).delete('count'),
    ['/intervals/trials/timeseries: has the fields idx_start, timeseries, but must have idx_start, count, timeseries'],
  ],
  [
    'an object without a type is not in the schema',
    (root) => Object.assign(at(root, '/general').members!, { mood: dataset('good') }),
    ['/general/mood: dataset is not in the schema'],
  ],
  [
    'an object stands where its type has no place',
    (root) => Object.assign(at(root, '/general/devices').members!, { mouse: group(typed('Subject')) }),
    ['/general/devices/mouse: is of type Subject, which has no place here'],
  ],
  [
    'an object has another type than its name asks for',
    (root) => Object.assign(at(root, '/general/subject'), group(typed('Device'))),
    ['/general/subject: is of type Device, but must be of type Subject'],
  ],
  [
    'an object has no type though its name asks for one',
    (root) => Object.assign(at(root, '/general/subject'), group({})),
    ['/general/subject: has no neurodata_type, but must be of type Subject'],
  ],
  [
    'a type is unknown',
    (root) => Object.assign(at(root, '/acquisition/licks').attributes, { neurodata_type: 'LickSeries' }),
    [
      '/acquisition/licks: is of type LickSeries, which namespace core does not define',
      '/intervals/trials/timeseries: refers to /acquisition/licks, which is not of type TimeSeries',
    ],
  ],
  [
    'an attribute is not in the schema',
    (root) => Object.assign(at(root, '/acquisition/licks').attributes, { comment: 'misspelt' }),
    ['/acquisition/licks: attribute comment is not in the schema'],
  ],
  [
    'an object_id is missing',
    (root) => delete at(root, TRIALS).attributes.object_id,
    ['/intervals/trials: attribute object_id is missing'],
  ],
  [
    'an object_id is no UUID',
    (root) => Object.assign(at(root, TRIALS).attributes, { object_id: 'trials' }),
    ['/intervals/trials: attribute object_id is "trials", but must be a UUID'],
  ],
  [
    'two objects have one object_id',
    (root) =>
      Object.assign(at(root, '/general/subject').attributes, {
        object_id: at(root, '/general/devices/laser').attributes.object_id,
      }),
    ['/general/subject: attribute object_id is also that of /general/devices/laser'],
  ],
  [
    'the version is not that of the schema',
    (root) => Object.assign(root.attributes, { nwb_version: '2.6.0' }),
    ['/: attribute nwb_version is "2.6.0", but must be "2.7.0"'],
  ],
  ['.specloc is missing', (root) => delete root.attributes['.specloc'], ['/: attribute .specloc is missing']],
  [
    '.specloc leads elsewhere',
    (root) => Object.assign(root.attributes, { '.specloc': new Path('/general') }),
    ['/: attribute .specloc must be a reference to /specifications'],
  ],
  [
    'a column is longer than the table',
    (root) => Object.assign(at(root, `${TRIALS}/outcome`), { data: ['hit', 'miss', 'hit'] }),
    ['/intervals/trials/outcome: has 3 rows, but the table has 2'],
  ],
  [
    'colnames names what is no column, and leaves one out',
    (root) =>
      Object.assign(at(root, TRIALS).attributes, {
        colnames: COLUMNS.map((name) => name.replace('outcome', 'result')),
      }),
    [
      '/intervals/trials: colnames names result, which is no column',
      '/intervals/trials: column outcome is not in colnames',
    ],
  ],
  [
    'an index is not of this table',
    (root) => Object.assign(at(root, `${TRIALS}/lick_times_index`).attributes, { target: new Path(`${TRIALS}/id`) }),
    [
      '/intervals/trials/lick_times_index: attribute target refers to /intervals/trials/id, which is not of type VectorData',
      '/intervals/trials/lick_times_index: attribute target is not a column of this table',
      '/intervals/trials/lick_times: has 3 rows, but the table has 2',
    ],
  ],
  [
    'an index ends before its column',
    (root) => Object.assign(at(root, `${TRIALS}/lick_times_index`), { data: new Uint8Array([1, 2]) }),
    ['/intervals/trials/lick_times_index: ends at 2, but lick_times has 3 values'],
  ],
  [
    'an index falls',
    (root) => Object.assign(at(root, `${TRIALS}/lick_times_index`), { data: new Uint8Array([4, 3]) }),
    ['/intervals/trials/lick_times_index: falls from 4 to 3'],
  ],
  [
    'a region refers to a row that is not there',
    (root) => Object.assign(at(root, `${TRIALS}/block`), { data: new Int32Array([0, 2]) }),
    ['/intervals/trials/block: refers to row 2 of /intervals/blocks, which has 2 rows'],
  ],
  [
    'there are fewer times than samples',
    (root) => Object.assign(at(root, '/acquisition/licks/timestamps'), { data: new Float64Array([1, 2]) }),
    ['/acquisition/licks: has 3 samples in data, but 2 in timestamps'],
  ],
  [
    'a series has no times',
    (root) => delete at(root, '/acquisition/licks').members!.timestamps,
    ['/acquisition/licks: has neither timestamps nor starting_time'],
  ],
  [
    'a collection that must hold one holds none',
    (root) => Object.assign(at(root, '/processing/behavior').members!, { Position: group(typed('Position')) }),
    ['/processing/behavior/Position: group of type SpatialSeries is missing'],
  ],
  [
    'a dataset is where a group must be',
    (root) => Object.assign(root.members!, { analysis: dataset('none') }),
    ['/analysis: is a dataset, but must be a group'],
  ],
  [
    'an object names no namespace',
    (root) => delete at(root, '/general/subject').attributes.namespace,
    ['/general/subject: attribute namespace is missing'],
  ],
  [
    'a table is not called as its type, and refers to another than its type asks for',
    (root) =>
      Object.assign(at(root, '/analysis').members!, {
        repeats: group(typed('RepetitionsTable', { colnames: ['sequential_recordings'], description: 'one' }), {
          id: dataset(new Int32Array([0]), typed('ElementIdentifiers', {}, 'hdmf-common')),
          sequential_recordings: column(
            new Int32Array([1]),
            { table: new Path('/intervals/blocks') },
            'DynamicTableRegion',
          ),
          sequential_recordings_index: column(
            new Uint8Array([1]),
            { target: new Path('/analysis/repeats/sequential_recordings') },
            'VectorIndex',
          ),
        }),
      }),
    [
      '/analysis/repeats: is of type RepetitionsTable, but is not called repetitions',
      '/analysis/repeats/sequential_recordings: attribute table refers to /intervals/blocks, which is not of type SequentialRecordingsTable',
    ],
  ],
  [
    'tables that are aligned have other rows and other names',
    (root) =>
      Object.assign(at(root, '/analysis').members!, {
        aligned: group(
          typed('AlignedDynamicTable', { colnames: ['x'], description: 'one', categories: ['a', 'b'] }, 'hdmf-common'),
          {
            id: dataset(new Int32Array([0, 1]), typed('ElementIdentifiers', {}, 'hdmf-common')),
            x: column(['1', '2']),
            a: spans([0, 1], [1, 2]),
            c: spans([0], [1]),
          },
        ),
      }),
    [
      '/analysis/aligned: categories names b, which is no table in it',
      '/analysis/aligned: table c is not in categories',
      '/analysis/aligned/c: has 1 rows, but the table it is aligned with has 2',
    ],
  ],
  [
    'several things are wrong at once',
    (root) => {
      delete root.members!.identifier;
      delete at(root, `${TRIALS}/start_time`).attributes.description;
    },
    ['/: dataset identifier is missing', '/intervals/trials/start_time: attribute description is missing'],
  ],
];

describe('a file', () => {
  let folder: string;
  beforeAll(async () => {
    await ready;
    folder = mkdtempSync(join(tmpdir(), 'nwb-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const problemsOf = async (spoil: (root: Node) => void, schema = true): Promise<string[]> => {
    const root = session();
    spoil(root);
    const path = join(folder, 'session.nwb');
    write(path, root, schema);
    return validateNwbFile(path);
  };

  it('as the schema asks is valid', async () => {
    expect(await problemsOf(() => {})).toEqual([]);
  });

  it('may leave out what is optional, and add columns and objects of the types that have a place', async () => {
    expect(
      await problemsOf((root) => {
        delete at(root, '/general').members!.subject;
        delete at(root, '/acquisition/licks').attributes.description;
        at(root, TRIALS).members!.reaction_time = column(new Float32Array([0.1, 0.2]));
        at(root, TRIALS).attributes.colnames = [...COLUMNS, 'reaction_time'];
        at(root, '/intervals').members!.breaks = spans([1], [2]);
        at(root, '/acquisition').members!.cells = group(typed('AnnotationSeries'), {
          data: dataset(['begin'], { resolution: new Float32Array([-1]), unit: 'n/a' }),
          timestamps: { to: '/processing/behavior/BehavioralEvents/rewards/timestamps' },
          sync: group({}, { anything: dataset('goes') }),
        });
      }),
    ).toEqual([]);
  });

  it('may have several hard links to one object', async () => {
    const linked = (to: string) =>
      problemsOf((root) =>
        Object.assign(at(root, '/general/optogenetics/cortex').members!, { device: { to, hard: true } }),
      );
    expect(await linked('/general/devices/laser')).toEqual([]);
    const device = '/general/optogenetics/cortex/device';
    expect(await linked('/processing/behavior')).toEqual([
      `${device}: is of type ProcessingModule, but must be of type Device`,
    ]);
    expect(await linked('/acquisition/licks')).toEqual([
      `${device}: links to an object of type TimeSeries, but must link to one of type Device`,
    ]);
  });

  it.each(FAULTS)('is not valid when %s', async (_, spoil, problems) => {
    expect((await problemsOf(spoil)).toSorted()).toEqual(problems.toSorted());
  });

  it('without a schema is held against none', async () => {
    expect(await problemsOf((root) => delete root.attributes['.specloc'], false)).toEqual([
      '/: group specifications is missing: the file carries no schema',
    ]);
  });

  it('that is no HDF5 file is told, as is one that is not there', async () => {
    const path = join(folder, 'text.nwb');
    writeFileSync(path, 'not HDF5');
    expect(await validateNwbFile(path)).toEqual([`${path} cannot be read as HDF5: file signature not found`]);
    expect(await validateNwbFile(join(folder, 'none.nwb'))).toEqual([
      expect.stringContaining('none.nwb cannot be read as HDF5: '),
    ]);
  });
});

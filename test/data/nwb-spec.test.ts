/** The schema as transcribed: complete, closed, and in the form in which a file carries it. */
import { describe, expect, it } from 'vitest';
import { specifications } from '#data/nwb/spec/specifications.ts';

type Raw = Readonly<Record<string, unknown>>;

/** The types of NWB 2.7.0, hdmf-common 1.8.0 and hdmf-experimental 0.5.0, in the order of their source files. */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'hdmf-common 1.8.0': {
    base: 'Data Container SimpleMultiContainer',
    table: 'VectorData VectorIndex ElementIdentifiers DynamicTableRegion DynamicTable AlignedDynamicTable',
    sparse: 'CSRMatrix',
  },
  'hdmf-experimental 0.5.0': { experimental: 'EnumData', resources: 'HERD' },
  'core 2.7.0': {
    'nwb.base':
      'NWBData TimeSeriesReferenceVectorData Image ImageReferences NWBContainer NWBDataInterface TimeSeries ' +
      'ProcessingModule Images',
    'nwb.device': 'Device',
    'nwb.epoch': 'TimeIntervals',
    'nwb.image': 'GrayscaleImage RGBImage RGBAImage ImageSeries ImageMaskSeries OpticalSeries IndexSeries',
    'nwb.file': 'ScratchData NWBFile LabMetaData Subject',
    'nwb.misc': 'AbstractFeatureSeries AnnotationSeries IntervalSeries DecompositionSeries Units',
    'nwb.behavior':
      'SpatialSeries BehavioralEpochs BehavioralEvents BehavioralTimeSeries PupilTracking EyeTracking ' +
      'CompassDirection Position',
    'nwb.ecephys':
      'ElectricalSeries SpikeEventSeries FeatureExtraction EventDetection EventWaveform FilteredEphys LFP ' +
      'ElectrodeGroup ClusterWaveforms Clustering',
    'nwb.icephys':
      'PatchClampSeries CurrentClampSeries IZeroClampSeries CurrentClampStimulusSeries VoltageClampSeries ' +
      'VoltageClampStimulusSeries IntracellularElectrode SweepTable IntracellularElectrodesTable ' +
      'IntracellularStimuliTable IntracellularResponsesTable IntracellularRecordingsTable ' +
      'SimultaneousRecordingsTable SequentialRecordingsTable RepetitionsTable ExperimentalConditionsTable',
    'nwb.ogen': 'OptogeneticSeries OptogeneticStimulusSite',
    'nwb.ophys':
      'OnePhotonSeries TwoPhotonSeries RoiResponseSeries DfOverF Fluorescence ImageSegmentation PlaneSegmentation ' +
      'ImagingPlane OpticalChannel MotionCorrection CorrectedImageStack',
    'nwb.retinotopy': 'ImagingRetinotopy',
  },
};

/** Every entry of a source's text, with those within it. */
function entriesOf(text: string): Raw[] {
  const all = (entry: Raw): Raw[] => [
    entry,
    ...['dtype', 'attributes', 'datasets', 'groups', 'links'].flatMap((key) =>
      Array.isArray(entry[key]) ? (entry[key] as Raw[]).flatMap(all) : [],
    ),
  ];
  const { datasets, groups } = JSON.parse(text) as { datasets?: Raw[]; groups?: Raw[] };
  return [...(datasets ?? []), ...(groups ?? [])].flatMap(all);
}

const defined = (entry: Raw): unknown => entry.data_type_def ?? entry.neurodata_type_def;
const basis = (entry: Raw): unknown => entry.data_type_inc ?? entry.neurodata_type_inc;

describe('the schema', () => {
  const sources = specifications().flatMap((namespace) => namespace.sources);
  const entries = sources.flatMap(({ text }) => entriesOf(text));
  const types = new Map(
    entries.filter((entry) => defined(entry) !== undefined).map((entry) => [defined(entry), entry]),
  );

  it('has the types of its release, source by source', () => {
    const found = Object.fromEntries(
      specifications().map(({ name, version, sources: own }) => [
        `${name} ${version}`,
        Object.fromEntries(
          own.map(({ name: source, text }) => [
            source,
            entriesOf(text)
              .map(defined)
              .filter((type) => type !== undefined)
              .join(' '),
          ]),
        ),
      ]),
    );
    expect(found).toEqual(TYPES);
    expect(types.size).toBe(87);
  });

  it('defines every type it refers to', () => {
    const targets = entries.flatMap(({ target_type, dtype }) => [target_type, (dtype as Raw | undefined)?.target_type]);
    const referred = [...entries.map(basis), ...targets].filter((type) => type !== undefined);
    expect(referred.length).toBeGreaterThan(200);
    expect(referred.filter((type) => !types.has(type))).toEqual([]);
  });

  it('builds every type on Data or on Container', () => {
    const ends = [...types.keys()].map((type) => {
      const line = [type];
      for (let next = basis(types.get(type)!); next !== undefined && !line.includes(next); ) {
        line.push(next);
        next = basis(types.get(next)!);
      }
      return line.at(-1);
    });
    expect(new Set(ends)).toEqual(new Set(['Data', 'Container']));
  });

  it('says of every entry what it is by names alone', () => {
    expect(entries.filter(({ doc }) => typeof doc !== 'string' || doc === '')).toEqual([]);
    const docs = new Set(entries.map(({ doc }) => doc));
    for (const doc of [
      'TimeSeries',
      'TimeSeries: data, conversion',
      'TimeSeriesReferenceVectorData: idx_start',
      'ProcessingModule: DynamicTable',
      'OptogeneticSeries: site',
    ]) {
      expect(docs).toContain(doc);
    }
  });

  it('keeps the point of a float, so that no reader takes it for an integer', () => {
    const base = sources.find(({ name }) => name === 'nwb.base')!.text;
    expect(base).toContain('"name":"conversion","dtype":"float32","default_value":1.0,');
    expect(base).toContain('"name":"resolution","dtype":"float32","default_value":-1.0,');
    expect(base).toContain('"name":"interval","dtype":"int32","value":1,');
  });

  it('has a namespace text as HDMF writes it', () => {
    const { namespaceText } = specifications().find(({ name }) => name === 'hdmf-experimental')!;
    expect(JSON.parse(namespaceText)).toEqual({
      namespaces: [
        {
          doc: 'HDMF Experimental 0.5.0',
          name: 'hdmf-experimental',
          full_name: 'HDMF Experimental',
          version: '0.5.0',
          author: ['Andrew Tritt', 'Oliver Ruebel', 'Ryan Ly', 'Ben Dichter', 'Matthew Avaylon'],
          contact: ['ajtritt@lbl.gov', 'oruebel@lbl.gov', 'rly@lbl.gov', 'bdichter@lbl.gov', 'mavaylon@lbl.gov'],
          schema: [{ namespace: 'hdmf-common' }, { source: 'experimental' }, { source: 'resources' }],
        },
      ],
    });
  });

  it('fixes the version that its namespace has', () => {
    const file = entries.find((entry) => defined(entry) === 'NWBFile')!;
    const core = specifications().find(({ name }) => name === 'core')!;
    expect((file.attributes as Raw[])[0]!.value).toBe(core.version);
  });
});

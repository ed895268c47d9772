/**
 * A recorded session as an NWB file (Neurodata Without Borders 2.7.0; nwb-schema.readthedocs.io). What stands where, and
 * what it proves, is told in docs/nwb.md.
 */
import { writeFileSync } from 'node:fs';
import type { RecordDatabase } from '../open.ts';
import { general, type NwbAbout, rootDatasets } from './general.ts';
import { hdf5Of } from './hdf5.ts';
import { identifierOf } from './identity.ts';
import { kindsOf, lickSeries, otherSeries, shownSeries } from './lines.ts';
import { optoOf } from './opto.ts';
import { provenance } from './provenance.ts';
import { drops, frameClock } from './samples.ts';
import { readSource, type Source } from './source.ts';
import { type Group, group, type Members, object } from './tree.ts';
import { trialEpochs, trialsTable } from './trials.ts';

/**
 * Into a new file at `path`. Two files of one session are the same but for their file_create_date.
 * @throws RecordError, for a session that is still open, too
 */
export async function writeNwb(db: RecordDatabase, session: number, path: string, about: NwbAbout): Promise<void> {
  // One transaction: whoever else writes to the record meanwhile is not seen half.
  const source = db.transaction(() => readSource(db, session))();
  const { id, startedAt, eventCrc32 } = source.session;
  const identifier = identifierOf({ record: source.record, session: id, startedAt, eventCrc32 });
  writeFileSync(path, await hdf5Of(nwbFile(source, identifier, about), identifier));
}

function nwbFile(source: Source, identifier: string, about: NwbAbout): Group {
  const kindOf = kindsOf(source);
  const opto = optoOf(source);
  const licks = lickSeries(source, kindOf);
  const intervals = present({
    trials: trialsTable(source),
    trial_epochs: trialEpochs(source),
    opto_epochs: opto.epochs,
  });
  return object(
    'NWBFile',
    { nwb_version: '2.7.0' },
    {
      ...rootDatasets(source, identifier, about),
      acquisition: group({ ...otherSeries(source, kindOf), ...frameClock(source) }),
      analysis: group({}),
      processing: group(
        Object.keys(licks).length === 0
          ? {}
          : { behavior: object('ProcessingModule', { description: 'What the tongue did.' }, licks) },
      ),
      stimulus: group({
        presentation: group({ ...shownSeries(source, kindOf), ...drops(source, kindOf), ...opto.series }),
        templates: group({}),
      }),
      general: group(general(source, about, opto.devices, opto.sites)),
      ...(Object.keys(intervals).length === 0 ? {} : { intervals: group(intervals) }),
      scratch: group({ provenance: provenance(source, about) }),
    },
  );
}

function present(groups: Readonly<Record<string, Group | null>>): Members {
  return Object.fromEntries(Object.entries(groups).flatMap(([name, each]) => (each === null ? [] : [[name, each]])));
}

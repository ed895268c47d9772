/**
 * /scratch/provenance: where every number came from, as names and values in words. The schema has no place for it without
 * an extension, and what an extension says only its own reader understands.
 */
import type { NwbAbout } from './general.ts';
import type { Source } from './source.ts';
import { table } from './table.ts';
import type { Group } from './tree.ts';

type Item = readonly [name: string, value: string | number | boolean | null];

export function provenance(source: Source, about: NwbAbout): Group {
  // The first value is no date: readers judge a column by it.
  const items = [
    ...ofProgram(source, about),
    ...ofSession(source),
    ...ofTask(source),
    ...ofRig(source),
    ...ofRecording(source),
    ...ofPeople(source),
  ];
  return table(
    'DynamicTable',
    'Where the session came from: one row a name and value; values that several rows share a name of (fault, exclusion, amendment) are several. Booleans are true or false; parameters, lines and rig_file are JSON.',
    {
      item: { kind: 'text', description: 'What it is.', values: items.map(([name]) => name) },
      value: {
        kind: 'text',
        description: 'In words.',
        values: items.map(([, value]) => (value === null ? null : String(value))),
      },
    },
  );
}

function ofProgram({ session, rolledUp }: Source, { software }: NwbAbout): Item[] {
  return [
    ['written_by', software],
    ['software_version', session.softwareVersion],
    ['program_version', session.programVersion],
    ['rolled_up', rolledUp],
  ];
}

/** What the view trials_wide repeats in every trial. */
function ofSession({ record, session, animal, ladder, expertDay }: Source): Item[] {
  return [
    ['record', record],
    ['session', session.id],
    ['simulated', session.simulated],
    ['subject', animal.name],
    ['subject_id', animal.id],
    ['former_names', animal.oldNames.join(', ')],
    ['operator', session.operator],
    ['session_started_at', session.startedAt],
    ['day', session.startedAt.slice(0, 10)],
    ['ended_at', session.endedAt],
    ['session_end_reason', session.endReason],
    ['kind', session.kind],
    ['agent', session.agent],
    ['dose', session.dose],
    ['agent_site', session.site],
    ['agent_given_at', session.givenAt],
    ['ladder', ladder],
    ['stage', session.stage],
    ['expert_day', expertDay],
    ['disengagement_rule', session.disengagementRule],
    ['last_engaged_trial', session.lastEngagedTrial],
  ];
}

function ofTask({ session }: Source): Item[] {
  return [
    ['task', session.task],
    ['task_hash', session.taskHash],
    ['parameters', JSON.stringify(session.parameters)],
    ['off_task', session.offTask],
    ['seed', session.seed],
  ];
}

function ofRig({ session }: Source): Item[] {
  return [
    ['rig', session.rig],
    ['rig_kind', session.rigKind],
    ['engine', session.engine],
    ['firmware', session.firmware],
    ['link', session.linkVersion],
    ['board', session.boardId],
    ['boot_id', session.bootId],
    ['lines', JSON.stringify(session.lines)],
    ['rig_file', session.rigFile],
  ];
}

function ofRecording({ session, segments, certificate, imaging, faults }: Source): Item[] {
  return [
    ['event_count', session.eventCount],
    ['event_crc32', session.eventCrc32],
    ...segments.map(
      ({ segment, firstSeq, uncertaintyUs }): Item => [
        'clock_segment',
        `${segment}: from event ${firstSeq}, ${uncertaintyUs === null ? 'virtual time' : `to ${uncertaintyUs} us`}`,
      ],
    ),
    ['certificate', certificate?.line ?? null],
    ...(imaging === null
      ? []
      : [
          ['frame_clock_armed_at', imaging.armedAt] as const,
          ['frame_clock_hold_frames', imaging.holdFrames] as const,
          ['frame_clock_already_running', imaging.alreadyRunning] as const,
          ['frame_clock_rejected_pulses', imaging.rejectedPulses] as const,
        ]),
    ...faults.map(
      ({ at, trial, code, message }): Item => [
        'fault',
        `${at}${trial === null ? '' : `, trial ${trial}`}, ${code}: ${message}`,
      ],
    ),
  ];
}

function ofPeople({ exclusions, amendments }: Source): Item[] {
  return [
    ...exclusions.map(
      ({ firstTrial, lastTrial, use, reason, person, at, liftedAt, liftedBy }): Item => [
        'exclusion',
        `${firstTrial === null ? 'the session' : `trials ${firstTrial} to ${lastTrial}`} from ${use}: ${reason} (${person}, ${at})${liftedAt === null ? '' : `; lifted by ${liftedBy}, ${liftedAt}`}`,
      ],
    ),
    ...amendments.map(
      ({ what, column, old, new: value, person, reason, at }): Item => [
        'amendment',
        `${what}, ${column}: ${old ?? 'none'} became ${value ?? 'none'}: ${reason} (${person}, ${at})`,
      ],
    ),
  ];
}

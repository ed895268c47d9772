/** What stands at the root of the file and under /general: whose session it was, what was done, by whom, with what. */
import { tasks } from '#protocols/registry.ts';
import type { OdourOfSession } from './reads.ts';
import type { Source } from './source.ts';
import { subjectOf } from './subject.ts';
import { group, list, type Members, object, text, texts } from './tree.ts';

/** What an export says of itself. */
export interface NwbAbout {
  /** Name and version of this program. */
  readonly software: string;
  /** ISO 8601 with offset. */
  readonly madeAt: string;
}

export function rootDatasets({ session, animal }: Source, identifier: string, { madeAt }: NwbAbout): Members {
  const ended = session.endReason ?? 'unknown';
  const stage = session.stage === null ? '' : `, stage ${session.stage}`;
  const said = `Session ${session.id} of ${animal.name} on the rig ${session.rig}: task ${session.task}${stage}, ${session.kind}, ${session.trials} trials, ended: ${ended}.`;
  return {
    identifier: text(identifier),
    session_description: text(
      session.simulated ? `SIMULATED: no animal, no odour and no water were there. ${said}` : said,
    ),
    session_start_time: text(session.startedAt),
    timestamps_reference_time: text(session.startedAt),
    file_create_date: list([madeAt]),
  };
}

/** `devices`, `sites`: those of the light. */
export function general(source: Source, about: NwbAbout, devices: Members, sites: Members): Members {
  const { session, animal } = source;
  return {
    ...(session.operator ? { experimenter: list([session.operator]) } : {}),
    ...texts({
      session_id: String(session.id),
      protocol: animal.licence,
      experiment_description: taskWords(session.task),
      pharmacology: given(source),
      stimulus: stimulus(source),
      virus: animal.opsin === null ? null : `Opsin or control construct: ${animal.opsin}.`,
      surgery: animal.implantDate === null ? null : `Head plate implanted on ${animal.implantDate}.`,
      data_collection: collection(source),
      notes: source.notes.map(noteWords).join('\n'),
    }),
    keywords: list(keywords(source)),
    source_script: text(
      `Recorded by rehearsal ${session.softwareVersion}, trial programs of version ${session.programVersion}, engine ${session.engine}, firmware ${session.firmware}. Written by ${about.software}.`,
      { file_name: 'rig export --format nwb' },
    ),
    subject: subjectOf(source),
    devices: group({ rig: rigDevice(source), ...devices }),
    ...(Object.keys(sites).length === 0 ? {} : { optogenetics: group(sites) }),
  };
}

function taskWords(name: string): string {
  const task = tasks.find((each) => each.name === name);
  if (task === undefined) return `Task ${name}, which is not known to the program that wrote this.`;
  return `${task.title} (${name}).\n\n${task.prose}`;
}

function given({ session: { agent, dose, site, givenAt } }: Source): string | null {
  if (agent === null) return null;
  const parts = [agent, dose && `dose ${dose}`, site && `site ${site}`, givenAt && `given at ${givenAt}`];
  return `Substance: ${parts.filter(Boolean).join('; ')}.`;
}

function stimulus({ odours }: Source): string {
  if (odours.length === 0) return 'Odours: which substances were behind the letters of the task is not in the record.';
  return `Odours: ${odours.map(odourWords).join('; ')}.`;
}

function odourWords({ odour, line, chemical, solvent, percent, supplier, lot, blank }: OdourOfSession): string {
  const parts = [
    percent !== null && `${percent} % by volume`,
    solvent !== null && `in ${solvent}`,
    supplier !== null && `supplier ${supplier}`,
    lot !== null && `lot ${lot}`,
  ].filter((part) => part !== false);
  return `${odour} is ${chemical}${blank === 1 ? ' (solvent only)' : ''}${parts.length > 0 ? `, ${parts.join(', ')}` : ''}, on the valve ${line}`;
}

function collection({ session }: Source): string {
  return `Rig ${session.rig} (${session.rigKind}). Every edge, output and state was stamped where it happened; times are true seconds from the session's first stamp, which comes shortly after session_start_time, by the board's clock as read against the computer's. Outputs are as commanded.`;
}

function noteWords({ at, trial, person, body }: Source['notes'][number]): string {
  return `${at}${person === null ? '' : ` ${person}`}${trial === null ? '' : `, trial ${trial}`}: ${body}`;
}

function keywords({ session, sites, imaging }: Source): string[] {
  return [
    ...(session.simulated ? ['SIMULATED'] : []),
    'head-fixed behaviour',
    'licking',
    session.task,
    session.kind,
    ...(sites.size > 0 ? ['optogenetics'] : []),
    ...(imaging === null ? [] : ['imaging']),
  ];
}

function rigDevice({ session }: Source) {
  const board = session.boardId === null ? 'no board' : `board ${session.boardId}`;
  return object('Device', {
    description: `Behaviour rig ${session.rig} (${session.rigKind}), ${board}, firmware ${session.firmware}.${session.simulated ? ' SIMULATED.' : ''}`,
  });
}

/**
 * From what a person asks for to a session that can be run: the task (the one of the animal's stage unless another is
 * named), its settings, what the session is for, and what the simulated animal brings along. All that can be refused
 * before a record or a port is touched, is refused here.
 */
import { existsSync } from 'node:fs';
import { animalNamed, formerlyNamed } from '#data/animal-room/animals.ts';
import type { RecordDatabase } from '#data/open.ts';
import type { Place } from '#data/place.ts';
import { listSessions } from '#data/reads.ts';
import { type OdourMap, odourMapOf } from '#data/rig-room/vials.ts';
import type { ConditionRow } from '#data/rows.ts';
import { readMouse, sessionWithSeed } from '#data/training-reads.ts';
import type { MouseState } from '#hardware/mouse/learning-mouse.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { valueText } from '#protocols/parameters.ts';
import { findTask } from '#protocols/registry.ts';
import type { SessionKind } from '#protocols/session-kind.ts';
import type { Task } from '#protocols/task.ts';
import { nowOf } from './animal-room/entering.ts';
import { careOf, remainingUl, whyNoSession } from './animal-room/standing.ts';
import { commandName, type Io } from './io.ts';
import { readingFrom } from './record-option.ts';
import { type Standing, standingOf } from './training.ts';
import { UsageError } from './usage-error.ts';

/** What the record says of an animal before its session. */
export interface KnownSubject {
  /** It stands in the record. */
  readonly entered: boolean;
  /** Null: it is in no stage of training. */
  readonly standing: Standing | null;
  /** Of a simulated mouse; undefined: it has learned nothing yet. */
  readonly mouse: MouseState | undefined;
  /** Why no session may start with it, in words; null: it may. */
  readonly refused: string | null;
  /** What rigs may still give it today, microlitres; null: it is on no restriction. */
  readonly remainingUl: number | null;
  readonly odourMap: OdourMap;
  /** Since when its head is fixed, ISO 8601; null: it is free. */
  readonly headFixedSince: string | null;
  /** Where its last sessions all ran; null: on several rigs, or nowhere. */
  readonly usualRig: string | null;
  /** The last session of this task that had this seed; null: none. */
  seedUsedIn(task: string, seed: number): number | null;
}

const nobody: KnownSubject = {
  entered: false,
  standing: null,
  mouse: undefined,
  refused: null,
  remainingUl: null,
  odourMap: {},
  headFixedSince: null,
  usualRig: null,
  seedUsedIn: () => null,
};

/** Reads only; a record that is not there yet knows nobody. `again`: a second session of the day is meant. */
export function knownSubject({ path }: Place, file: RigFile, name: string, again: boolean, io: Io): KnownSubject {
  if (!existsSync(path)) return nobody;
  return readingFrom(path, (db) => {
    const animal = animalNamed(db, name);
    if (animal === null) return { ...nobody, refused: renamedWords(formerlyNamed(db, name), name) };
    const subject = animal.id;
    const care = careOf(db, animal, nowOf(io).day);
    return {
      entered: true,
      refused: whyNoSession(care, { rig: commandName(io), again, weightDays: file.weightDays }),
      remainingUl: remainingUl(care, file.waterPerSessionUl),
      odourMap: odourMapOf(db, subject),
      headFixedSince: care.headFixedSince,
      usualRig: usualRigOf(db, animal.name),
      standing: standingOf(db, subject),
      mouse: readMouse(db, subject) as MouseState | undefined,
      seedUsedIn: (task, seed) => readingFrom(path, (again) => sessionWithSeed(again, subject, task, seed)),
    };
  });
}

const USUAL_SESSIONS = 3;

function usualRigOf(db: RecordDatabase, name: string): string | null {
  const last = listSessions(db, name).slice(-USUAL_SESSIONS);
  return last.length === USUAL_SESSIONS && last.every(({ rig }) => rig === last[0]!.rig) ? last[0]!.rig : null;
}

/** An old name would make a second record of one animal. */
function renamedWords(now: readonly string[], name: string): string | null {
  if (now.length === 0) return null;
  return `${name} is now called ${now.join(' or ')}. No session was started. Type the name on the cage card.`;
}

export interface Asked {
  /** Null: what the animal's stage says. */
  readonly task: string | null;
  /** As typed, by parameter. */
  readonly settings: Readonly<Record<string, string>>;
  /** Null: what the task and the settings make of it. */
  readonly kind: SessionKind | null;
  readonly given: Omit<ConditionRow, 'kind'>;
}

export interface PlannedSession {
  readonly task: Task;
  /** As typed, by parameter. */
  readonly settings: Readonly<Record<string, string>>;
  /** Null: outside the stages of training. */
  readonly standing: Standing | null;
  readonly condition: ConditionRow;
  readonly offTask: boolean;
}

/** @throws ParameterError, UsageError */
export function planSession(asked: Asked, known: Standing | null): PlannedSession {
  const standing = asked.task === null ? known : null;
  const task = findTask(asked.task ?? standing?.stage.task ?? 'delayed-association');
  const lit = Object.keys(asked.settings).some(isLightSetting);
  const kind = asked.kind ?? (asked.given.agent !== null ? 'drug' : lit ? 'opto' : task.kind);
  refuseContradictions(kind, asked, lit, standing);
  const byHand = Object.keys(asked.settings).filter((name) => !(kind === 'opto' && isLightSetting(name)));
  const ofStage = Object.entries(standing?.stage.settings ?? {}).map(([name, value]) => [name, valueText(value)]);
  return {
    task,
    settings: { ...Object.fromEntries(ofStage), ...asked.settings },
    standing,
    condition: { kind, ...asked.given },
    offTask: byHand.length > 0,
  };
}

/** Parameters of light (protocols/light-parameters.ts) bear its name. */
function isLightSetting(name: string): boolean {
  return /^(opto|light)[A-Z]/.test(name);
}

function refuseContradictions(kind: SessionKind, { given }: Asked, lit: boolean, standing: Standing | null): void {
  const refuse = (what: string, remedy: string) => new UsageError(`${what} Nothing was started. ${remedy}`);
  if (kind === 'drug' && given.agent === null) {
    throw refuse(
      'A drug session must say what was given, or it cannot be analysed.',
      'Add --agent, e.g. --agent muscimol --dose "1 ug" --site "M2, both sides".',
    );
  }
  if (kind !== 'drug' && given.agent !== null) {
    throw refuse(
      `An animal that was given ${given.agent} is in a drug session, and this one is called ${kind}.`,
      'Leave --kind out, or leave --agent out if nothing was given.',
    );
  }
  if (given.agent === null && (given.dose ?? given.site ?? given.givenAt) !== null) {
    throw refuse('A dose, site or time was named, but not what was given.', 'Add --agent.');
  }
  if (lit && kind !== 'opto') {
    throw refuse(
      `A session with opto light is of kind opto, and this one is called ${kind}: it would count as practice without light.`,
      'Leave --kind out, or take the light settings out.',
    );
  }
  if (kind === 'opto' && standing !== null && !standing.stage.light) {
    throw refuse(
      `Stage ${standing.stage.name} of ${standing.ladder.name} allows no opto light: the animal is still learning.`,
      'Run it without light, or name the task with --task to run it outside the stages.',
    );
  }
}

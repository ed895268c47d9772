/**
 * What stands against a start, looked at from the rig's side: calibrations, odours, light, check of the day, flush, bottle.
 * On a rig that holds to the rules it refuses the start; on a plain simulation it is only said.
 */
import { rangeOf } from '#hardware/calibration.ts';
import { holdsRules, type RigFile } from '#hardware/rig-file.ts';
import { odourLine, spoutLines } from '#machines/vocabulary.ts';
import type { TaskAsks } from './asks.ts';
import type { LoadedOdours } from './loaded.ts';
import { lineOf, type RigStanding } from './standing.ts';

export interface Concerns {
  /** Why no session may start, each with its remedy; empty: it may. */
  readonly refusals: readonly string[];
  /** What the technician should know. */
  readonly notes: readonly string[];
}

interface BeforeStart {
  readonly standing: RigStanding;
  readonly asks: TaskAsks;
  readonly odours: LoadedOdours;
  /** As used. */
  readonly file: RigFile;
  /** How to type the rig after a command, e.g. `my-rig.json`. */
  readonly typed: string;
  /** How the program is called. */
  readonly rig: string;
  readonly subject: string;
}

export function concernsOf(before: BeforeStart): Concerns {
  const refusals: string[] = [];
  const notes: string[] = [];
  const held = holdsRules(before.file);
  for (const { text, weight } of concerns(before, held)) {
    if (weight === 'refuse' || (weight === 'rule' && held)) refusals.push(text);
    else notes.push(weight === 'rule' ? `${text} This rig is a simulation, so the session starts all the same.` : text);
  }
  return { refusals, notes };
}

/** `refuse`: always; `rule`: where rules hold; `note`: never refused. */
interface Concern {
  readonly text: string;
  readonly weight: 'refuse' | 'rule' | 'note';
}

function* concerns(before: BeforeStart, held: boolean): Generator<Concern> {
  yield* flush(before);
  yield* water(before, held);
  yield* light(before);
  yield* odours(before);
  yield* clearance(before, held);
  if (held) yield* check(before);
  yield* bottles(before);
}

function* flush({ standing: { flushSince }, file, rig, typed }: BeforeStart): Generator<Concern> {
  if (flushSince === null) return;
  const text = `A flush of the rig ${file.name} was begun at ${time(flushSince)} and not finished: what is in its tubes may not be water. Flush it to the end: ${rig} care ${typed} flush --operator NAME.`;
  yield { text, weight: 'refuse' };
}

/** A simulated rig that nobody calibrated works by nominal flow, as all of it is made up. */
function* water({ standing, asks, file, rig, typed }: BeforeStart, held: boolean): Generator<Concern> {
  for (const spout of asks.spouts) {
    const name = spoutLines[spout].water;
    const line = lineOf(standing, name);
    if (line === null || line.problem === null || (line.calibration === null && !held)) continue;
    const text = `The line "${name}" of the rig ${file.name} ${line.problem}, so nobody knows how much a drop is. Calibrate it: ${rig} calibrate ${typed} ${name} --operator NAME.`;
    yield { text, weight: 'rule' };
  }
}

function* light({ standing, asks: { drive }, file, rig, typed }: BeforeStart): Generator<Concern> {
  const line = lineOf(standing, 'opto');
  if (drive === null || line === null) return;
  const remedy = `Measure it: ${rig} calibrate ${typed} opto --operator NAME.`;
  if (line.problem !== null) {
    const text = `The opto light of the rig ${file.name} ${line.problem}; without milliwatts at the fibre tip its trials cannot be analysed. ${remedy}`;
    yield { text, weight: 'rule' };
    return;
  }
  const { calibration } = line;
  if (calibration?.kind !== 'opto') return;
  const { least, most } = calibration.fit;
  if (drive >= least && drive <= most) return;
  const { least: from, most: to } = rangeOf(calibration.fit);
  const text = `A drive of ${drive} is outside of what the opto light of the rig ${file.name} was measured at (${least} to ${most}, which is ${from.toFixed(2)} to ${to.toFixed(2)} mW). Set lightAmplitude within, or measure more points. ${remedy}`;
  yield { text, weight: 'rule' };
}

function* odours({
  standing,
  asks,
  odours: { loaded, missing },
  file,
  rig,
  typed,
  subject,
}: BeforeStart): Generator<Concern> {
  const { odorants, vials } = standing;
  const called = (id: number) => odorants.find((each) => each.id === id)?.chemical ?? `odorant ${id}`;
  for (const { odour, odorant } of missing) {
    if (!asks.odours.includes(odour)) continue;
    const text =
      odorant === null
        ? `The odour map of ${subject} has no odorant for ${odour}, which the task shows. Enter it: ${rig} odour-map set ${subject} ${odour}=NUMBER --operator NAME.`
        : `${odour} of ${subject} is ${called(odorant)} (${odorant}), and no vial of it sits on a valve of the rig ${file.name}. Mount it: ${rig} vial mount ${typed} LINE ${odorant} --operator NAME.`;
    yield { text, weight: 'refuse' };
  }
  if (asks.blank) {
    const scented = vials.filter(({ line, odorant }) => {
      const used = asks.odours.some((odour) => odourLine(odour) === line);
      return used && odorants.find(({ id }) => id === odorant)?.blank !== 1;
    });
    for (const { line, odorant } of scented) {
      const text = `A blank session shows solvent only, and ${called(odorant)} sits on "${line}" of the rig ${file.name}. Mount a vial of solvent: ${rig} vial mount ${typed} ${line} NUMBER --operator NAME.`;
      yield { text, weight: 'rule' };
    }
  } else if (asks.odours.length > 0 && loaded === null && holdsRules(file)) {
    const text = `Nobody entered which odorants sit on the rig ${file.name}, so the trials of this session will not say what the animal smelled. Enter them: ${rig} vial mount ${typed} LINE NUMBER --operator NAME.`;
    yield { text, weight: 'note' };
  }
}

/** An odour that is still there at the second one makes the delay one of smelling, not of memory. */
function* clearance(
  { standing, asks, odours: { loaded }, file, rig, typed }: BeforeStart,
  held: boolean,
): Generator<Concern> {
  const { delayMs } = asks;
  if (delayMs === null || asks.blank) return;
  const unknown: string[] = [];
  for (const name of asks.odours.map((odour) => loaded?.[odour]?.line ?? odourLine(odour)).sort()) {
    const line = lineOf(standing, name);
    if (line === null) continue;
    const { calibration } = line;
    if (calibration?.kind === 'odourTiming' && calibration.points.clearanceMs > delayMs) {
      const text = `Odour of "${name}" on the rig ${file.name} takes ${calibration.points.clearanceMs} ms to clear, longer than the delay of ${delayMs} ms: the animal could smell what it should remember. Raise the air flow and measure again: ${rig} calibrate ${typed} ${name} --operator NAME.`;
      yield { text, weight: 'rule' };
    } else if (line.problem !== null && (held || calibration !== null)) unknown.push(`"${name}" ${line.problem}`);
  }
  if (unknown.length > 0) {
    const text = `When odours arrive and clear on the rig ${file.name} is not known: ${unknown.join('; ')}.`;
    yield { text, weight: 'note' };
  }
}

/** Done without an animal, once a day; the next seven animals do not repeat it. */
function* check({ standing: { check: done }, file, rig, typed }: BeforeStart): Generator<Concern> {
  const remedy = `Take the animal out and check it: ${rig} check ${typed}.`;
  const say = (why: string): Concern => ({ text: `The rig ${file.name} ${why}. ${remedy}`, weight: 'rule' });
  if (done === null) yield say('was not checked today');
  else if (done.grade === 'FAIL') yield say(`failed its check at ${time(done.at)}`);
  else if (done.faultSince !== null) yield say(`had a fault since its check at ${time(done.at)} (${done.faultSince})`);
  else if (done.voidedSince !== null)
    yield say(`was re-plumbed since its check at ${time(done.at)} (${done.voidedSince})`);
}

function* bottles({ standing, asks, file, rig, typed }: BeforeStart): Generator<Concern> {
  for (const { line, filledUl, dispensedUl } of standing.bottles) {
    if (!asks.spouts.some((spout) => spoutLines[spout].water === line)) continue;
    const leftUl = filledUl - dispensedUl;
    if (leftUl >= file.waterPerSessionUl) continue;
    const left = Math.max(0, leftUl / 1000).toFixed(1);
    const text = `The bottle of "${line}" on the rig ${file.name} has ${left} ml left, less than this session may give. Fill it, then: ${rig} care ${typed} bottle --ml ML --line ${line} --operator NAME.`;
    yield { text, weight: leftUl <= 0 ? 'rule' : 'note' };
  }
}

function time(at: string): string {
  return at.slice(11, 16);
}

/** A session in the history of its animal: what it was, whether it counted, how the animal did. */
import type { Cell } from '#data/rollups/cells.ts';
import type { EarlierSessions, PairLicksRow, SessionLine } from '#data/rollups/history.ts';
import { type SessionFigures, sessionFigures } from '../performance.ts';
import { EXPERT } from '../training.ts';

/** Why a session stands apart from the ones beside it on a curve. */
type Apart = 'excluded' | 'condition' | 'opto' | 'off task' | 'control' | 'habituation' | 'other rig';

export interface SessionRow extends SessionLine, SessionFigures {
  /** 1, 2, 3 ... in the animal's life. */
  readonly number: number;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** It counts towards stages and expert days. */
  readonly counts: boolean;
  /** Days of counted practice as an expert up to and with its own; null: none yet. */
  readonly expertDay: number | null;
  /** Empty: an ordinary training session. */
  readonly apart: readonly Apart[];
  /** Of engaged control trials, by pair. */
  readonly licks: readonly PairLicksRow[];
}

/** Fewer sessions than this say nothing about where an animal usually works. */
const LEAST_FOR_USUAL_RIG = 3;

/** By session. */
export interface RolledUp {
  readonly cells: ReadonlyMap<number, readonly Cell[]>;
  readonly licks: ReadonlyMap<number, readonly PairLicksRow[]>;
  /** Sessions of the animal before these. */
  readonly earlier: EarlierSessions;
}

/** `lines`: an animal's, one after another, oldest first. */
export function sessionRows(lines: readonly SessionLine[], { cells, licks, earlier }: RolledUp): SessionRow[] {
  const expertDays = new Set(earlier.expertDays);
  const rigs = new Map<string, number>();
  return lines.map((line, index) => {
    const day = line.startedAt.slice(0, 10);
    const counts = line.assessed && line.notCounted === null && !line.excluded;
    if (counts && line.stage === EXPERT) expertDays.add(day);
    const usual = usualRig(rigs);
    rigs.set(line.rig, (rigs.get(line.rig) ?? 0) + 1);
    return {
      ...line,
      ...sessionFigures(cells.get(line.session) ?? [], line.lastEngagedTrial),
      number: earlier.sessions + index + 1,
      day,
      counts,
      expertDay: expertDays.size === 0 ? null : expertDays.size,
      apart: apartFor(line, usual !== null && usual !== line.rig),
      licks: licks.get(line.session) ?? [],
    };
  });
}

function apartFor({ excluded, agent, kind, offTask }: SessionLine, otherRig: boolean): Apart[] {
  const apart: Apart[] = [];
  if (excluded) apart.push('excluded');
  if (agent !== null || kind === 'drug') apart.push('condition');
  if (kind === 'opto') apart.push('opto');
  if (offTask && kind !== 'opto') apart.push('off task');
  if (kind === 'control') apart.push('control');
  if (kind === 'habituation') apart.push('habituation');
  if (otherRig) apart.push('other rig');
  return apart;
}

/** Null: it is not known yet, or there is no one rig that it mostly works on. */
function usualRig(rigs: ReadonlyMap<string, number>): string | null {
  const [first, second] = [...rigs].sort(([, one], [, other]) => other - one);
  if (first === undefined || first[1] < LEAST_FOR_USUAL_RIG || first[1] === second?.[1]) return null;
  return first[0];
}

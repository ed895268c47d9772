/**
 * The words of the house: odours, epochs, outcomes, line kinds and the codes of recorded events.
 * One spelling from pin to report; docs/glossary.md explains each for people.
 * The event codes are also the link's and the database's: never renumber, only add.
 */

export const odours = ['A', 'B', 'C', 'D'] as const;
export type Odour = (typeof odours)[number];

/** Parts of a trial, in their order. Light, licks and analyses speak of these (Bellafard et al. 2024, Fig. 1). */
export const epochs = ['baseline', 'odour1', 'earlyDelay', 'lateDelay', 'odour2', 'choice', 'consumption'] as const;
export type Epoch = (typeof epochs)[number];

/** Where a mouse may lick: one spout in front (go/no-go), or one at either side. */
export const spouts = ['centre', 'left', 'right'] as const;
export type Spout = (typeof spouts)[number];

export const outcomes = [
  'hit',
  'miss',
  'falseAlarm',
  'correctRejection',
  'correct',
  'error',
  'noResponse',
  'early',
] as const;
export type Outcome = (typeof outcomes)[number];

/** The spout's lick sensor and water valve, by line name. */
export const spoutLines: Record<Spout, { lick: string; water: string }> = {
  centre: { lick: 'lick', water: 'water' },
  left: { lick: 'lickLeft', water: 'waterLeft' },
  right: { lick: 'lickRight', water: 'waterRight' },
};

export function odourLine(odour: Odour): string {
  return `odour${odour}`;
}

/** What an output line drives; limits and groups in a rig file are checked by kind. */
export const outputKinds = ['odour', 'water', 'opto', 'mask', 'puff', 'sync', 'lamp'] as const;
export type OutputKind = (typeof outputKinds)[number];

export const inputKinds = ['lick', 'frameClock', 'sense'] as const;
export type InputKind = (typeof inputKinds)[number];

/**
 * Codes of recorded events; `value` means:
 * input: input line x 2 + level (1 = on); state: index in the program's states; output: word of output levels, bit = line;
 * start: trial number; end: result index x 256 + end reason; digest: events covered (its `ticks` field carries the CRC-32);
 * fault: output line x 256 + the end reason for which the envelope barred it; lost: events dropped because the ring was full;
 * sync: output line x 2 + level, a pulse at random intervals; bounce: as input, within the line's refractory, so that no
 * trial hears of it.
 */
export const EventCode = {
  input: 1,
  state: 2,
  output: 3,
  start: 4,
  end: 5,
  digest: 6,
  fault: 7,
  lost: 8,
  sync: 9,
  bounce: 10,
} as const;
export type EventCode = (typeof EventCode)[keyof typeof EventCode];

/** Why a trial ended. Only `completed` trials have an outcome. `boardReset` is the host's word: the board cannot say it. */
export const EndReason = {
  completed: 0,
  aborted: 1,
  hostSilent: 2,
  onTimeLimit: 3,
  allowanceSpent: 4,
  boardReset: 5,
} as const;
export type EndReason = (typeof EndReason)[keyof typeof EndReason];

export const endReasonWords: Record<EndReason, string> = {
  [EndReason.completed]: 'completed',
  [EndReason.aborted]: 'aborted by the host',
  [EndReason.hostSilent]: 'host silent',
  [EndReason.onTimeLimit]: 'longest on-time exceeded',
  [EndReason.allowanceSpent]: 'allowance of water or light spent',
  [EndReason.boardReset]: 'the board restarted',
};

/** One recorded event, as the board stamped it. `ticks`: device ticks, 32 bits (digest: a CRC-32). `seq`: 0, 1, 2 ... in a session. */
export interface RawEvent {
  readonly seq: number;
  readonly ticks: number;
  readonly code: EventCode;
  readonly value: number;
}

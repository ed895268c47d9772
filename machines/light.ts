/**
 * Opto light in a trial: from a span of epochs to the instants at which the lines `opto` and `maskingLight` switch.
 *
 * The board ramps its light down by itself from the instant the line closes. A ramp `inside` the span ends at the span's
 * end, so the line closes earlier by the ramp; one `outside` begins there. The masking flash has no ramp and fills the
 * span in every trial, lit or not, so that it tells the animal nothing.
 */
import { type Epoch, epochs } from './vocabulary.ts';

/** How the light shows while it is on. */
export interface LightWave {
  readonly shape: 'constant' | 'square' | 'sine';
  /** Share of full power at the peak, over 0 to 1. */
  readonly amplitude: number;
  /** Of square and sine; else null. */
  readonly frequencyHz: number | null;
  /** Of square: share of the period that is on; else null. */
  readonly dutyFraction: number | null;
}

const steady: LightWave = { shape: 'constant', amplitude: 1, frequencyHz: null, dutyFraction: null };

export interface LightSpan {
  readonly from: Epoch;
  /** The last epoch, inclusive; may be `from`. */
  readonly to: Epoch;
  /** How much later than the first instant of `from` it begins; 0 when left out. */
  readonly startsAfterMs?: number;
  /** How much earlier than the last instant of `to` it ends; 0 when left out. */
  readonly endsBeforeMs?: number;
  /** How long the board's waveform takes down to dark. */
  readonly rampMs: number;
  readonly ramp: 'inside' | 'outside';
  /** Constant and full when left out. */
  readonly wave?: LightWave;
  /** Left out: real light. */
  readonly sham?: LightSham;
}

/** `uncoupled`: the light is driven as always, but its fibre is not joined to the animal. */
export type LightSham = 'uncoupled';

const lightDelays = ['lightOpensMs', 'lightClosesMs', 'maskClosesMs'] as const;
export type LightDelay = (typeof lightDelays)[number];

/** Light's part of a trial's durations. The ramp is the board's: it stands here for the record, and no chart waits for it. */
export type LightDurations = { readonly [Name in LightDelay | 'lightRampMs']?: number };

type LightLine = 'opto' | 'maskingLight';

interface LightStep {
  readonly epoch: Epoch;
  /** At the epoch's edge, or so long after its start or after the step before in the same epoch. */
  readonly at: 'start' | 'end' | LightDelay;
  readonly type: 'open' | 'close';
  readonly lines: readonly LightLine[];
}

/** Light of one trial of a session with light; its durations are none of it, so that they stay slots of the program. */
export interface LightPlan {
  /** False in a control trial, where at most the mask runs. */
  readonly on: boolean;
  readonly mask: boolean;
  readonly from: Epoch;
  readonly to: Epoch;
  readonly ramp: 'inside' | 'outside';
  /** The rig's to draw; no chart looks at it. */
  readonly wave: LightWave;
  readonly sham?: LightSham;
  /** In their order in time. */
  readonly steps: readonly LightStep[];
}

/** A place in the trial: so long after the start of an epoch, or its very end. */
interface Place {
  readonly index: number;
  readonly ms: number;
  readonly edge: 'start' | 'end' | null;
}

/**
 * The trial's light, and its durations with those of the light.
 * @throws RangeError for a span that runs backwards, is empty, or is no longer than its ramp.
 */
export function planLight<Durations extends Readonly<Record<`${Epoch}Ms`, number>>>(
  span: LightSpan,
  { on, mask }: { readonly on: boolean; readonly mask: boolean },
  durations: Durations,
): { light: LightPlan; durations: Durations & LightDurations } {
  const { from, to, startsAfterMs = 0, endsBeforeMs = 0, rampMs, ramp, wave = steady, sham } = span;
  const lengths = epochs.map((epoch) => durations[`${epoch}Ms`]);
  refuseImpossible(span, lengths);

  const begins = placeAfter(epochs.indexOf(from), startsAfterMs, lengths);
  const ends = placeBefore(epochs.indexOf(to), endsBeforeMs, lengths);
  const dims = ramp === 'inside' && rampMs > 0 ? placeBefore(epochs.indexOf(to), endsBeforeMs + rampMs, lengths) : ends;
  const lines: LightLine[] = [...(on ? ['opto' as const] : []), ...(mask ? ['maskingLight' as const] : [])];
  const places: [Place, LightDelay, LightStep['type'], LightLine[]][] = [];
  if (lines.length > 0) places.push([begins, 'lightOpensMs', 'open', lines]);
  if (on) places.push([dims, 'lightClosesMs', 'close', dims === ends ? lines : ['opto']]);
  if (mask && !(on && dims === ends)) places.push([ends, 'maskClosesMs', 'close', ['maskingLight']]);

  const lightMs: { -readonly [Name in keyof LightDurations]: LightDurations[Name] } = { lightRampMs: rampMs };
  const steps = places.map(([{ index, ms, edge }, delay, type, switched], place): LightStep => {
    const before = places[place - 1]?.[0];
    if (edge === null) lightMs[delay] = Math.max(0, ms - (before?.index === index ? before.ms : 0));
    return { epoch: epochs[index]!, at: edge ?? delay, type, lines: switched };
  });
  const light = { on, mask, from, to, ramp, wave, ...(sham === undefined ? {} : { sham }), steps };
  return { light, durations: { ...durations, ...lightMs } };
}

function refuseImpossible(span: LightSpan, lengths: readonly number[]): void {
  const { from, to, startsAfterMs = 0, endsBeforeMs = 0, rampMs } = span;
  const where = from === to ? `Light in ${from}` : `Light from ${from} to ${to}`;
  for (const [name, ms] of Object.entries({ startsAfterMs, endsBeforeMs, rampMs })) {
    if (!(ms >= 0 && Number.isFinite(ms))) {
      throw new RangeError(`${where}: ${name} is ${ms}; give milliseconds, 0 or more.`);
    }
  }
  const [first, last] = [epochs.indexOf(from), epochs.indexOf(to)];
  if (last < first) {
    throw new RangeError(`${where} runs backwards: ${to} comes before ${from} in a trial. Exchange the two.`);
  }
  const wholeMs = lengths.slice(first, last + 1).reduce((sum, ms) => sum + ms, 0);
  const litMs = wholeMs - startsAfterMs - endsBeforeMs;
  if (litMs <= 0) {
    throw new RangeError(
      `${where} would never be on: the span has ${wholeMs} ms, of which startsAfterMs (${startsAfterMs} ms) and endsBeforeMs (${endsBeforeMs} ms) leave none. Lengthen the epochs or lower the two.`,
    );
  }
  if (rampMs >= litMs) {
    throw new RangeError(
      `${where}: the ramp (${rampMs} ms) must be shorter than the light itself, which lasts ${litMs} ms. Shorten the ramp or lengthen the span.`,
    );
  }
}

function placeAfter(first: number, afterMs: number, lengths: readonly number[]): Place {
  let [index, ms] = [first, afterMs];
  while (ms > 0 && ms >= lengths[index]!) ms -= lengths[index++]!;
  return { index, ms, edge: ms === 0 ? 'start' : null };
}

function placeBefore(last: number, beforeMs: number, lengths: readonly number[]): Place {
  let [index, ms] = [last, beforeMs];
  while (ms > 0 && ms >= lengths[index]!) ms -= lengths[index--]!;
  return { index, ms: lengths[index]! - ms, edge: ms === 0 ? 'end' : null };
}

export type LightOrder =
  | { readonly type: 'open' | 'close'; readonly line: LightLine }
  | { readonly type: 'wait' | 'forget'; readonly delay: LightDelay };

/** What is to be done when an epoch begins, and when one of the delays has passed. */
export function lightOrders(light: LightPlan | null, now: Epoch | LightDelay): LightOrder[] {
  const steps = light?.steps ?? [];
  const waited = steps.find(({ at }) => at === now);
  const rest = waited
    ? steps.slice(steps.indexOf(waited) + 1).filter(({ epoch }) => epoch === waited.epoch)
    : steps.filter(({ epoch }) => epoch === now);
  const orders = waited ? switched(waited) : [];
  for (const step of rest) {
    if (step.at === 'end') break;
    if (step.at !== 'start') return [...orders, { type: 'wait', delay: step.at }];
    orders.push(...switched(step));
  }
  return orders;
}

/**
 * What is to be done when an epoch ends: all its steps, those that had their turn too, which changes nothing. However
 * timers fall, every way out of an epoch then leaves the lines alike, and the program needs no nodes to tell them apart.
 */
export function lightOrdersAtEnd(light: LightPlan | null, epoch: Epoch): LightOrder[] {
  return (light?.steps ?? [])
    .filter((step) => step.epoch === epoch)
    .flatMap((step) => [
      ...(step.at === 'start' || step.at === 'end' ? [] : [{ type: 'forget', delay: step.at } as const]),
      ...switched(step),
    ]);
}

/** What is to be done when the epochs end before their time. */
export function lightOrdersAtBreak(light: LightPlan | null): LightOrder[] {
  return (light?.steps ?? []).filter(({ type }) => type === 'close').flatMap(switched);
}

function switched({ type, lines }: LightStep): LightOrder[] {
  return lines.map((line) => ({ type, line }));
}

/**
 * A series for each line of the rig: licks under behaviour, what was shown to the animal under stimulus, the rest (trial
 * line, sync pulses, lamps, other inputs) under acquisition. A line that never stirred has an empty one: it was there.
 */
import type { Edge } from './series.ts';
import { intervalSeries } from './series.ts';
import type { Source } from './source.ts';
import type { Group } from './tree.ts';

type SeriesByName = Record<string, Group>;

/** What the animal can see, smell or drink. */
const shown: readonly string[] = ['odour', 'water', 'opto', 'mask', 'puff'];

const commanded: Readonly<Record<string, string>> = {
  odour: 'The valve as commanded; when odour reached the nose, and whether it did, is not in it.',
  water: 'The valve as commanded; whether water came is not in it.',
  opto: 'The line of the light as commanded: within it the light has its waveform, and its ramp down follows it (intervals/opto_epochs).',
  mask: 'The masking flash as commanded.',
  puff: 'The air puff as commanded.',
  sync: 'Level of the line as the board drove it.',
};

/** By line: `odour`, `water`, `opto`, `mask`, `puff`, `sync`, `lamp`, `lick`, `frameClock`, `sense`. */
export function kindsOf({ session }: Pick<Source, 'session'>): (line: string) => string {
  const { lines = {} } = JSON.parse(session.rigFile) as { lines?: Record<string, { kind?: unknown }> };
  return (line) => {
    const kind = lines[line]?.kind;
    // A rig file that does not say leaves the name (machines/vocabulary.ts).
    return typeof kind === 'string' ? kind : (byName.find(([start]) => line.startsWith(start))?.[1] ?? 'sense');
  };
}

const byName = [
  ['odour', 'odour'],
  ['water', 'water'],
  ['opto', 'opto'],
  ['mask', 'mask'],
  ['lick', 'lick'],
  ['trial', 'sync'],
  ['sync', 'sync'],
] as const;

/** /processing/behavior */
export function lickSeries({ edges }: Source, kindOf: (line: string) => string): SeriesByName {
  const series: SeriesByName = {};
  for (const [line, edgesOfLine] of edges.inputs) {
    if (kindOf(line) !== 'lick') continue;
    series[line] = intervalSeries(
      `Tongue on the spout, sensor ${line}: every contact that counts, within trials and between them. Onset and offset as the board stamped them; the last offset may be missing.`,
      edgesOfLine,
    );
    const bounces = edges.bounces.get(line)!;
    if (bounces.length === 0) continue;
    series[`${line}_bounces`] = intervalSeries(
      `Contacts on sensor ${line} within its refractory: recorded, and counted as licks by nobody.`,
      bounces,
    );
  }
  return series;
}

/** /stimulus/presentation */
export function shownSeries({ edges }: Source, kindOf: (line: string) => string): SeriesByName {
  return outputs(edges.outputs, (line) => (shown.includes(kindOf(line)) ? describe(line, kindOf) : null));
}

/** /acquisition */
export function otherSeries({ edges }: Source, kindOf: (line: string) => string): SeriesByName {
  const series = outputs(edges.outputs, (line) => (shown.includes(kindOf(line)) ? null : describe(line, kindOf)));
  for (const [line, edgesOfLine] of edges.inputs) {
    if (['lick', 'frameClock'].includes(kindOf(line))) continue;
    series[line] = intervalSeries(`Input line ${line} as the board sensed it.`, edgesOfLine);
  }
  return series;
}

function outputs(
  edges: ReadonlyMap<string, readonly Edge[]>,
  description: (line: string) => string | null,
): SeriesByName {
  return Object.fromEntries(
    [...edges].flatMap(([line, edgesOfLine]) => {
      const about = description(line);
      return about === null ? [] : [[line, intervalSeries(about, edgesOfLine)]];
    }),
  );
}

function describe(line: string, kindOf: (line: string) => string): string {
  const kind = kindOf(line);
  const what = commanded[kind] ?? 'Level of the line as commanded.';
  const use =
    kind !== 'sync'
      ? ''
      : line === 'trial'
        ? ' It is on from the first to the last instant of each trial.'
        : ' Pulses at random intervals, recorded here, let other recordings be aligned: find the same intervals in theirs.';
  return `Output line ${line} (${kind}). ${what}${use}`;
}

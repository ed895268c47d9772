/** Licks over a trial's time by pair: a session of now, and one of the animal's first of the same shape as a grey line. */
import { DENSITY_BIN_MS } from '#data/rollups/session-facts.ts';
import type { EpochSpan } from '#data/rollups/trials.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { epochGround, trialSeconds } from './epoch-ground.ts';
import { askColour, colour } from './theme.ts';

export interface DensityOfPair {
  readonly trialType: string;
  readonly go: boolean | null;
  readonly trials: number;
  /** Onsets by bin, summed over the trials. */
  readonly licks: readonly number[];
}

export interface DensityData {
  readonly now: readonly DensityOfPair[];
  /** Empty: there is none of the same shape. */
  readonly before: readonly DensityOfPair[];
  readonly epochs: readonly EpochSpan[];
}

interface Bin {
  readonly pair: string;
  readonly s: number;
  /** Licks a second. */
  readonly rate: number;
}

export function lickDensityFigure(
  { now, before, epochs }: DensityData,
  frame: { width: number; simulated: boolean },
): Figure {
  const labels = new Map(
    now.map(({ trialType, go }) => [trialType, `${trialType}  ${go === null ? 'side' : go ? 'lick' : 'no lick'}`]),
  );
  const bins = (all: readonly DensityOfPair[]) =>
    all.flatMap(({ trialType, trials, licks }) => {
      const pair = labels.get(trialType);
      return pair === undefined ? [] : licks.map((sum, bin): Bin => binOf(pair, bin, sum, trials));
    });
  const drawn = now.map(({ trialType, go, trials, licks }) => ({
    go,
    bins: licks.map((sum, bin): Bin => binOf(labels.get(trialType)!, bin, sum, trials)),
  }));
  const top = Math.max(2, ...drawn.flatMap((pair) => pair.bins.map(({ rate }) => rate)));
  const longest = Math.max(0, ...now.map(({ licks }) => licks.length)) * (DENSITY_BIN_MS / 1000);
  return draw(
    { ...frame, height: 132, label: 'Lick onsets a second over the time of a trial, one panel a pair' },
    {
      marginLeft: 36,
      marginRight: 8,
      marginBottom: 20,
      marginTop: 32,
      fx: { label: null, padding: 0.06, axis: null },
      x: {
        domain: [0, trialSeconds(epochs, longest)],
        ticks: 5,
        tickSize: 0,
        label: null,
      },
      y: { domain: [0, top], ticks: 3, tickSize: 0, label: null },
      marks: [
        ...epochGround(epochs, true),
        Plot.text([...labels.values()], {
          fx: (label: string) => label,
          text: (label: string) => label,
          frameAnchor: 'top',
          dy: -20,
          fill: colour('ink'),
        }),
        Plot.ruleY([0], { stroke: colour('faint') }),
        ...drawn.map((pair) =>
          Plot.areaY(pair.bins, {
            fx: 'pair',
            x: 's',
            y: 'rate',
            curve: 'step-after',
            fill: askColour(pair.go),
            fillOpacity: 0.55,
          }),
        ),
        Plot.line(bins(before), { fx: 'pair', x: 's', y: 'rate', stroke: colour('soft'), strokeWidth: 1 }),
      ],
    },
  );
}

function binOf(pair: string, bin: number, sum: number, trials: number): Bin {
  return { pair, s: (bin * DENSITY_BIN_MS) / 1000, rate: sum / Math.max(1, trials) / (DENSITY_BIN_MS / 1000) };
}

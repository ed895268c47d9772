/** Every lick of a session: a row a trial in the order they ran, a panel a pair, epochs shaded, lit trials marked. */
import type { EpochSpan } from '#data/rollups/trials.ts';
import { draw, type Figure, Plot } from './draw.ts';
import { epochGround, trialSeconds } from './epoch-ground.ts';
import { askColour, colour } from './theme.ts';

export interface RasterTrial {
  readonly trialType: string;
  readonly go: boolean | null;
  readonly lit: boolean;
  /** From the trial's start. */
  readonly lickMs: readonly number[];
  readonly lengthMs: number;
}

/** Pixels a trial: a session of 200 in four pairs is a palm high. */
const ROW_PX = 4;

export function lickRaster(
  trials: readonly RasterTrial[],
  epochs: readonly EpochSpan[],
  frame: { width: number; simulated: boolean },
): Figure {
  const pairs = [...new Map(trials.map(({ trialType, go }) => [trialType, go]))].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const panels = pairs.map(([trialType, go]) => {
    const own = trials.filter((trial) => trial.trialType === trialType);
    return { trialType, go, own };
  });
  const rows = Math.max(1, ...panels.map(({ own }) => own.length));
  const longest = Math.max(1000, ...trials.map(({ lengthMs }) => lengthMs)) / 1000;
  return draw(
    {
      ...frame,
      height: 52 + rows * ROW_PX,
      label: 'Licks of every trial over its time, a row a trial, one panel a pair',
    },
    {
      marginLeft: 28,
      marginRight: 8,
      marginBottom: 20,
      marginTop: 32,
      fx: { domain: pairs.map(([trialType]) => trialType), label: null, axis: null, padding: 0.06 },
      x: { domain: [0, trialSeconds(epochs, longest)], ticks: 5, tickSize: 0, label: null },
      y: { domain: [rows + 0.5, 0.5], ticks: [1, rows], tickSize: 0, label: null, tickFormat: 'd' },
      marks: [
        ...epochGround(epochs, true),
        ...panels.flatMap(({ trialType, go, own }) => [
          Plot.text([trialType], {
            fx: () => trialType,
            text: () => `${trialType}  ${go === null ? 'side' : go ? 'lick' : 'no lick'}`,
            frameAnchor: 'top',
            dy: -20,
            fill: colour('ink'),
          }),
          Plot.dot(
            own.flatMap(({ lit }, index) => (lit ? [index + 1] : [])),
            { fx: () => trialType, x: 0, y: (row: number) => row, r: 1.5, fill: colour('opto'), clip: false },
          ),
          // One path a panel: thousands of marks of their own would make the page heavy.
          Plot.line(ticksOf(own), { fx: () => trialType, x: 's', y: 'row', stroke: askColour(go), strokeWidth: 1 }),
        ]),
      ],
    },
  );
}

interface Point {
  readonly s: number;
  readonly row: number;
}

/** A short upright stroke a lick, each ended by a gap. */
function ticksOf(trials: readonly RasterTrial[]): Point[] {
  return trials.flatMap(({ lickMs }, index) =>
    lickMs.flatMap((ms) => [
      { s: ms / 1000, row: index + 0.6 },
      { s: ms / 1000, row: index + 1.4 },
      { s: Number.NaN, row: Number.NaN },
    ]),
  );
}

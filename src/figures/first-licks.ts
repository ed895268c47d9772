/** When the tongue first came, from the start of the choice period: pairs that ask for it above, those that do not below. */
import { draw, type Figure, Plot } from './draw.ts';
import { askColour, colour } from './theme.ts';

export interface FirstLick {
  readonly go: boolean | null;
  readonly ms: number;
}

const BIN_MS = 50;

export function firstLicks(licks: readonly FirstLick[], frame: { width: number; simulated: boolean }): Figure {
  const last = Math.max(1500, ...licks.map(({ ms }) => ms));
  const bins = (asks: boolean) => {
    const counts = new Map<number, number>();
    for (const { go, ms } of licks) {
      if ((go !== false) !== asks) continue;
      const bin = Math.floor(ms / BIN_MS);
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
    }
    return [...counts].map(([bin, n]) => ({ from: bin * BIN_MS, to: (bin + 1) * BIN_MS, n: asks ? n : -n }));
  };
  return draw(
    { ...frame, height: 130, label: 'First licks from the start of the choice period, trials in bins of 50 ms' },
    {
      marginLeft: 28,
      marginRight: 8,
      marginBottom: 20,
      marginTop: 14,
      x: { domain: [0, last], ticks: 6, tickSize: 0, label: null },
      y: { ticks: 4, tickSize: 0, label: null, tickFormat: (n: number) => String(Math.abs(n)) },
      marks: [
        Plot.rect(bins(true), { x1: 'from', x2: 'to', y1: 0, y2: 'n', fill: askColour(true), inset: 0.5 }),
        Plot.rect(bins(false), { x1: 'from', x2: 'to', y1: 0, y2: 'n', fill: askColour(false), inset: 0.5 }),
        Plot.ruleY([0], { stroke: colour('soft') }),
      ],
    },
  );
}

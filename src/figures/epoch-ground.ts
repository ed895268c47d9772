/** Epochs of a trial as a ground behind licks: odours and the choice period shaded and named. */
import type { EpochSpan } from '#data/rollups/trials.ts';
import { Plot } from './draw.ts';
import { colour } from './theme.ts';

const names: Partial<Record<EpochSpan['epoch'], string>> = { odour1: '1', odour2: '2', choice: 'choice' };

/** Marks in seconds. `named`: write the names above. */
export function epochGround(spans: readonly EpochSpan[], named: boolean): Plot.Markish[] {
  const shaded = spans.filter(({ epoch }) => names[epoch] !== undefined);
  return [
    Plot.rect(shaded, {
      x1: ({ fromMs }: EpochSpan) => fromMs / 1000,
      x2: ({ toMs }: EpochSpan) => toMs / 1000,
      fill: colour('band'),
    }),
    named
      ? Plot.text(shaded, {
          x: ({ fromMs, toMs }: EpochSpan) => (fromMs + toMs) / 2000,
          text: ({ epoch }: EpochSpan) => names[epoch],
          frameAnchor: 'top',
          dy: -7,
          fontSize: 9,
        })
      : null,
  ];
}

/** Seconds of a trial: all its epochs. */
export function trialSeconds(spans: readonly EpochSpan[], leastS: number): number {
  return Math.max(leastS, (spans.at(-1)?.toMs ?? 0) / 1000);
}

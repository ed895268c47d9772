/** A TimeSeries: its times are told in one way, and there is one for each sample. The schema says it in prose alone. */
import { Dataset, type Group } from 'h5wasm/node';
import type { Context } from './context.ts';

export function checkSeries(context: Context, series: Group, path: string): void {
  const length = (name: string): number | undefined => {
    const dataset = series.get(name);
    return dataset instanceof Dataset ? dataset.shape?.[0] : undefined;
  };
  const hasTimestamps = series.get('timestamps') !== null;
  const hasStart = series.get('starting_time') !== null;
  if (hasTimestamps === hasStart) {
    context.report(path, `has ${hasStart ? 'both' : 'neither'} timestamps ${hasStart ? 'and' : 'nor'} starting_time`);
  }
  // With its frames in files of their own a series of images has none in data.
  if (series.get('external_file') !== null) return;
  const samples = length('data');
  if (samples === undefined) return;
  for (const name of ['timestamps', 'control']) {
    const own = length(name);
    if (own !== undefined && own !== samples) {
      context.report(path, `has ${samples} samples in data, but ${own} in ${name}`);
    }
  }
}

/** Series in time: when a line went on and off, and values at instants. Times are seconds since session start. */
import { type Attributes, type Dataset, type Group, list, type Members, object } from './tree.ts';

export interface Edge {
  /** Its event. */
  readonly seq: number;
  readonly seconds: number;
  readonly on: boolean;
}

function timestamps(seconds: readonly number[]): Dataset {
  return list(Float64Array.from(seconds), { unit: 'seconds', interval: Int32Array.of(1) });
}

/** 1 when it begins, -1 when it ends. */
export function intervalSeries(description: string, edges: readonly Edge[]): Group {
  return object(
    'IntervalSeries',
    { description, comments: '1: on, -1: off.' },
    {
      data: list(
        Int8Array.from(edges, ({ on }) => (on ? 1 : -1)),
        { unit: 'n/a', resolution: Float32Array.of(-1) },
      ),
      timestamps: timestamps(edges.map(({ seconds }) => seconds)),
    },
  );
}

export interface Samples {
  readonly seconds: readonly number[];
  readonly data: Float64Array | Int32Array;
  readonly unit: string;
  /** `step`: the value holds until the next one; `instantaneous`: it is of its instant alone. */
  readonly continuity: 'step' | 'instantaneous';
}

/** `members`: what the type has besides. */
export function timeSeries(
  type: 'TimeSeries' | 'OptogeneticSeries',
  about: Attributes,
  { seconds, data, unit, continuity }: Samples,
  members: Members = {},
): Group {
  return object(type, about, { data: list(data, { unit, continuity }), timestamps: timestamps(seconds), ...members });
}

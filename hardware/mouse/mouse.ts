/**
 * What moves at a rig's pins: the whole of what a simulated animal may know and do. The one that learns is in
 * learning-mouse.ts; a test may script its own.
 */

export interface LickEdge {
  /** Microseconds of the device's clock since power-up. */
  readonly atUs: number;
  /** An input line. */
  readonly line: string;
  readonly on: boolean;
}

/** `atUs`: microseconds of the device's clock since power-up. */
export interface Mouse {
  /** An output line changed. */
  sense(atUs: number, line: string, on: boolean): void;
  /** The next edge it will make on an input line, or null. */
  next(): LickEdge | null;
  /** That edge has happened. */
  made(): void;
}

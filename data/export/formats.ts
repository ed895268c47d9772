/** In which formats trials leave the record. A new one is a file beside this one and a line here. */
import type { RecordDatabase } from '../open.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';

/** What an export says of itself, where its format has room for it. */
export interface ExportHead {
  /** The record's file. */
  readonly record: string;
  /** Name and version of this program. */
  readonly software: string;
  /** ISO 8601 with offset. */
  readonly madeAt: string;
  readonly simulated: boolean;
  /** Those of the view trials_wide. */
  readonly columns: readonly string[];
}

/** Text with one row a trial, of as many sessions as there are; to a file or to standard output. */
export type RowFormat = (head: ExportHead) => {
  begin(): string;
  /** At least one row, values in the order of the columns. */
  rows(rows: readonly (readonly unknown[])[]): string;
  end(): string;
};

/** Writes one session whole into a new file at `path`. */
export type SessionFormat = (
  db: RecordDatabase,
  session: number,
  path: string,
  about: Pick<ExportHead, 'software' | 'madeAt'>,
) => void | Promise<void>;

export const rowFormats: Readonly<Record<string, RowFormat>> = { csv, json };

/** Those that are no text and hold more than rows: one session a file, and always a file. */
export const sessionFormats: Record<string, SessionFormat> = {
  // The HDF5 library takes its time to load: only who needs it waits.
  nwb: async (...args) => (await import('../nwb/write.ts')).writeNwb(...args),
};

/** Trials as comma-separated values: RFC 4180, UTF-8, a header line; an empty field is null, "" is an empty text. */
import { stringify } from 'csv-stringify/sync';
import type { RowFormat } from './formats.ts';

/** A name that begins with =, +, - or @ is data: it is left exactly as it is. */
const options = { record_delimiter: 'windows', quoted_match: /^$/ } as const;

export const csv: RowFormat = ({ columns }) => ({
  begin: () => stringify([[...columns]], options),
  // Numbers as JavaScript writes them: the shortest text that reads back as the same number.
  rows: (rows) => stringify([...rows], options),
  end: () => '',
});

/** Trials as one JSON object: where they came from, then an array of objects, one a trial and one a line. */
import type { RowFormat } from './formats.ts';

export const json: RowFormat = ({ columns, ...from }) => {
  const keys = columns.map((column) => `${JSON.stringify(column)}:`);
  const object = (row: readonly unknown[]) => `{${row.map((value, at) => keys[at] + JSON.stringify(value)).join(',')}}`;
  let before = '\n';
  return {
    begin: () => `${JSON.stringify(from).slice(0, -1)},"trials":[`,
    rows: (rows) => {
      const text = before + rows.map(object).join(',\n');
      before = ',\n';
      return text;
    },
    end: () => '\n]}\n',
  };
};

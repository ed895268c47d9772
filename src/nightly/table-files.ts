/** Tables of a night as files, written row by row: each as CSV (RFC 4180) and as JSON with the very same values. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { type TableName, type TableRow, tableNames } from './tables.ts';

interface Table {
  readonly csv: number;
  readonly json: number;
  rows: number;
}

/** Files get their names when all is written: a table is whole or it is the one of the night before. */
export class TableFiles {
  readonly #folder: string;
  readonly #tables: Readonly<Record<TableName, Table>>;

  constructor(folder: string) {
    this.#folder = folder;
    const open = (name: TableName): Table => ({
      csv: openSync(this.#part(name, 'csv'), 'w'),
      json: openSync(this.#part(name, 'json'), 'w'),
      rows: 0,
    });
    this.#tables = Object.fromEntries(tableNames.map((name) => [name, open(name)])) as Record<TableName, Table>;
  }

  add(tables: Readonly<Partial<Record<TableName, readonly TableRow[]>>>): void {
    for (const [name, rows] of Object.entries(tables) as [TableName, readonly TableRow[]][]) {
      const table = this.#tables[name];
      if (rows.length === 0) continue;
      const header = table.rows === 0;
      writeSync(table.csv, stringify([...rows], { header, record_delimiter: 'windows', cast: { boolean: String } }));
      const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
      writeSync(table.json, `${header ? '[\n' : ',\n'}${lines}`);
      table.rows += rows.length;
    }
  }

  close(): void {
    for (const name of tableNames) {
      const { csv, json, rows } = this.#tables[name];
      writeSync(json, rows === 0 ? '[]\n' : '\n]\n');
      closeSync(csv);
      closeSync(json);
      for (const kind of ['csv', 'json']) renameSync(this.#part(name, kind), join(this.#folder, `${name}.${kind}`));
    }
  }

  #part(name: TableName, kind: string): string {
    return join(this.#folder, `.${name}.${kind}.part`);
  }
}
